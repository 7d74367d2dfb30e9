# SPDX-License-Identifier: Apache-2.0
#
# history.tcl: what came of every night, in one SQLite file: nights, results, figures.  doc/nightly.md has its tables,
# for people with queries of their own.
#
# A night is `running` until it has `ended`, or `failed` (it came to no results), or was found to have been `killed`.
# It is whole if it ended and its results are all there, good if nothing in it was red.
#
#   ::acre::history::begin FILE NIGHT   a new night, a dict with night and began, and any other column of a night; makes
#                                       FILE if there is none
#   ::acre::history::note FILE NAME COLUMNS       puts down what is known of a night: a dict
#   ::acre::history::killed FILE        -> the nights that were running; they are killed from now on
#   ::acre::history::results FILE NAME CASES      the results: reportread.tcl's cases
#   ::acre::history::figures FILE NAME FIGURES    the figures: a list of dicts name value unit bar; bar may be ""
#   ::acre::history::nights FILE ?COUNT?          -> the newest nights, the newest first: dicts of all columns
#   ::acre::history::night FILE NAME    -> one of them; raises {ACRE USAGE} if there is none
#   ::acre::history::earlier FILE NAME KIND       -> the newest night before NAME that is whole or good; "" if none is
#   ::acre::history::run FILE NAME      -> the night as reportread.tcl's run: what another can be compared with
#   ::acre::history::measured FILE NAME -> dict name -> dict value unit bar
#   ::acre::history::trend FILE NAME COUNT        -> dict figure -> list of {night value} up to that night, oldest first
#   ::acre::history::of FILE PATTERN COUNT        -> list of {case night revision verdict sub why} by case, newest first
#   ::acre::history::last_pass FILE NAME CASES    -> dict case -> {night revision nights}: when each of CASES (names)
#                                       last passed before that night, and in how many whole nights since it did not

::acre::paths::use sqlite reportread

namespace eval ::acre::history {
    # PRAGMA user_version of a file whose tables are these.
    variable FORM 1
    variable columns {
        night began ended state status revision title commits version seed passed failed skipped known why
    }
    variable numbers {began ended status commits passed failed skipped known}
    variable TABLES {
        CREATE TABLE nights(id INTEGER PRIMARY KEY, night TEXT NOT NULL UNIQUE, began INTEGER NOT NULL, ended INTEGER,
            state TEXT NOT NULL, status INTEGER, revision TEXT, title TEXT, commits INTEGER, version TEXT, seed TEXT,
            passed INTEGER, failed INTEGER, skipped INTEGER, known INTEGER, why TEXT);
        CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE reasons(id INTEGER PRIMARY KEY, reason TEXT NOT NULL UNIQUE);
        CREATE TABLE outcomes(night INTEGER NOT NULL REFERENCES nights, name INTEGER NOT NULL REFERENCES names,
            verdict TEXT NOT NULL, sub TEXT, reason INTEGER REFERENCES reasons, state TEXT, seconds REAL, margin REAL,
            cut INTEGER, PRIMARY KEY(name, night)) WITHOUT ROWID;
        CREATE INDEX outcomes_night ON outcomes(night);
        CREATE TABLE figures(night INTEGER NOT NULL REFERENCES nights, name TEXT NOT NULL, value REAL NOT NULL,
            unit TEXT, bar REAL, PRIMARY KEY(name, night)) WITHOUT ROWID;
        CREATE VIEW results AS SELECT nights.night, nights.revision, names.name, verdict, sub, reasons.reason AS why,
            outcomes.state, seconds, margin, cut, nights.id AS night_id FROM outcomes
            JOIN nights ON nights.id = outcomes.night JOIN names ON names.id = outcomes.name
            JOIN reasons ON reasons.id = outcomes.reason;
        CREATE VIEW measured AS SELECT nights.night, nights.revision, name, value, unit, bar, nights.id AS night_id
            FROM figures JOIN nights ON nights.id = figures.night;
    }
}

