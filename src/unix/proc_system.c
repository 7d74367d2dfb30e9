/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc and /sys say of the machine, in the form that proc(5) gives. */
#include <stddef.h>

#include "clock.h"
#include "filepage.h"
#include "kernel/ledger.h"
#include "proc.h"
#include "thread.h"
#include "uname.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"

#define KIB_SHIFT (LAYOUT_FRAME_SHIFT - 10)
#define TICKS 100 /* USER_HZ */

/* The numbers of a processor's signature (SDM vol. 2A, CPUID 01H). */
#define FAMILY(signature) ((signature) >> 8 & 0xf)
#define MODEL(signature) (((signature) >> 4 & 0xf) | ((signature) >> 12 & 0xf0))
#define STEPPING(signature) ((signature) & 0xf)

static void write_meminfo(struct proc_text *text)
{
    uint64_t left = filepage_left(), cached = ledger.frames[OWNER_FILES];

    fmt_write(&text->sink,
              "MemTotal:       %8lu kB\nMemFree:        %8lu kB\nMemAvailable:   %8lu kB\n"
              "Buffers:        %8lu kB\nCached:         %8lu kB\nSwapCached:     %8lu kB\n",
              filepage_total() << KIB_SHIFT, ledger.frames[OWNER_FREE] << KIB_SHIFT, left << KIB_SHIFT, 0ul,
              cached << KIB_SHIFT, 0ul);
    fmt_write(&text->sink,
              "SwapTotal:      %8lu kB\nSwapFree:       %8lu kB\nShmem:          %8lu kB\n"
              "HugePages_Total:   %5lu\nHugePages_Free:    %5lu\nHugepagesize:   %8lu kB\n",
              0ul, 0ul, cached << KIB_SHIFT, 0ul, 0ul, 2048ul);
}

/* The text that CPUID gives in EAX, EBX, ECX, EDX of leaves first..last. */
static void write_words(struct proc_text *text, uint32_t first, uint32_t last)
{
    for (uint32_t leaf = first; leaf <= last; leaf++) {
        struct cpuid r = cpu_id(leaf, 0);
        uint32_t words[4] = { r.eax, r.ebx, r.ecx, r.edx };
        const char *bytes = (const char *)words;

        for (uint32_t i = 0; i < sizeof words && bytes[i]; i++)
            proc_put(text, bytes + i, 1);
    }
}

static void write_vendor(struct proc_text *text)
{
    struct cpuid r = cpu_id(0, 0);
    uint32_t words[3] = { r.ebx, r.edx, r.ecx };

    proc_put(text, words, sizeof words);
}

/* Names of CPUID 01H's bits, EDX then ECX, in their order; "" is a bit that has none. */
static const char *const flags_edx[32] = {
    "fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", "", "sep", "mtrr", "pge", "mca", "cmov",
    "pat", "pse36", "pn", "clflush", "", "dts", "acpi", "mmx", "fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
};
static const char *const flags_ecx[32] = {
    "pni", "pclmulqdq", "dtes64", "monitor", "ds_cpl", "vmx", "smx", "est", "tm2", "ssse3", "cid", "sdbg", "fma",
    "cx16", "xtpr", "pdcm", "", "pcid", "dca", "sse4_1", "sse4_2", "x2apic", "movbe", "popcnt", "tsc_deadline_timer",
    "aes", "xsave", "", "avx", "f16c", "rdrand", "hypervisor",
};

static void write_flags(struct proc_text *text, const char *const *names, uint32_t bits)
{
    for (uint32_t i = 0; i < 32; i++)
        if (bits >> i & 1 && *names[i])
            fmt_write(&text->sink, " %s", names[i]);
}

