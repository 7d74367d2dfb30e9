/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of doc/memory-map.md from the kernel half on: what is mapped where, proved by walking the tables and by
 * touching what must fault.
 */
#include "boot.h"
#include "checks.h"
#include "backed.h"
#include "panic.h"
#include "sections.h"
#include "tables.h"
#include "x86_64/layout.h"

/* The window has one page a table, and in each slot the table that says it is there. */
static bool pages_window(void)
{
    uint64_t shown = tables_pages(LAYOUT_PAGES_BASE, 0), tables = pagetable_count(&kernel_tables, 0);

    figure("base: 0x%lx", LAYOUT_PAGES_BASE);
    figure("tables: %lu", tables);
    figure("shown: %lu", shown);
    return shown == tables && tables == kernel_tables.tables && tables == tables_slots();
}

static bool window_root(void)
{
    uint64_t cr3;
    struct mapping leaf;
    uint64_t slot = LAYOUT_PAGES_BASE + ((uint64_t)kernel_tables.root << LAYOUT_FRAME_SHIFT);

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    figure("cr3: 0x%lx", cr3);
    return pagetable_walk(&kernel_tables, virt(slot), &leaf) && leaf.phys.p == (cr3 & PT_FRAME);
}

static bool section_right(const struct section *s)
{
    uint64_t nx = kernel_tables.nx ? PT_NX : 0;

    figure("%s: 0x%lx..0x%lx", s->name, s->base, s->limit);
    for (uint64_t at = s->base; at < s->limit; at += LAYOUT_FRAME_SIZE) {
        struct mapping leaf;

        if (!pagetable_walk(&kernel_tables, virt(at), &leaf) ||
            (leaf.flags & (PT_WRITE | PT_USER | PT_NX)) != ((s->flags & ~PT_NX) | (s->flags & nx))) {
            figure("%s-wrong: 0x%lx", s->name, at);
            return false;
        }
    }
    return true;
}

static bool kernel_image(void)
{
    uint64_t pages = 0;
    bool ok = sections[0].base == LAYOUT_KERNEL_BASE;

    for (int i = 0; i < SECTION_COUNT; i++) {
        ok = section_right(&sections[i]) && ok;
        pages += (sections[i].limit - sections[i].base) >> LAYOUT_FRAME_SHIFT;
    }
    figure("pages: %lu", pages);
    return ok && pages == tables_pages(LAYOUT_KERNEL_BASE, LAYOUT_PAGES_BASE);
}

struct wx {
    uint64_t both, user, pages;
};

static bool look_wx(void *context, struct mapping leaf)
{
    struct wx *wx = context;
    uint64_t pages = leaf.bytes >> LAYOUT_FRAME_SHIFT;

    wx->pages += pages;
    wx->both += (leaf.flags & PT_WRITE) && !(leaf.flags & PT_NX) ? pages : 0;
    wx->user += leaf.flags & PT_USER ? pages : 0;
    return true;
}

static bool write_xor_execute(void)
{
    struct wx wx = { 0 };

    pagetable_each(&kernel_tables, virt(0), virt(0), look_wx, &wx);
    figure("pages: %lu", wx.pages);
    figure("writable-and-executable: %lu", wx.both);
    figure("user: %lu", wx.user);
    return wx.user == 0 && (wx.both == 0 || !kernel_tables.nx);
}

static bool write_faults(uint64_t address)
{
    bool faults = !probe_write(address);

    figure("cr2: 0x%lx", trap_last_probe.cr2);
    figure("error: 0x%lx", trap_last_probe.error);
    return faults && trap_last_probe.cr2 == address && (trap_last_probe.error & TRAP_PF_WRITE);
}

static bool text_is_not_written(void)
{
    return write_faults(sections[0].base);
}

static bool rodata_is_not_written(void)
{
    return write_faults(sections[1].base);
}

static uint8_t ret_in_data[] = { 0xc3 };

static bool data_is_not_run(void)
{
    bool ran = probe_execute((uint64_t)ret_in_data);

    figure("nx: %s", kernel_tables.nx ? "yes" : "no");
    return ran == !kernel_tables.nx && (ran || (trap_last_probe.error & TRAP_PF_FETCH));
}

static bool guards_fault(void)
{
    for (int i = 0; i < SECTION_COUNT; i++) {
        if (sections[i].owner != OWNER_STACK_KERNEL && sections[i].owner != OWNER_STACK_FAULT)
            continue;
        figure("%s: 0x%lx..0x%lx", sections[i].name, sections[i].base, sections[i].limit);
        if (probe_read(sections[i].base - 1) || probe_read(sections[i].limit))
            return false;
    }
    return true;
}

static bool in_section(uint64_t address, enum owner owner)
{
    for (int i = 0; i < SECTION_COUNT; i++)
        if (sections[i].owner == owner && address >= sections[i].base && address < sections[i].limit)
            return true;
    return false;
}

static bool descriptors_in_data(void)
{
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) gdt, idt;

    __asm__ volatile("sgdt %0; sidt %1" : "=m"(gdt), "=m"(idt));
    figure("gdt: 0x%lx", gdt.base);
    figure("idt: 0x%lx", idt.base);
    return (in_section(gdt.base, OWNER_KERNEL_BSS) || in_section(gdt.base, OWNER_KERNEL_DATA)) &&
           (in_section(idt.base, OWNER_KERNEL_BSS) || in_section(idt.base, OWNER_KERNEL_DATA)) &&
           gdt.base == trap_gdt_address() && idt.base == trap_idt_address();
}

