# SPDX-License-Identifier: Apache-2.0
"""Numbers and names of the program under the debugger, from its debug information and its constants: none of them
stands here."""

import collections

import gdb

WORD = (1 << 64) - 1


class Trouble(Exception):
    """What is wrong, in a line for a person."""


known = {}


def forget(_event=None):
    """Another program may have other numbers."""
    known.clear()


def once(key, make):
    """What make() gives, asked for once in a program."""
    if key not in known:
        known[key] = make()
    return known[key]


def type_of(name):
    """The type with this name, as "struct heap"."""
    def find():
        try:
            return gdb.lookup_type(name)
        except gdb.error:
            raise Trouble("the program knows no %s: load one of Acre's with its debug information "
                          "(file acre.elf)" % name) from None
    return once(("type", name), find)


def has_type(name):
    try:
        type_of(name)
    except Trouble:
        return False
    return True


def enumerators(name):
    """dict NAME -> number of an enum."""
    return once(("enum", name), lambda: {f.name: f.enumval & WORD for f in type_of("enum " + name).fields()})


def number(name):
    """The value of a macro that src/runtime/debuginfo.h or src/kernel/debuginfo_kernel.c carries."""
    for enum in ("debuginfo", "debuginfo_kernel"):
        value = enumerators(enum).get("DEBUGINFO_" + name)
        if value is not None:
            return value
    raise Trouble("the program's debug information has no " + name)


def is_kernel():
    return number("KERNEL") == 1


def static(file, name):
    """The variable NAME with static storage in the source FILE or in the function FILE."""
    try:
        return gdb.parse_and_eval("%s::%s" % ("'%s'" % file if "." in file else file, name))
    except gdb.error:
        raise Trouble("the program has no variable %s in %s" % (name, file)) from None


def from_file(read):
    """What read() gives, with constants taken from the program's file: in memory it may not be yet."""
    before = gdb.parameter("trust-readonly-sections")
    gdb.execute("set trust-readonly-sections on", to_string=True)
    try:
        return read()
    finally:
        gdb.execute("set trust-readonly-sections %s" % ("on" if before else "off"), to_string=True)


def names(file, name):
    """The texts of a constant array of names; "" where there is none."""
    def read():
        array = static(file, name)
        first, last = array.type.range()
        return [array[i].string() if int(array[i]) else "" for i in range(first, last + 1)]
    return once(("names", file, name), lambda: from_file(read))


Tag = collections.namedtuple("Tag", "number name bytes fields")  # fields: names, in their order


def elements(array):
    first, last = array.type.range()
    return [array[i] for i in range(first, last + 1)]


def published():
    """The table of tags that the kernel publishes for who reads its store (src/runtime/storetags.h), by number: acre
    ctl has the same.  Empty in a program that has none."""
    def read():
        try:
            tags, fields = (elements(static("storetags.c", name)) for name in ("store_tag_rows", "store_field_rows"))
        except Trouble:
            return {}
        found = {}
        for row in tags:
            number = int(row["number"])
            found[number] = Tag(number, row["name"].string(), int(row["size"]), [])
        for row in fields:
            found[int(row["tag"])].fields.append(row["name"].string())
        return found
    return once("published", lambda: from_file(read))


def tag_name(tag):
    """As tag_name of tag.h."""
    if published() and tag:
        return published()[tag].name if tag in published() else "unlisted"
    listed = names("tag.c", "names")
    return listed[tag] if tag < len(listed) else "unlisted"


def region_type_name(kind):
    """As region_type_name of region.h."""
    kinds = enumerators("region_type")
    if kind == kinds["REGION_USABLE"]:
        return "usable"
    own = names("region.c", "own_names")
    place = kind - kinds["REGION_OWN"]
    return own[place] if 0 <= place < len(own) else "unknown"


def register():
    for event in ("new_objfile", "clear_objfiles"):
        getattr(gdb.events, event).connect(forget)


register()
