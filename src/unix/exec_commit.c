/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of execve, after the point of no return: on the first thread, when it is the only one.  The old
 * address space goes, with its frames; program, interpreter, vDSO, brk and stack are mapped; the first instruction is
 * the interpreter's, if there is one.
 */
#include "errno.h"
#include "exec.h"
#include "exec_inner.h"
#include "fatal.h"
#include "file.h"
#include "hwcap.h"
#include "kernel/panic.h"
#include "log.h"
#include "program.h"
#include "program_ledger.h"
#include "random.h"
#include "runtime/bytes.h"
#include "runtime/range.h"
#include "signals.h"
#include "space.h"
#include "thread.h"
#include "user.h"
#include "vdso.h"
#include "x86_64/fpu.h"
#include "x86_64/layout.h"

#define STACK_MORE 0x20000ull /* mapped below what is used at first, as Linux does; the rest grows */

static int64_t map_stack(uint64_t used)
{
    const struct layout *layout = &exec_next.layout;
    uint64_t size = range_min(range_align_up(used + STACK_MORE, LAYOUT_FRAME_SIZE),
                              layout->stack_limit - layout->stack_base);
    struct space_request request = {
        .address = layout->stack_limit - size,
        .length = size,
        .prot = SPACE_PROT_READ | SPACE_PROT_WRITE | (exec_next.program.elf.stack_executable ? SPACE_PROT_EXEC : 0),
        .flags = SPACE_MAP_PRIVATE | SPACE_MAP_ANONYMOUS | SPACE_MAP_FIXED | SPACE_MAP_GROWSDOWN,
        .kind = AREA_STACK,
    };

    return space_request(&request);
}

static void make_auxv(struct auxv *auxv, uint64_t vdso)
{
    const struct elfuser *elf = &exec_next.program.elf;
    uint64_t bias = exec_next.program.bias;

    auxv_add(auxv, AT_SYSINFO_EHDR, vdso);
    auxv_add(auxv, AT_MINSIGSTKSZ, hwcap_signal_frame());
    auxv_add(auxv, AT_HWCAP, hwcap_first());
    auxv_add(auxv, AT_PAGESZ, LAYOUT_FRAME_SIZE);
    auxv_add(auxv, AT_CLKTCK, PROGRAM_TICKS);
    auxv_add(auxv, AT_PHDR, elf->headers_vaddr ? elf->headers_vaddr + bias : 0);
    auxv_add(auxv, AT_PHENT, (ELFUSER_HEAD_SIZE - ELFUSER_HEADER_SIZE) / ELFUSER_HEADERS_MAX);
    auxv_add(auxv, AT_PHNUM, elf->elf.header_count);
    auxv_add(auxv, AT_BASE, exec_next.interpreter.inode ? exec_next.interpreter.bias : 0);
    auxv_add(auxv, AT_FLAGS, 0);
    auxv_add(auxv, AT_ENTRY, elf->elf.entry + bias);
    auxv_add(auxv, AT_UID, program.ids.uid);
    auxv_add(auxv, AT_EUID, program.ids.euid);
    auxv_add(auxv, AT_GID, program.ids.gid);
    auxv_add(auxv, AT_EGID, program.ids.egid);
    auxv_add(auxv, AT_SECURE, 0);
    auxv_add(auxv, AT_RANDOM, 0);
    auxv_add(auxv, AT_HWCAP2, hwcap_second());
    auxv_add(auxv, AT_EXECFN, 0);
    auxv_add(auxv, AT_PLATFORM, 0);
    auxv_add(auxv, AT_NULL, 0);
}

static int64_t make_stack(uint64_t vdso, struct userstack *stack)
{
    struct auxv auxv = { .count = 0 };
    struct userstack_request request = {
        .stack_limit = exec_next.layout.stack_limit,
        .stack_shift = exec_next.layout.stack_shift,
        .strings = exec_next.args.strings,
        .auxv = &auxv,
        .put = user_write,
    };
    int64_t error;

    make_auxv(&auxv, vdso);
    random_fill(request.random, sizeof request.random);
    error = map_stack(userstack_size(&exec_next.args.strings, auxv.count));
    if (error < 0)
        return error;
    if (userstack_build(stack, &request) != STATUS_OK)
        return -ENOMEM;
    program.auxv_bytes = auxv.count * 2 * sizeof *auxv.words;
    bytes_copy(program.auxv, auxv.words, program.auxv_bytes);
    return 0;
}

static int64_t load(struct userstack *stack)
{
    int64_t error = load_map(&exec_next.program, exec_next.layout.pie_base), vdso;

    if (!error && exec_next.interpreter.inode)
        error = load_map(&exec_next.interpreter, 0);
    if (error)
        return error;
    vdso = vdso_map(exec_next.layout.vdso_base);
    if (vdso < 0)
        return vdso;
    space_brk_set(exec_next.layout.brk_base);
    return make_stack((uint64_t)vdso, stack);
}

static void name_program(void)
{
    const char *last = exec_next.path;

    for (const char *p = exec_next.path; *p; p++)
        if (*p == '/')
            last = p + 1;
    bytes_fill(program.name, 0, sizeof program.name);
    bytes_copy(program.name, last, range_min(text_length(last), sizeof program.name - 1));
    bytes_copy(current->name, program.name, sizeof current->name);
}

static void become(const struct userstack *stack)
{
    if (program.exe)
        inode_release(program.exe);
    program.exe = exec_next.program.inode;
    exec_next.program.inode = NULL;
    load_end(&exec_next.interpreter);
    program.args_base = stack->args_base;
    program.args_limit = stack->args_limit;
    program.env_base = stack->env_base;
    program.env_limit = stack->env_limit;
    program.execs++;
    name_program();
    exec_args_end(&exec_next.args);
}

/* What of the thread names the old program's memory. */
static void forget(void)
{
    current->fs_base = current->gs_base = 0;
    current->clear_child_tid = current->robust_list = current->rseq = 0;
    fpu_reset();
}

static void replace(void)
{
    const struct load_file *first = exec_next.interpreter.inode ? &exec_next.interpreter : &exec_next.program;
    struct userstack stack;
    uint64_t entry;
    int64_t error;

    forget();
    signals_exec();
    files_exec();
    program.layout = exec_next.layout;
    space_reset(&program.layout);
    if (!program_ledger_is_clear())
        panic("execve: frames of the old program are lost");
    error = load(&stack);
    entry = first->bias + first->elf.elf.entry;
    if (error) {
        log_line("exec: %s: it cannot be loaded any more: error %ld", exec_next.path, -error);
        if (error == -ENOMEM)
            fatal_memory();
        become(&(struct userstack){ 0 });
        program_exit(128 + SIGKILL);
    }
    become(&stack);
    *current->frame = (struct trap_frame){ .rip = entry, .rsp = stack.rsp };
    thread_enter();
}

void exec_commit(void)
{
    threads_end_others();
    thread_on_first(replace);
    panic("execve: the first thread came back");
}
