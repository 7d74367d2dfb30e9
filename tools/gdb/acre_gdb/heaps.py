# SPDX-License-Identifier: Apache-2.0
"""Heaps, and what heap_stats would say of them: the same fields, read from outside.

What kind a heap is, its ops tell: the function that gives its statistics, by its name and file."""

import collections
import os

import gdb

from . import facts, memory, tables
from .facts import Trouble, number

Stats = collections.namedtuple("Stats", "allocated objects held metadata")
Row = collections.namedtuple("Row", "name kind parent allocated objects held metadata failures")
UNKNOWN = "?"
SLABS_MOST = 1 << 20  # a longer list is a broken one


def stats(allocated=0, objects=0, held=0, metadata=0):
    return Stats(allocated, objects, held, metadata)


def bytes_of(pages):
    return int(pages) << number("LAYOUT_FRAME_SHIFT")


def idheap_metadata(heap):
    """As idheap_stats counts metadata_bytes."""
    leaf, fork = (int(gdb.parse_and_eval("idheap_%s_size" % kind)) for kind in ("leaf", "fork"))
    return ((int(heap["leaves"]) + int(heap["spare_leaf_count"])) * leaf
            + (int(heap["forks"]) + int(heap["spare_fork_count"])) * fork
            + int(heap["pool_limit"]) - int(heap["pool"]))


def slabs_objects(slabs):
    """As slabs_stats counts objects."""
    head = int(slabs["list"].address)
    place, taken, steps = int(slabs["list"]["next"]), 0, 0
    while place != head:
        slab = memory.at(place, "slab")
        taken += int(slab["taken"])
        place = int(slab["link"]["next"])
        steps += 1
        if steps > SLABS_MOST:
            raise Trouble("the list of slabs at 0x%x does not end" % head)
    return taken - (int(slabs["cached"]) - int(slabs["room"]))


def general_stats(heap):
    general = memory.at(heap, "general")
    objects, allocated, held = 0, int(general["large_bytes"]), int(general["large_held"])
    sets = [general["classes"][i] for i in range(general["classes"].type.range()[1] + 1)]
    for slabs in sets:
        count = slabs_objects(slabs)
        objects += count
        allocated += count * int(slabs["size"])
        held += bytes_of(slabs["pages"])
    # Each span of pages has its books in an object of the smallest class that holds them.
    books = facts.type_of("struct large").sizeof
    book = min(int(slabs["size"]) for slabs in sets if int(slabs["size"]) >= books)
    return stats(allocated - int(general["large_count"]) * book, objects, held)


def debug_stats(heap):
    debug = memory.at(heap, "debugheap")
    return stats(int(debug["live_bytes"]), int(debug["live_count"]), int(debug["held"]),
                 int(debug["records"]) * facts.type_of("struct record").sizeof)


def parent_stats(heap):
    return stats_of(int(memory.at(heap, "heap")["parent"]))


def objcache_stats(heap):
    cache = memory.at(heap, "objcache")
    objects = slabs_objects(cache["slabs"])
    return stats(objects * int(cache["size"]), objects, bytes_of(cache["slabs"]["pages"]))


def host_pages_stats(heap):
    pages = memory.at(heap, "pages")
    return stats(int(pages["held"]), int(pages["spans"]))


def backed_stats(heap):
    backed = memory.at(heap, "backed")
    return stats(bytes_of(backed["pages"]), int(backed["spans"]), bytes_of(backed["pages"]))


def window_stats(_heap):
    """As tables_slots counts: a bit for each slot, and one of them is only for moments."""
    used = facts.static("tables.c", "used")
    data = memory.read(int(used.address), used.type.sizeof)
    slots = bin(int.from_bytes(data, "little")).count("1") - 1
    return stats(bytes_of(slots), slots, bytes_of(slots))


def physical_stats(_heap):
    heap = facts.static("physical.c", "heap")
    used = int(heap["total"]) - int(heap["free"])
    return stats(bytes_of(used), used, 0, idheap_metadata(heap))


def tag_pages_stats(heap):
    """The page heap within a struct tagheap."""
    start = facts.type_of("struct tagheap")["pages"].bitpos // 8
    tagheap = memory.at(heap - start, "tagheap")
    return stats(bytes_of(tagheap["page_count"]), int(tagheap["span_count"]), bytes_of(tagheap["page_count"]))


def tagheap_stats(heap):
    tagheap = memory.at(heap, "tagheap")
    inner = stats_of(int(tagheap["inner"]))
    return stats(inner.allocated, int(tagheap["objects"]), bytes_of(tagheap["page_count"]),
                 idheap_metadata(tagheap["places"]))


def host_tag_pages_stats(heap):
    """The page heap within a struct tagged_host_heap."""
    start = facts.type_of("struct tagged_host_heap")["pages"].bitpos // 8
    tag = memory.at(heap - start, "tagged_host_heap")
    return stats(int(tag["mapped"]), int(tag["spans"]))


