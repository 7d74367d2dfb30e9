/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one terminal.  Bytes are taken in by interrupt as long as the line discipline has room; then they stay in the
 * ring of input.c, and behind it with the sender, until a read makes room.  Output waits for the port.
 */
#include "tty.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "input.h"
#include "kernel/kheap.h"
#include "line.h"
#include "program.h"
#include "runtime/bytes.h"
#include "signals.h"
#include "user.h"
#include "x86_64/com1.h"

#define PIECE 256u /* bytes that are moved at a time */
#define TENTH (CLOCK_SECOND / 10) /* VTIME's unit */

struct winsize {
    uint16_t rows, columns, x_pixels, y_pixels;
};

/* termios2: what TCGETS2 has besides. */
struct termios2 {
    struct line_termios termios;
    uint32_t input_speed, output_speed;
};

#define SPEED 115200u

#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCSBRK 0x5409
#define TCXONC 0x540a
#define TCFLSH 0x540b
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD 0x541b
#define TIOCNOTTY 0x5422
#define TCSBRKP 0x5425
#define TIOCGSID 0x5429
#define TCGETS2 0x802c542au
#define TCSETS2 0x402c542bu
#define TCSETSW2 0x402c542cu
#define TCSETSF2 0x402c542du

static struct line *line; /* NULL: there is no terminal */
static struct winsize size;

static void put(const char *bytes, uint64_t count)
{
    com1_write(bytes, count);
}

static void raise(int number)
{
    signal_raise(NULL, number, NULL);
}

/* Takes in what has come, as far as there is room. */
static void take_in(void)
{
    uint8_t bytes[PIECE];
    uint32_t room, count;

    while ((room = line_room(line)) != 0) {
        count = input_take(bytes, room < PIECE ? room : PIECE);
        if (!count)
            return;
        for (uint32_t i = 0; i < count; i++)
            line_input(line, bytes[i]);
        file_changed();
    }
}

bool tty_start(uint32_t columns, uint32_t rows)
{
    line = kheap_new(sizeof *line);
    if (!line)
        return false;
    line_init(line, put, raise);
    size = (struct winsize){ .rows = (uint16_t)rows, .columns = (uint16_t)columns };
    input_start(take_in);
    return true;
}

/* -EAGAIN, -ERESTART; 0: look again; 1: the time is over. */
static int64_t wait_for_input(const struct file *file, uint64_t deadline)
{
    enum wait_result woken;

    if (file->flags & O_NONBLOCK)
        return -EAGAIN;
    woken = wait_on(&files_changed, deadline);
    return woken == WAIT_INTERRUPTED ? -ERESTART : woken == WAIT_TIMEOUT;
}

/*
 * Waits as the settings say: for a line; for LINE_MIN bytes, and from the first on no longer than LINE_TIME from one to
 * the next; without LINE_MIN no longer than LINE_TIME for any.
 */
static int64_t wait_until_ready(const struct file *file, uint64_t wanted)
{
    uint32_t before = 0;
    uint64_t deadline = WAIT_FOREVER;
    bool counting = false;

    while (!line_ready(line, wanted) || (!line->count && !line->termios.characters[LINE_MIN])) {
        bool raw = !(line->termios.local & LINE_MODE_ICANON);
        uint64_t time = raw ? line->termios.characters[LINE_TIME] * TENTH : 0;
        bool any = raw && !line->termios.characters[LINE_MIN];
        int64_t result;

        if (any && !time)
            return 0;
        if (time && (any ? !counting : line->count != before)) {
            deadline = clock_monotonic() + time;
            before = line->count;
            counting = true;
        }
        result = wait_for_input(file, deadline);
        if (result)
            return result > 0 ? 0 : result;
    }
    return 0;
}

static int64_t tty_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    uint8_t bytes[PIECE];
    int64_t result = to->left ? wait_until_ready(file, to->left) : 0;
    uint64_t done = 0;

    (void)offset;
    if (result)
        return result;
    while (to->left) {
        uint32_t lines = line->lines, room = to->left < PIECE ? (uint32_t)to->left : PIECE;
        uint32_t count = line_read(line, bytes, room), went = (uint32_t)transfer_put(to, bytes, count);

        done += went;
        if (went < count)
            return done ? (int64_t)done : -EFAULT;
        if (count < room || (line->termios.local & LINE_MODE_ICANON && line->lines != lines))
            break;
    }
    take_in();
    return (int64_t)done;
}

