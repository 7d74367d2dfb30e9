# SPDX-License-Identifier: Apache-2.0
"""The kernel's page tables, walked as pagetable_each does: through the PAGES window, where each table is seen at its
slot (src/x86_64/pagetable.h)."""

import collections
import struct

import gdb

from . import facts, memory
from .facts import Trouble, number

Leaf = collections.namedtuple("Leaf", "base phys size flags owner")


def are_there():
    """Whether the kernel runs and has taken the page tables over; before, its own memory is not mapped."""
    try:
        return int(facts.static("tables.c", "kernel_tables")["tables"]) != 0
    except gdb.MemoryError:
        return False


def root():
    """The slot of the PML4."""
    if not are_there():
        raise Trouble("the kernel has no page tables yet: let it run to tables_init or beyond")
    return int(facts.static("tables.c", "kernel_tables")["root"])


class Walk:
    """All leaves, in order of their addresses, and how many tables of each level there are."""

    def __init__(self):
        self.tables = collections.Counter()
        self.leaves = []
        self.seen = set()
        self.table(root(), number("PT_LEVELS"), 0, number("PT_WRITE") | number("PT_USER"))

    def read(self, slot):
        size = 1 << number("LAYOUT_FRAME_SHIFT")
        data = memory.read(number("LAYOUT_PAGES_BASE") + slot * size, size)
        return struct.unpack("<%dQ" % number("PT_ENTRIES"), data)

    def table(self, slot, level, base, allowed):
        if slot in self.seen:
            raise Trouble("page tables: slot %d is reached twice" % slot)
        self.seen.add(slot)
        self.tables[level] += 1
        size = number("PT_ENTRIES") ** (level - 1) << number("LAYOUT_FRAME_SHIFT")
        for index, entry in enumerate(self.read(slot)):
            if not entry:
                continue
            address = canonical(base + index * size)
            if level == 1 or entry & number("PT_LARGE"):
                self.leaves.append(leaf_of(address, entry, size, allowed))
            else:
                self.table(slot_of(entry), level - 1, base + index * size, allowed & entry)


def slot_of(entry):
    """As pagetable_slot."""
    low = number("PT_SLOT_LOW_BITS")
    high = number("LAYOUT_PAGES_SLOT_BITS") - low
    return (entry >> number("PT_SLOT_LOW_SHIFT") & (1 << low) - 1
            | (entry >> number("PT_SLOT_HIGH_SHIFT") & (1 << high) - 1) << low)


def canonical(address):
    """The upper half of what four levels can tell lies at the top of the address space."""
    limit = number("LAYOUT_USER_LIMIT")
    return address if address < limit else address - 2 * limit & facts.WORD


def leaf_of(base, entry, size, allowed):
    kept = entry & (allowed | ~(number("PT_WRITE") | number("PT_USER")))
    owner = (entry & number("PT_OWNER")) >> number("PT_OWNER_SHIFT")
    return Leaf(base, entry & number("PT_FRAME") & ~(size - 1), size, rights(kept), owner)


def rights(entry):
    """As in the report's lines."""
    return "r%s%s%s" % ("w" if entry & number("PT_WRITE") else "-", "-" if entry & number("PT_NX") else "x",
                        "u" if entry & number("PT_USER") else "")


def page_text(size):
    return {0: "4k", 1: "2m", 2: "1g"}[((size >> number("LAYOUT_FRAME_SHIFT")).bit_length() - 1) // 9]


def runs(leaves):
    """Leaves that go on from each other, joined: (leaf with the run's size, bytes of a page)."""
    joined = []
    for leaf in leaves:
        if joined:
            last, page = joined[-1]
            if (page == leaf.size and last.base + last.size == leaf.base and last.phys + last.size == leaf.phys
                    and last.flags == leaf.flags and last.owner == leaf.owner):
                joined[-1] = (last._replace(size=last.size + leaf.size), page)
                continue
        joined.append((leaf, leaf.size))
    return joined