static bool kmem_limit(void)
{
    figure("limit: 0x%lx", LAYOUT_KMEM_LIMIT);
    return tables_pages(LAYOUT_KMEM_LIMIT, LAYOUT_KERNEL_BASE) == 0 && !probe_read(LAYOUT_KMEM_LIMIT);
}

/* Nothing but the untagged slot is in use yet. */
static bool kmem_base(void)
{
    uint64_t untagged = tables_pages(LAYOUT_KMEM_BASE, LAYOUT_TAG1_BASE);

    figure("base: 0x%lx", LAYOUT_KMEM_BASE);
    figure("pages: %lu", untagged);
    return untagged > 0 && untagged == tables_pages(LAYOUT_KMEM_BASE, LAYOUT_KMEM_LIMIT);
}

static bool kmem_works(void)
{
    uint64_t base, *p;
    bool ok;

    if (heap_alloc(&backed.heap, 3 * LAYOUT_FRAME_SIZE, 1, &base) != STATUS_OK)
        return false;
    figure("address: 0x%lx", base);
    p = virt_pointer(virt(base));
    p[0] = base;
    p[3 * LAYOUT_FRAME_SIZE / sizeof *p - 1] = ~base;
    ok = p[0] == base && tag_field(base) == 0 && base >= LAYOUT_META_LIMIT && base < LAYOUT_TAG1_BASE &&
         !probe_read(base + 3 * LAYOUT_FRAME_SIZE);
    return heap_free(&backed.heap, base, 3 * LAYOUT_FRAME_SIZE) == STATUS_OK && ok && !probe_read(base);
}

static bool tags(void)
{
    uint32_t last = (1u << LAYOUT_VA_TAG_BITS) - 1;

    figure("tag-of-kernel: 0x%x", tag_field(LAYOUT_KERNEL_BASE));
    return tag_field(LAYOUT_KMEM_BASE) == 0 && tag_field(LAYOUT_TAG1_BASE) == 1 &&
           tag_field(LAYOUT_TAG7F_BASE) == 0x7f && tag_field(LAYOUT_TAGFF_BASE) == last &&
           tag_field((uint64_t)tags) == last && tag_field(LAYOUT_PAGES_BASE) == last;
}

static bool user_half_empty(void)
{
    figure("limit: 0x%lx", LAYOUT_USER_LIMIT);
    return tables_pages(0, LAYOUT_USER_LIMIT) == 0 && !probe_read(LAYOUT_USER_LIMIT - 1);
}

static bool unmapped_at(uint64_t base, uint64_t limit)
{
    figure("base: 0x%lx", base);
    return tables_pages(base, limit) == 0 && !probe_read(base) && !probe_read(limit - 1);
}

static bool user_fixed(void)
{
    return unmapped_at(LAYOUT_MMAP_LIMIT, LAYOUT_USER_LIMIT);
}

static bool user_mmap(void)
{
    return unmapped_at(LAYOUT_MMAP_BASE, LAYOUT_MMAP_LIMIT);
}

static bool user_mmap32(void)
{
    return unmapped_at(LAYOUT_MMAP32_BASE, LAYOUT_MMAP_BASE);
}

static bool user_stack(void)
{
    return unmapped_at(LAYOUT_USER_STACK_LIMIT - LAYOUT_FRAME_SIZE, LAYOUT_USER_STACK_LIMIT);
}

static bool user_program(void)
{
    return unmapped_at(LAYOUT_USER_BASE, LAYOUT_USER_STACK_LIMIT);
}

static bool null_faults(void)
{
    bool faults = !probe_read(LAYOUT_NULL_BASE) && trap_last_probe.cr2 == 0 && !probe_write(LAYOUT_NULL_BASE) &&
                  !probe_read(LAYOUT_NULL_LIMIT - 1);

    figure("cr2: 0x%lx", trap_last_probe.cr2);
    return faults;
}

static bool symbols_known(void)
{
    uint64_t base = 0;
    const char *name = symbol_find((uint64_t)symbols_known + 1, &base);

    figure("name: %s", name ? name : "none");
    return name && base == (uint64_t)symbols_known;
}

static const struct check checks[] = {
    { "PAGES_BASE: the window shows every page table once", pages_window },
    { "PAGES_BASE: the root table is where CR3 says", window_root },
    { "KERNEL_BASE: text r-x, rodata r--, data, bss and stacks rw-, and nothing else", kernel_image },
    { "KERNEL_BASE: no page is writable and executable, none is open to user mode", write_xor_execute },
    { "KERNEL_BASE: writing text faults", text_is_not_written },
    { "KERNEL_BASE: writing rodata faults", rodata_is_not_written },
    { "KERNEL_BASE: running data faults where the CPU has NX", data_is_not_run },
    { "KERNEL_BASE: the pages around both stacks fault", guards_fault },
    { "KERNEL_BASE: GDT and IDT lie in kernel data", descriptors_in_data },
    { "KERNEL_BASE: function names are known", symbols_known },
    { "KMEM_LIMIT: nothing is mapped from there to the kernel", kmem_limit },
    { "KMEM_BASE: only the untagged slot is in use", kmem_base },
    { "KMEM_BASE: pages are given, written, guarded and taken back", kmem_works },
    { "KMEM_BASE: one tag is one PML4 slot, 0xff holds kernel and PAGES", tags },
    { "user half: nothing is mapped up to its last address", user_half_empty },
    { "user half: fixed mappings' range is empty", user_fixed },
    { "user half: mmap's range is empty", user_mmap },
    { "user half: MAP_32BIT's range is empty", user_mmap32 },
    { "user half: the stack's place is empty", user_stack },
    { "user half: the program's place is empty", user_program },
    { "null: reading and writing address 0 faults", null_faults },
};

const struct check_list checks_layout = { checks, sizeof checks / sizeof *checks };