# Makes FILE, or looks whether it has our tables.
proc ::acre::history::Open {file} {
    variable FORM
    variable TABLES
    if {![file exists $file]} {
        ::acre::sqlite::run $file "$TABLES\nPRAGMA user_version = $FORM;"
    }
    set form [lindex [::acre::sqlite::rows $file "PRAGMA user_version;"] 0 0]
    if {$form ne $FORM} {
        ::acre::err::bad "$file: not a history of this version of Acre (its form is $form, not $FORM);\
            move it away, or use the Acre that made it"
    }
}

proc ::acre::history::Literal {column value} {
    variable numbers
    return [expr {$column in $numbers ? [::acre::sqlite::number $value] : [::acre::sqlite::maybe $value]}]
}

proc ::acre::history::begin {file night} {
    Open $file
    set night [dict merge {state running} $night]
    set values [lmap {column value} $night {Literal $column $value}]
    ::acre::sqlite::run $file "INSERT INTO nights([join [dict keys $night] ,]) VALUES([join $values ,]);"
}

proc ::acre::history::note {file name columns} {
    set pairs [lmap {column value} $columns {string cat $column = [Literal $column $value]}]
    ::acre::sqlite::run $file "UPDATE nights SET [join $pairs ,] WHERE night=[::acre::sqlite::quote $name];"
}

proc ::acre::history::killed {file} {
    if {![file exists $file]} {
        return {}
    }
    Open $file
    set nights [concat {*}[::acre::sqlite::rows $file "SELECT night FROM nights WHERE state='running';"]]
    if {$nights ne ""} {
        ::acre::sqlite::run $file "UPDATE nights SET state='killed', why='it did not come to its end'
            WHERE state='running';"
    }
    return $nights
}

# Names and reasons are kept once: a night of 8,000 cases takes 700 KB.
proc ::acre::history::results {file name cases} {
    set night "(SELECT id FROM nights WHERE night=[::acre::sqlite::quote $name])"
    set sql ""
    dict for {case result} $cases {
        set named [::acre::sqlite::quote $case]
        set why [::acre::sqlite::quote [dict get $result why]]
        set state [expr {[dict exists $result state] ? [dict get $result state] : ""}]
        append sql "INSERT OR IGNORE INTO names(name) VALUES($named);\n" \
            "INSERT OR IGNORE INTO reasons(reason) VALUES($why);\n" \
            "INSERT OR REPLACE INTO outcomes VALUES($night,(SELECT id FROM names WHERE name=$named)," \
            [::acre::sqlite::quote [dict get $result verdict]] , [::acre::sqlite::quote [dict get $result sub]] \
            ",(SELECT id FROM reasons WHERE reason=$why)," [::acre::sqlite::quote $state] , \
            [join [lmap key {seconds margin cut} {::acre::sqlite::number [dict get $result $key]}] ,] ");\n"
    }
    ::acre::sqlite::run $file $sql
}

proc ::acre::history::figures {file name figures} {
    set night "(SELECT id FROM nights WHERE night=[::acre::sqlite::quote $name])"
    set sql ""
    foreach figure $figures {
        dict with figure {
            append sql "INSERT OR REPLACE INTO figures VALUES($night,[::acre::sqlite::quote $name]," \
                "[::acre::sqlite::number $value],[::acre::sqlite::quote $unit],[::acre::sqlite::number $bar]);\n"
        }
    }
    ::acre::sqlite::run $file $sql
}

# --- asking ----------------------------------------------------------------------------------------------------------

# Nights by a query's end.
proc ::acre::history::Nights {file where} {
    variable columns
    Open $file
    return [lmap row [::acre::sqlite::rows $file "SELECT [join $columns ,] FROM nights $where;"] {
        dict create {*}[concat {*}[lmap column $columns value $row {list $column $value}]]
    }]
}

proc ::acre::history::nights {file {count 1000000}} {
    return [Nights $file "ORDER BY id DESC LIMIT $count"]
}

