/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters are of the whole boot: execve and the end of a program set none of them back.  What is of a program, its
 * arguments or its mappings, is that of the one that runs now; between two programs there is none.
 */
#include "store_program.h"

#include <stddef.h>

#include "path.h"
#include "program.h"
#include "store_calls.h"
#include "store_faults.h"
#include "store_files.h"
#include "store_maps.h"
#include "store_threads.h"
#include "store_user.h"
#include "thread.h"

static void read_args(struct store_out *out, const void *context)
{
    (void)context;
    store_user_texts(out, program.args_base, program.exe ? program.args_limit : program.args_base);
}

static void read_path(struct store_out *out, const void *context)
{
    (void)context;
    store_words(out, store_files_path(program.exe));
}

static void read_cwd(struct store_out *out, const void *context)
{
    (void)context;
    store_words(out, store_files_path(path_cwd));
}

static void read_ticks(struct store_out *out, const void *context)
{
    (void)context;
    store_object(out);
    store_number_of(out, "all", threads_ticks());
    store_number_of(out, "system", threads_system_ticks());
    store_end(out);
}

static void build_limits(struct store *store, struct tuple_value *parent)
{
    static const char *const names[LIMIT_COUNT] = {
        [LIMIT_CPU] = "cpu",         [LIMIT_FSIZE] = "fsize",           [LIMIT_DATA] = "data",
        [LIMIT_STACK] = "stack",     [LIMIT_CORE] = "core",             [LIMIT_RSS] = "rss",
        [LIMIT_NPROC] = "nproc",     [LIMIT_NOFILE] = "nofile",         [LIMIT_MEMLOCK] = "memlock",
        [LIMIT_AS] = "as",           [LIMIT_LOCKS] = "locks",           [LIMIT_SIGPENDING] = "sigpending",
        [LIMIT_MSGQUEUE] = "msgqueue", [LIMIT_NICE] = "nice",           [LIMIT_RTPRIO] = "rtprio",
        [LIMIT_RTTIME] = "rttime",
    };
    struct tuple_value *limits = store_group(store, parent, "limits");

    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        struct tuple_value *limit = store_group(store, limits, names[i]);

        store_number_at(store, limit, "soft", &program.limits[i].now);
        store_number_at(store, limit, "hard", &program.limits[i].most);
    }
}

void store_program_build(struct store *store)
{
    struct tuple_value *group = store_group(store, store->root, "program");

    store_text_at(store, group, "name", (struct store_text){ program.name, sizeof program.name });
    store_computed(store, group, "path", read_path, NULL);
    store_computed(store, group, "argv", read_args, NULL);
    store_computed(store, group, "cwd", read_cwd, NULL);
    store_number_at(store, group, "execs", &program.execs);
    store_flag_at(store, group, "aslr", &program.aslr);
    store_word_at(store, group, "personality", &program.personality);
    store_computed(store, group, "ticks", read_ticks, NULL);
    store_maps_build(store, group);
    store_word_at(store, group, "thread-count", &threads_count);
    store_computed(store, group, "threads", store_threads_read, NULL);
    store_computed(store, group, "files", store_files_read, NULL);
    build_limits(store, group);
    store_faults_build(store, group);
    store_calls_build(store, group);
}
