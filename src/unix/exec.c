/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execve has two halves.  exec_prepare finds out all that can be found out without touching the running program: files,
 * headers, layout.  Then comes the point of no return: the other threads end, the old address space is given up, and
 * what goes wrong from there on (memory that runs out) kills the program as Linux does.
 *
 * What the second half (exec_commit.c) needs lies in exec_next, not on a stack: it may have to change stacks.  The
 * kernel is not preempted and nothing in the first half waits, so there is one at a time.
 */
#include "exec.h"

#include "errno.h"
#include "exec_inner.h"
#include "kernel/kheap.h"
#include "kernel/panic.h"
#include "log.h"
#include "path.h"
#include "program.h"
#include "random.h"
#include "runtime/bytes.h"
#include "runtime/range.h"
#include "script.h"
#include "space.h"

#define PERSONALITY_NO_RANDOM 0x40000u /* ADDR_NO_RANDOMIZE */

struct exec_next exec_next;

/* What is needed while exec_prepare runs: too much for a stack, and for memory that nobody gives back. */
struct texts {
    char name[ELFUSER_PATH_MAX]; /* of the file that is looked at: the program, or a script's interpreter */
    char interpreter[ELFUSER_PATH_MAX]; /* that PT_INTERP names */
    uint8_t head[ELFUSER_HEAD_SIZE];
    char line[SCRIPT_HEAD_SIZE];
    struct script script;
};

/* A script in the place of exec_next.program: its interpreter comes there, and the arguments change. */
static int64_t script_follow(struct texts *t)
{
    const struct script *script = &t->script;
    struct inode *inode;
    int64_t error = load_find(path_cwd, script->name, PATH_FOLLOW, &inode);

    if (error)
        return error;
    load_end(&exec_next.program);
    exec_next.program.inode = inode;
    error = exec_args_script(&exec_next.args, script->name, script->has_argument ? script->argument : NULL,
                             t->name);
    bytes_copy(t->name, script->name, text_length(script->name) + 1);
    return error;
}

/* From script to script to a file that is none. */
static int64_t follow_scripts(struct texts *t)
{
    for (uint32_t depth = 0;; depth++) {
        enum status status;
        int64_t error;

        bytes_fill(t->line, 0, sizeof t->line);
        error = inode_read(exec_next.program.inode, t->line, sizeof t->line, 0);
        if (error < 0)
            return error;
        status = script_read(&t->script, t->line);
        if (status == STATUS_NOT_FOUND)
            return 0;
        if (status != STATUS_OK)
            return -ENOEXEC;
        if (depth == SCRIPT_DEPTH_MAX)
            return -ELOOP;
        error = script_follow(t);
        if (error)
            return error;
    }
}

static int64_t find_interpreter(struct texts *t)
{
    int64_t error;

    if (!exec_next.program.elf.interpreter_size)
        return 0;
    error = load_interpreter(&exec_next.program, t->interpreter);
    if (error)
        log_line("exec: %s: path of the interpreter does not end: 0x%lx", t->name,
                 exec_next.program.elf.interpreter_offset);
    else
        error = load_find(path_cwd, t->interpreter, PATH_FOLLOW, &exec_next.interpreter.inode);
    if (error) {
        exec_next.interpreter.inode = NULL;
        return error;
    }
    return load_check(&exec_next.interpreter, t->interpreter, t->head) ? -ELIBBAD : 0;
}

/* W^X, where it is enforced, is asked for before there is no way back. */
static int64_t check_rights(const struct load_file *file, const char *name)
{
    const struct elf_program *elf = &file->elf.elf;
    const uint32_t both = ELF_WRITE | ELF_EXECUTE;

    for (uint32_t i = 0; space_wxorx && i < elf->segment_count; i++)
        if ((elf->segments[i].flags & both) == both) {
            log_line("exec: %s: segment both writable and executable: 0x%lx", name, elf->segments[i].vaddr);
            return -EACCES;
        }
    if (space_wxorx && file->elf.stack_executable) {
        log_line("exec: %s: wants a stack that is executable", name);
        return -EACCES;
    }
    return 0;
}

static int64_t make_layout(void)
{
    const struct elfuser *elf = &exec_next.program.elf;
    bool fixed = elf->elf.type == ELF_TYPE_FIXED;
    struct layout_request request = {
        .seed = random_number(),
        .aslr = program.aslr && !(program.personality & PERSONALITY_NO_RANDOM),
        .stack_size = program.limits[LIMIT_STACK].now,
    };
    uint64_t room;

    if (fixed) {
        request.program_base = elf->base;
        request.program_limit = elf->limit;
    } else {
        request.pie_size = elf->limit - range_align_down(elf->base, elf->align);
        request.pie_align = elf->align;
    }
    if (layout_make(&exec_next.layout, &request) != STATUS_OK) {
        log_line("exec: %s: no room for it and a stack: 0x%lx to 0x%lx", exec_next.path, elf->base,
                 elf->limit);
        return -ENOMEM;
    }
    room = exec_next.layout.stack_limit - exec_next.layout.stack_base;
    return userstack_size(&exec_next.args.strings, USERSTACK_AUXV_MAX) > room ? -E2BIG : 0;
}

static int64_t add_path(const char *path)
{
    uint64_t at = exec_next.args.strings.size, paths = 0;
    int64_t error = exec_args_add(&exec_next.args, path, &paths);

    exec_next.path = exec_next.args.strings.bytes + at;
    return error;
}

static int64_t prepare(const char *path)
{
    struct texts *t = kheap_new(sizeof *t);
    int64_t error;

    if (!t)
        return -ENOMEM;
    bytes_copy(t->name, path, text_length(path) + 1);
    error = follow_scripts(t);
    if (!error)
        error = add_path(path);
    if (!error)
        error = load_check(&exec_next.program, t->name, t->head);
    if (!error)
        error = check_rights(&exec_next.program, t->name);
    if (!error)
        error = find_interpreter(t);
    if (!error)
        error = make_layout();
    if (kheap_delete(t, sizeof *t) != STATUS_OK)
        panic("execve: its texts at %p cannot be freed", (void *)t);
    return error;
}

int64_t exec_prepare(struct exec_args *args, const struct exec_request *request)
{
    struct inode *inode;
    int64_t error;

    if (text_length(request->name) >= ELFUSER_PATH_MAX)
        return -ENAMETOOLONG;
    error = load_find(request->from, request->path, request->path_flags, &inode);
    if (error)
        return error;
    exec_next.program.inode = inode;
    exec_next.interpreter.inode = NULL;
    exec_next.args = *args;
    error = prepare(request->name);
    if (error) {
        load_end(&exec_next.program);
        load_end(&exec_next.interpreter);
        *args = exec_next.args;
    }
    return error;
}