static void write_cpuinfo(struct proc_text *text)
{
    struct cpuid r = cpu_id(1, 0), sizes = cpu_id(0x80000008, 0); /* physical and linear address bits */

    fmt_write(&text->sink, "processor\t: 0\nvendor_id\t: ");
    write_vendor(text);
    fmt_write(&text->sink, "\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: ", FAMILY(r.eax), MODEL(r.eax));
    if (cpu_id(0x80000000, 0).eax >= 0x80000004) /* the brand string's leaves */
        write_words(text, 0x80000002, 0x80000004);
    fmt_write(&text->sink, "\nstepping\t: %u\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n",
              STEPPING(r.eax));
    fmt_write(&text->sink, "fpu\t\t: yes\ncpuid level\t: %u\nflags\t\t:", cpu_id(0, 0).eax);
    write_flags(text, flags_edx, r.edx);
    write_flags(text, flags_ecx, r.ecx);
    fmt_write(&text->sink, " lm\naddress sizes\t: %u bits physical, %u bits virtual\n\n", sizes.eax & 0xff,
              sizes.eax >> 8 & 0xff);
}

static void write_seconds(struct proc_text *text, uint64_t ns, const char *end)
{
    uint64_t seconds = ns / CLOCK_SECOND, hundredths = ns % CLOCK_SECOND / (CLOCK_SECOND / 100);

    fmt_write(&text->sink, "%lu.%02lu%s", seconds, hundredths, end);
}

static void write_uptime(struct proc_text *text)
{
    write_seconds(text, clock_monotonic(), " ");
    write_seconds(text, threads_idle_ns(), "\n");
}

static void write_version(struct proc_text *text)
{
    fmt_write(&text->sink, "Linux version " UNAME_RELEASE " (acre " ACRE_VERSION ") " UNAME_VERSION "\n");
}

static void write_release(struct proc_text *text)
{
    fmt_write(&text->sink, UNAME_RELEASE "\n");
}

static void write_stat(struct proc_text *text)
{
    uint64_t now = clock_monotonic(), idle = threads_idle_ns(), tick = CLOCK_SECOND / TICKS;
    uint64_t busy = now > idle ? now - idle : 0, began = (clock_realtime() - now) / CLOCK_SECOND;

    fmt_write(&text->sink, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\ncpu0 %lu 0 0 %lu 0 0 0 0 0 0\n", busy / tick, idle / tick,
              busy / tick, idle / tick);
    fmt_write(&text->sink, "intr 0\nctxt 0\nbtime %lu\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n", began);
}

static void write_loadavg(struct proc_text *text)
{
    fmt_write(&text->sink, "0.00 0.00 0.00 1/%u %u\n", threads_count, (unsigned)PROGRAM_PID);
}

static void write_filesystems(struct proc_text *text)
{
    fmt_write(&text->sink, "nodev\ttmpfs\nnodev\tproc\nnodev\tsysfs\n");
}

static void write_zero(struct proc_text *text)
{
    fmt_write(&text->sink, "0\n");
}

static void write_one(struct proc_text *text)
{
    fmt_write(&text->sink, "1\n");
}

static void write_pid_max(struct proc_text *text)
{
    fmt_write(&text->sink, "32768\n");
}

const struct proc_row proc_system[] = {
    { "proc", "meminfo", write_meminfo },
    { "proc", "cpuinfo", write_cpuinfo },
    { "proc", "uptime", write_uptime },
    { "proc", "version", write_version },
    { "proc", "stat", write_stat },
    { "proc", "loadavg", write_loadavg },
    { "proc", "filesystems", write_filesystems },
    { "proc/sys/kernel", "osrelease", write_release },
    { "proc/sys/kernel", "pid_max", write_pid_max },
    { "proc/sys/vm", "overcommit_memory", write_one },
    { "sys/devices/system/cpu", "online", write_zero },
    { "sys/devices/system/cpu", "possible", write_zero },
    { "sys/devices/system/cpu", "present", write_zero },
    { "sys/devices/system/cpu/cpu0/topology", "core_id", write_zero },
    { "sys/devices/system/cpu/cpu0/topology", "physical_package_id", write_zero },
    { NULL, NULL, NULL },
};
