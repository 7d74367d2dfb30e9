/* SPDX-License-Identifier: Apache-2.0 */
/* There is no network: no family of sockets is supported, and no descriptor is a socket that could be connected. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "syscalls.h"

int64_t sys_socket(const uint64_t *a)
{
    (void)a;
    return -EAFNOSUPPORT;
}

static int64_t no_socket(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    if (!file)
        return -EBADF;
    return inode_is(file->inode, S_IFSOCK) ? -EOPNOTSUPP : -ENOTSOCK;
}

#define SOCKET_CALL(name)                                                                                             \
    int64_t sys_##name(const uint64_t *a)                                                                             \
    {                                                                                                                 \
        return no_socket(a);                                                                                          \
    }

SOCKET_CALL(connect)
SOCKET_CALL(accept)
SOCKET_CALL(accept4)
SOCKET_CALL(bind)
SOCKET_CALL(listen)
SOCKET_CALL(getsockname)
SOCKET_CALL(getpeername)
SOCKET_CALL(setsockopt)
SOCKET_CALL(getsockopt)
SOCKET_CALL(shutdown)
SOCKET_CALL(sendmsg)
SOCKET_CALL(recvmsg)

/* A pair's ends are written and read; flags and addresses make no difference to them. */
int64_t sys_sendto(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    return file && inode_is(file->inode, S_IFSOCK) ? sys_write(a) : no_socket(a);
}

int64_t sys_recvfrom(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    return file && inode_is(file->inode, S_IFSOCK) ? sys_read(a) : no_socket(a);
}
