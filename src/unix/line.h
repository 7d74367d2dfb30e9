/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal's line discipline, as termios(3) has it, apart from where bytes come from and go to: canonical lines with
 * echo, erasing, ^C and ^D; raw input; CR and NL on the way in and out.
 */
#ifndef ACRE_LINE_H
#define ACRE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#define LINE_MAX 4096u /* bytes of one line, its end included */
#define LINE_ROOM 8192u /* bytes that wait to be read */
#define LINE_CONTROLS 19

/* As struct termios lies in the program's memory (the kernel's own, of TCGETS). */
struct line_termios {
    uint32_t input, output, control, local;
    uint8_t discipline, characters[LINE_CONTROLS];
};
_Static_assert(sizeof(struct line_termios) == 36, "struct termios of x86-64");

#define LINE_MODE_IGNBRK 01u
#define LINE_MODE_ISTRIP 040u
#define LINE_MODE_INLCR 0100u
#define LINE_MODE_IGNCR 0200u
#define LINE_MODE_ICRNL 0400u
#define LINE_MODE_IXON 02000u
#define LINE_MODE_IMAXBEL 020000u
#define LINE_MODE_IUTF8 040000u
#define LINE_MODE_OPOST 01u
#define LINE_MODE_ONLCR 04u
#define LINE_MODE_OCRNL 010u
#define LINE_MODE_ISIG 01u
#define LINE_MODE_ICANON 02u
#define LINE_MODE_ECHO 010u
#define LINE_MODE_ECHOE 020u
#define LINE_MODE_ECHOK 040u
#define LINE_MODE_ECHONL 0100u
#define LINE_MODE_NOFLSH 0200u
#define LINE_MODE_ECHOCTL 01000u
#define LINE_MODE_ECHOKE 04000u
#define LINE_MODE_IEXTEN 0100000u

enum line_character {
    LINE_INTR, LINE_QUIT, LINE_ERASE, LINE_KILL, LINE_EOF, LINE_TIME, LINE_MIN, LINE_SWTC, LINE_START, LINE_STOP,
    LINE_SUSP, LINE_EOL, LINE_REPRINT, LINE_DISCARD, LINE_WERASE, LINE_LNEXT, LINE_EOL2
};

struct line {
    struct line_termios termios;
    bool stopped; /* ^S: nothing goes out until ^Q */
    void (*put)(const char *bytes, uint64_t size); /* where output and echo go */
    void (*signal)(int number); /* what ^C, ^\ and ^Z do */
    /* private */
    bool literal; /* the next byte is taken as it is (^V) */
    uint32_t column; /* of the cursor, for erasing tabs */
    uint32_t edited, start; /* bytes of the line being typed, and the column where it began */
    uint8_t edit[LINE_MAX];
    uint32_t head, count, lines; /* ring of what can be read; ends of lines in it */
    uint16_t ready[LINE_ROOM]; /* bytes, or MARK: ^D */
};

/* As a terminal is when it is opened: canonical, with echo. */
void line_init(struct line *line, void (*put)(const char *, uint64_t), void (*signal)(int));

/* Bytes that can still be taken in without one being lost. */
uint32_t line_room(const struct line *line);

/* A byte has come in. */
void line_input(struct line *line, uint8_t byte);

/* Whether a read of `size` bytes would get what it waits for: a line, or as many bytes as LINE_MIN says. */
bool line_ready(const struct line *line, uint64_t size);
/* Bytes that can be read at once. */
uint32_t line_count(const struct line *line);

/* Reads: in canonical mode up to the end of a line; 0 also for a ^D. */
uint32_t line_read(struct line *line, uint8_t *to, uint32_t size);

/* Writes what the program says. */
void line_output(struct line *line, const uint8_t *bytes, uint32_t size);

/* New settings; and throwing away what has come in. */
void line_set(struct line *line, const struct line_termios *termios);
void line_flush(struct line *line);

#endif
