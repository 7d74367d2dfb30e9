/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "panic.h"
#include "runtime/bytes.h"
#include "say.h"
#include "x86_64/com1.h"
#include "x86_64/layout.h"
#include "x86_64/protocol.h"

#define WORD_SIZE 64

extern uint8_t kernel_text_base[];

static void crash_panic(void)
{
    panic("asked for by crash=panic");
}

static void crash_null(void)
{
    uint64_t null = LAYOUT_NULL_BASE;

    __asm__ volatile("movb (%0), %%al" : : "r"(null) : "rax", "memory");
}

static void crash_write_text(void)
{
    __asm__ volatile("movb $0, (%0)" : : "r"(kernel_text_base) : "memory");
}

static void crash_divide(void)
{
    __asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx" : : : "rax", "rcx", "rdx");
}

/* The exception finds no stack to come on: RSP points to where nothing is, far from the stack's own guard page. */
static void crash_double_fault(void)
{
    __asm__ volatile("mov %0, %%rsp; ud2" : : "r"((uint64_t)LAYOUT_KMEM_LIMIT) : "memory");
}

static __attribute__((noinline)) uint64_t recurse(uint64_t depth)
{
    volatile uint64_t here[64];

    here[depth % 64] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + here[depth % 64];
}

static void crash_stack_overflow(void)
{
    recurse(LAYOUT_KERNEL_STACK_SIZE);
}

static const struct {
    const char *kind;
    void (*run)(void);
} crashes[] = {
    { "panic", crash_panic },
    { "null", crash_null },
    { "write-text", crash_write_text },
    { "divide", crash_divide },
    { "double-fault", crash_double_fault },
    { "stack-overflow", crash_stack_overflow },
};

static void (*crash)(void);
static bool debug = true, bench;

static _Noreturn void refuse_option(const char *word)
{
    say(PROTO_REFUSED "unknown option in the image: %s\n", word);
    machine_end(PROTO_EXIT_REFUSED);
}

/* The value of NAME=VALUE if the word has that name, else NULL. */
static const char *value_of(const char *word, const char *name)
{
    return text_starts(word, name) ? word + text_length(name) : NULL;
}

static bool read_crash(const char *kind)
{
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (text_equal(kind, crashes[i].kind)) {
            crash = crashes[i].run;
            return true;
        }
    return false;
}

static bool read_heap(const char *strength)
{
    debug = text_equal(strength, "debug");
    return debug || text_equal(strength, "plain");
}

static bool read_bench(const char *what)
{
    bench = text_equal(what, "heaps");
    return bench;
}

static void read_word(const char *word)
{
    static const struct {
        const char *name;
        bool (*read)(const char *value);
    } options[] = { { "crash=", read_crash }, { "heap=", read_heap }, { "bench=", read_bench } };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = value_of(word, options[i].name);

        if (value && options[i].read(value))
            return;
    }
    refuse_option(word);
}

bool options_debug(void)
{
    return debug;
}

bool options_bench(void)
{
    return bench;
}

void options_read(const char *text)
{
    char word[WORD_SIZE];
    size_t length = 0;

    for (;; text++) {
        if (*text && *text != ' ') {
            if (length < sizeof word - 1)
                word[length++] = *text;
            continue;
        }
        word[length] = 0;
        if (length)
            read_word(word);
        length = 0;
        if (!*text)
            return;
    }
}

void options_crash(void)
{
    if (crash)
        crash();
}