static int64_t tty_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    uint8_t bytes[PIECE];
    uint64_t done = 0;

    (void)offset;
    while (from->left) {
        uint64_t part = from->left < PIECE ? from->left : PIECE, went;
        int64_t result = line->stopped ? wait_for_input(file, WAIT_FOREVER) : 0;

        if (result)
            return done ? (int64_t)done : result;
        if (line->stopped)
            continue;
        went = transfer_get(from, bytes, part);
        line_output(line, bytes, (uint32_t)went);
        done += went;
        if (went < part)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

static uint32_t tty_poll(struct file *file)
{
    bool raw = !(line->termios.local & LINE_MODE_ICANON);
    bool readable = raw && !line->termios.characters[LINE_MIN] ? line->count != 0 : line_ready(line, UINT64_MAX);

    (void)file;
    return (readable ? POLLIN | POLLRDNORM : 0) | (line->stopped ? 0 : POLLOUT | POLLWRNORM);
}

static int64_t set(uint64_t from, bool flush)
{
    struct line_termios termios;

    if (!user_get(termios, from))
        return -EFAULT;
    if (flush)
        line_flush(line);
    line_set(line, &termios);
    file_changed();
    return 0;
}

static int64_t get(uint64_t to, bool second)
{
    struct termios2 termios = { line->termios, SPEED, SPEED };

    return user_write(to, &termios, second ? sizeof termios : sizeof termios.termios) ? 0 : -EFAULT;
}

static int64_t put_number(uint64_t to, uint32_t number)
{
    return user_put(to, number) ? 0 : -EFAULT;
}

static void resize(const struct winsize *wanted)
{
    bool changed = bytes_compare(wanted, &size, sizeof size) != 0;

    size = *wanted;
    if (changed)
        raise(SIGWINCH);
}

static int64_t set_size(uint64_t from)
{
    struct winsize wanted;

    if (!user_get(wanted, from))
        return -EFAULT;
    resize(&wanted);
    return 0;
}

static int64_t flush(uint64_t queue)
{
    if (queue > 2) /* TCIFLUSH, TCOFLUSH, TCIOFLUSH; nothing that is written waits to be sent */
        return -EINVAL;
    if (queue != 1)
        line_flush(line);
    return 0;
}

/* What concerns sessions and process groups: there is one process. */
static int64_t ioctl_session(uint64_t request, uint64_t argument)
{
    switch (request) {
    case TIOCGPGRP:
    case TIOCGSID:
        return put_number(argument, PROGRAM_PID);
    case TIOCSPGRP:
    case TIOCSCTTY:
    case TIOCNOTTY:
    case TCSBRK:
    case TCSBRKP:
    case TCXONC:
        return 0;
    default:
        return -ENOTTY;
    }
}

static int64_t tty_ioctl(struct file *file, uint64_t request, uint64_t argument)
{
    (void)file;
    switch (request) {
    case TCGETS:
    case TCGETS2:
        return get(argument, request == TCGETS2);
    case TCSETS:
    case TCSETSW:
    case TCSETS2:
    case TCSETSW2:
        return set(argument, false);
    case TCSETSF:
    case TCSETSF2:
        return set(argument, true);
    case TIOCGWINSZ:
        return user_put(argument, size) ? 0 : -EFAULT;
    case TIOCSWINSZ:
        return set_size(argument);
    case FIONREAD:
        return put_number(argument, line_count(line));
    case TIOCOUTQ:
        return put_number(argument, 0);
    case TCFLSH:
        return flush(argument);
    default:
        return ioctl_session(request, argument);
    }
}

static const struct file_ops tty_ops = { .read = tty_read, .write = tty_write, .poll = tty_poll, .ioctl = tty_ioctl };

int64_t tty_open(struct inode *inode, struct file *file)
{
    (void)inode;
    if (!line)
        return -ENXIO;
    file->ops = &tty_ops;
    return 0;
}

uint32_t tty_columns(void)
{
    return size.columns;
}

uint32_t tty_rows(void)
{
    return size.rows;
}

void tty_resize(uint32_t columns, uint32_t rows)
{
    struct winsize wanted = size;

    wanted.columns = (uint16_t)columns;
    wanted.rows = (uint16_t)rows;
    resize(&wanted);
}
