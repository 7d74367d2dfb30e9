/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A segment becomes two areas at most: pages of the file, private, so that they cost frames only where they are
 * written, and anonymous pages for what is beyond them.  In the page in which the file's bytes end the rest is zeroed:
 * that page is touched, no other.
 *
 *   vaddr        vaddr + filesz         vaddr + memsz
 *   |== file pages ==|zero|== anonymous ==|
 */
#include "load.h"

#include "abi_file.h"
#include "errno.h"
#include "log.h"
#include "path.h"
#include "runtime/range.h"
#include "space.h"
#include "user.h"
#include "x86_64/layout.h"

int64_t load_find(struct inode *from, const char *path, uint32_t path_flags, struct inode **inode)
{
    int64_t error = path_find_from(from, path, path_flags, inode);

    if (error < 0)
        return error;
    error = inode_is(*inode, S_IFLNK) ? -ELOOP : inode_may_execute(*inode) ? 0 : -EACCES;
    if (error)
        inode_release(*inode);
    return error;
}

static int64_t refuse(const char *path, const struct elf_fault *fault)
{
    log_line("exec: %s: %s: 0x%lx", path, fault->what, fault->number);
    return -ENOEXEC;
}

int64_t load_check(struct load_file *file, const char *path, uint8_t *head)
{
    uint64_t offset, size, file_size = file->inode->size;
    struct elf_fault fault;

    if (inode_read(file->inode, head, ELFUSER_HEADER_SIZE, 0) != ELFUSER_HEADER_SIZE) {
        fault = (struct elf_fault){ "too short for an ELF file", file_size };
        return refuse(path, &fault);
    }
    if (elfuser_table(head, file_size, &offset, &size, &fault) != STATUS_OK)
        return refuse(path, &fault);
    if (inode_read(file->inode, head + ELFUSER_HEADER_SIZE, size, offset) != (int64_t)size)
        return -EIO;
    if (elfuser_check(&file->elf, head, file_size, &fault) != STATUS_OK)
        return refuse(path, &fault);
    return 0;
}

int64_t load_interpreter(const struct load_file *file, char *to)
{
    uint64_t size = file->elf.interpreter_size;

    if (inode_read(file->inode, to, size, file->elf.interpreter_offset) != (int64_t)size || to[size - 1])
        return -ENOEXEC;
    return 0;
}

static int prot_of(uint32_t flags)
{
    return (flags & ELF_READ ? SPACE_PROT_READ : 0) | (flags & ELF_WRITE ? SPACE_PROT_WRITE : 0) |
           (flags & ELF_EXECUTE ? SPACE_PROT_EXEC : 0);
}

/* Pages of the file, the last one zeroed from byte `end` on if that is not its end. */
static int64_t map_file(const struct load_file *file, const struct elf_segment *segment, uint64_t base, bool zero)
{
    uint64_t end = file->bias + segment->vaddr + segment->filesz, limit = range_align_up(end, LAYOUT_FRAME_SIZE);
    int prot = prot_of(segment->flags), first = prot;
    int64_t result;

    zero = zero && end < limit;
    if (zero && !(prot & SPACE_PROT_WRITE))
        first = SPACE_PROT_READ | SPACE_PROT_WRITE;
    result = space_map(base, limit - base, first, SPACE_MAP_PRIVATE | SPACE_MAP_FIXED, file->inode,
                       range_align_down(segment->offset, LAYOUT_FRAME_SIZE));
    if (result < 0 || !zero)
        return result;
    if (!user_fill(end, 0, limit - end))
        return -ENOMEM;
    return first == prot ? 0 : space_protect(base, limit - base, prot);
}

static int64_t map_segment(const struct load_file *file, const struct elf_segment *segment)
{
    uint64_t base = range_align_down(file->bias + segment->vaddr, LAYOUT_FRAME_SIZE), anonymous = base;
    uint64_t limit = range_align_up(file->bias + segment->vaddr + segment->memsz, LAYOUT_FRAME_SIZE);
    int64_t result = 0;

    if (segment->filesz) {
        anonymous = range_align_up(file->bias + segment->vaddr + segment->filesz, LAYOUT_FRAME_SIZE);
        result = map_file(file, segment, base, segment->memsz > segment->filesz);
    }
    if (result >= 0 && anonymous < limit)
        result = space_map(anonymous, limit - anonymous, prot_of(segment->flags),
                           SPACE_MAP_PRIVATE | SPACE_MAP_FIXED | SPACE_MAP_ANONYMOUS, NULL, 0);
    return result < 0 ? result : 0;
}

/* Where mmap would put the whole of it; nothing stays mapped. */
static int64_t find_place(const struct elfuser *elf, uint64_t *base)
{
    uint64_t size = elf->limit - elf->base + (elf->align - LAYOUT_FRAME_SIZE);
    int64_t place = space_map(0, size, 0, SPACE_MAP_PRIVATE | SPACE_MAP_ANONYMOUS | SPACE_MAP_NORESERVE, NULL, 0);

    if (place < 0)
        return place;
    *base = range_align_up((uint64_t)place, elf->align);
    return space_unmap((uint64_t)place, size);
}

int64_t load_map(struct load_file *file, uint64_t base)
{
    int64_t error = 0;

    file->bias = 0;
    if (file->elf.elf.type == ELF_TYPE_ANYWHERE) {
        if (!base)
            error = find_place(&file->elf, &base);
        file->bias = base - range_align_down(file->elf.base, file->elf.align);
    }
    for (uint32_t i = 0; i < file->elf.elf.segment_count && !error; i++)
        error = map_segment(file, &file->elf.elf.segments[i]);
    return error;
}
