/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signals are pending, for a thread or for the program, and who is told.
 *
 * I1  a thread's WORK_SIGNAL is set if something is pending for it or the program that it does not block (it may be set
 *     for nothing; signal_deliver clears it)
 * I2  a bit of `pending` is set if the list has an information of that number, or had no memory for one
 *
 * I3  `queued` is how many informations the lists have
 *
 * A standard signal is pending once; one from SIGRTMIN on as often as it was sent, up to RLIMIT_SIGPENDING: else a
 * program that blocks one has as much of the kernel's memory as it likes.
 *
 * There is no other process that could let a stopped one go on.  So SIGTSTP, SIGTTIN and SIGTTOU do nothing by default,
 * as in any orphaned process group, and SIGSTOP, which cannot be refused, ends the program with a line that says so.
 */
#include "signals.h"

#include <stddef.h>

#include "file.h"
#include "kernel/kheap.h"
#include "kernel/panic.h"
#include "program.h"
#include "thread.h"
#include "timers.h"
#include "wait.h"

#define DEFAULT_IGNORED \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGTSTP) | \
     SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU)) /* the last three: as in a process group that is orphaned, POSIX */
#define STOPPING (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))
#define SYNCHRONOUS \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGFPE) | \
     SIGNAL_BIT(SIGSYS)) /* taken before others, as on Linux */

uint32_t signals_watched;

static struct signal_action actions[SIGNAL_MAX + 1];
static struct signal_set shared; /* sent to the program */
static uint64_t queued;

struct signal_action *signal_action(int number)
{
    return &actions[number];
}

bool signal_default_ignored(int number)
{
    return SIGNAL_BIT(number) & DEFAULT_IGNORED;
}

static bool is_ignored(int number)
{
    uint64_t handler = actions[number].handler;

    return handler == SIGNAL_IGNORE || (handler == SIGNAL_DEFAULT && signal_default_ignored(number));
}

static void look(struct thread *thread)
{
    if ((thread->signals.own.pending | shared.pending) & ~thread->signals.blocked)
        thread->work |= WORK_SIGNAL;
    else
        thread->work &= ~WORK_SIGNAL;
}

/* Mostly one signal is pending at a time: a set has room for one. */
static struct signal_entry *entry_new(struct signal_set *set)
{
    struct signal_entry *entry = set->spare_used ? kheap_new(sizeof *entry) : &set->spare;

    if (entry == &set->spare)
        set->spare_used = true;
    queued += entry != NULL;
    return entry;
}

static void entry_delete(struct signal_set *set, struct signal_entry *entry)
{
    queued--;
    if (entry == &set->spare)
        set->spare_used = false;
    else if (kheap_delete(entry, sizeof *entry) != STATUS_OK)
        panic("signals: an information cannot be freed");
}

static bool add(struct signal_set *set, int number, const struct siginfo *info)
{
    struct signal_entry *entry;

    if (number < SIGRTMIN && set->pending & SIGNAL_BIT(number))
        return true;
    entry = entry_new(set);
    if (!entry && number >= SIGRTMIN)
        return false;
    set->pending |= SIGNAL_BIT(number);
    if (!entry)
        return true;
    entry->next = NULL;
    if (info)
        entry->info = *info;
    else
        entry->info = (struct siginfo){ .code = SI_KERNEL };
    entry->info.number = number;
    *(set->last ? &set->last->next : &set->first) = entry;
    set->last = entry;
    return true;
}

/* Removes the first information of that number; whether there was one, and whether there is another. */
static bool remove_first(struct signal_set *set, int number, struct siginfo *info, bool *more)
{
    struct signal_entry *previous = NULL, *entry = set->first;

    while (entry && entry->info.number != number) {
        previous = entry;
        entry = entry->next;
    }
    *more = false;
    if (!entry)
        return false;
    *(previous ? &previous->next : &set->first) = entry->next;
    if (!entry->next)
        set->last = previous;
    *info = entry->info;
    for (const struct signal_entry *e = entry->next; e && !*more; e = e->next)
        *more = e->info.number == number;
    entry_delete(set, entry);
    return true;
}

static void drop(struct signal_set *set, int number)
{
    struct siginfo info;
    bool more;

    while (remove_first(set, number, &info, &more))
        ;
    set->pending &= ~SIGNAL_BIT(number);
}

static int take_from(struct signal_set *set, uint64_t wanted, struct siginfo *info)
{
    uint64_t found = set->pending & wanted;
    int number;
    bool more;

    if (!found)
        return 0;
    found = found & SYNCHRONOUS ? found & SYNCHRONOUS : found;
    number = __builtin_ctzll(found) + 1;
    if (!remove_first(set, number, info, &more))
        *info = (struct siginfo){ .number = number, .code = SI_USER };
    if (!more)
        set->pending &= ~SIGNAL_BIT(number);
    return number;
}

int signal_take(uint64_t set, struct siginfo *info)
{
    int number = take_from(&current->signals.own, set, info);

    if (!number)
        number = take_from(&shared, set, info);
    look(current);
    return number;
}

/* Whether a thread would take this signal now. */
static bool wants(const struct thread *thread, int number)
{
    return !thread->gone &&
           (!(thread->signals.blocked & SIGNAL_BIT(number)) || thread->signals.waited & SIGNAL_BIT(number));
}

/* Who takes a signal of the program's: the current thread if it can. */
static struct thread *taker(int number)
{
    struct thread *thread = &threads_first;

