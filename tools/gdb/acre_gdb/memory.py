# SPDX-License-Identifier: Apache-2.0
"""Reading the program's memory, and what a person names it by."""

import gdb

from . import facts
from .facts import Trouble


def read(address, size):
    """SIZE bytes; raises gdb.MemoryError where there are none."""
    if address + size > facts.WORD + 1:
        raise gdb.MemoryError("Cannot access memory at address 0x%x" % address)
    return bytes(gdb.selected_inferior().read_memory(address, size)) if size else b""


def word(address):
    return int.from_bytes(read(address, 8), "little")


def at(address, name):
    """What lies there, as a "struct NAME"; it is read when it is looked at."""
    pointer = facts.type_of("struct " + name).pointer()
    return gdb.Value(address).cast(pointer).dereference()


def evaluate(text):
    """The value of an expression, which may not call anything in the program."""
    may = gdb.parameter("may-call-functions")
    gdb.execute("set may-call-functions off", to_string=True)
    try:
        return gdb.parse_and_eval(text)
    finally:
        gdb.execute("set may-call-functions %s" % ("on" if may else "off"), to_string=True)


def address_of(value):
    """The address that a value is: of a pointer, of a number, or where an object lies."""
    kind = value.type.strip_typedefs().code
    if kind in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_INT, gdb.TYPE_CODE_ENUM):
        return int(value) & facts.WORD
    if value.address is None:
        raise Trouble("that is a %s, and no pointer" % value.type)
    return int(value.address) & facts.WORD


def address(text, what):
    """The address that an expression gives; WHAT is named if there is none."""
    if not text.strip():
        raise Trouble("say which %s: a pointer or an address" % what)
    return address_of(evaluate(text))