def host_tag_stats(heap):
    tag = memory.at(heap, "tagged_host_heap")
    inner = stats_of(int(tag["general"]["heap"].address))
    return stats(inner.allocated, int(tag["objects"]), int(tag["mapped"]))


KINDS = {
    ("host/tagged_host.c", "pages_stats"): ("pages", host_tag_pages_stats),
    ("host/tagged_host.c", "tag_stats"): ("tagged", host_tag_stats),
    ("runtime/general.c", "general_stats"): ("general", general_stats),
    ("runtime/debugheap.c", "debug_stats"): ("debug", debug_stats),
    ("runtime/counting.c", "counting_stats"): ("counting", parent_stats),
    ("runtime/failing.c", "failing_stats"): ("failing", parent_stats),
    ("runtime/objcache.c", "cache_stats"): ("objcache", objcache_stats),
    ("host/pages.c", "pages_stats"): ("pages", host_pages_stats),
    ("kernel/backed.c", "backed_stats"): ("backed", backed_stats),
    ("kernel/pages_heap.c", "pages_stats"): ("window", window_stats),
    ("kernel/physical.c", "view_stats"): ("physical", physical_stats),
    ("kernel/tagheap.c", "pages_stats"): ("pages", tag_pages_stats),
    ("kernel/tagheap.c", "tagheap_stats"): ("tagged", tagheap_stats),
}


def kind_of(heap):
    """(kind, reader); a heap of somebody else's has the kind "other", and nothing is known of it."""
    code = int(memory.at(int(memory.at(heap, "heap")["ops"]), "heap_ops")["stats"])
    block = gdb.block_for_pc(code)
    if block is None or block.function is None:
        raise Trouble("0x%x is no heap: its ops do not lead to code" % heap)
    path = block.function.symtab.filename.split(os.sep)
    return KINDS.get(("/".join(path[-2:]), block.function.name),
                     ("other", lambda _heap: Stats(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)))


def stats_of(heap):
    return kind_of(heap)[1](heap)


def name_of(heap):
    """A heap's name; "-" where there is no heap."""
    return memory.at(heap, "heap")["name"].string() if heap else "-"


def row_of(heap):
    """The line of a heap, given by its address."""
    head = memory.at(heap, "heap")
    kind, reader = kind_of(heap)
    return Row(name_of(heap), kind, name_of(int(head["parent"])), *reader(heap), int(head["failures"]))


def idheap_row(heap, parent="-"):
    """The line of an id heap; allocated and held are ids."""
    total = int(heap["total"])
    return Row(heap["name"].string(), "ids", parent, total - int(heap["free"]), "-", total, idheap_metadata(heap),
               int(heap["failures"]))


def strength(before):
    """The debugheap of a struct kheap_strength, if it is on."""
    return [int(before["debug"].address)] if int(before["on"]) else []


def tag_heaps():
    """The heads in each struct tagheap, from the page heap up."""
    found = []
    array = facts.static("tagheap.c", "heaps")
    for tag in range(array.type.range()[1] + 1):
        if int(array[tag]):
            tagheap = array[tag].dereference()
            found += [int(tagheap["pages"].address), int(tagheap["general"].address)]
            found += strength(tagheap["strength"]) + [int(array[tag])]
    return found


def host_rows(host):
    """The lines of the heaps of a struct tagged_host."""
    rows = []
    places, tags = host["places"], host["heaps"]
    for region in range(places.type.range()[1] + 1):
        if int(places[region]["name"]):
            rows.append(idheap_row(places[region]))
    for tag in range(tags.type.range()[1] + 1):
        if int(tags[tag]["places"]):
            parts = (tags[tag]["pages"], tags[tag]["general"]["heap"], tags[tag]["heap"])
            rows += [row_of(int(part.address)) for part in parts]
    return rows


def kernel_rows():
    physical = facts.static("physical.c", "heap")
    if not tables.are_there() or not int(physical["total"]):
        raise Trouble("the kernel has no heaps yet: let it run to kheap_init or beyond")
    row = Row("physical", "physical", "-", *physical_stats(0), int(physical["failures"]))
    rows = [row, idheap_row(facts.static("virtual.c", "virtual_huge")),
            idheap_row(facts.static("virtual.c", "virtual_page"), "virtual_huge")]
    heads = [facts.static("pages_heap", "heap"), facts.static("backed.c", "backed"), facts.static("kheap.c", "pages"),
             facts.static("kheap.c", "general")]
    found = [int(head.address) for head in heads]
    found += strength(facts.static("kheap.c", "own")) + tag_heaps()
    return rows + [row_of(heap) for heap in found if int(memory.at(heap, "heap")["ops"])]
