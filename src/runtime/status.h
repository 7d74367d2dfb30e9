/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an operation ended.  Whatever is not STATUS_OK left everything as it was, results included, unless it says
 * otherwise.
 */
#ifndef ACRE_STATUS_H
#define ACRE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NO_MEMORY, /* no memory for bookkeeping */
    STATUS_FULL, /* the table or buffer has no room */
    STATUS_INVALID, /* an argument is out of its range: a count of 0, an alignment that is no power of two, ... */
    STATUS_NOT_FOUND, /* nothing there meets the request */
    STATUS_OVERLAP, /* part of the span is there already, or in use */
    STATUS_NOT_OWNED, /* part of the span was never given to this heap or table */
    STATUS_NOT_ALLOCATED, /* part of the span is free: freed twice, or never allocated */
    STATUS_CORRUPT, /* the structure breaks its own invariants */
    STATUS_COUNT
};

/* On a function whose status must be looked at. */
#define MUST_USE __attribute__((warn_unused_result))

/* A few words in lower case for messages ("not found"); "unknown status" for a value outside the enumeration. */
const char *status_text(enum status status);

#endif
