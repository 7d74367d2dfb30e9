/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line discipline, by a table: how it is set, what is typed, what comes back as echo, what reads get, which signal
 * is sent.  In texts ^X is a control character, as terminals show it; "|" stands between two reads, each of up to 64
 * bytes, and a read that would wait is "-".
 */
#include "unix_host.h"

#include "tap.h"
#include "unix/line.h"

#define NONE 0u
#define RAW (LINE_MODE_ICANON | LINE_MODE_ECHO | LINE_MODE_ISIG | LINE_MODE_IEXTEN)

struct row {
    const char *what;
    uint32_t local_off, input_off, input_on, output_off;
    const char *typed, *echo, *reads;
    int signal;
};

static const struct row rows[] = {
    { "a line", NONE, NONE, NONE, NONE, "abc\n", "abc\r\n", "abc\n", 0 },
    { "a line that has no end yet", NONE, NONE, NONE, NONE, "abc", "abc", "-", 0 },
    { "CR is NL", NONE, NONE, NONE, NONE, "a\r", "a\r\n", "a\n", 0 },
    { "CR stays CR without ICRNL", NONE, LINE_MODE_ICRNL, NONE, NONE, "a\rb\n", "a^Mb\r\n", "a\rb\n", 0 },
    { "CR is dropped with IGNCR", NONE, NONE, LINE_MODE_IGNCR, NONE, "a\rb\n", "ab\r\n", "ab\n", 0 },
    { "NL is CR with INLCR", NONE, LINE_MODE_ICRNL, LINE_MODE_INLCR, NONE, "a\n", "a^M", "-", 0 },
    { "the eighth bit goes with ISTRIP", NONE, NONE, LINE_MODE_ISTRIP, NONE, "\xe1\n", "a\r\n", "a\n", 0 },
    { "two lines, two reads", NONE, NONE, NONE, NONE, "a\nb\n", "a\r\nb\r\n", "a\n|b\n", 0 },
    { "erase", NONE, NONE, NONE, NONE, "ab\x7f" "c\n", "ab\b \bc\r\n", "ac\n", 0 },
    { "erase at the beginning", NONE, NONE, NONE, NONE, "\x7f\x7f" "a\n", "a\r\n", "a\n", 0 },
    { "erase a control character", NONE, NONE, NONE, NONE, "a\x01\x7f\n", "a^A\b \b\b \b\r\n", "a\n", 0 },
    { "erase a tab", NONE, NONE, NONE, NONE, "abc\t\x7f\n", "abc\t\b\b\b\b\b\r\n", "abc\n", 0 },
    { "erase a character of two bytes", NONE, NONE, NONE, NONE, "\xc3\xa9\x7f\n", "\xc3\xa9\b \b\r\n", "\n", 0 },
    { "one byte of it without IUTF8", NONE, LINE_MODE_IUTF8, NONE, NONE, "\xc3\xa9\x7f\n", "\xc3\xa9\r\n",
      "\xc3\n", 0 },
    { "erase without ECHOE", LINE_MODE_ECHOE, NONE, NONE, NONE, "ab\x7f\n", "ab^?\r\n", "a\n", 0 },
    { "erase a word", NONE, NONE, NONE, NONE, "ab cd \x17\n", "ab cd \b \b\b \b\b \b\r\n", "ab \n", 0 },
    { "erase a line", NONE, NONE, NONE, NONE, "ab\x15" "c\n", "ab\b \b\b \bc\r\n", "c\n", 0 },
    { "erase a line without ECHOKE", LINE_MODE_ECHOKE, NONE, NONE, NONE, "ab\x15" "c\n", "ab^U\r\nc\r\n", "c\n", 0 },
    { "print it again", NONE, NONE, NONE, NONE, "ab\x12\n", "ab^R\r\nab\r\n", "ab\n", 0 },
    { "the next as it is", NONE, NONE, NONE, NONE, "\x16\x03\n", "^\b^C\r\n", "\x03\n", 0 },
    { "end of file at the beginning", NONE, NONE, NONE, NONE, "\x04", "", "", 0 },
    { "end of file after a line", NONE, NONE, NONE, NONE, "a\n\x04", "a\r\n", "a\n|", 0 },
    { "end of file within a line", NONE, NONE, NONE, NONE, "ab\x04" "c\n", "abc\r\n", "ab|c\n", 0 },
    { "^C", NONE, NONE, NONE, NONE, "ab\x03" "c\n", "ab^Cc\r\n", "c\n", SIGINT },
    { "^C takes lines away that nobody has read", NONE, NONE, NONE, NONE, "a\n\x03", "a\r\n^C", "-", SIGINT },
    { "^\\", NONE, NONE, NONE, NONE, "\x1c", "^\\", "-", SIGQUIT },
    { "^Z", NONE, NONE, NONE, NONE, "\x1a", "^Z", "-", SIGTSTP },
    { "^C is a byte without ISIG", LINE_MODE_ISIG, NONE, NONE, NONE, "\x03\n", "^C\r\n", "\x03\n", 0 },
    { "without echo", LINE_MODE_ECHO, NONE, NONE, NONE, "abc\n", "", "abc\n", 0 },
    { "control characters as they are without ECHOCTL", LINE_MODE_ECHOCTL, NONE, NONE, NONE, "\x01\n", "\x01\r\n",
      "\x01\n", 0 },
    { "NL as it is without OPOST", NONE, NONE, NONE, LINE_MODE_OPOST, "a\n", "a\n", "a\n", 0 },
    { "NL as it is without ONLCR", NONE, NONE, NONE, LINE_MODE_ONLCR, "a\n", "a\n", "a\n", 0 },
    { "raw", RAW, LINE_MODE_ICRNL | LINE_MODE_IXON, NONE, NONE, "a\r\x03\x04\x7f", "", "a\r\x03\x04\x7f", 0 },
    { "raw with echo", LINE_MODE_ICANON, NONE, NONE, NONE, "ab", "ab", "ab", 0 },
    { "^S and ^Q are not read", NONE, NONE, NONE, NONE, "a\x13\x11" "b\n", "ab\r\n", "ab\n", 0 },
    { "they are bytes without IXON", NONE, LINE_MODE_IXON, NONE, NONE, "\x13\x11\n", "^S^Q\r\n", "\x13\x11\n", 0 },
};

