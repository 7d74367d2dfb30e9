# SPDX-License-Identifier: Apache-2.0
"""The ledger (src/kernel/ledger.h), and the same owners counted anew from the page tables and the physical heap's
books, as src/kernel/census.c does."""

from . import facts, tables
from .facts import number


def owners():
    return facts.names("owner_name", "names")


def frames():
    """Frames of each owner, by the ledger."""
    array = facts.static("ledger.c", "ledger")["frames"]
    return [int(array[i]) for i in range(len(owners()))]


def frames_of(leaf):
    return leaf.size >> number("LAYOUT_FRAME_SHIFT")


def within(walk, base, limit):
    return sum(frames_of(leaf) for leaf in walk.leaves if base <= leaf.base < limit)


def counted():
    """Frames of each owner, without the ledger."""
    numbers = facts.enumerators("owner")
    count = [0] * len(owners())
    walk = tables.Walk()
    count[numbers["OWNER_FREE"]] = int(facts.static("physical.c", "heap")["free"])
    sections = facts.static("sections.c", "sections")
    for place in range(sections.type.range()[1] + 1):
        section = sections[place]
        count[int(section["owner"])] += within(walk, int(section["base"]), int(section["limit"]))
    for level in range(1, number("PT_LEVELS") + 1):
        count[numbers["OWNER_TABLES_PT"] + level - 1] += walk.tables[level]
    borrowed = [numbers["OWNER_" + name] for name in ("FILES", "ZERO_PAGE", "USER_VDSO")]
    for leaf in walk.leaves:
        if number("LAYOUT_KMEM_BASE") <= leaf.base < number("LAYOUT_KMEM_LIMIT") and leaf.owner < len(count):
            count[leaf.owner] += frames_of(leaf)
        elif leaf.base < number("LAYOUT_USER_LIMIT") and leaf.owner not in borrowed:
            count[leaf.owner or numbers["OWNER_BOOT_LEFTOVERS"]] += frames_of(leaf)
    count[numbers["OWNER_BOOT_LEFTOVERS"]] += within(
        walk, number("LAYOUT_HANDOFF_BASE"), number("LAYOUT_HANDOFF_LIMIT"))
    return count
