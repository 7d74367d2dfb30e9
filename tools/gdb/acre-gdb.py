# SPDX-License-Identifier: Apache-2.0
"""Acre for gdb: gdb -x acre-gdb.py PROGRAM, or "source acre-gdb.py".  "help acre" lists what there is."""

import os
import sys


def load():
    """Loads the modules that stand beside this file, anew each time, and leaves no compiled ones there."""
    here = os.path.join(os.path.dirname(os.path.abspath(os.path.expanduser(__file__))))
    for name in [name for name in sys.modules if name.split(".")[0] == "acre_gdb"]:
        del sys.modules[name]
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.path.insert(0, here)
    try:
        from acre_gdb import commands, printers
    finally:
        sys.path.remove(here)
        sys.dont_write_bytecode = before
    commands.register()
    printers.register()


load()
