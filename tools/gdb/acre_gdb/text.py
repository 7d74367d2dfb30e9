# SPDX-License-Identifier: Apache-2.0
"""Tagged values as text: what value_print (src/runtime/value_text.h) writes, read from outside.

Memory is not trusted: what cannot be read is <unreadable 0xADDRESS>, and an object that contradicts itself (freed,
written over, no object at all) is <torn 0xADDRESS>."""

import string

import gdb

from . import facts, memory
from .facts import Trouble

VALUES_MOST = 20000  # in one text; each costs several reads, over a wire perhaps
BYTES_MOST = 1 << 16  # of one string or buffer; the rest is "..."

BRACKETS = {"tuple": "()", "table": "{}", "vector": "[]"}
NAME_START = string.ascii_letters + "_"
NAME_REST = NAME_START + string.digits + "-."


class Torn(Exception):
    """An object is none."""


def tag_of(address):
    """As tag_of of value.h; TAG_NONE (0) where no address of its kind can have one."""
    if facts.is_kernel():
        if address < facts.number("LAYOUT_KMEM_BASE"):
            return 0
        return address >> facts.number("LAYOUT_VA_TAG_SHIFT") & (1 << facts.number("LAYOUT_VA_TAG_BITS")) - 1
    if address >= facts.number("LAYOUT_USER_LIMIT"):
        return 0
    region = address >> facts.number("LAYOUT_USER_TAG_SHIFT")
    if region != facts.number("TAG_USER_SHARED"):
        return region
    return memory.word(address - facts.number("TAG_USER_WORD")) & 0xffffffff


def tag_name_of(address):
    return facts.tag_name(tag_of(address))


def escaped(byte, quote):
    char = chr(byte)
    if char in "\n\t":
        return {"\n": "\\n", "\t": "\\t"}[char]
    if not 0x20 <= byte <= 0x7e:
        return "\\x%02x" % byte
    return "\\" + char if char in (quote, "\\") else char


def quoted(data, quote):
    return quote + "".join(escaped(byte, quote) for byte in data) + quote


def cut(size):
    """How many of so many bytes are shown, and what follows them."""
    if size > facts.number("TAGGED_BYTES_MAX"):
        raise Torn
    return min(size, BYTES_MOST), "..." if size > BYTES_MOST else ""


def text_bytes(address, name):
    """The bytes of a symbol or a string, and what follows them."""
    head = memory.at(address, name + "_value")
    size = int(head["size"])
    shown, more = cut(size)
    start = int(head["text"].address)
    data = memory.read(start, shown)
    if memory.read(start + size, 1) != b"\0":
        raise Torn
    return data, more


def is_name(data):
    text = data.decode("latin-1")
    return text != "" and text[0] in NAME_START and all(char in NAME_REST for char in text)


def symbol_text(address):
    data, more = text_bytes(address, "symbol")
    return (data.decode("latin-1") if is_name(data) else quoted(data, "'")) + more


def string_text(address):
    data, more = text_bytes(address, "string")
    return quoted(data, '"') + more


def integer_text(address):
    return "%d" % int(memory.at(address, "integer_value")["number"])


def check_array(first, used, capacity):
    """What a growing container says of its memory."""
    if used > capacity or (capacity and not first):
        raise Torn


def buffer_text(address):
    buffer = memory.at(address, "buffer_value")
    size, start = int(buffer["size"]), int(buffer["bytes"])
    check_array(start, size, int(buffer["capacity"]))
    shown, more = cut(size)
    return "#" + memory.read(start, shown).hex() + more


def entries(address):
    """(slots there are, list of (key, value)) of a tuple or a table."""
    head = memory.at(address, "entries")
    used, live, capacity = int(head["used"]), int(head["live"]), int(head["capacity"])
    check_array(int(head["slots"]), used, capacity)
    if live > used or capacity & (capacity - 1):
        raise Torn
    return capacity, slots(int(head["slots"]), used, live)


def field(row, type_name, name):
    """A 64-bit field of a struct whose bytes were read."""
    start = facts.type_of(type_name)[name].bitpos // 8
    return int.from_bytes(row[start:start + 8], "little")


def slots(first, used, live):
    """The pairs in an array of struct entry; a slot without a key was removed."""
    size = facts.type_of("struct entry").sizeof
    shown = min(used, VALUES_MOST)
    data = memory.read(first, shown * size)
    rows = [data[i * size:(i + 1) * size] for i in range(shown)]
    found = [(field(row, "struct entry", "key"), field(row, "struct entry", "value")) for row in rows]
    found = [pair for pair in found if pair[0]]
    if shown == used and len(found) != live:
        raise Torn
    return found


