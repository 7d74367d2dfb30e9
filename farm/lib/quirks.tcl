# SPDX-License-Identifier: Apache-2.0
#
# The quirk words: what a BIOS may do wrong (or oddly) when asked for the memory map.
#
# This table is the one home of the words. The map parser accepts exactly these, the fake BIOS acts them out, and
# `acre help map-format` and doc/maps.md explain them (t/222-map-words.t compares). A word that takes an argument says
# so: "NAME" alone never does, "NAME[:n]" takes an optional entry number counted from 1, "NAME:0xNNNN" needs a 16-bit
# word.
#
# Words that cannot be acted together are refused by name: conflict, below.

namespace eval ::acre::quirks {
    # word -> {argument meaning}; argument is "" (none), "n" (an entry's number, optional) or "word" (16 bits, needed).
    variable table {
        carry-on-last       {"" "the last entry comes with EBX not 0; one more call returns carry and no entry"}
        carry-with-last     {"" "carry is set on the very call that writes the last entry"}
        no-smap-on-carry    {"" "a call that returns carry does not return the signature in EAX"}
        smap-lost-after-3   {"" "from the fourth call on EAX is not the signature, and carry is clear"}
        never-zero-ebx      {"" "EBX is never 0, not even with the last entry; the call after it returns carry"}
        repeat-last         {"" "EBX is never 0 and the last entry is returned again and again"}
        size-24             {"" "ECX=24, attributes written with bit 0 set"}
        acpi-attr0-clear    {"n" "ECX=24, attribute bit 0 clear on all entries (or on entry n only)"}
        short-entry         {"" "ECX=16, the type is not written"}
        ecx-ignored-20      {"" "always writes 20 bytes and returns ECX=20, whatever size was asked for"}
        overlong-write      {"" "writes 24 bytes although 20 were asked for"}
        needs-old-buffer    {"" "answers only if bytes 16 to 19 of the buffer still hold the previous entry's"}
        needs-eax-high-zero {"" "answers only if the upper half of EAX is 0"}
        ebx-random          {"" "continuation values are random numbers, not 1, 2, 3"}
        clobber-esi         {"" "ESI is destroyed"}
        clobber-edi         {"" "EDI is destroyed"}
        clobber-ebp         {"" "EBP is destroyed"}
        clobber-edx         {"" "EDX is destroyed"}
        clobber-es          {"" "ES is destroyed"}
        clobber-fs          {"" "FS is destroyed"}
        interrupts-on       {"" "returns with interrupts enabled"}
        interrupts-off      {"" "returns with interrupts disabled"}
        df-set              {"" "returns with the direction flag set"}
        a20-off-after       {"" "the call switches A20 off"}
        stack-512           {"" "the call uses 512 bytes of its caller's stack"}
        e820-unsupported    {"" "E820 returns carry and AH=86h: no such function"}
        e820-empty          {"" "E820 returns neither carry nor an entry"}
        e801-unsupported    {"" "E801 returns carry and AH=86h"}
        e801-cxdx           {"" "E801 answers in CX and DX only, AX=BX=0"}
        88-unsupported      {"" "AH=88h returns carry and AH=86h"}
        ebda                {"word" "from the first of these calls on, the EBDA pointer at 0x40e holds this word"}
        fill                {"word" "when the disk is booted, free memory holds this word and not zeros"}
    }
    # The words that shape what E820 answers: without an answer they would be lost in silence.
    variable answerWords {
        carry-on-last carry-with-last no-smap-on-carry smap-lost-after-3 never-zero-ebx repeat-last size-24
        acpi-attr0-clear short-entry ecx-ignored-20 overlong-write needs-old-buffer needs-eax-high-zero ebx-random
    }
    # Which words cannot be acted together, here and nowhere else: {WORDS OTHERS WHY}, no word of WORDS with one of
    # OTHERS.
    variable contradictions [list \
        [list e820-unsupported [list e820-empty {*}$answerWords] "a call that fails has no answer to be changed"] \
        [list e820-empty $answerWords "an answer without an entry has nothing to be changed"] \
        {carry-on-last {carry-with-last repeat-last} "a list has one ending"} \
        {carry-with-last repeat-last "a list has one ending"} \
        {short-entry {size-24 acpi-attr0-clear ecx-ignored-20 overlong-write} "an entry has one size"} \
        {ecx-ignored-20 {size-24 acpi-attr0-clear overlong-write} "an entry has one size"} \
        {interrupts-on interrupts-off "the interrupt flag has one value"} \
        {e801-unsupported e801-cxdx "a call that fails has no answer to be changed"}]
    # What a word that needs an argument gets where every word is tried.
    variable samples {ebda 0x9000 fill 0xa5a5}
    # The words after which a kernel need not see less or otherwise than the map says.
    variable harmless {fill}
}

# All words, in the order of the table.
proc ::acre::quirks::words {} {
    variable table
    return [dict keys $table]
}

# One line that says what WORD (without argument) does; error if there is no such word.
proc ::acre::quirks::meaning {word} {
    variable table
    return [lindex [dict get $table $word] 1]
}

