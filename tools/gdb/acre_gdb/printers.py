# SPDX-License-Identifier: Apache-2.0
"""Pretty-printers: a pointer to a struct value or a struct NAME_value is printed as its address, type and value; with
print/r as gdb would."""

import re

import gdb

from . import facts, text
from .facts import Trouble

POINTEE = re.compile(r"^(?:(\w+)_)?value$")


class Pointer:
    """A tagged pointer; WANTED is the tag that its type promises, or None."""

    def __init__(self, value, wanted):
        self.address = int(value) & facts.WORD
        self.wanted = wanted

    def to_string(self):
        if not self.address:
            return "0x0"
        try:
            name, shown = text.need_text(self.address)
            if self.wanted not in (None, name):
                raise Trouble("no %s: its tag is %s" % (self.wanted, name))
            return "0x%x %s %s" % (self.address, name, shown)
        except (Trouble, gdb.error) as why:
            return "0x%x <%s>" % (self.address, re.sub("^0x%x is " % self.address, "", str(why)))


def printer_of(value):
    """For gdb: a printer, or None for what is not ours."""
    kind = value.type.strip_typedefs()
    if kind.code != gdb.TYPE_CODE_PTR:
        return None
    found = POINTEE.match(kind.target().strip_typedefs().unqualified().tag or "")
    try:
        if not found or (found.group(1) and "TAG_" + found.group(1).upper() not in facts.enumerators("tag")):
            return None
    except Trouble:
        return None
    return Pointer(value, found.group(1))


printer_of.name = "acre"
printer_of.enabled = True


def register():
    gdb.pretty_printers[:] = [p for p in gdb.pretty_printers if getattr(p, "name", "") != "acre"]
    gdb.pretty_printers.insert(0, printer_of)
