/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is typed is edited in `edit` until its end comes; then it goes into the ring, where reads find it.  In raw mode
 * it goes there at once.  A ^D puts MARK after what was typed, which ends a read and is not read itself.
 *
 * Invariants: `lines` is the number of line ends in the ring (in canonical mode); edited <= LINE_MAX - 1, so that the
 * end of a line always has room.
 */
#include "line.h"

#include <stddef.h>

#include "runtime/bytes.h"
#include "signals.h"

#define MARK 0x100u
#define TAB 8u
#define DELETE 0x7f
#define OFF 0 /* a control character that is switched off */

static const struct line_termios usual = {
    .input = LINE_MODE_ICRNL | LINE_MODE_IXON | LINE_MODE_IUTF8 | LINE_MODE_IMAXBEL,
    .output = LINE_MODE_OPOST | LINE_MODE_ONLCR,
    .control = 0xbf | 0x1000, /* B38400 with 8 bits, a receiver, and the bit that Linux's consoles have for 115200 */
    .local = LINE_MODE_ISIG | LINE_MODE_ICANON | LINE_MODE_ECHO | LINE_MODE_ECHOE | LINE_MODE_ECHOK |
             LINE_MODE_ECHOCTL | LINE_MODE_ECHOKE | LINE_MODE_IEXTEN,
    .characters = { [LINE_INTR] = 3, [LINE_QUIT] = 28, [LINE_ERASE] = DELETE, [LINE_KILL] = 21, [LINE_EOF] = 4,
                    [LINE_MIN] = 1, [LINE_START] = 17, [LINE_STOP] = 19, [LINE_SUSP] = 26, [LINE_REPRINT] = 18,
                    [LINE_DISCARD] = 15, [LINE_WERASE] = 23, [LINE_LNEXT] = 22 },
};

void line_init(struct line *line, void (*put)(const char *, uint64_t), void (*signal)(int))
{
    bytes_fill(line, 0, sizeof *line);
    line->termios = usual;
    line->put = put;
    line->signal = signal;
}

static bool local(const struct line *line, uint32_t modes)
{
    return line->termios.local & modes;
}

static bool is_character(const struct line *line, enum line_character which, uint8_t byte)
{
    return byte == line->termios.characters[which] && byte != OFF;
}

static bool is_canonical(const struct line *line)
{
    return local(line, LINE_MODE_ICANON);
}

/* One byte of output, with what OPOST makes of it: at most two bytes; how many. */
static uint32_t cook(struct line *line, uint8_t byte, char *to)
{
    uint32_t output = line->termios.output;

    if (output & LINE_MODE_OPOST && output & LINE_MODE_OCRNL && byte == '\r')
        byte = '\n';
    if (byte == '\r' || byte == '\n')
        line->column = 0;
    else if (byte == '\b')
        line->column -= line->column > 0;
    else if (byte == '\t')
        line->column = (line->column / TAB + 1) * TAB;
    else if (byte >= ' ' && (byte & 0xc0) != 0x80) /* what goes on a character of UTF-8 takes no column */
        line->column++;
    to[0] = '\r';
    if (byte == '\n' && output & LINE_MODE_OPOST && output & LINE_MODE_ONLCR) {
        to[1] = '\n';
        return 2;
    }
    to[0] = (char)byte;
    return 1;
}

void line_output(struct line *line, const uint8_t *bytes, uint32_t size)
{
    char cooked[256];
    uint32_t count = 0;

    for (uint32_t i = 0; i < size; i++) {
        count += cook(line, bytes[i], cooked + count);
        if (count + 2 > sizeof cooked || i + 1 == size) {
            line->put(cooked, count);
            count = 0;
        }
    }
}

static void say(struct line *line, const char *text)
{
    line_output(line, (const uint8_t *)text, (uint32_t)text_length(text));
}

static bool shows_as_control(const struct line *line, uint8_t byte)
{
    return local(line, LINE_MODE_ECHOCTL) && (byte < ' ' || byte == DELETE) && byte != '\t' && byte != '\n';
}

static void echo_control(struct line *line, uint8_t byte)
{
    char text[3] = { '^', (char)(byte ^ 0x40), 0 };

    say(line, text);
}

