/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is checked as a whole before anything starts, and its bytes stay.  A program that cannot be started has a
 * status as shells have it, and the next one follows.
 */
#include "commands.h"

#include "at.h"
#include "errno.h"
#include "exec.h"
#include "file.h"
#include "kernel/backed.h"
#include "kernel/kstore.h"
#include "kernel/options.h"
#include "kernel/say.h"
#include "limits.h"
#include "path.h"
#include "program.h"
#include "program_ledger.h"
#include "runfile.h"
#include "runtime/bytes.h"
#include "store_serve.h"
#include "thread.h"
#include "tty.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

#define UMASK 022

/* As shells have it: what was not found, what could not be started. */
#define STATUS_ABSENT 127
#define STATUS_UNFIT 126

static char *bytes; /* of RUNFILE_PATH */
static uint64_t size, at; /* bytes; where the next program stands */
static int last_status;

static _Noreturn void refuse(const char *what, int64_t number)
{
    say(PROTO_REFUSED "%s: %ld\n", what, number);
    machine_end(PROTO_EXIT_REFUSED);
}

static int64_t add_texts(struct exec_args *args, const char *text, uint64_t count, uint64_t *counter)
{
    int64_t error = 0;

    for (; count && !error; count--) {
        error = exec_args_add(args, text, counter);
        text += text_length(text) + 1;
    }
    return error;
}

/* As each program finds it.  (The first one's descriptors are open; a program's end has closed the others'.) */
static int64_t begin_program(const struct runfile *run)
{
    struct inode *inode;
    int64_t error = 0;

    program_reset();
    limits_init();
    at_umask = UMASK;
    inode_release(path_cwd);
    path_cwd = inode_hold(path_root);
    if (!file_get_any(0))
        error = console_open(!options_program.tty);
    if (!error)
        error = path_find(run->cwd, true, &inode);
    if (error)
        return error;
    inode_release(path_cwd);
    path_cwd = inode;
    return 0;
}

static int64_t start(const struct runfile *run)
{
    struct exec_request request = { path_cwd, run->path, PATH_FOLLOW, run->path };
    struct exec_args args;
    int64_t error;

    exec_args_init(&args, program.limits[LIMIT_STACK].now);
    error = add_texts(&args, run->args, run->arg_count, &args.strings.args);
    if (!error)
        error = add_texts(&args, run->envs, run->env_count, &args.strings.envs);
    if (!error)
        error = exec_prepare(&args, &request);
    if (error)
        exec_args_end(&args);
    return error;
}

static void read_bytes(void)
{
    struct inode *inode;
    int64_t error = path_find(RUNFILE_PATH, true, &inode);

    if (error)
        refuse("the image's archive has no " RUNFILE_PATH, -error);
    size = inode->size;
    bytes = size ? heap_new(&backed.heap, size) : NULL;
    if (!bytes || inode_read(inode, bytes, size, 0) != (int64_t)size)
        refuse(RUNFILE_PATH " cannot be read, bytes", (int64_t)size);
    inode_release(inode);
}

void commands_init(void)
{
    struct runfile run;
    uint64_t used;

    read_bytes();
    for (uint64_t i = 0; i < size; i += used)
        if (runfile_read(&run, bytes + i, size - i, &used) != STATUS_OK)
            refuse(RUNFILE_PATH " is not of its form from byte", (int64_t)i);
}

void commands_next(void)
{
    struct runfile run;
    uint64_t used;
    int64_t error;

    while (at < size && runfile_read(&run, bytes + at, size - at, &used) == STATUS_OK) {
        at += used;
        say_program(run.path);
        error = begin_program(&run);
        program_ledger_begin();
        threads_times_begin();
        if (!error)
            error = start(&run);
        if (!error)
            exec_commit();
        say("# exec: %s: error %ld\n", run.path, -error);
        last_status = error == -ENOENT ? STATUS_ABSENT : STATUS_UNFIT;
        say_program_status((uint32_t)last_status);
    }
    if (kstore_present)
        store_serve_hold();
    say_program_end((uint32_t)last_status);
}

void commands_ended(int status)
{
    last_status = status;
    say_program_status((uint32_t)status);
    commands_next();
}
