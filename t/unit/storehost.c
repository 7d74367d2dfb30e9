/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storehost [--key HEX64] [--room BYTES]: the store's server over a small tree (store_world.h), on standard input and
 * output as a guest has it on COM2.  Counters in it grow with time: memory.ledger.free by one each 10 ms, interrupts.
 * timer by one each ms.  Ends with its input; says nothing else.  For tests of clients:
 *
 *     socat UNIX-LISTEN:sock,fork EXEC:t/unit/storehost
 *
 * Status 2: a bad option.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "host/tagged_host.h"
#include "runtime/storejson.h"
#include "store_world.h"

#define PIECE 4096

static struct tagged_host host;
static char input[PIECE], output[PIECE];
static size_t input_at, input_end, output_at, output_end;

static __attribute__((noreturn)) void on_fault(const struct value_fault *fault)
{
    fprintf(stderr, "storehost: value fault: %s\n", fault->what);
    abort();
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int bad_option(const char *option)
{
    fprintf(stderr, "storehost: bad option: %s; storehost [--key HEX64] [--room BYTES]\n", option);
    return 2;
}

static bool set_key(const char *hex)
{
    uint8_t key[STORE_KEY_SIZE];

    if (store_json_hex((struct store_text){hex, strlen(hex)}, key, sizeof key) != STATUS_OK)
        return false;
    store_server_allow(&world.server, key);
    return true;
}

/* Moves the world's time on. */
static void pass_time(uint64_t started)
{
    world.now_ms = now_ms() - started;
    world.timer = (uint32_t)world.now_ms;
    world.counters[0] = 1000 + world.now_ms / 10;
}

/* What is read goes to the server, as much as it takes; what it gives goes to the output, as much as that takes. */
static bool move(void)
{
    ssize_t got;

    input_at += store_server_take(&world.server, input + input_at, input_end - input_at);
    if (output_at == output_end) {
        output_at = 0;
        output_end = store_server_give(&world.server, output, sizeof output);
    }
    if (output_at < output_end) {
        got = write(STDOUT_FILENO, output + output_at, output_end - output_at);
        if (got > 0)
            output_at += (size_t)got;
        return got > 0;
    }
    return false;
}

/* How long nothing need be done; -1: for ever. */
static int idle_ms(void)
{
    uint64_t next = store_server_next(&world.server);

    if (next == UINT64_MAX)
        return -1;
    return next > world.now_ms ? (int)(next - world.now_ms) : 0;
}

/* Reads more if there is any; false: the input has ended. */
static bool read_more(void)
{
    ssize_t got = read(STDIN_FILENO, input, sizeof input);

    input_at = 0;
    input_end = got > 0 ? (size_t)got : 0;
    return got > 0;
}

static void serve(void)
{
    uint64_t started = now_ms() - 1;
    struct pollfd fds[2] = {{.fd = STDIN_FILENO}, {.fd = STDOUT_FILENO}};

    while (fds[0].fd >= 0 || output_at < output_end) {
        fds[0].events = input_at == input_end ? POLLIN : 0;
        fds[1].events = output_at < output_end ? POLLOUT : 0;
        poll(fds, 2, idle_ms());
        if (fds[1].revents & POLLERR)
            return; /* nobody reads any more */
        if (input_at == input_end && fds[0].revents & (POLLIN | POLLHUP) && !read_more())
            fds[0].fd = -1;
        pass_time(started);
        store_server_tick(&world.server, world.now_ms);
        while (move())
            ;
    }
}

int main(int count, char **words)
{
    const char *key = NULL;
    uint64_t room = STORE_OUT_MOST;

    for (int i = 1; i < count; i += 2) {
        const char *value = i + 1 < count ? words[i + 1] : "";

        if (!strcmp(words[i], "--key"))
            key = value;
        else if (strcmp(words[i], "--room") ||
                 store_json_number((struct store_text){value, strlen(value)}, &room) != STATUS_OK ||
                 room < STORE_OUT_LEAST || room > STORE_OUT_MOST)
            return bad_option(words[i]);
    }
    value_fault_hook = on_fault;
    tagged_host_init(&host);
    world_init(&host.tagged, (uint32_t)room);
    if (key && !set_key(key))
        return bad_option("--key");
    fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    serve();
    world_fini();
    return 0;
}
