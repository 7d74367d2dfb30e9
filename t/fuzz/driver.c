/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main program around a harness, one of three:
 *
 *   FUZZ_LIBFUZZER   none: libFuzzer has its own
 *   FUZZ_AFL         AFL++'s persistent mode: the input comes through shared memory, many to a process
 *   neither          replays files: NAME-replay [-v] FILE|DIRECTORY...; of a directory, all files in it, by name.
 *                    Status 0: all went well; 1: none to replay; killed or 3: the input named on standard error is
 *                    what broke it.
 */
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTCOMES_MAX 500u
#define INPUT_MAX (1u << 20)
#define HANG_SECONDS 20u

/* ---- what the harness calls */

struct outcome {
    const char *what, *how;
    unsigned long count;
};

static struct outcome outcomes[OUTCOMES_MAX];
static unsigned outcome_count;
static const char *current = "this input"; /* what is being replayed */

void fuzz_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fprintf(stderr, "fuzz: %s: ", current);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    abort();
}

void fuzz_outcome_of(const char *what, const char *how)
{
#if defined(FUZZ_AFL) || defined(FUZZ_LIBFUZZER)
    return; /* nobody asks for them */
#endif
    for (unsigned i = 0; i < outcome_count; i++)
        if (!strcmp(outcomes[i].what, what) && !strcmp(outcomes[i].how, how)) {
            outcomes[i].count++;
            return;
        }
    if (outcome_count < OUTCOMES_MAX)
        outcomes[outcome_count++] = (struct outcome){what, how, 1};
}

void fuzz_outcome(const char *text)
{
    fuzz_outcome_of(text, "");
}

/* ---- AFL++ */

#ifdef FUZZ_AFL
__AFL_FUZZ_INIT();

int main(void)
{
    const uint8_t *data;

    __AFL_INIT();
    data = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(10000))
        LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    return 0;
}
#endif

/* ---- replay */

#if !defined(FUZZ_AFL) && !defined(FUZZ_LIBFUZZER)
static unsigned long replayed;

/* Names the input before the signal does what it does. */
static void on_signal(int number)
{
    static const char text[] = "fuzz: broke, or hangs, on ";

    if (write(STDERR_FILENO, text, sizeof text - 1) < 0 || write(STDERR_FILENO, current, strlen(current)) < 0 ||
        write(STDERR_FILENO, "\n", 1) < 0)
        _exit(3);
    signal(number, SIG_DFL);
    raise(number);
}

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(INPUT_MAX);
    size_t size;

    if (!file || !data) {
        perror(path);
        exit(3);
    }
    size = fread(data, 1, INPUT_MAX, file);
    fclose(file);
    /* Exactly as large as the input, so that a sanitizer sees a byte read beyond it. */
    data = realloc(data, size ? size : 1);
    current = path;
    alarm(HANG_SECONDS);
    LLVMFuzzerTestOneInput(data, size);
    alarm(0);
    free(data);
    replayed++;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay(const char *path)
{
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);

    if (count < 0) {
        replay_file(path);
        return;
    }
    for (int i = 0; i < count; i++) {
        char name[4096];

        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        replay_file(name);
        free(entries[i]);
    }
    free(entries);
}

int main(int count, char **words)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGALRM};
    bool verbose = count > 1 && !strcmp(words[1], "-v");

    for (unsigned i = 0; i < sizeof signals / sizeof signals[0]; i++)
        signal(signals[i], on_signal);
    for (int i = 1 + verbose; i < count; i++)
        replay(words[i]);
    for (unsigned i = 0; verbose && i < outcome_count; i++)
        printf("%8lu %s%s%s\n", outcomes[i].count, outcomes[i].what, *outcomes[i].how ? ": " : "", outcomes[i].how);
    printf("%lu inputs, %u outcomes\n", replayed, outcome_count);
    return replayed ? 0 : 1;
}
#endif
