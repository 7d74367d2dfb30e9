/* SPDX-License-Identifier: Apache-2.0 */
/* From a kernel that has its heaps to the first program: the archive becomes files, RUNFILE_PATH says what starts. */
#include "errno.h"
#include "exec.h"
#include "file.h"
#include "files_boot.h"
#include "kernel/archive.h"
#include "kernel/backed.h"
#include "kernel/options.h"
#include "kernel/panic.h"
#include "kernel/program_seam.h"
#include "kernel/say.h"
#include "limits.h"
#include "path.h"
#include "program.h"
#include "program_ledger.h"
#include "random.h"
#include "runfile.h"
#include "runtime/bytes.h"
#include "space.h"
#include "syscalls.h"
#include "thread.h"
#include "vdso.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

/* As shells have it: what was not found, what could not be started. */
#define STATUS_ABSENT 127
#define STATUS_UNFIT 126

static _Noreturn void refuse(const char *what, int64_t number)
{
    say(PROTO_REFUSED "%s: %ld\n", what, number);
    machine_end(PROTO_EXIT_REFUSED);
}

/* The bytes of RUNFILE_PATH in memory of their own. */
static char *read_runfile(uint64_t *size)
{
    struct inode *inode;
    int64_t error = path_find(RUNFILE_PATH, true, &inode);
    char *bytes;

    if (error)
        refuse("the image's archive has no " RUNFILE_PATH, -error);
    *size = inode->size;
    bytes = *size ? heap_new(&backed.heap, *size) : NULL;
    if (!bytes || inode_read(inode, bytes, *size, 0) != (int64_t)*size)
        refuse(RUNFILE_PATH " cannot be read, bytes", (int64_t)*size);
    inode_release(inode);
    return bytes;
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

static int64_t enter_directory(const char *path)
{
    struct inode *inode;
    int64_t error = path_find(path, true, &inode);

    if (error)
        return error;
    inode_release(path_cwd);
    path_cwd = inode;
    return 0;
}

static int64_t start(const struct runfile *run)
{
    const struct exec_request request = { path_cwd, run->path, PATH_FOLLOW, run->path };
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

static void begin(void)
{
    struct archive archive = boot_archive();

    threads_init();
    random_init(options_program.seeded, options_program.seed);
    vdso_init();
    limits_init();
    program.aslr = options_program.aslr;
    space_wxorx = options_program.wxorx;
    syscalls_trace(options_program.trace);
    files_boot(archive.base, archive.bytes);
}

void program_run(void)
{
    struct runfile run;
    uint64_t size;
    int64_t error;
    char *bytes;

    begin();
    program_ledger_begin();
    bytes = read_runfile(&size);
    if (runfile_read(&run, bytes, size) != STATUS_OK)
        refuse(RUNFILE_PATH " is not of its form, bytes", (int64_t)size);
    say_program(run.path);
    error = enter_directory(run.cwd);
    if (!error)
        error = start(&run);
    if (error) {
        say("# exec: %s: error %ld\n", run.path, -error);
        say_program_end(error == -ENOENT ? STATUS_ABSENT : STATUS_UNFIT);
    }
    if (heap_delete(&backed.heap, bytes, size) != STATUS_OK)
        panic(RUNFILE_PATH ": its bytes cannot be freed");
    exec_commit();
}