static void echo(struct line *line, uint8_t byte)
{
    if (byte == '\n' && local(line, LINE_MODE_ECHO | LINE_MODE_ECHONL))
        line_output(line, &byte, 1);
    else if (local(line, LINE_MODE_ECHO) && shows_as_control(line, byte))
        echo_control(line, byte);
    else if (local(line, LINE_MODE_ECHO))
        line_output(line, &byte, 1);
}

/* The column after the first `count` bytes of the line being typed. */
static uint32_t column_after(const struct line *line, uint32_t count)
{
    uint32_t column = line->start;

    for (uint32_t i = 0; i < count; i++) {
        uint8_t byte = line->edit[i];

        if (byte == '\t')
            column = (column / TAB + 1) * TAB;
        else if (shows_as_control(line, byte))
            column += 2;
        else if (byte >= ' ' && (byte & 0xc0) != 0x80)
            column++;
    }
    return column;
}

/* Takes the last character off, and off the screen. */
static void erase_one(struct line *line)
{
    uint32_t before = column_after(line, line->edited), after;
    bool tab = line->edit[line->edited - 1] == '\t';

    line->edited--;
    while (line->termios.input & LINE_MODE_IUTF8 && line->edited && (line->edit[line->edited] & 0xc0) == 0x80)
        line->edited--;
    if (!local(line, LINE_MODE_ECHO))
        return;
    if (!local(line, LINE_MODE_ECHOE)) {
        echo(line, line->termios.characters[LINE_ERASE]);
        return;
    }
    after = column_after(line, line->edited);
    for (uint32_t i = after; i < before; i++)
        say(line, tab ? "\b" : "\b \b");
}

static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '_' || byte >= 0x80;
}

static void erase_word(struct line *line)
{
    while (line->edited && !is_word(line->edit[line->edited - 1]))
        erase_one(line);
    while (line->edited && is_word(line->edit[line->edited - 1]))
        erase_one(line);
}

static void erase_line(struct line *line)
{
    bool on_screen = local(line, LINE_MODE_ECHOKE) && local(line, LINE_MODE_ECHOE);

    while (on_screen && line->edited)
        erase_one(line);
    line->edited = 0;
    if (!on_screen && local(line, LINE_MODE_ECHO)) {
        echo(line, line->termios.characters[LINE_KILL]);
        if (local(line, LINE_MODE_ECHOK))
            say(line, "\n");
    }
}

static void reprint(struct line *line)
{
    echo_control(line, line->termios.characters[LINE_REPRINT]);
    say(line, "\n");
    line->start = 0;
    for (uint32_t i = 0; i < line->edited; i++)
        echo(line, line->edit[i]);
}

static void make_ready(struct line *line, uint16_t cell)
{
    line->ready[(line->head + line->count++) % LINE_ROOM] = cell;
}

static void commit(struct line *line)
{
    for (uint32_t i = 0; i < line->edited; i++)
        make_ready(line, line->edit[i]);
    line->edited = 0;
}

/* Whether the byte ends a line that is typed. */
static bool ends_line(const struct line *line, uint8_t byte)
{
    return byte == '\n' || is_character(line, LINE_EOL, byte) ||
           (is_character(line, LINE_EOL2, byte) && local(line, LINE_MODE_IEXTEN));
}

static void add(struct line *line, uint8_t byte)
{
    if (line->edited == LINE_MAX - 1) {
        if (line->termios.input & LINE_MODE_IMAXBEL)
            say(line, "\a");
        return;
    }
    if (!line->edited)
        line->start = line->column;
    line->edit[line->edited++] = byte;
    echo(line, byte);
}

/* What edits the line.  False: the byte is none of these. */
static bool edit(struct line *line, uint8_t byte)
{
    bool extended = local(line, LINE_MODE_IEXTEN);

    if (is_character(line, LINE_ERASE, byte)) {
        if (line->edited)
            erase_one(line);
    } else if (is_character(line, LINE_KILL, byte)) {
        erase_line(line);
    } else if (extended && is_character(line, LINE_WERASE, byte)) {
        erase_word(line);
    } else if (extended && is_character(line, LINE_REPRINT, byte)) {
        reprint(line);
    } else if (extended && is_character(line, LINE_LNEXT, byte)) {
        line->literal = true;
        if (local(line, LINE_MODE_ECHO))
            say(line, "^\b");
    } else {
        return false;
    }
    return true;
}

