/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader collects from a '$' on.  As soon as what it has cannot be the beginning of a frame (a digit is none, the
 * size is too large, a byte of the JSON is a control character, the CRC is another), the '$' is garbage, and it looks
 * for the next one among what it has collected: so a frame that was cut off does not cost the one that comes after it.
 *
 * I1  bytes[0] is a '$' if used is not 0.
 * I2  once the head is read, `wanted` is the size of the frame, and up to `checked` there is no control character.
 *
 * Cost: a byte is looked at a few times; with a '$' in every 16 bytes, each of them once more in each frame that ends
 * at the same place, at most 65 times.
 */
#include "storeframe.h"

#include "bytes.h"
#include "digits.h"

#define SIZE_DIGITS 5u
#define CRC_AT 7u
#define CRC_DIGITS 8u

static void write_hex(char *to, uint32_t number, unsigned digits)
{
    while (digits--) {
        to[digits] = "0123456789abcdef"[number & 15];
        number >>= 4;
    }
}

size_t store_frame_close(char *frame, size_t json_size)
{
    char *json = frame + STORE_FRAME_HEAD;

    frame[0] = '$';
    write_hex(frame + 1, (uint32_t)json_size, SIZE_DIGITS);
    frame[1 + SIZE_DIGITS] = ':';
    write_hex(frame + CRC_AT, store_crc(0, json, json_size), CRC_DIGITS);
    frame[CRC_AT + CRC_DIGITS] = ':';
    json[json_size] = '\n';
    return json_size + STORE_FRAME_EXTRA;
}

static bool read_hex(const char *from, unsigned digits, uint32_t *number)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < digits; i++) {
        uint32_t digit = digits_hex_value(from[i]);

        if (digit > 15)
            return false;
        sum = sum << 4 | digit;
    }
    *number = sum;
    return true;
}

/* Whether one of eight bytes is below 0x20: the lowest that is borrows into its bit 7, and none does before it. */
static inline bool eight_have_control(const char *bytes)
{
    uint64_t eight = (uint64_t)bytes_load32(bytes + 4) << 32 | bytes_load32(bytes);

    return (eight - 0x2020202020202020) & ~eight & 0x8080808080808080;
}

/* The last eight are looked at as eight, too, whether some of them have been already or not. */
static bool has_control(const char *bytes, size_t size)
{
    size_t at = 0;

    if (size < 8) {
        for (; at < size; at++)
            if ((uint8_t)bytes[at] < 0x20)
                return true;
        return false;
    }
    for (; at + 8 < size; at += 8)
        if (eight_have_control(bytes + at))
            return true;
    return eight_have_control(bytes + size - 8);
}

/* What stands at the start of the bytes. */
enum beginning { NO_FRAME, PART, WHOLE };

/* Reads the head; false: it is none. */
static bool read_head(struct store_frames *frames)
{
    const char *bytes = frames->bytes;
    uint32_t size;

    if (!read_hex(bytes + 1, SIZE_DIGITS, &size) || bytes[1 + SIZE_DIGITS] != ':' ||
        !read_hex(bytes + CRC_AT, CRC_DIGITS, &frames->crc) || bytes[CRC_AT + CRC_DIGITS] != ':')
        return false;
    if (size > STORE_REQUEST_MAX)
        return false;
    frames->wanted = size + STORE_FRAME_EXTRA;
    frames->checked = STORE_FRAME_HEAD;
    return true;
}

/* Looks at what came behind what is checked, but for the frame's last byte, which is a control character. */
static bool has_new_control(struct store_frames *frames)
{
    uint32_t from = frames->checked, limit = frames->wanted - STORE_FRAME_TAIL;

    if (limit > frames->used)
        limit = frames->used;
    frames->checked = limit;
    return has_control(frames->bytes + from, limit - from);
}

static bool is_whole(const struct store_frames *frames)
{
    uint32_t limit = frames->wanted - STORE_FRAME_TAIL;

    return frames->bytes[limit] == '\n' &&
           store_crc(0, frames->bytes + STORE_FRAME_HEAD, limit - STORE_FRAME_HEAD) == frames->crc;
}

static enum beginning look(struct store_frames *frames)
{
    if (frames->used < STORE_FRAME_HEAD)
        return PART;
    if ((!frames->wanted && !read_head(frames)) || has_new_control(frames))
        return NO_FRAME;
    if (frames->used < frames->wanted)
        return PART;
    return is_whole(frames) ? WHOLE : NO_FRAME;
}

static void drop(struct store_frames *frames, uint32_t count)
{
    frames->used -= count;
    bytes_move(frames->bytes, frames->bytes + count, frames->used);
    frames->wanted = 0;
}

/* Drops what stands before the first '$'; true: some of it was garbage. */
static bool settle(struct store_frames *frames)
{
    uint64_t before = frames->dropped;
    uint32_t at = 0;

    while (at < frames->used && frames->bytes[at] != '$') {
        frames->dropped += frames->bytes[at] != '\n' && frames->bytes[at] != '\r';
        at++;
    }
    drop(frames, at);
    return frames->dropped != before;
}

/* Takes what is still wanted, or as much of it as there is; returns how many bytes. */
static size_t fill(struct store_frames *frames, const char *bytes, size_t size)
{
    size_t lacking = (frames->wanted ? frames->wanted : STORE_FRAME_HEAD) - frames->used;

    if (size > lacking)
        size = lacking;
    bytes_copy(frames->bytes + frames->used, bytes, size);
    frames->used += (uint32_t)size;
    return size;
}

static void give_frame(struct store_frames *frames)
{
    frames->done = frames->wanted;
    frames->json = frames->bytes + STORE_FRAME_HEAD;
    frames->json_size = frames->wanted - STORE_FRAME_EXTRA;
    frames->bytes[frames->wanted - STORE_FRAME_TAIL] = '\0';
    frames->garbage = false;
}

void store_frames_init(struct store_frames *frames)
{
    *frames = (struct store_frames){.used = 0};
}

enum store_frame_found store_frames_take(struct store_frames *frames, const void *bytes, size_t size, size_t *taken)
{
    enum beginning beginning;

    if (frames->done)
        drop(frames, frames->done);
    frames->done = 0;
    for (*taken = 0;;) {
        if (frames->used && frames->bytes[0] != '$' && settle(frames) && !frames->garbage) {
            frames->garbage = true;
            return STORE_FRAME_GARBAGE;
        }
        beginning = look(frames);
        if (beginning == WHOLE) {
            give_frame(frames);
            return STORE_FRAME_WHOLE;
        }
        if (beginning == NO_FRAME)
            frames->bytes[0] = '!'; /* no '$', so that it is dropped as garbage */
        else if (*taken == size)
            return STORE_FRAME_NONE;
        else
            *taken += fill(frames, (const char *)bytes + *taken, size - *taken);
    }
}
