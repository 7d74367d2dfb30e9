/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes over the serial port and how a guest ends: the one home of every text that a host program looks for, of the
 * exit codes and of the ports.  tools/layout-gen carries it to NASM and Tcl, so it keeps layout.h's rules;
 * doc/serial.md explains it.
 */
#ifndef ACRE_PROTOCOL_H
#define ACRE_PROTOCOL_H

/* Serial port: lines and exit codes */
#define PROTO_TAP_VERSION "TAP version 13" /* first line of the self-checks */
#define PROTO_MARK "# mark " /* then NAME TSC, TSC decimal */
#define PROTO_EXIT "# exit " /* then a PROTO_EXIT_ code, or the program's status, 0..255: the last line */
#define PROTO_REFUSED "# refused: " /* then why, with the numbers */
#define PROTO_PANIC "# panic: " /* then what="..." rip=0x... cr2=0x... error=0x... */
#define PROTO_FRAME "# frame " /* then N 0xRIP SYMBOL+0xOFFSET: a line of a backtrace */
#define PROTO_FAILING "# failing " /* then K: that allocation is refused (option fail=); PROTO_FRAME lines say whose */
#define PROTO_ALLOCATIONS "# allocations " /* then COUNT REFUSED, up to there, if option fail= was given */
#define PROTO_REFUSED_KEY "refused" /* in a point's YAML: so many allocations of its were refused by that option */
#define PROTO_E820 "# e820 " /* then 0xBASE 0xLENGTH TYPE ATTRIBUTES: an entry as the BIOS gave it */
#define PROTO_USABLE "# usable " /* then 0xBASE 0xLIMIT: a run of usable frames */
#define PROTO_MAPPING "# mapping " /* then 0xBASE 0xLIMIT 0xPHYS PAGESIZE FLAGS OWNER, if a leaf says whose it is */
#define PROTO_LEDGER "# ledger " /* then OWNER FRAMES */
#define PROTO_PROGRAM "# program " /* then its path: COM1 is the program's now, until a line's end and PROTO_STATUS */
#define PROTO_STATUS "# status " /* then its status, 0..255; PROTO_PROGRAM of another or PROTO_EXIT follows */
#define PROTO_BENCH "# bench " /* then NAME TICKS: a figure that was asked for (option bench=heaps) */

#define PROTO_EXIT_OK 0 /* every point is ok */
#define PROTO_EXIT_FAILED 1 /* a point is not ok */
#define PROTO_EXIT_REFUSED 2 /* machine, map, disk or option was refused */
#define PROTO_EXIT_PANIC 3 /* the kernel panicked */

#define PROTO_INPUT_ESCAPE 0x10 /* on the way to a program's pipe (console=pipe): itself doubled is this byte */
#define PROTO_INPUT_END 0x04 /* and this one after it is the end of the input */
#define PROTO_COM1_PORT 0x3f8 /* 16550, 115200 8N1 */
#define PROTO_COM2_PORT 0x2f8 /* the same, where there is one: the meta store (doc/store.md) */
#define PROTO_COM3_PORT 0x3e8 /* the same, where there is one: what the kernel says while a program has COM1 */
#define PROTO_DEBUGEXIT_PORT 0xf4 /* QEMU isa-debug-exit: value v ends QEMU with status 2v+1, of eight bits */
#define PROTO_DEBUGEXIT_OFFSET 0x10 /* v is this plus the exit code, so QEMU's own statuses 0 and 1 are never meant */
#define PROTO_BOCHS_PORT 0x8900 /* Bochs: the bytes of PROTO_BOCHS_SHUTDOWN end it */
#define PROTO_BOCHS_SHUTDOWN "Shutdown" /* what to write there */

#endif
