# SPDX-License-Identifier: Apache-2.0
"""Variables with static storage by their type, in a program that is no kernel of Acre's: gdb has no list of them in
Python, so its own words are read."""

import re

import gdb

from . import facts

LINE = re.compile(r"^\d+:\s+(?:static )?(?:const )?struct (\w+) (\w+)(\[\d+\])?;$")
FILE = re.compile(r"^File (.*):$")


def listed(type_name):
    """(file, variable) of each variable whose type is struct TYPE_NAME, or an array of it."""
    file = ""
    for line in gdb.execute("info variables -q -t struct.%s" % type_name, to_string=True).splitlines():
        if FILE.match(line):
            file = FILE.match(line).group(1)
        found = LINE.match(line)
        if found and found.group(1) == type_name:
            yield file, found.group(2)


def objects(type_name):
    """Their values; of an array, each element."""
    for file, name in listed(type_name):
        value = facts.static(file, name)
        if value.type.strip_typedefs().code == gdb.TYPE_CODE_ARRAY:
            first, last = value.type.range()
            yield from (value[i] for i in range(first, last + 1))
        else:
            yield value


def starting_with(type_name):
    """Names of the structs whose first field is a struct TYPE_NAME, and its own, as far as variables have them."""
    words = gdb.execute("info types -q struct", to_string=True)
    for name in sorted(set(re.findall(r"struct (\w+);", words))):
        try:
            fields = gdb.lookup_type("struct " + name).fields()
        except gdb.error:
            continue
        if name == type_name or (fields and str(fields[0].type) == "struct " + type_name):
            yield name
