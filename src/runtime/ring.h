/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rings: doubly linked lists through a head that is no element.  An element starts with its link, so that the link's
 * address is its own.
 */
#ifndef ACRE_RING_H
#define ACRE_RING_H

struct ring {
    struct ring *next, *prev; /* of the head: the first and the last element, or the head itself */
};

static inline void ring_init(struct ring *head)
{
    head->next = head->prev = head;
}

/* Puts the element behind `place`, which is the head or an element. */
static inline void ring_add(struct ring *place, struct ring *element)
{
    element->next = place->next;
    element->prev = place;
    place->next->prev = element;
    place->next = element;
}

static inline void ring_remove(struct ring *element)
{
    element->next->prev = element->prev;
    element->prev->next = element->next;
}

#endif
