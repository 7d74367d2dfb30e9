/* SPDX-License-Identifier: Apache-2.0 */
/* The file that says what to start: a good one is read, one cut off or changed anywhere that counts is refused. */
#include "tap.h"

#include "unix/runfile.h"

#define GOOD "2\0ls\0-l\0" "1\0HOME=/root\0" "/tmp\0/bin/ls"

struct row {
    const char *what, *bytes;
    size_t size;
};

#define ROW(what, bytes) { what, bytes, sizeof bytes }

static const struct row refused[] = {
    { "nothing", "", 0 },
    ROW("no number", "x\0" "0\0/\0/a"),
    ROW("an empty number", "\0" "0\0/\0/a"),
    ROW("a number with a sign", "-1\0" "0\0/\0/a"),
    ROW("a number beyond all bounds", "99999999999999999999999\0" "0\0/\0/a"),
    ROW("more arguments than texts", "9\0a\0" "0\0/\0/a"),
    ROW("no path", "0\0" "0\0/"),
};

static void test_good(void)
{
    struct runfile run;
    uint64_t used;

    tap_ok(runfile_read(&run, GOOD "\0" "0\0", sizeof GOOD + 3, &used) == STATUS_OK && used == sizeof GOOD &&
               run.arg_count == 2 && run.env_count == 1 &&
               !memcmp(run.args, "ls\0-l", 6) && !strcmp(run.envs, "HOME=/root") && !strcmp(run.cwd, "/tmp") &&
               !strcmp(run.path, "/bin/ls"),
           "arguments, environment, working directory, path; what follows is left");
    tap_ok(runfile_read(&run, "0\0" "0\0\0", 6, &used) == STATUS_OK && used == 6 && !run.arg_count && !*run.cwd &&
               !*run.path,
           "all may be empty");
}

static void test_short(void)
{
    unsigned wrong = 0;

    for (size_t size = 0; size < sizeof GOOD; size++) {
        char *bytes = malloc(size ? size : 1); /* of that size: sanitizers and valgrind watch it */
        struct runfile run;
        uint64_t used;

        memcpy(bytes, GOOD, size);
        wrong += runfile_read(&run, bytes, size, &used) != STATUS_CORRUPT;
        free(bytes);
    }
    tap_is_u64(wrong, 0, "it is refused, cut off anywhere");
}

int main(void)
{
    unsigned count = sizeof refused / sizeof refused[0];

    tap_plan(count + 3);
    for (unsigned i = 0; i < count; i++) {
        struct runfile run;
        uint64_t used;

        tap_ok(runfile_read(&run, refused[i].bytes, refused[i].size, &used) == STATUS_CORRUPT, "refused: %s",
               refused[i].what);
    }
    test_good();
    test_short();
    return tap_done();
}
