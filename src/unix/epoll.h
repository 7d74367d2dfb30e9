/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of watched files (epoll). */
#ifndef ACRE_EPOLL_H
#define ACRE_EPOLL_H

struct file;

/* The file is about to go: no set has it any more. */
void epoll_forget(struct file *file);

#endif
