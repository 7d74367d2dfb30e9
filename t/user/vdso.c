/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO, its symbols looked up as a C library does; what its functions give, and what the system calls give. */
#define _GNU_SOURCE
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct object {
    const char *base, *names;
    const Elf64_Sym *symbols;
    const Elf64_Half *versions;
    const Elf64_Verdef *definitions;
    const Elf64_Word *hash;
};

static void take(struct object *o, const Elf64_Dyn *d)
{
    const char *at = o->base + d->d_un.d_ptr;

    switch (d->d_tag) {
    case DT_STRTAB: o->names = at; break;
    case DT_SYMTAB: o->symbols = (const Elf64_Sym *)at; break;
    case DT_VERSYM: o->versions = (const Elf64_Half *)at; break;
    case DT_VERDEF: o->definitions = (const Elf64_Verdef *)at; break;
    case DT_HASH: o->hash = (const Elf64_Word *)at; break;
    default: break;
    }
}

static int open_object(struct object *o)
{
    const Elf64_Ehdr *e = (const Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Phdr *p = (const Elf64_Phdr *)((const char *)e + e->e_phoff);

    *o = (struct object){ .base = (const char *)e };
    for (int i = 0; i < e->e_phnum; i++)
        if (p[i].p_type == PT_DYNAMIC)
            for (const Elf64_Dyn *d = (const Elf64_Dyn *)(o->base + p[i].p_vaddr); d->d_tag != DT_NULL; d++)
                take(o, d);
    return o->names && o->symbols && o->versions && o->definitions;
}

static const char *version_of(const struct object *o, Elf64_Half number)
{
    const Elf64_Verdef *v = o->definitions;

    while ((v->vd_ndx & 0x7fff) != (number & 0x7fff)) {
        if (!v->vd_next)
            return "";
        v = (const Elf64_Verdef *)((const char *)v + v->vd_next);
    }
    return o->names + ((const Elf64_Verdaux *)((const char *)v + v->vd_aux))->vda_name;
}

/* Hosts whose vDSO has no DT_HASH any more: symbols up to the strings, which follow them in every linker's output. */
static size_t symbol_count(const struct object *o)
{
    return o->hash ? o->hash[1] : (size_t)(o->names - (const char *)o->symbols) / sizeof *o->symbols;
}

static void *find(const struct object *o, const char *name)
{
    for (size_t i = 0; i < symbol_count(o); i++)
        if (!strcmp(o->names + o->symbols[i].st_name, name) && o->symbols[i].st_value &&
            !strcmp(version_of(o, o->versions[i]), "LINUX_2.6"))
            return (void *)(uintptr_t)(o->base + o->symbols[i].st_value);
    printf("%s: not there\n", name);
    return NULL;
}

static int64_t ns(const struct timespec *t)
{
    return t->tv_sec * 1000000000ll + t->tv_nsec;
}

/* Whether the function's times lie between two of the system call, ten times, first when nobody has asked yet. */
static void check_clock(int (*get)(int, struct timespec *), int clock, const char *name)
{
    int wrong = 0;

    for (int i = 0; i < 10; i++) {
        struct timespec before, it, after;
        int result = get(clock, &it);

        syscall(SYS_clock_gettime, clock, &before);
        result |= get(clock, &it);
        syscall(SYS_clock_gettime, clock, &after);
        wrong += result || ns(&it) < ns(&before) || ns(&it) > ns(&after) || it.tv_nsec < 0 || it.tv_nsec > 999999999;
    }
    printf("%s: %d of 10 wrong\n", name, wrong);
}

static void check_times(const struct object *o)
{
    int (*gettimeofday_)(struct timeval *, struct timezone *) =
        (int (*)(struct timeval *, struct timezone *))find(o, "__vdso_gettimeofday");
    time_t (*time_)(time_t *) = (time_t (*)(time_t *))find(o, "__vdso_time");
    struct timeval now;
    struct timezone zone = { 1, 1 };
    time_t first = time_(NULL), second, third = 0;
    int result;

    result = gettimeofday_(&now, &zone);
    printf("gettimeofday: %d, zone %d %d\n", result, zone.tz_minuteswest, zone.tz_dsttime);
    second = time_(&third);
    printf("time: %s\n", second == third && second >= first && second - now.tv_sec <= 1 ? "as gettimeofday" : "not so");
}

int main(void)
{
    struct object o;
    int (*gettime)(int, struct timespec *), (*getres)(int, struct timespec *);
    long (*getcpu_)(unsigned *, unsigned *, void *);
    struct timespec resolution;
    unsigned cpu = 99, node = 99;
    long result;

    printf("the object: %s\n", open_object(&o) ? "whole" : "not whole");
    gettime = (int (*)(int, struct timespec *))find(&o, "__vdso_clock_gettime");
    check_clock(gettime, CLOCK_MONOTONIC, "monotonic");
    check_clock(gettime, CLOCK_REALTIME, "realtime");
    check_clock(gettime, CLOCK_BOOTTIME, "boot time");
    check_clock(gettime, CLOCK_MONOTONIC_RAW, "raw");
    check_clock(gettime, CLOCK_TAI, "TAI");
    check_clock(gettime, CLOCK_PROCESS_CPUTIME_ID, "CPU time, a system call");
    printf("clock 99: %d\n", gettime(99, &resolution));
    getres = (int (*)(int, struct timespec *))find(&o, "__vdso_clock_getres");
    result = getres(CLOCK_MONOTONIC, &resolution);
    printf("resolution: %ld, %ld ns\n", result, (long)ns(&resolution));
    check_times(&o);
    getcpu_ = (long (*)(unsigned *, unsigned *, void *))find(&o, "__vdso_getcpu");
    result = getcpu_(&cpu, &node, NULL);
    printf("getcpu: %ld, %s, node %u\n", result, cpu < 99 ? "a CPU" : "none", node);
    return 0;
}
