# SPDX-License-Identifier: Apache-2.0
#
# places.tcl: whose memory stands behind a virtual address, by the layout; the one table of it.
#
# A place is {base limit region family owner}: virtual bytes [base, limit); the region's name for people; its family, by
# which neighbours can be joined (all tags, all user memory); its owner as the ledger names it, or
#   ""     nothing may be mapped there
#   user   by the page's flags: memory of a program, or what the boot left
#   image  by the page's flags: a part of the kernel image that the report does not name

namespace eval ::acre::places {
    # BASE and LIMIT are names of layout.h without LAYOUT_; END is 2^64.  Ascending and without a hole; the tags come
    # from tag.h and stand where TAG1_BASE..TAGFF_BASE does.
    variable table {
        {NULL_BASE        NULL_LIMIT       "user: null page"             user  {}}
        {USER_BASE        USER_STACK_LIMIT "user: program and stack"     user  user}
        {USER_STACK_LIMIT MMAP32_BASE      "user: above the stack"       user  user}
        {MMAP32_BASE      MMAP_BASE        "user: mmap, MAP_32BIT"       user  user}
        {MMAP_BASE        MMAP_LIMIT       "user: mmap"                  user  user}
        {MMAP_LIMIT       USER_LIMIT       "user: fixed"                 user  user}
        {USER_LIMIT       KMEM_BASE        "no addresses: not canonical" none  {}}
        {META_BASE        META_LIMIT       "heap metadata"               kmem  heap-metadata}
        {META_LIMIT       TAG1_BASE        "untagged heap"               kmem  heap}
        {TAG1_BASE        TAGFF_BASE       ""                            tag   {}}
        {TAGFF_BASE       KMEM_LIMIT       "last of the kernel heap"     kmem  heap}
        {KMEM_LIMIT       KERNEL_BASE      "between heap and kernel"     void  {}}
        {KERNEL_BASE      KERNEL_LIMIT     "kernel image"                image image}
        {HANDOFF_BASE     HANDOFF_LIMIT    "hand-off record"             image boot-leftovers}
        {HANDOFF_LIMIT    PAGES_BASE       "between hand-off and PAGES"  void  {}}
        {PAGES_BASE       END              "PAGES: page tables"          pages page-tables}
    }
    # Families whose empty neighbours are told in one line.
    variable joined {user tag}
}

foreach ::acre::places::file {layout owners} {
    source [::acre::paths::get $::acre::places::file]
}

# all SECTIONS -> every place, ascending, from 0 to 2^64.  SECTIONS: {base limit owner} of parts of the kernel image,
# ascending and disjoint.
proc ::acre::places::all {sections} {
    variable table
    set places {}
    foreach row $table {
        lassign $row base limit region family owner
        set base [Address $base]
        set limit [Address $limit]
        switch $family {
            tag { lappend places {*}[Tags] }
            image { lappend places {*}[Image $base $limit $region $owner $sections] }
            default { lappend places [list $base $limit $region $family $owner] }
        }
    }
    return $places
}

proc ::acre::places::Address {name} {
    return [expr {$name eq "END" ? 1 << 64 : [set ::layout::LAYOUT_$name] + 0}]
}

# A place a PML4 slot: those of the list by name, the others by number.
proc ::acre::places::Tags {} {
    set size [expr {1 << $::layout::LAYOUT_VA_TAG_SHIFT}]
    set names [dict create]
    dict for {name number} $::owners::TAGS {
        dict set names [expr {$number + 0}] $name
    }
    set places {}
    set limit [Address TAG1_BASE]
    for {set tag 1} {$limit < [Address TAGFF_BASE]} {incr tag} {
        if {[dict exists $names $tag]} {
            set name [dict get $names $tag]
        } else {
            set name [format 0x%02x $tag]
        }
        lappend places [list $limit [incr limit $size] "tag $name" tag tag-$name]
    }
    return $places
}

# The place of the image, cut into its sections and what is between them.
proc ::acre::places::Image {base limit region owner sections} {
    set places {}
    foreach section $sections {
        lassign $section from to name
        if {$from < $base || $to > $limit || $from >= $to} continue
        if {$base < $from} {
            lappend places [list $base $from $region image $owner]
        }
        lappend places [list $from $to $region image $name]
        set base $to
    }
    if {$base < $limit} {
        lappend places [list $base $limit $region image $owner]
    }
    return $places
}

# regions PLACES -> {base limit region family}: neighbours of one name joined.
proc ::acre::places::regions {places} {
    set regions {}
    foreach place $places {
        lassign $place base limit region family
        if {[lindex $regions end 2] eq $region} {
            lset regions end 1 $limit
        } else {
            lappend regions [list $base $limit $region $family]
        }
    }
    return $regions
}

# claims RUNS PLACES -> {base limit owner flags phys place}: RUNS (pagewalk.tcl's, which may have an owner behind the
# flags), ascending, cut where a place ends.  What the run says goes before what the place says, which is `place`.
proc ::acre::places::claims {runs places} {
    # Without NX every page may be executed, and flags tell no part of the image from another.
    set nx [expr {[lsearch -index 4 $runs *wx*] < 0}]
    set claims {}
    set at 0
    foreach run [lsort -command ::acre::pagewalk::Order $runs] {
        lassign $run base limit phys size flags said
        while {$base < $limit} {
            while {[lindex $places $at 1] <= $base} {
                incr at
            }
            lassign [lindex $places $at] - end - - owner
            set end [expr {min($end, $limit)}]
            set place [Owner $owner $flags $nx]
            lappend claims [list $base $end [expr {$said eq "" ? $place : $said}] $flags $phys $place]
            incr phys [expr {$end - $base}]
            set base $end
        }
    }
    return $claims
}

proc ::acre::places::Owner {owner flags nx} {
    switch $owner {
        "" { return stray }
        user { return [expr {[string match *u $flags] ? "user-memory" : "boot-leftovers"}] }
        image {
            if {!$nx} {
                return kernel-image
            }
            return [expr {[string match r-x* $flags] ? "kernel-text"
                : [string match r--* $flags] ? "kernel-rodata" : "kernel-data"}]
        }
    }
    return $owner
}
