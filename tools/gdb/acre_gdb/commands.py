# SPDX-License-Identifier: Apache-2.0
"""The commands acre ..., and $acre_tag and $acre_text."""

import functools
import re

import gdb

from . import facts, heaps, ledger, memory, statics, tables, text
from .facts import Trouble, number


def in_a_line(function):
    """What goes wrong is one line for a person, never a traceback."""
    @functools.wraps(function)
    def guarded(*arguments):
        try:
            return function(*arguments)
        except gdb.GdbError:
            raise
        except Trouble as why:
            raise gdb.GdbError("acre: %s" % why) from None
        except gdb.MemoryError as why:
            raise gdb.GdbError("acre: no memory there: %s" % str(why).rstrip(".")) from None
        except gdb.error as why:
            raise gdb.GdbError("acre: %s" % str(why).rstrip(".")) from None
        except (ValueError, OverflowError, RecursionError) as why:
            raise gdb.GdbError("acre: what is there makes no sense: %s" % why) from None
    return guarded


def columns(rows, left=1):
    """Prints rows of cells in columns, the first LEFT of them to the left."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print("  ".join(cell.ljust(width) if i < left else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


def depth_and_expression(argument):
    """"/3 p" -> (3, "p"); "p" -> (0, "p")."""
    found = re.match(r"\s*/(\d+)\s+(.*)$", argument)
    return (int(found.group(1)), found.group(2)) if found else (0, argument)


class Acre(gdb.Command):
    """Acre's values, heaps, page tables and ledger, read from memory: the program is never run for it.

  acre value p       a tagged pointer as its type and value
  acre tuple p       a tuple, table or vector, one entry a line
  acre tags          the tags that there are
  acre heaps         every heap with its figures
  acre ledger        every owner of frames (the kernel's)
"""

    def __init__(self):
        super().__init__("acre", gdb.COMMAND_DATA, gdb.COMPLETE_NONE, True)


class Command(gdb.Command):
    """A subcommand; run(argument) does it."""
    completion = gdb.COMPLETE_EXPRESSION

    def __init__(self):
        super().__init__("acre " + type(self).__name__.lower(), gdb.COMMAND_DATA, self.completion)

    @in_a_line
    def invoke(self, argument, _from_tty):
        self.run(argument)


class Value(Command):
    """Prints a tagged pointer as the name of its type and its value.
Usage: acre value [/DEPTH] EXPRESSION

The value has the form that value_print gives it (src/runtime/value_text.h).  Containers deeper than DEPTH in each other
are shown as (...), {...} and [...]; one inside itself as <cycle>; what is not mapped as <unreadable 0xADDRESS>, and an
object that contradicts itself as <torn 0xADDRESS>."""

    def run(self, argument):
        depth, expression = depth_and_expression(argument)
        print("%s %s" % text.need_text(memory.address(expression, "value"), depth))


class Tag(Command):
    """Prints the tag of an address: its name and its number.
Usage: acre tag EXPRESSION"""

    def run(self, argument):
        address = memory.address(argument, "address")
        tag = text.tag_of(address)
        print("%s 0x%02x" % (facts.tag_name(tag), tag))


class Tags(Command):
    """Prints the table of tags that the kernel publishes: number, name, bytes, and the fields of what has the tag.
Usage: acre tags

It is the table that "acre ctl tags" shows."""
    completion = gdb.COMPLETE_NONE

    def run(self, _argument):
        found = facts.published()
        if not found:
            raise Trouble("this program publishes no table of tags")
        columns([("tag", "name", "bytes", "fields")] +
                [
                    ("0x%02x" % row.number, row.name, row.bytes, " ".join(row.fields))
                    for _, row in sorted(found.items())
                ],
                4)


class Tuple(Command):
    """Walks a tuple, a table or a vector: one entry a line, in its order.
Usage: acre tuple [/DEPTH] EXPRESSION

Values are printed as by "acre value", each to DEPTH."""

    def run(self, argument):
        depth, expression = depth_and_expression(argument)
        address = memory.address(expression, "tuple")
        kind = text.need_value(address)
        if kind not in text.BRACKETS:
            raise Trouble("0x%x is a %s, not a tuple, table or vector" % (address, kind))
        try:
            self.walk(kind, address, depth)
        except text.Torn:
            raise Trouble("0x%x is torn: it contradicts itself, so it is no %s, or freed, or half made"
                          % (address, kind)) from None

    def walk(self, kind, address, depth):
        if kind == "vector":
            room, found = text.items(address)
            lines = ["%d: %s" % (i, text.text_of(item, depth)) for i, item in enumerate(found)]
        else:
            room, found = text.entries(address)
            between = ": " if kind == "tuple" else " = "
            lines = [between.join(text.text_of(each, depth) for each in pair) for pair in found]
        print("%s 0x%x, entries %d, room for %d" % (kind, address, len(found), room))
        for line in lines:
            print("  " + line)


class Heaps(Command):
    """Lists heaps with their figures, those of heap_stats (src/runtime/heap.h).
Usage: acre heaps [EXPRESSION]

With an expression only that heap, a pointer to a struct heap or to a struct that starts with one, or all heaps of a
struct tagged_host.  Without: the kernel's, from physical up; in another program all that have static storage.
Figures are bytes; of id heaps (kind ids) allocated and held are ids.  A heap of a kind that is not Acre's has ?
for its figures."""

    def run(self, argument):
        if argument.strip():
            rows = self.given_rows(argument)
        else:
            rows = heaps.kernel_rows() if facts.is_kernel() else self.static_rows()
        columns([heaps.Row._fields] + rows, 3)

    def given_rows(self, argument):
        address = memory.address(argument, "heap")
        kind = memory.evaluate(argument).type.strip_typedefs()
        if kind.code == gdb.TYPE_CODE_PTR:
            kind = kind.target().strip_typedefs()
        if kind.tag == "tagged_host":
            return heaps.host_rows(memory.at(address, "tagged_host"))
        return [heaps.row_of(address)]

    def static_rows(self):
        heads = [int(value.address) for value in statics.objects("heap")]
        rows = [heaps.row_of(head) for head in heads if int(memory.at(head, "heap")["ops"])]
        rows += [heaps.idheap_row(value) for value in statics.objects("idheap") if int(value["name"])]
        rows += [row for value in statics.objects("tagged_host") for row in heaps.host_rows(value)]
        if not rows:
            raise Trouble("no heap has static storage; name one: acre heaps EXPRESSION")
        return rows


def need_kernel():
    if not facts.is_kernel():
        raise Trouble("this program is no kernel of Acre's")


class Ledger(Command):
    """Prints the ledger: frames and KiB of every owner, and the same counted anew.
Usage: acre ledger

The last column is counted from the page tables and from the books of the physical heap; a line where it differs says
so.  In the middle of an operation it may."""
    completion = gdb.COMPLETE_NONE

    def run(self, _argument):
        need_kernel()
        counted, frames = ledger.counted(), ledger.frames()
        kib = 1 << number("LAYOUT_FRAME_SHIFT") - 10
        rows = [(owner, have, have * kib, count, "" if have == count else "differs")
                for owner, have, count in zip(ledger.owners(), frames, counted)]
        rows.append(("total", sum(frames), sum(frames) * kib, sum(counted),
                     "" if sum(frames) == sum(counted) else "differs"))
        columns([("owner", "frames", "KiB", "counted", "")] + rows)


class Mappings(Command):
    """Prints what the kernel's page tables map: base, limit, physical base, page size, rights, and whose frames.
Usage: acre mappings

The lines are those of the report.  The owner stands in the leaves of heap memory only."""
    completion = gdb.COMPLETE_NONE

    def run(self, _argument):
        need_kernel()
        names = dict(enumerate(ledger.owners()))
        names[0] = ""
        for leaf, page in tables.runs(tables.Walk().leaves):
            line = "0x%x 0x%x 0x%x %s %s %s" % (leaf.base, leaf.base + leaf.size & facts.WORD, leaf.phys,
                                                tables.page_text(page), leaf.flags, names.get(leaf.owner, "unlisted"))
            print(line.rstrip())


class Symbols(Command):
    """Lists the symbols, sorted.
Usage: acre symbols [EXPRESSION]

The expression is a struct tagged, or a pointer to one; without it the program's own is taken, if it has one."""

    def run(self, argument):
        if argument.strip():
            found = [memory.address(argument, "struct tagged")]
        else:
            found = [int(value.address) for value in statics.objects("tagged")]
        if not found:
            raise Trouble("no struct tagged has static storage; name one: acre symbols EXPRESSION")
        for address in found:
            self.show(memory.at(address, "tagged"))

    def show(self, tagged):
        count, chains = int(tagged["symbol_count"]), int(tagged["symbol_chains"])
        found = []
        for chain in range(chains):
            at = int(tagged["symbols"][chain])
            while at and len(found) <= count:
                found.append(text.text_of(at))
                at = int(memory.at(at, "symbol_value")["head"]["link"])
        print("symbols %d, chains %d" % (count, chains))
        for name in sorted(found):
            print("  " + name)
        if len(found) != count:
            raise Trouble("the chains have %s symbols than %d" % ("more" if len(found) > count else "fewer", count))


class TagFunction(gdb.Function):
    """$acre_tag(p): the name of the tag of an address."""

    def __init__(self):
        super().__init__("acre_tag")

    @in_a_line
    def invoke(self, value):
        return text.tag_name_of(memory.address_of(value))


class TextFunction(gdb.Function):
    """$acre_text(p): a tagged pointer's value as text."""

    def __init__(self):
        super().__init__("acre_text")

    @in_a_line
    def invoke(self, value):
        return text.need_text(memory.address_of(value))[1]


def register():
    for command in (Acre, Value, Tag, Tags, Tuple, Heaps, Ledger, Mappings, Symbols, TagFunction, TextFunction):
        command()
