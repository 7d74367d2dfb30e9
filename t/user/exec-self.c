/* SPDX-License-Identifier: Apache-2.0 */
/* What a program asks about itself and sets for itself; values that differ between machines are only compared. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD ((void *)8)
#define ABSENT 0x3ffffff /* no process has this number */

static void call(const char *what, long result)
{
    if (result == -1)
        printf("%s: %s\n", what, strerrorname_np(errno));
    else
        printf("%s: %ld\n", what, result);
}

static void is(const char *what, int good)
{
    printf("%s: %s\n", what, good ? "yes" : "no");
}

static void identity(void)
{
    uid_t r, e, s;
    gid_t groups[64];

    is("getresuid agrees with getuid and geteuid", !getresuid(&r, &e, &s) && r == getuid() && e == geteuid());
    call("setresuid to nothing", setresuid(-1, -1, -1));
    call("setresgid to nothing", setresgid(-1, -1, -1));
    call("setreuid to nothing", setreuid(-1, -1));
    call("setuid to itself", setuid(getuid()));
    call("setgid to itself", setgid(getgid()));
    call("setuid to -1", setuid(-1));
    call("getresuid to a bad address", syscall(SYS_getresuid, BAD, &e, &s));
    is("getgroups", getgroups(0, groups) >= 0);
    call("getgroups of -1", syscall(SYS_getgroups, -1, groups));
    call("getpgid of nobody", getpgid(ABSENT));
    call("getsid of nobody", getsid(ABSENT));
    call("setpgid of nobody", setpgid(ABSENT, 0));
    call("setpgid to -1", setpgid(0, -1));
    is("setfsuid returns the old one", syscall(SYS_setfsuid, -1) == (long)geteuid());
}

static void limits(void)
{
    struct rlimit limit, old;

    call("getrlimit of 99", getrlimit(99, &limit));
    call("getrlimit to a bad address", syscall(SYS_getrlimit, RLIMIT_STACK, BAD));
    call("prlimit of nobody", syscall(SYS_prlimit64, ABSENT, RLIMIT_STACK, NULL, &limit));
    getrlimit(RLIMIT_STACK, &old);
    is("the stack may have more than 1 MiB", old.rlim_cur > 1 << 20);
    limit = old;
    limit.rlim_cur = 1 << 20;
    call("a lower one", setrlimit(RLIMIT_STACK, &limit));
    getrlimit(RLIMIT_STACK, &limit);
    printf("stack: %lu\n", (unsigned long)limit.rlim_cur);
    call("the old one", setrlimit(RLIMIT_STACK, &old));
    limit = (struct rlimit){ 2, 1 };
    call("more than the most", setrlimit(RLIMIT_CORE, &limit));
    call("setpriority", setpriority(PRIO_PROCESS, 0, 50));
    call("getpriority", getpriority(PRIO_PROCESS, 0));
    call("getpriority of 9", getpriority(9, 0));
}

static void process(void)
{
    char name[17] = "";
    int status;

    call("prctl, a name of 20", prctl(PR_SET_NAME, "abcdefghijklmnopqrst"));
    prctl(PR_GET_NAME, name);
    printf("name: %s\n", name);
    call("prctl, a bad address", prctl(PR_SET_NAME, BAD));
    call("prctl, dumpable", prctl(PR_GET_DUMPABLE));
    call("prctl, dumpable 2", prctl(PR_SET_DUMPABLE, 2));
    call("prctl, no new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    call("prctl, no new privileges", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    call("prctl, no new privileges 0", prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    call("prctl, death signal 99", prctl(PR_SET_PDEATHSIG, 99));
    call("prctl 9999", prctl(9999, 0, 0, 0, 0));
    call("personality", personality(0xffffffff));
    call("wait4", wait4(-1, &status, 0, NULL));
    call("waitid", waitid(P_ALL, 0, NULL, WEXITED));
    call("kill nobody", syscall(SYS_tgkill, ABSENT, ABSENT, 0));
}

static void machine(void)
{
    struct utsname names;
    struct sysinfo info;
    uint32_t head[2] = { 1, 0 }, data[6];
    unsigned char one[64] = "", two[64] = "";

    uname(&names);
    printf("%s %s\n", names.sysname, names.machine);
    call("uname to a bad address", syscall(SYS_uname, BAD));
    is("sysinfo", !sysinfo(&info) && info.totalram > info.freeram && info.mem_unit && info.procs);
    call("getrandom", syscall(SYS_getrandom, one, sizeof one, 0));
    call("getrandom", syscall(SYS_getrandom, two, sizeof two, 1));
    is("they differ", memcmp(one, two, sizeof one) != 0);
    call("getrandom of nothing", syscall(SYS_getrandom, NULL, 0, 0));
    call("getrandom, flags 8", syscall(SYS_getrandom, one, 1, 8));
    call("getrandom, flags 6", syscall(SYS_getrandom, one, 1, 6));
    call("getrandom to a bad address", syscall(SYS_getrandom, BAD, 10, 0));
    call("capget of version 1", syscall(SYS_capget, head, data));
    printf("version: 0x%x\n", head[0]);
    call("capget", syscall(SYS_capget, head, data));
    call("capget of nobody", syscall(SYS_capget, ((head[1] = ABSENT), head), data));
}

int main(void)
{
    identity();
    limits();
    process();
    machine();
    return 0;
}