proc ::acre::history::night {file name} {
    set found [Nights $file "WHERE night=[::acre::sqlite::quote $name]"]
    if {$found eq ""} {
        return -code error -errorcode {ACRE USAGE} "$file: no such night: '$name'; 'acre history' lists them"
    }
    return [lindex $found 0]
}

proc ::acre::history::earlier {file name kind} {
    set status [dict get {whole "(0,1)" good "(0)"} $kind]
    return [lindex [Nights $file "WHERE state='ended' AND status IN $status AND
        id < (SELECT id FROM nights WHERE night=[::acre::sqlite::quote $name]) ORDER BY id DESC LIMIT 1"] 0]
}

proc ::acre::history::run {file name} {
    set night [night $file $name]
    set dir [file join [file dirname [file normalize [file join [pwd] $file]]] nights $name]
    set keys {name verdict sub why state seconds margin cut}
    set cases [dict create]
    foreach row [::acre::sqlite::rows $file "SELECT [join $keys ,] FROM results WHERE
            night=[::acre::sqlite::quote $name];"] {
        set case [dict create {*}[concat {*}[lmap key $keys value $row {list $key $value}]]]
        lassign [::acre::reportread::Parts [dict get $case name]] subject config
        dict set cases [dict get $case name] [dict merge {hash "" emulator "" machine "" memory "" map "" expect ""
            origin ""} $case [dict create subject $subject config $config dir [file join $dir [dict get $case name]]]]
    }
    return [dict create dir $dir name $name when [dict get $night began] cases $cases problems {} notes {}]
}

proc ::acre::history::measured {file name} {
    set figures [dict create]
    foreach row [::acre::sqlite::rows $file "SELECT name, value, unit, bar FROM measured WHERE
            night=[::acre::sqlite::quote $name];"] {
        lassign $row figure value unit bar
        dict set figures $figure [dict create value [Plain $value] unit $unit bar [Plain $bar]]
    }
    return $figures
}

# SQLite's reals print as 42.0; whole numbers were put in.
proc ::acre::history::Plain {number} {
    return [regsub {\.0$} $number ""]
}

proc ::acre::history::trend {file name count} {
    set trends [dict create]
    foreach row [::acre::sqlite::rows $file "SELECT name, night, value FROM measured WHERE night_id IN
            (SELECT id FROM nights WHERE id <= (SELECT id FROM nights WHERE night=[::acre::sqlite::quote $name])
            AND state='ended' OR night=[::acre::sqlite::quote $name] ORDER BY id DESC LIMIT $count)
            ORDER BY name, night_id;"] {
        lassign $row figure night value
        dict lappend trends $figure [list $night [Plain $value]]
    }
    return $trends
}

proc ::acre::history::of {file pattern count} {
    Open $file
    set glob [::acre::sqlite::quote $pattern]
    return [::acre::sqlite::rows $file "SELECT name, night, revision, verdict, sub, why FROM (SELECT *, row_number()
        OVER (PARTITION BY name ORDER BY night_id DESC) AS age FROM results
        WHERE name GLOB $glob OR name GLOB 'boot@' || $glob || ',*') WHERE age <= $count ORDER BY name, night_id DESC;"]
}

proc ::acre::history::last_pass {file name cases} {
    if {$cases eq ""} {
        return {}
    }
    set names [join [lmap case $cases {::acre::sqlite::quote $case}] ,]
    set this "(SELECT id FROM nights WHERE night=[::acre::sqlite::quote $name])"
    set last [dict create]
    foreach row [::acre::sqlite::rows $file "SELECT name, (SELECT night FROM nights WHERE id=last), (SELECT revision
            FROM nights WHERE id=last), (SELECT count(*) FROM outcomes JOIN nights ON nights.id=outcomes.night
            JOIN names ON names.id=outcomes.name WHERE names.name=passed.name AND nights.id > last AND nights.id < $this
            AND nights.state='ended') FROM (SELECT name, max(night_id) AS last FROM results WHERE verdict='PASS' AND
            night_id < $this AND name IN ($names) GROUP BY name) AS passed;"] {
        dict set last [lindex $row 0] [lrange $row 1 end]
    }
    return $last
}
