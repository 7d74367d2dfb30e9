# SPDX-License-Identifier: Apache-2.0
"""What gdb can show of Acre: facts (numbers of the program), memory, text (values), heaps, tables (of pages), ledger,
printers, commands.  Only memory is read; nothing is ever called in the program."""