def items(address):
    """(places there are, list of the items) of a vector."""
    head = memory.at(address, "vector_value")
    count, capacity = int(head["count"]), int(head["capacity"])
    check_array(int(head["items"]), count, capacity)
    data = memory.read(int(head["items"]), 8 * min(count, VALUES_MOST))
    return capacity, [int.from_bytes(data[i:i + 8], "little") for i in range(0, len(data), 8)]


def function_text(address):
    head = memory.at(address, "function_value")
    return "%s 0x%x" % (symbol_text(int(head["name"])), int(head["address"]))


def heap_text(address):
    from . import heaps
    head = memory.at(address, "heap_value")
    stats = heaps.stats_of(int(head["heap"]))
    return "%s allocated %s objects %s" % (symbol_text(int(head["name"])), stats.allocated, stats.objects)


def region_text(address):
    head = memory.at(address, "region_value")
    return "0x%x-0x%x %s" % (int(head["base"]), int(head["limit"]), facts.region_type_name(int(head["type"])))


def program_text(address):
    return symbol_text(int(memory.at(address, "program_value")["name"]))


def fault_text(address):
    head = memory.at(address, "fault_value")
    return "%s 0x%x %s" % (symbol_text(int(head["kind"])), int(head["address"]), string_text(int(head["text"])))


SIMPLE = {"symbol": symbol_text, "integer": integer_text, "string": string_text, "buffer": buffer_text}
RECORDS = {"function": function_text, "heap": heap_text, "region": region_text, "program": program_text,
           "fault": fault_text}


def depth_most():
    """VALUE_DEPTH_MAX, which the printer in the program has as many frames for."""
    return facts.once("depth", lambda: facts.type_of("struct printer")["frames"].type.range()[1] + 1)


class Printer:
    """One text; the open containers stand in `open`, outermost first."""

    def __init__(self, depth):
        most = depth_most()
        self.depth = depth if 0 < depth < most else most
        self.left = VALUES_MOST
        self.open = []

    def text(self, address):
        self.left -= 1
        if not address:
            return "<null>"
        try:
            return self.of_tag(address, tag_name_of(address))
        except Torn:
            return "<torn 0x%x>" % address
        except gdb.MemoryError:
            return "<unreadable 0x%x>" % address

    def of_tag(self, address, tag):
        if tag in BRACKETS:
            return self.container(address, tag)
        if tag in SIMPLE:
            return SIMPLE[tag](address)
        return "<%s %s>" % (tag, RECORDS[tag](address) if tag in RECORDS else "0x%x" % address)

    def container(self, address, tag):
        pair = BRACKETS[tag]
        if address in self.open:
            return "<cycle>"
        if len(self.open) == self.depth:
            return pair[0] + "..." + pair[1]
        inside = self.vector(address) if tag == "vector" else self.pairs(address, ": " if tag == "tuple" else " = ")
        return pair[0] + " ".join(inside) + pair[1]

    def vector(self, address):
        found = items(address)[1]
        return self.inside(address, [[item] for item in found], "")

    def pairs(self, address, between):
        return self.inside(address, entries(address)[1], between)

    def inside(self, address, rows, between):
        """The texts of what a container holds, "..." at the end if there is too much of it."""
        texts = []
        self.open.append(address)
        for row in rows:
            if not self.left:
                texts.append("...")
                break
            texts.append(between.join(self.text(each) if self.left else "..." for each in row))
        self.open.pop()
        return texts


def text_of(address, depth=0):
    """A value as text; depth 0 is as deep as value_print goes."""
    return Printer(depth).text(address)


def need_value(address):
    """The name of the tag, or why there is no value."""
    if not address:
        raise Trouble("that is NULL")
    # A Linux program's own code and data may lie where the tags of strings are.
    own = gdb.execute("info symbol 0x%x" % address, to_string=True).split(" in section ")
    if len(own) == 2:
        raise Trouble("0x%x is no value: it is the program's own %s" % (address, own[0]))
    try:
        tag = tag_of(address)
    except gdb.MemoryError:
        raise Trouble("0x%x is no value: there is no memory before it, where its tag would stand" % address) from None
    name = facts.tag_name(tag)
    if name in ("none", "unlisted"):
        raise Trouble("0x%x is no value: its tag is %s" % (address, name if not tag else "0x%x, unlisted" % tag))
    return name


def need_text(address, depth=0):
    """(tag's name, text) of what must be a value that can be read."""
    name = need_value(address)
    text = text_of(address, depth)
    if text == "<torn 0x%x>" % address:
        raise Trouble("0x%x is torn: it contradicts itself, so it is no %s, or freed, or half made" % (address, name))
    if text == "<unreadable 0x%x>" % address:
        raise Trouble("0x%x, a %s by its tag, cannot be read: not all of it is mapped" % (address, name))
    return name, text
