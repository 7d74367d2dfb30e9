# SPDX-License-Identifier: Apache-2.0
#
# reportstyle.tcl: the style sheet of the pages.  Colours have one home, as variables, once for light and once for dark;
# every pair of text and ground has a contrast of at least 4.5 to 1 (t/766 measures it).

namespace eval ::acre::reportstyle {
    variable css {
:root {
    color-scheme: light dark;
    --ground: #f6f5f1; --card: #ffffff; --text: #1d1c1a; --quiet: #5d5a54; --line: #d9d6ce; --link: #0b57a4;
    --good: #1a6b34; --good-ground: #dff0e2; --bad: #a3161b; --bad-ground: #fbdfdc; --crash: #8c1464;
    --crash-ground: #fadcf0; --hang: #7d4a00; --hang-ground: #fbe7c6; --error: #5a2ca0; --error-ground: #e9defa;
    --skip: #55534e; --skip-ground: #e8e6e0; --known: #5f5200; --known-ground: #f6edb5; --focus: #0b57a4;
    --usable: #4d9a5b; --reserved: #9aa0aa; --acpi: #4d7fb8; --nvs: #8a5fb0; --other: #c98a2b; --broken: #c43b34;
    --log: #f1efe9; --meter: #7fa8d6;
}
@media (prefers-color-scheme: dark) {
    :root {
        --ground: #15171a; --card: #1e2125; --text: #e9e7e2; --quiet: #a9a7a1; --line: #363a40; --link: #84b9f5;
        --good: #86d69a; --good-ground: #173422; --bad: #ff9d96; --bad-ground: #4a1a1b; --crash: #f5a3da;
        --crash-ground: #45163a; --hang: #f3bf6d; --hang-ground: #432d09; --error: #c9aefc; --error-ground: #322050;
        --skip: #b9b6af; --skip-ground: #2e3136; --known: #e5d774; --known-ground: #3a350f; --focus: #84b9f5;
        --usable: #58a868; --reserved: #767c86; --acpi: #6a9bd4; --nvs: #a57fcb; --other: #d9a04a; --broken: #e0605a;
        --log: #101214; --meter: #44719f;
    }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4rem; }
body { margin: 0; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
main, footer { max-width: 78rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 1.5rem; }
main:focus { outline: none; }
footer { color: var(--quiet); font-size: .85rem; padding-bottom: 2rem; }
a { color: var(--link); }
a, code, h1, h3, th, li, p, dd { overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
h1 { font-size: clamp(1.3rem, 1rem + 1.6vw, 2rem); line-height: 1.2; margin: .25rem 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
code, pre { font-family: "DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace; font-size: .875em; }
.quiet { color: var(--quiet); }
.good { color: var(--good); }
.wrong { color: var(--bad); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100vw; background: var(--card); padding: .75rem 1rem; z-index: 3; }
body > .skip { color: var(--link); }
.skip:focus { left: .5rem; top: .5rem; }
header { position: sticky; top: 0; z-index: 2; background: var(--card); border-bottom: 1px solid var(--line); }
header ul { display: flex; gap: .25rem 1.25rem; overflow-x: auto; list-style: none; margin: 0 auto; max-width: 78rem;
    padding: 0 1.25rem; }
header li { flex: none; }
header a { display: block; padding: .7rem 0; text-decoration: none; }
header a:hover, header a:focus { text-decoration: underline; }

.verdict { font-size: clamp(1.6rem, 1rem + 3.4vw, 3rem); font-weight: 700; line-height: 1.1; letter-spacing: -.02em;
    margin: 0 0 1rem; }
.share { display: flex; height: .9rem; border-radius: .45rem; overflow: hidden; gap: 2px; }
.share span { min-width: 4px; }
.share .good { background: var(--usable); } .share .bad { background: var(--broken); }
.share .known { background: var(--other); } .share .skip { background: var(--reserved); position: static; padding: 0; }
.counts { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0; margin: .6rem 0 0; }
.counts b { font-size: 1.25rem; }
.counts .bad { color: var(--bad); } .counts .known { color: var(--known); }
.counts .skip { position: static; padding: 0; background: none; color: var(--skip); }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr));
    align-items: start; }
.card, .group { background: var(--card); border: 1px solid var(--line); border-left: .4rem solid var(--line);
    border-radius: .5rem; padding: .9rem 1.1rem; }
.card h3 { margin: 0; } .card h3 b { font-size: 1.6rem; margin-right: .35rem; } .card p { margin: .1rem 0 .5rem; }
.card.new, .card.changed, .group { border-left-color: var(--broken); }
.card.fixed { border-left-color: var(--usable); }
.card.still, .card.lost { border-left-color: var(--other); }
.group { margin: 0 0 1rem; } .group h3 { margin: 0; font-weight: 600; }
.cases { margin: .4rem 0; padding-left: 1.2rem; font-size: .9rem; } .cases li { margin: .15rem 0; }
.cases a { display: inline-block; padding: .1rem .2rem; }
details > summary { cursor: pointer; padding: .35rem 0; color: var(--link); }
.findings > li { margin-bottom: .75rem; } .findings p { margin: 0; }
.note { border-left: .3rem solid var(--other); padding-left: .75rem; }

.v { display: inline-block; padding: 0 .5em; border-radius: .35em; font-weight: 700; font-size: .9em;
    background: var(--skip-ground); color: var(--skip); }
.v-pass { background: var(--good-ground); color: var(--good); }
.v-fail { background: var(--bad-ground); color: var(--bad); }
.v-crash { background: var(--crash-ground); color: var(--crash); }
.v-hang { background: var(--hang-ground); color: var(--hang); }
.v-error { background: var(--error-ground); color: var(--error); }
.v-skip, .v-missing { background: var(--skip-ground); color: var(--skip); }
.known { background: var(--known-ground); color: var(--known); }
.unexpected { background: var(--bad-ground); color: var(--bad); }
.counts .known { background: none; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
caption { text-align: left; color: var(--quiet); font-size: .9rem; padding-bottom: .35rem; }
th { text-align: left; font-weight: 500; }
thead th { font-weight: 700; vertical-align: bottom; }
.figures { background: var(--card); border: 1px solid var(--line); min-width: min(100%, 34rem); }
.figures th, .figures td { padding: .35rem .75rem; border-bottom: 1px solid var(--line); }
.figures td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures td:last-child { white-space: normal; }
.figures tbody th { min-width: 9rem; }
.trend { display: block; max-width: 100%; height: auto; }
.trend polyline { fill: none; stroke: var(--link); stroke-width: 2; }
.trend circle { fill: var(--link); }
.meter { display: inline-block; width: 8rem; height: .7rem; border-radius: .35rem; background: var(--line); }
.meter span { display: block; height: 100%; border-radius: inherit; background: var(--meter); }

.choice { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); display: flex; flex-wrap: wrap;
    gap: .25rem 1.25rem; padding: .5rem 1rem; margin: 0 0 1rem; }
.choice label { padding: .3rem 0; cursor: pointer; }
.none { display: none; }
section:has(#show-bad:checked) .grid tbody tr:not(.bad),
section:has(#show-changed:checked) .grid tbody tr:not(.changed) { display: none; }
section:has(#show-bad:checked):not(:has(tr.bad)) .none,
section:has(#show-changed:checked):not(:has(tr.changed)) .none { display: block; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; list-style: none; padding: 0; margin: .4rem 0;
    color: var(--quiet); font-size: .85rem; }
.key { width: .8rem; height: .8rem; vertical-align: -.05rem; }
.grid { width: 100%; font-size: .9rem; }
.grid th, .grid td { padding: .1rem .4rem; }
.grid tbody tr:hover { background: var(--card); }
.grid tbody th { font-size: .875rem; min-width: 8rem; }
.grid thead th, .grid thead td { border-bottom: 2px solid var(--line); vertical-align: bottom; }
.grid thead small { display: block; font-weight: 400; color: var(--quiet); }
.grid tbody td:nth-child(2) { width: 45%; min-width: 7rem; }
.grid tbody td:not(:nth-child(2)) { width: 4.5rem; text-align: center; }
.grid thead th:not(:first-child) { text-align: center; }
.c { display: block; min-width: 2.6rem; min-height: 1.6rem; line-height: 1.6rem; border-radius: .3rem; padding: 0 .3rem;
    text-decoration: none; text-align: center; font-weight: 700; font-size: .8rem; border: 1px solid transparent;
    position: static; left: auto; }
.c:hover { border-color: currentColor; }
.c.now { box-shadow: 0 0 0 2px var(--card), 0 0 0 4px currentColor; }
.strip { display: block; width: 100%; height: 1rem; background: var(--log); border-radius: .2rem; overflow: hidden; }
.k-usable { fill: var(--usable); } .k-reserved { fill: var(--reserved); } .k-acpi { fill: var(--acpi); }
.k-nvs { fill: var(--nvs); } .k-other { fill: var(--other); } .k-bad { fill: var(--broken); }
.axis { position: relative; display: block; height: 1.2rem; font-size: .75rem; color: var(--quiet); font-weight: 400; }
.axis span { position: absolute; border-left: 1px solid var(--quiet); padding-left: .2rem; line-height: 1; bottom: 0; }
.wide-strip .strip { height: 2.5rem; }
.wide-strip .axis { margin-top: .35rem; }

.say { font-size: 1.15rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .6rem 1.5rem;
    margin: 0 0 1rem; }
.facts dt { color: var(--quiet); font-size: .85rem; } .facts dd { margin: 0; }
pre { margin: 0; padding: .75rem 1rem; background: var(--log); border: 1px solid var(--line); border-radius: .4rem; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; } .command code { user-select: all; }
.log { display: inline-block; min-width: 100%; line-height: 1.35; tab-size: 8; }
.log b { color: var(--bad); }
.points { list-style: none; padding: 0; } .points small { color: var(--quiet); }
.points .good, .points .wrong { color: inherit; }
.points .good b { color: var(--good); } .points .wrong b { color: var(--bad); }
.columns { display: grid; gap: 1rem 2.5rem; align-items: start;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.memory { width: 100%; font-size: .85rem; }
.memory caption { color: var(--text); font-weight: 700; font-size: 1rem; }
.memory th, .memory td { padding: 0 .5rem; vertical-align: middle; }
.memory th { width: 1%; white-space: nowrap; padding-left: 0; }
.memory td:last-child { text-align: right; color: var(--quiet); white-space: nowrap; }
.bar { width: 22%; min-width: 3.5rem; border: 1px solid var(--quiet); background: var(--log); }
.bar.torn { border-left-style: dashed; border-right-style: dashed; border-left-width: 3px; border-right-width: 3px; }
.memory .quiet { color: var(--quiet); }
.memory .empty td { color: var(--quiet); }
.memory .region th, .memory .region td { padding-top: .6rem; font-weight: 700; border: 0; }
.memory .region td:last-child { text-align: left; color: var(--text); }
.chip { display: inline-block; width: 1.1rem; height: .8rem; border: 1px solid var(--quiet); vertical-align: -.05rem; }

@media (max-width: 40rem) {
    main, footer, header ul { padding-left: .9rem; padding-right: .9rem; }
    .grid tbody td:nth-child(2) { width: 30%; min-width: 4.5rem; }
    .grid th, .grid td { padding: .1rem .2rem; }
    .grid tbody th { min-width: 6.5rem; font-size: .8rem; }
    .grid tbody td:not(:nth-child(2)) { width: 3rem; }
    .memory { font-size: .75rem; } .memory th, .memory td { padding: 0 .3rem; } .bar { min-width: 2rem; width: 14%; }
    .figures th, .figures td { padding: .3rem .5rem; }
    .facts { grid-template-columns: 1fr 1fr; } .facts .long { grid-column: 1 / -1; }
    .memory td:last-child { white-space: normal; }
}
@media print { header, .choice { display: none; } .scroll { overflow: visible; } }
}
}
