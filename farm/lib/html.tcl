# SPDX-License-Identifier: Apache-2.0
#
# html.tcl: the words of pages.  What comes from outside goes through `text` or an attribute of `tag`, which escape it;
# all else that is put together is markup.
#
#   ::acre::html::text TEXT                   -> escaped
#   ::acre::html::tag NAME ATTRIBUTES INNER   -> <NAME ...>INNER</NAME>; INNER is markup; an attribute "" is left out
#   ::acre::html::start NAME ATTRIBUTES       -> <NAME ...>
#   ::acre::html::section ID TITLE INNER      -> a part of a page under a headline
#   ::acre::html::link HREF INNER ?ATTRIBUTES?     HREF: a relative path, or #place
#   ::acre::html::verdict WORD STATE          -> the word in its colour
#   ::acre::html::facts PAIRS                 -> a list of names and values (markup)
#   ::acre::html::table CLASS CAPTION HEADS ROWS   -> a table; HEADS are texts, ROWS lists of cells (markup), the first
#                                             a row's head; CAPTION is markup
#   ::acre::html::scroll LABEL INNER          -> a box that scrolls sideways, by keyboard too
#   ::acre::html::command LINE                -> a line for a shell
#   ::acre::html::page ROOT TITLE NAV MAIN    -> a whole page, well-formed as XML too; ROOT is the way to the report's
#                                             folder, "" or ../

::acre::paths::use safetext

namespace eval ::acre::html {}

proc ::acre::html::text {text} {
    return [::acre::safetext::xml $text]
}

proc ::acre::html::start {name attributes} {
    set start $name
    dict for {key value} $attributes {
        if {$value ne ""} {
            append start " $key=\"[text $value]\""
        }
    }
    return "<$start>"
}

proc ::acre::html::tag {name attributes inner} {
    return "[start $name $attributes]$inner</$name>"
}

proc ::acre::html::section {id title inner} {
    return "<section aria-labelledby=\"$id\"><h2 id=\"$id\">$title</h2>\n$inner</section>\n"
}

proc ::acre::html::link {href inner {attributes {}}} {
    if {![string match "#*" $href]} {
        set href [::acre::safetext::url $href]
    }
    return [tag a [dict merge [dict create href $href] $attributes] $inner]
}

# The colour is not the only sign: the word stands there.
proc ::acre::html::verdict {word state} {
    set shown [expr {$state eq "unexpected" ? "UNEXPECTED PASS" : $state eq "known" ? "KNOWN $word" : $word}]
    return [tag span [dict create class "v $state v-[string tolower $word]"] [text $shown]]
}

proc ::acre::html::facts {pairs} {
    set rows ""
    foreach {name value} $pairs {
        if {$value ne ""} {
            set class [expr {[string length $value] > 24 ? " class=\"long\"" : ""}]
            append rows "<div$class><dt>[text $name]</dt><dd>$value</dd></div>"
        }
    }
    return [expr {$rows eq "" ? "" : "<dl class=\"facts\">$rows</dl>\n"}]
}

proc ::acre::html::table {class caption heads rows} {
    set head [join [lmap head $heads {tag th {scope col} [text $head]}] ""]
    set body [join [lmap row $rows {
        string cat "<tr>" [tag th {scope row} [lindex $row 0]] \
            [join [lmap cell [lrange $row 1 end] {tag td {} $cell}] ""] "</tr>"
    }] \n]
    return [tag table [dict create class $class] \
        "<caption>$caption</caption><thead><tr>$head</tr></thead>\n<tbody>$body</tbody>"]\n
}

# A group, no region: its section is the landmark already.
proc ::acre::html::scroll {label inner} {
    return [tag div [dict create class scroll tabindex 0 role group aria-label $label] $inner]\n
}

# A line for a shell, that one click selects.
proc ::acre::html::command {line} {
    return "<pre class=\"command\"><code>[text $line]</code></pre>\n"
}

# No script, nothing from elsewhere: the policy holds even if some text were not escaped.
proc ::acre::html::page {root title nav main} {
    set policy "default-src 'none'; style-src 'self' file: 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    set head [join [list {<meta charset="utf-8"/>} \
        "<meta http-equiv=\"Content-Security-Policy\" content=\"$policy\"/>" \
        {<meta name="viewport" content="width=device-width, initial-scale=1"/>} \
        {<meta name="color-scheme" content="light dark"/>} {<meta name="generator" content="acre report"/>} \
        "<title>[text $title]</title>" "<link rel=\"stylesheet\" href=\"${root}style.css\"/>"] \n]
    return [join [list "<!DOCTYPE html>" {<html lang="en">} <head> $head </head> <body> \
        {<a class="skip" href="#main">Skip to the content</a>} <header>$nav</header> {<main id="main" tabindex="-1">} \
        $main</main> "<footer><p>Made by acre report from the result lines of the run.</p></footer>" </body> </html> \
        ""] \n]
}