# Splits "word:argument" into {word argument}; the argument is "" where none was given.
proc ::acre::quirks::split {quirk} {
    set at [string first : $quirk]
    if {$at < 0} {
        return [list $quirk ""]
    }
    return [list [string range $quirk 0 $at-1] [string range $quirk $at+1 end]]
}

# "" if QUIRK (a word with or without argument) is good, else what is wrong with it and what to do.
proc ::acre::quirks::fault {quirk} {
    variable table
    lassign [::acre::quirks::split $quirk] word arg
    if {![dict exists $table $word]} {
        return "unknown quirk word: '$quirk'; 'acre help map-format' lists the words"
    }
    set kind [lindex [dict get $table $word] 0]
    if {$kind eq "word"} {
        return [expr {[regexp {^0x[0-9a-f]{1,4}$} $arg] ? "" :
            "quirk argument is not a 16-bit word: '$quirk'; write '$word:0xNNNN' with lower-case hex digits"}]
    }
    if {$word eq $quirk} {
        return ""
    }
    if {$kind eq ""} {
        return "quirk takes no argument: '$quirk'; write '$word'"
    }
    if {![regexp {^[1-9][0-9]{0,3}$} $arg]} {
        return "quirk argument is not an entry number: '$quirk'; write '$word:n' with n counted from 1"
    }
    return ""
}

# TEXT ("word, word:4") -> list of quirks, in the order given, each once.
# Error with errorcode {ACRE QUIRK} and a message that names the word.
proc ::acre::quirks::parse {text} {
    set list {}
    foreach part [::split $text ,] {
        set quirk [string trim $part]
        set fault [fault $quirk]
        if {$quirk eq ""} {
            set fault "empty quirk word: '[string trim $text]'; separate the words by single commas"
        }
        if {$fault ne ""} {
            return -code error -errorcode {ACRE QUIRK} $fault
        }
        if {$quirk ni $list} {
            lappend list $quirk
        }
    }
    return $list
}

# 1 if the list QUIRKS has WORD, with or without an argument.
proc ::acre::quirks::has {quirks word} {
    foreach quirk $quirks {
        if {[lindex [::acre::quirks::split $quirk] 0] eq $word} {
            return 1
        }
    }
    return 0
}

# Names the first two words of QUIRKS that contradict each other, or an unknown word; "" if all can be acted together.
proc ::acre::quirks::conflict {quirks} {
    variable contradictions
    set seen {}
    foreach quirk $quirks {
        set fault [fault $quirk]
        if {$fault ne ""} {
            return $fault
        }
        set word [lindex [split $quirk] 0]
        if {[dict exists $seen $word] && [dict get $seen $word] ne $quirk} {
            return "quirks contradict each other: '[dict get $seen $word]' and '$quirk'; drop one"
        }
        dict set seen $word $quirk
    }
    foreach contradiction $contradictions {
        lassign $contradiction word others why
        foreach other $others {
            if {[has $quirks $word] && [has $quirks $other]} {
                return "quirks contradict each other: '$word' and '$other' ($why); drop one"
            }
        }
    }
    return ""
}

# Each word alone, with an argument where it needs one.
proc ::acre::quirks::alone {} {
    variable samples
    return [lmap word [words] {
        expr {[dict exists $samples $word] ? "$word:[dict get $samples $word]" : $word}
    }]
}

# All pairs of words that can be acted together, as lists of two.
proc ::acre::quirks::pairs {} {
    set pairs {}
    set rest [alone]
    while {$rest ne ""} {
        set rest [lassign $rest one]
        foreach other $rest {
            if {[conflict [list $one $other]] eq ""} {
                lappend pairs [list $one $other]
            }
        }
    }
    return $pairs
}

# expand VALUE -> what it stands for as an axis's value: @alone and @pairs for many, "a+b" for itself.
proc ::acre::quirks::expand {value} {
    switch $value {
        @alone { return [alone] }
        @pairs { return [lmap pair [pairs] {join $pair +}] }
    }
    return [list $value]
}

# Whether one of QUIRKS may change what a correct kernel sees.
proc ::acre::quirks::changing {quirks} {
    variable harmless
    foreach quirk $quirks {
        if {[lindex [::acre::quirks::split $quirk] 0] ni $harmless} {
            return 1
        }
    }
    return 0
}

# The first of QUIRKS that names an entry which a map of COUNT entries has not, or "".
proc ::acre::quirks::beyond {quirks count} {
    variable table
    foreach quirk $quirks {
        lassign [::acre::quirks::split $quirk] word number
        if {[lindex [dict get $table $word] 0] eq "n" && $number ne "" && $number > $count} {
            return $quirk
        }
    }
    return ""
}

# within QUIRKS COUNT -> those of QUIRKS that name no entry which a map of COUNT entries has not.
proc ::acre::quirks::within {quirks count} {
    return [lmap quirk $quirks {
        if {[beyond [list $quirk] $count] ne ""} continue
        set quirk
    }]
}
