/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line of a script: each row is a file's head and what comes of it, as execve(2) of Linux has it; three are
 * given to the host's own execve, too.
 */
#include "tap.h"
#include "temporary.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unix/script.h"

struct row {
    const char *what, *head;
    size_t size; /* 0: strlen */
    char fill; /* what follows in the head; 0: the file ends */
    enum status status;
    const char *name, *argument; /* argument NULL: none */
};

static const struct row rows[] = {
    { "no script", "\177ELF", 0, 0, STATUS_NOT_FOUND, NULL, NULL },
    { "# alone", "#", 0, 0, STATUS_NOT_FOUND, NULL, NULL },
    { "an empty file", "", 0, 0, STATUS_NOT_FOUND, NULL, NULL },
    { "a name", "#!/bin/sh\necho\n", 0, 0, STATUS_OK, "/bin/sh", NULL },
    { "a name without a newline", "#!/bin/sh", 0, 0, STATUS_OK, "/bin/sh", NULL },
    { "blanks before and after the name", "#! \t /bin/sh \t\n", 0, 0, STATUS_OK, "/bin/sh", NULL },
    { "an argument", "#!/usr/bin/awk -f\n", 0, 0, STATUS_OK, "/usr/bin/awk", "-f" },
    { "one argument with blanks in it", "#!/usr/bin/env  -S  perl -w \t\n", 0, 0, STATUS_OK, "/usr/bin/env",
      "-S  perl -w" },
    { "a carriage return belongs to the name", "#!/bin/sh\r\n", 0, 0, STATUS_OK, "/bin/sh\r", NULL },
    { "no name", "#!\n/bin/sh\n", 0, 0, STATUS_INVALID, NULL, NULL },
    { "blanks for a name", "#! \t \n", 0, 0, STATUS_INVALID, NULL, NULL },
    { "nothing but #!: an empty name", "#!", 0, 0, STATUS_OK, "", NULL },
    { "a NUL ends the line", "#!/bin/sh\0 -x\n", 14, 0, STATUS_OK, "/bin/sh", NULL },
    { "a NUL ends the argument", "#!/bin/sh -x\0y\n", 15, 0, STATUS_OK, "/bin/sh", "-x" },
    { "a name that may go on beyond the head", "#!/bin/", 0, 'x', STATUS_INVALID, NULL, NULL },
    { "nothing but blanks in the head", "#!", 0, ' ', STATUS_INVALID, NULL, NULL },
    { "a name that ends, an argument that is cut off", "#!/bin/sh ", 0, 'x', STATUS_OK, "/bin/sh", "" },
    { "an argument of blanks that never end", "#!/bin/sh", 0, ' ', STATUS_OK, "/bin/sh", NULL },
};

static void test_row(const struct row *row)
{
    char head[SCRIPT_HEAD_SIZE], long_argument[SCRIPT_HEAD_SIZE];
    const char *argument = row->argument;
    size_t size = row->size ? row->size : strlen(row->head);
    struct script script;
    enum status status;
    bool good;

    memset(head, row->fill, sizeof head);
    memcpy(head, row->head, size);
    if (argument && !*argument) { /* up to the last byte but one */
        memset(long_argument, row->fill, sizeof long_argument);
        long_argument[sizeof head - 1 - size] = 0;
        argument = long_argument;
    }
    status = script_read(&script, head);
    good = status == row->status;
    if (good && status == STATUS_OK)
        good = !strcmp(script.name, row->name) && script.has_argument == !!argument &&
               !strcmp(script.argument, argument ? argument : "");
    if (!tap_ok(good, "%s", row->what))
        tap_note("%s: '%s' '%s'", status_text(status), script.name, script.argument);
}

/* A name of every length: taken as long as a blank, newline or NUL ends it within the head. */
static void test_lengths(void)
{
    unsigned wrong = 0;

    for (size_t size = 1; size < SCRIPT_HEAD_SIZE; size++)
        for (int kind = 0; kind < 3; kind++) {
            char head[SCRIPT_HEAD_SIZE + 2] = "#!";
            struct script script;

            memset(head + 2, 'n', size);
            if (2 + size < SCRIPT_HEAD_SIZE)
                head[2 + size] = "\n \0"[kind];
            wrong += (script_read(&script, head) == STATUS_OK) != (2 + size < SCRIPT_HEAD_SIZE);
            wrong += 2 + size < SCRIPT_HEAD_SIZE && strlen(script.name) != size;
        }
    tap_is_u64(wrong, 0, "names of 1 to 255 bytes");
}

/* The host's kernel as the reference: what its execve makes of the line, said by echo(1): `before`, then the script's
 * path. */
static bool host_agrees(const char *line, const char *before)
{
    char path[TEMPORARY_ROOM], got[200] = "", want[100];
    int file = mkstemp(temporary_name(path)), ends[2], ended;
    ssize_t size;
    pid_t child;

    if (file < 0 || write(file, line, strlen(line)) < 0 || fchmod(file, 0755) || close(file) || pipe(ends))
        return false;
    child = fork();
    if (child == 0) {
        dup2(ends[1], 1);
        execl(path, "arg0", "arg1", (char *)NULL);
        _exit(77);
    }
    snprintf(want, sizeof want, "%s%s", before, path);
    close(ends[1]);
    size = read(ends[0], got, sizeof got - 1);
    close(ends[0]);
    waitpid(child, &ended, 0);
    unlink(path);
    if (size < 0 || strncmp(got, want, strlen(want)))
        tap_note("'%s': got '%s', wanted '%s'", line, got, want);
    return size >= 0 && !strncmp(got, want, strlen(want));
}

int main(void)
{
    unsigned count = sizeof rows / sizeof rows[0];

    tap_plan(count + 2);
    for (unsigned i = 0; i < count; i++)
        test_row(&rows[i]);
    test_lengths();
    tap_ok(host_agrees("#! \t/bin/echo  one  two \t\nrest\n", "one  two ") && host_agrees("#!/bin/echo", "") &&
               host_agrees("#!/bin/echo \n", ""),
           "the host's execve reads three such lines in the same way");
    return tap_done();
}
