/* SPDX-License-Identifier: Apache-2.0 */
#include "reclaim.h"

void reclaim_add(struct reclaim_list *list, struct reclaim *hook)
{
    hook->next = list->first;
    list->first = hook;
}

void reclaim_remove(struct reclaim_list *list, struct reclaim *hook)
{
    struct reclaim **at = &list->first;

    while (*at && *at != hook)
        at = &(*at)->next;
    if (*at)
        *at = hook->next;
}

bool reclaim_run(struct reclaim_list *list)
{
    bool any = false;

    if (list->busy)
        return false;
    list->busy = true;
    for (struct reclaim *hook = list->first; hook; hook = hook->next)
        any |= hook->run(hook->context);
    list->busy = false;
    return any;
}
