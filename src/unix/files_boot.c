/* SPDX-License-Identifier: Apache-2.0 */
#include "files_boot.h"

#include <stddef.h>

#include "filepage.h"
#include "kernel/options.h"
#include "kernel/say.h"
#include "tree.h"
#include "tty.h"
#include "unpack.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

static _Noreturn void refuse(const char *what, const char *why)
{
    say(PROTO_REFUSED "%s: %s\n", what, why);
    machine_end(PROTO_EXIT_REFUSED);
}

void files_boot(void *archive, uint64_t bytes)
{
    const char *why;

    filepage_init(archive, bytes);
    if (!tree_init())
        refuse("the tree of files cannot be made", "memory is full");
    if (bytes && unpack(archive, bytes, &why) != STATUS_OK)
        refuse("the archive of the program's files cannot be unpacked", why);
    if (options_program.tty && !tty_start(options_program.cols, options_program.rows))
        refuse("the terminal cannot be made", "memory is full");
    if (console_open(!options_program.tty))
        refuse("the console cannot be opened", "memory is full");
}
