/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and records of Linux's file calls on x86-64, as programs have them compiled in (man 2 open, stat, statx,
 * getdents, poll, epoll_ctl, fcntl, statfs; the kernel's include/uapi).  Octal where the manuals write octal.
 * Only .c files of src/unix include it: its names are those of the C library's headers.
 */
#ifndef ACRE_ABI_FILE_H
#define ACRE_ABI_FILE_H

#include <stdint.h>

/* Types and bits of a mode. */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISGID 02000
#define MODE_BITS 07777
#define MODE_EXECUTE 0111

/* open */
#define O_ACCMODE 03
#define O_RDONLY 00
#define O_WRONLY 01
#define O_RDWR 02
#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOCTTY 0400
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_DSYNC 010000
#define O_ASYNC 020000
#define O_DIRECT 040000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#define O_NOATIME 01000000
#define O_CLOEXEC 02000000
#define O_SYNC 04010000
#define O_PATH 010000000
#define O_TMPFILE 020200000

/* the ...at calls */
#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200
#define AT_EACCESS 0x200
#define AT_SYMLINK_FOLLOW 0x400
#define AT_NO_AUTOMOUNT 0x800
#define AT_EMPTY_PATH 0x1000
#define AT_STATX_SYNC_TYPE 0x6000
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#define PATH_MAX 4096 /* bytes of a path, its NUL included */
#define NAME_MAX 255 /* bytes of one name */
#define SYMLINKS_MAX 40 /* followed in one walk */
#define FILE_SIZE_MAX INT64_MAX

/* access */
#define R_OK 4
#define W_OK 2
#define X_OK 1

/* lseek */
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define SEEK_DATA 3
#define SEEK_HOLE 4

/* fallocate */
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#define FALLOC_FL_ZERO_RANGE 16

/* fcntl */
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#define F_SETOWN 8
#define F_GETOWN 9
#define F_SETSIG 10
#define F_GETSIG 11
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#define F_GETLEASE 1025
#define F_DUPFD_CLOEXEC 1030
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define FD_CLOEXEC 1

struct abi_flock {
    int16_t type, whence;
    int32_t unused;
    int64_t start, length;
    int32_t pid, unused2;
};

/* close_range */
#define CLOSE_RANGE_UNSHARE 2
#define CLOSE_RANGE_CLOEXEC 4

struct abi_time {
    int64_t seconds, nanoseconds;
};

#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

struct abi_iovec {
    uint64_t base, size;
};

#define SPLICE_F_ALL 0xfu /* MOVE, NONBLOCK, MORE, GIFT */
#define SPLICE_F_NONBLOCK 2u
#define IOV_MAX 1024
#define RW_MAX 0x7ffff000 /* bytes that one read or write moves at most */

struct abi_stat {
    uint64_t device, inode, links;
    uint32_t mode, uid, gid, unused;
    uint64_t rdev;
    int64_t size, block_size, blocks;
    struct abi_time accessed, modified, changed;
    int64_t unused2[3];
};
_Static_assert(sizeof(struct abi_stat) == 144, "struct stat of x86-64");

struct abi_statx_time {
    int64_t seconds;
    uint32_t nanoseconds, unused;
};

struct abi_statx {
    uint32_t mask, block_size;
    uint64_t attributes;
    uint32_t links, uid, gid;
    uint16_t mode, unused;
    uint64_t inode, size, blocks, attributes_mask;
    struct abi_statx_time accessed, born, changed, modified;
    uint32_t rdev_major, rdev_minor, device_major, device_minor;
    uint64_t mount, more[13];
};
_Static_assert(sizeof(struct abi_statx) == 256, "struct statx");

#define STATX_BASIC_STATS 0x7ffu
#define STATX_BTIME 0x800u
#define STATX_RESERVED 0x80000000u

struct abi_statfs {
    int64_t type, block_size;
    uint64_t blocks, blocks_free, blocks_available, files, files_free;
    int32_t id[2];
    int64_t name_max, fragment_size, flags, unused[4];
};
_Static_assert(sizeof(struct abi_statfs) == 120, "struct statfs of x86-64");

#define TMPFS_MAGIC 0x01021994
#define PROC_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define PIPEFS_MAGIC 0x50495045
#define ST_VALID 0x20
#define ST_NOATIME 0x400

/* getdents64: head of a record, the name follows; and getdents, whose type is the record's last byte. */
struct abi_dirent64 {
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
} __attribute__((packed));

struct abi_dirent {
    uint64_t inode, next;
    uint16_t size;
} __attribute__((packed));

/* poll, select */
#define POLLIN 0x1
#define POLLPRI 0x2
#define POLLOUT 0x4
#define POLLERR 0x8
#define POLLHUP 0x10
#define POLLNVAL 0x20
#define POLLRDNORM 0x40
#define POLLRDBAND 0x80
#define POLLWRNORM 0x100
#define POLLWRBAND 0x200
#define POLLRDHUP 0x2000

struct abi_pollfd {
    int32_t fd;
    int16_t events, revents;
};

/* epoll: EPOLLIN and its sisters are POLLIN and its sisters. */
#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3
#define EPOLLEXCLUSIVE (1u << 28)
#define EPOLLWAKEUP (1u << 29)
#define EPOLLONESHOT (1u << 30)
#define EPOLLET (1u << 31)

struct abi_epoll_event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));

#define EFD_SEMAPHORE 1
#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2
#define MFD_CLOEXEC 1
#define MFD_ALLOW_SEALING 2
#define MFD_NOEXEC_SEAL 8
#define MFD_EXEC 16

struct abi_itimerspec {
    struct abi_time interval, value;
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7

#endif
