/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The post-mortem: after a panic's last line, what the store shows of the ledger, the heaps and the log, and the
 * registers, in frames of their own over COM2.  Nothing here allocates or waits for anybody but COM2; a panic in it
 * says so on COM1 and ends the machine (panic.h).
 */
#include "kstore_groups.h"
#include "x86_64/com2.h"

#define DEPTH 4

static struct trap_frame registers; /* those of the panic; 0 until there is one */

static const struct {
    const char *name;
    size_t offset;
} rows[] = {
#define ROW(name) { #name, offsetof(struct trap_frame, name) }
    ROW(rax), ROW(rbx), ROW(rcx), ROW(rdx), ROW(rsi), ROW(rdi), ROW(rbp), ROW(rsp), ROW(r8), ROW(r9), ROW(r10),
    ROW(r11), ROW(r12), ROW(r13), ROW(r14), ROW(r15), ROW(rip), ROW(rflags), ROW(cs), ROW(ss), ROW(vector), ROW(error),
#undef ROW
};

static void read_registers(struct store_out *out, const void *context)
{
    (void)context;
    store_object(out);
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
        store_address_of(out, rows[i].name, *(const uint64_t *)((const char *)&registers + rows[i].offset));
    store_end(out);
}

static void send(const char *path, size_t size)
{
    size_t bytes = store_post_mortem(&kstore, (struct store_text){ path, size }, DEPTH, kstore_server.out,
                                     kstore_server.out_size);

    com2_send_all(kstore_server.out, bytes);
}

void kstore_add_registers(void)
{
    store_computed(&kstore, kstore.root, "registers", read_registers, &registers);
}

#define SEND(path) send(path, sizeof(path) - 1)

void kstore_post_mortem(const struct trap_frame *frame)
{
    registers.rbp = (uint64_t)__builtin_frame_address(0); /* of a panic that no exception has brought: no more */
    if (frame)
        registers = *frame;
    SEND("memory.ledger");
    SEND("heaps");
    SEND("log");
    SEND("registers");
}