static void input_canonical(struct line *line, uint8_t byte)
{
    if (edit(line, byte))
        return;
    if (is_character(line, LINE_EOF, byte)) {
        commit(line);
        make_ready(line, MARK);
        line->lines++;
    } else if (ends_line(line, byte)) {
        echo(line, byte);
        commit(line);
        make_ready(line, byte);
        line->lines++;
    } else {
        add(line, byte);
    }
}

/* ^C, ^\ and ^Z.  False: the byte is none of these. */
static bool input_signal(struct line *line, uint8_t byte)
{
    int number = is_character(line, LINE_INTR, byte)   ? SIGINT
                 : is_character(line, LINE_QUIT, byte) ? SIGQUIT
                 : is_character(line, LINE_SUSP, byte) ? SIGTSTP
                                                       : 0;

    if (!number)
        return false;
    if (!local(line, LINE_MODE_NOFLSH))
        line_flush(line);
    echo(line, byte);
    line->signal(number);
    return true;
}

/* ^S and ^Q.  False: the byte is none of these. */
static bool input_flow(struct line *line, uint8_t byte)
{
    if (is_character(line, LINE_START, byte))
        line->stopped = false;
    else if (is_character(line, LINE_STOP, byte))
        line->stopped = true;
    else
        return false;
    return true;
}

/* CR and NL on the way in.  False: the byte is dropped. */
static bool translate(const struct line *line, uint8_t *byte)
{
    uint32_t input = line->termios.input;

    if (input & LINE_MODE_ISTRIP)
        *byte &= 0x7f;
    if (*byte == '\r' && input & LINE_MODE_IGNCR)
        return false;
    if (*byte == '\r' && input & LINE_MODE_ICRNL)
        *byte = '\n';
    else if (*byte == '\n' && input & LINE_MODE_INLCR)
        *byte = '\r';
    return true;
}

void line_input(struct line *line, uint8_t byte)
{
    if (line->literal) {
        line->literal = false;
        add(line, byte);
        return;
    }
    if (!translate(line, &byte))
        return;
    if (line->termios.input & LINE_MODE_IXON && input_flow(line, byte))
        return;
    if (local(line, LINE_MODE_ISIG) && input_signal(line, byte))
        return;
    if (is_canonical(line)) {
        input_canonical(line, byte);
    } else {
        echo(line, byte);
        make_ready(line, byte);
    }
}

uint32_t line_room(const struct line *line)
{
    uint32_t used = line->count + line->edited + 2; /* the line's end, or ^D's mark after it */

    return used < LINE_ROOM ? LINE_ROOM - used : 0;
}

bool line_ready(const struct line *line, uint64_t size)
{
    uint32_t least = line->termios.characters[LINE_MIN];

    if (is_canonical(line))
        return line->lines != 0;
    return line->count >= (least < size ? least : size);
}

uint32_t line_count(const struct line *line)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < line->count; i++)
        count += line->ready[(line->head + i) % LINE_ROOM] != MARK;
    return is_canonical(line) && !line->lines ? 0 : count;
}

static uint16_t first_cell(const struct line *line)
{
    return line->ready[line->head];
}

static void drop_cell(struct line *line)
{
    line->head = (line->head + 1) % LINE_ROOM;
    line->count--;
}

/* Whether the cell ends a line that is read. */
static bool cell_ends(const struct line *line, uint16_t cell)
{
    return cell == MARK || ends_line(line, (uint8_t)cell);
}

uint32_t line_read(struct line *line, uint8_t *to, uint32_t size)
{
    bool canonical = is_canonical(line);
    uint32_t done = 0;

    while (line->count && (done < size || first_cell(line) == MARK)) {
        uint16_t cell = first_cell(line);
        bool end = cell_ends(line, cell);

        drop_cell(line);
        line->lines -= end && line->lines;
        if (cell != MARK)
            to[done++] = (uint8_t)cell;
        if (canonical && end)
            break;
    }
    return done;
}

/* Counts the ends of lines anew: what ends one depends on the settings. */
static void count_lines(struct line *line)
{
    line->lines = 0;
    for (uint32_t i = 0; i < line->count; i++)
        line->lines += cell_ends(line, line->ready[(line->head + i) % LINE_ROOM]);
}

void line_set(struct line *line, const struct line_termios *termios)
{
    line->termios = *termios;
    if (!is_canonical(line))
        commit(line);
    if (!(termios->input & LINE_MODE_IXON))
        line->stopped = false;
    count_lines(line);
}

void line_flush(struct line *line)
{
    line->edited = line->count = line->lines = 0;
    line->literal = false;
}
