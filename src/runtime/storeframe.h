/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's frames (doc/store.md):
 *
 *     $LLLLL:CCCCCCCC:JSON\n
 *
 * L: bytes of the JSON, 5 hexadecimal digits; C: its CRC-32 (IEEE 802.3, as zlib has it), 8 hexadecimal digits, both
 * small or capital when read, small when written.  The JSON has no byte below 0x20.  Line ends (LF, CR) between frames
 * mean nothing; all else is garbage, dropped up to the next '$' from which on a good frame stands.
 */
#ifndef ACRE_STOREFRAME_H
#define ACRE_STOREFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_FRAME_HEAD 16u /* bytes before the JSON */
#define STORE_FRAME_TAIL 1u
#define STORE_FRAME_EXTRA (STORE_FRAME_HEAD + STORE_FRAME_TAIL)
#define STORE_REQUEST_MAX 1024u /* bytes of a request's JSON */
#define STORE_REPLY_MAX 65536u /* bytes of a reply's or an event's JSON */

/* Goes on with a CRC-32 (0 at the start) over size bytes. */
uint32_t store_crc(uint32_t crc, const void *bytes, size_t size);

/*
 * Makes a frame of json_size bytes (at most STORE_REPLY_MAX) that stand at frame + STORE_FRAME_HEAD: writes what goes
 * before and behind.  Returns the bytes of the frame.
 */
size_t store_frame_close(char *frame, size_t json_size);

enum store_frame_found {
    STORE_FRAME_NONE, /* all bytes were taken, and no frame is whole yet */
    STORE_FRAME_WHOLE, /* one is: it stands at json until the next call */
    STORE_FRAME_GARBAGE /* a run of garbage began */
};

/* A reader of frames. */
struct store_frames {
    uint32_t used; /* bytes in the buffer */
    uint32_t done; /* of them, those of the frame that was found last */
    uint32_t wanted; /* bytes of the frame that begins; 0: its head is not read yet */
    uint32_t checked; /* of those, what has been looked at */
    uint32_t crc; /* what its head says */
    bool garbage; /* within a run of it */
    const char *json; /* of the frame found last; NUL-ended */
    uint32_t json_size;
    uint64_t dropped; /* bytes of garbage */
    char bytes[STORE_REQUEST_MAX + STORE_FRAME_EXTRA];
};

void store_frames_init(struct store_frames *frames);

/*
 * Takes bytes until a frame is whole or a run of garbage begins; stores how many it took.  A run ends with the next
 * good frame.  With size 0 it goes on with what it has.
 */
enum store_frame_found store_frames_take(struct store_frames *frames, const void *bytes, size_t size, size_t *taken);

#endif