static struct line line;
static char said[65536];
static uint32_t said_count;
static int raised;

static void put(const char *bytes, uint64_t size)
{
    if (said_count + size < sizeof said)
        memcpy(said + said_count, bytes, size);
    said_count += (uint32_t)size;
    said[said_count] = 0;
}

static void take_signal(int number)
{
    raised = number;
}

static void type(const char *text)
{
    while (*text)
        line_input(&line, (uint8_t)*text++);
}

/* What one read after the other gets; "-" at the end: the next would wait. */
static void read_all(char *to, bool wanted)
{
    char *start = to;

    *to = 0;
    while (line_ready(&line, 64)) {
        uint32_t count = line_read(&line, (uint8_t *)to + (to > start), 64);

        if (to > start)
            *to++ = '|';
        to += count;
        *to = 0;
        if (to == start && !line.count)
            return; /* a read of nothing: the end of file */
    }
    if (to == start && wanted)
        strcpy(to, "-");
}

static void start(const struct row *row)
{
    struct line_termios termios;

    line_init(&line, put, take_signal);
    termios = line.termios;
    termios.local &= ~row->local_off;
    termios.input = (termios.input & ~row->input_off) | row->input_on;
    termios.output &= ~row->output_off;
    line_set(&line, &termios);
    said_count = 0;
    *said = 0;
    raised = 0;
}

static void test_row(const struct row *row)
{
    char reads[256];

    start(row);
    type(row->typed);
    tap_is_text(said, row->echo, "%s: echo", row->what);
    read_all(reads, true);
    tap_is_text(reads, row->reads, "%s: reads", row->what);
    tap_ok(raised == row->signal, "%s: signal %d", row->what, raised);
}

static void test_limits(void)
{
    static uint8_t bytes[LINE_ROOM];
    uint32_t count = 0;

    start(&rows[0]);
    for (int i = 0; i < 5000; i++)
        line_input(&line, 'x');
    tap_is_u64(line.edited, LINE_MAX - 1, "a line keeps 4,095 bytes");
    tap_ok(strstr(said, "\a") != NULL, "and rings for those that are too many");
    line_input(&line, '\n');
    tap_is_u64(line_read(&line, bytes, sizeof bytes), LINE_MAX, "its end has room still");
    start(&rows[0]);
    while (line_room(&line)) {
        line_input(&line, count % 80 == 79 ? '\n' : 'y');
        count++;
    }
    tap_ok(count > 8000, "%u bytes have room", count);
    line_input(&line, '\n');
    line_input(&line, 4);
    tap_ok(line.count <= LINE_ROOM, "and the end of the last line besides");
    for (count = 0; line_ready(&line, 1);)
        count += line_read(&line, bytes, 7);
    tap_ok(count > 8000 && !line.count && !line.lines, "all %u can be read again, seven at a time", count);
}

static void test_modes(void)
{
    struct line_termios termios;
    uint8_t bytes[16];

    start(&rows[0]);
    type("abc");
    termios = line.termios;
    termios.local &= ~(uint32_t)LINE_MODE_ICANON;
    line_set(&line, &termios);
    tap_ok(line_ready(&line, 16) && line_read(&line, bytes, 16) == 3,
           "what is typed can be read once the terminal is raw");
    termios.characters[LINE_MIN] = 4;
    line_set(&line, &termios);
    type("abc");
    tap_ok(!line_ready(&line, 16) && line_ready(&line, 3), "three bytes are less than LINE_MIN, but enough for three");
    type("d\nef");
    termios.local |= LINE_MODE_ICANON;
    line_set(&line, &termios);
    tap_ok(line_ready(&line, 16) && line_read(&line, bytes, 16) == 5, "canonical again, the line that is there ends");
    tap_ok(!line_ready(&line, 16) && line_count(&line) == 0, "and what follows it waits for its end");
    start(&rows[0]);
    termios = line.termios;
    termios.local |= LINE_MODE_NOFLSH;
    line_set(&line, &termios);
    type("a\n\x03");
    tap_ok(raised == SIGINT && line_read(&line, bytes, 16) == 2, "with NOFLSH ^C leaves what can be read");
    start(&rows[0]);
    type("\x13");
    tap_ok(line.stopped, "^S stops the output");
    type("\x11");
    tap_ok(!line.stopped, "and ^Q lets it go on");
    start(&rows[0]);
    line_output(&line, (const uint8_t *)"a\tb\nc", 5);
    tap_is_text(said, "a\tb\r\nc", "what a program writes gets its CR");
    tap_is_u64(line.column, 1, "and the cursor's column is known");
}

int main(void)
{
    tap_plan(3 * sizeof rows / sizeof *rows + 6 + 9);
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_row(&rows[i]);
    test_limits();
    test_modes();
    return tap_done();
}
