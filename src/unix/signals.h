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

/* X(number, NAME) */
#define SIGNAL_LIST(X) \
    X(1, SIGHUP) X(2, SIGINT) X(3, SIGQUIT) X(4, SIGILL) X(5, SIGTRAP) X(6, SIGABRT) X(7, SIGBUS) X(8, SIGFPE) \
    X(9, SIGKILL) X(10, SIGUSR1) X(11, SIGSEGV) X(12, SIGUSR2) X(13, SIGPIPE) X(14, SIGALRM) X(15, SIGTERM) \
    X(16, SIGSTKFLT) X(17, SIGCHLD) X(18, SIGCONT) X(19, SIGSTOP) X(20, SIGTSTP) X(21, SIGTTIN) X(22, SIGTTOU) \
    X(23, SIGURG) X(24, SIGXCPU) X(25, SIGXFSZ) X(26, SIGVTALRM) X(27, SIGPROF) X(28, SIGWINCH) X(29, SIGIO) \
    X(30, SIGPWR) X(31, SIGSYS)

#define SIGNAL_ENUM_ROW(number, NAME) NAME = number,
enum signal_number { SIGNAL_LIST(SIGNAL_ENUM_ROW) SIGRTMIN = 32 };

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

/* A pending signal's information. */
struct signal_entry {
    struct signal_entry *next;
    struct siginfo info;
};

/* Signals that wait to be taken: a bit each, and the informations in the order in which they came. */
struct signal_set {
    uint64_t pending;
    struct signal_entry *first, *last;
    struct signal_entry spare; /* for the list; used: it is in it */
    bool spare_used;
};

/* What of signals is a thread's own. */
struct thread_signals {
    struct signal_set own; /* sent to the thread and not to the program */
    uint64_t blocked;
    uint64_t restored; /* the mask to be put back once a handler's frame is built (sigsuspend and so on) */
    bool restore;
    uint64_t waited; /* what rt_sigtimedwait waits for: it wakes for these although they are blocked */
    uint64_t stack_base, stack_size; /* sigaltstack */
    uint32_t stack_flags;
};

/* As rt_sigaction has it. */
struct signal_action {
    uint64_t handler, flags, restorer, mask;
};

/* Whether a signal does nothing if it has no handler. */
bool signal_default_ignored(int number);

#define SIGNAL_DEFAULT 0
#define SIGNAL_IGNORE 1
#define SIGNAL_UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

enum {
    SA_SIGINFO = 4,
    SA_RESTORER = 0x4000000,
    SA_ONSTACK = 0x8000000,
    SA_RESTART = 0x10000000,
    SA_NODEFER = 0x40000000,
};
#define SA_RESETHAND 0x80000000u

struct thread;

/*
 * Makes a signal pending for a thread, or for the program (thread NULL: any thread that does not block it takes it).
 * info may be NULL: sent by the kernel.  An ignored one is dropped.  false: it is one that is queued, and there is no
 * memory, or RLIMIT_SIGPENDING is reached.
 */
bool signal_raise(struct thread *thread, int number, const struct siginfo *info);

/* The information of the timer's signal that is pending there, to be changed until anything else is done with signals;
 * NULL: none is. */
struct siginfo *signal_of_timer(struct thread *thread, int number, int32_t timer);

/* For the current thread, now: if it is blocked or ignored, its default action is restored and taken. */
void signal_force(int number, const struct siginfo *info);

/* Whether a call of the current thread that waits has to end because of a signal (or because the thread must end). */
bool signal_pending(void);

/* The current thread blocks these from now on; the two that cannot be are not. */
void signal_block(uint64_t mask);

/* The same until a handler is called or none is: then the mask is as before (sigsuspend, ppoll, pselect ...). */
void signal_block_for_now(uint64_t mask);

/* Takes a pending signal of `set` of the current thread or the program; 0: there is none. */
int signal_take(uint64_t set, struct siginfo *info);

/* Open signalfds: while there are some, each signal that becomes pending is a change of files (file_changed). */
extern uint32_t signals_watched;

/* What is pending for the current thread, blocked or not. */
uint64_t signals_pending(void);

struct signal_action *signal_action(int number);

/* After a change of an action: drops what is ignored now. */
void signal_action_changed(int number);

/* execve: handlers become the default, the alternate stack goes; the end of a program: all is as at its start. */
void signals_exec(void);
void signals_end(void);

/* "SIGSEGV", or "SIG34". */
const char *signal_name(int number);

/* For thread.c: the current thread is gone; a thread's signals and mask are another's now. */
void signals_thread_ends(struct thread *thread);
void signals_thread_moves(struct thread *from, struct thread *to);

#endif
