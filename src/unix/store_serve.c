/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server works where an interrupt stops the program or comes while the processor idles: there the kernel is at
 * rest, so that nothing needs a lock and what is read is whole.
 *
 * The budget.  While a program runs, the server may have one tick in SHARE: `credit` grows by a SHARE-th of the time
 * that goes by, up to CREDIT_MOST, and shrinks by the time that is spent.  It may become less than nothing, for no
 * request is left half-way.  Without credit the port's interrupts stay off, until a timer comes when there is some
 * again: what is sent meanwhile waits in the port, and behind it with the sender.  So a flood costs the program no more
 * than that share, however large it is, and requests that come now and then are answered at once.  Time in which nobody
 * could run is free.
 *
 * I1  the port's interrupts are on, or the timer is set: whatever is sent is looked at
 * I2  the timer is set if a watch is due some time or a lock ends, or if the interrupts are off for want of credit;
 *     else it is not
 */
#include "store_serve.h"

#include "clock.h"
#include "entry.h"
#include "interrupt.h"
#include "kernel/kstore.h"
#include "kernel/options.h"
#include "store_calls.h"
#include "store_program.h"
#include "store_rows.h"
#include "x86_64/com2.h"
#include "x86_64/cpu.h"
#include "x86_64/pic.h"
#include "x86_64/trap.h"

#define SHARE 20
#define AROUND 150 /* ticks, about, of an interrupt before and after serve */
#define CREDIT_MOST 400000 /* ticks: some tens of requests at once */
#define CREDIT_WANTED (CREDIT_MOST / 2) /* for which the timer waits */
#define IDLE_MOST 2000000 /* ticks at once while nobody can run, for then somebody may */
#define MS 1000000ull /* ns */

static int64_t credit = CREDIT_MOST;
static uint64_t grown; /* up to when the credit has */
static bool idle; /* the processor was, when this interrupt came */
static struct clock_timer timer;

static void grow(uint64_t now)
{
    credit += (int64_t)((now - grown) / SHARE);
    credit = credit < CREDIT_MOST ? credit : CREDIT_MOST;
    grown = now;
}

static void charge(uint64_t ticks)
{
    if (!idle)
        credit -= (int64_t)ticks;
}

static void set_timer(bool owing)
{
    uint64_t due = kstore_due(), now, wait = CLOCK_NEVER;

    if (owing)
        wait = clock_ns((uint64_t)(CREDIT_WANTED - credit) * SHARE);
    if (due != KSTORE_NEVER) {
        now = kstore_now_ms();
        due = due > now ? (due - now) * MS : 0;
        wait = due < wait && !owing ? due : wait;
    }
    if (wait == CLOCK_NEVER)
        clock_timer_cancel(&timer);
    else
        clock_timer_set(&timer, clock_monotonic() + wait);
}

static void serve(void)
{
    uint64_t begin = idle ? cpu_tsc() : entry_tick, spent;
    int64_t most;
    bool more;

    grow(begin);
    most = idle ? IDLE_MOST : credit;
    if (most > 0 && kstore_due() != KSTORE_NEVER && kstore_due() <= kstore_now_ms())
        kstore_tick();
    kstore_disarm();
    do {
        more = most > 0 && kstore_work();
        spent = cpu_tsc() - begin;
    } while (more && spent < (uint64_t)most);
    charge(spent);
    if (idle || credit > 0)
        kstore_arm();
    set_timer(!idle && credit <= 0);
    charge(cpu_tsc() - begin - spent + AROUND);
}

static void timer_fires(struct clock_timer *fired)
{
    (void)fired;
    serve();
}

static void idle_interrupt(uint32_t line)
{
    idle = true;
    interrupt_line(line);
    idle = false;
}

void store_serve_begin(void)
{
    store_program_build(&kstore);
    store_rows_build(&kstore);
    kstore_added();
    store_calls_begin();
    timer.fire = timer_fires;
    grown = cpu_tsc();
    trap_interrupt = idle_interrupt;
    interrupt_serve(PIC_LINE_COM2, serve);
    kstore_arm();
}

void store_serve_hold(void)
{
    uint64_t byes = kstore_server.counters.byes;

    while (options_store.hold &&
           (kstore_server.counters.byes == byes || store_server_waiting(&kstore_server)))
        interrupt_idle();
    com2_send_all("", 0); /* who said it hears the answer's last byte, too */
}
