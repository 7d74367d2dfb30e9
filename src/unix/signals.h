/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals, as Linux has them on x86-64: numbers 1..64, the 32nd on are queued.  A set is a bit a signal, bit N - 1.
 */
#ifndef ACRE_SIGNALS_H
#define ACRE_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#define SIGNAL_MAX 64
#define SIGNAL_BIT(number) (1ull << ((number)-1))

enum signal_number {
    SIGHUP = 1, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2,
    SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU,
    SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS, SIGRTMIN
};

/* si_code */
#define SI_USER 0
#define SI_KERNEL 0x80
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_TKILL (-6)
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define ILL_ILLOPN 2
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define TRAP_BRKPT 1
#define TRAP_TRACE 2

/* As it lies in the program's memory. */
struct siginfo {
    int32_t number, error, code, pad;
    union {
        struct {
            int32_t pid, uid;
            uint64_t value;
        } sent; /* kill, tgkill, sigqueue */
        struct {
            int32_t id, overrun;
            uint64_t value;
        } timer;
        struct {
            uint64_t address;
        } fault;
        uint8_t bytes[112];
    };
};

_Static_assert(sizeof(struct siginfo) == 128, "Linux");

struct signal_entry;

/* What of signals is a thread's own. */
struct thread_signals {
    uint64_t blocked, pending;
    uint64_t restored; /* the mask to be put back once a handler's frame is built (sigsuspend and so on) */
    bool restore;
    uint64_t waited; /* what rt_sigtimedwait waits for: it wakes for these although they are blocked */
    struct signal_entry *first; /* informations of pending ones, in order */
    uint64_t stack_base, stack_size; /* sigaltstack */
    uint32_t stack_flags;
};

struct thread;

/*
 * Makes a signal pending for a thread, or for the program (thread NULL: any thread that does not block it takes it).
 * info may be NULL: sent by the kernel.  An ignored one is dropped.
 */
void signal_raise(struct thread *thread, int number, const struct siginfo *info);

/* Whether a call of the current thread that waits has to end because of a signal (or because the thread must end). */
bool signal_pending(void);

/* For thread.c: a thread has ended; a thread's signals, mask and stack are another's now. */
void signals_thread_ends(struct thread *thread);
void signals_thread_moves(struct thread *from, struct thread *to);

#endif