    if (wants(current, number))
        return current;
    while (thread && !wants(thread, number))
        thread = thread->sibling;
    return thread;
}

static void tell(struct thread *thread, int number)
{
    look(thread);
    if (thread->waiter && wants(thread, number))
        wait_end(thread->waiter, WAIT_INTERRUPTED);
}

/* The current thread will not take these of the program's signals, which it may have been told of: another shall. */
static void retarget(uint64_t numbers)
{
    for (numbers &= shared.pending; numbers; numbers &= numbers - 1) {
        int number = __builtin_ctzll(numbers) + 1;
        struct thread *thread = taker(number);

        if (thread)
            tell(thread, number);
    }
}

static void drop_everywhere(int number)
{
    drop(&shared, number);
    for (struct thread *t = &threads_first; t; t = t->sibling) {
        drop(&t->signals.own, number);
        look(t);
    }
}

/* What would stop the program and what lets it go on are never pending together, blocked or not (signal(7)). */
static void cancel_opposite(int number)
{
    if (number == SIGCONT) {
        for (uint64_t set = STOPPING; set; set &= set - 1)
            drop_everywhere(__builtin_ctzll(set) + 1);
    } else if (SIGNAL_BIT(number) & STOPPING) {
        drop_everywhere(SIGCONT);
    }
}

bool signal_raise(struct thread *thread, int number, const struct siginfo *info)
{
    struct signal_set *set = thread ? &thread->signals.own : &shared;
    struct thread *told = thread ? thread : taker(number);
    bool blocked = told ? told->signals.blocked & SIGNAL_BIT(number) : true;

    cancel_opposite(number);
    if (is_ignored(number) && !blocked)
        return true;
    if (number >= SIGRTMIN && queued >= program.limits[LIMIT_SIGPENDING].now)
        return false;
    if (!add(set, number, info))
        return false;
    if (signals_watched)
        file_changed();
    if (told)
        tell(told, number);
    return true;
}

struct siginfo *signal_of_timer(struct thread *thread, int number, int32_t timer)
{
    struct signal_entry *entry = thread ? thread->signals.own.first : shared.first;

    while (entry && (entry->info.number != number || entry->info.code != SI_TIMER || entry->info.timer.id != timer))
        entry = entry->next;
    return entry ? &entry->info : NULL;
}

void signal_force(int number, const struct siginfo *info)
{
    uint64_t bit = SIGNAL_BIT(number);

    if (current->signals.blocked & bit || actions[number].handler == SIGNAL_IGNORE) {
        actions[number].handler = SIGNAL_DEFAULT;
        current->signals.blocked &= ~bit;
        current->signals.restored &= ~bit;
    }
    drop(&current->signals.own, number);
    add(&current->signals.own, number, info);
    look(current);
}

bool signal_pending(void)
{
    return current->work & (WORK_SIGNAL | WORK_EXIT);
}

void signal_block(uint64_t mask)
{
    uint64_t newly = mask & ~current->signals.blocked;

    current->signals.blocked = mask & ~SIGNAL_UNBLOCKABLE;
    look(current);
    if (newly & shared.pending)
        retarget(newly);
}

void signal_block_for_now(uint64_t mask)
{
    if (!current->signals.restore)
        current->signals.restored = current->signals.blocked;
    current->signals.restore = true;
    current->work |= WORK_FRAME; /* the way back looks at the mask */
    signal_block(mask);
}

uint64_t signals_pending(void)
{
    return current->signals.own.pending | shared.pending;
}

void signal_action_changed(int number)
{
    if (is_ignored(number))
        drop_everywhere(number);
}

static void drop_all(struct signal_set *set)
{
    for (int number = 1; number <= SIGNAL_MAX; number++)
        drop(set, number);
}

static void move_all(struct signal_set *from, struct signal_set *to)
{
    for (const struct signal_entry *e = from->first; e; e = e->next)
        add(to, e->info.number, &e->info);
    to->pending |= from->pending;
    drop_all(from);
}

void signals_exec(void)
{
    timers_exec();
    for (int number = 1; number <= SIGNAL_MAX; number++) {
        uint64_t handler = actions[number].handler;

        actions[number] = (struct signal_action){ .handler = handler == SIGNAL_IGNORE ? handler : SIGNAL_DEFAULT };
    }
    current->signals.stack_base = current->signals.stack_size = 0;
    current->signals.stack_flags = 0;
    current->signals.waited = 0;
}

void signals_end(void)
{
    for (int number = 1; number <= SIGNAL_MAX; number++)
        actions[number] = (struct signal_action){ 0 };
    drop_all(&shared);
    drop_all(&current->signals.own);
    current->signals = (struct thread_signals){ 0 };
    look(current);
}

const char *signal_name(int number)
{
#define ROW(number, NAME) [number] = #NAME,
    static const char *const names[SIGRTMIN] = { SIGNAL_LIST(ROW) };
#undef ROW

    return number > 0 && number < SIGRTMIN ? names[number] : "a real-time signal";
}

void signals_thread_ends(struct thread *thread)
{
    drop_all(&thread->signals.own);
    retarget(~0ull);
}

void signals_thread_moves(struct thread *from, struct thread *to)
{
    drop_all(&to->signals.own);
    to->signals = from->signals;
    to->signals.own = (struct signal_set){ 0 };
    move_all(&from->signals.own, &to->signals.own);
    look(to);
}
