# SPDX-License-Identifier: Apache-2.0
"""Variables with static storage by their type, in a program that is no kernel of Acre's: gdb has no list of them in
Python, so its own words are read."""

import re

import gdb

from . import facts

LINE = re.compile(r"^\d+:\s+(?:static )?(?:const )?struct (\w+) (\w+)(?:\[\d+\])?;$")
FILE = re.compile(r"^File (.*):$")


def listed():
    """(file, struct's name, variable) of each variable whose type is a struct, or an array of one."""
    file = ""
    for line in gdb.execute("info variables -q -t struct", to_string=True).splitlines():
        if FILE.match(line):
            file = FILE.match(line).group(1)
        elif LINE.match(line):
            yield (file,) + LINE.match(line).groups()


def starts_with(name, first):
    """Whether a struct NAME is a struct FIRST, or starts with one."""
    if name == first:
        return True
    try:
        fields = gdb.lookup_type("struct " + name).fields()
    except gdb.error:
        return False
    return bool(fields) and str(fields[0].type) == "struct " + first


def elements(value):
    """The value itself; of an array, each element."""
    if value.type.strip_typedefs().code != gdb.TYPE_CODE_ARRAY:
        return [value]
    first, last = value.type.range()
    return [value[i] for i in range(first, last + 1)]


def objects(first):
    """The values of all that are a struct FIRST, or start with one."""
    found = once_listed()
    return [each for file, name, variable in found if starts_with(name, first)
            for each in elements(facts.static(file, variable))]


def once_listed():
    return facts.once("statics", lambda: list(listed()))
