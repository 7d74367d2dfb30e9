#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Interval lists: each way in which two intervals can lie, and numbers beyond 2^64.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use interval
namespace path ::tap

# union: input -> output
set unions {
    {apart}            {{30 40} {10 20}}            {{10 20} {30 40}}
    {touching}         {{20 30} {10 20}}            {{10 30}}
    {overlapping}      {{10 25} {20 30}}            {{10 30}}
    {nested}           {{10 40} {20 30}}            {{10 40}}
    {the same twice}   {{10 20} {10 20}}            {{10 20}}
    {empty, inverted}  {{10 10} {20 15} {30 40}}    {{30 40}}
    {bridged}          {{10 20} {30 40} {15 35}}    {{10 40}}
    {beyond 2^63}      {{0xfffffffffffff000 0x10000000000001000} {0 1}}
        {{0 1} {18446744073709547520 18446744073709555712}}
}
#   A [10 ============ 40)     B moves from left to right
set cuts {
    {left of it}        {{0 5}}           {{10 40}}
    {touching left}     {{0 10}}          {{10 40}}
    {over its start}    {{5 20}}          {{20 40}}
    {its first byte}    {{5 11}}          {{11 40}}
    {its last byte}     {{39 50}}         {{10 39}}
    {at its start}      {{10 20}}         {{20 40}}
    {in its middle}     {{20 30}}         {{10 20} {30 40}}
    {at its end}        {{30 40}}         {{10 30}}
    {over its end}      {{30 50}}         {{10 30}}
    {touching right}    {{40 50}}         {{10 40}}
    {right of it}       {{45 50}}         {{10 40}}
    {the same}          {{10 40}}         {}
    {around it}         {{0 50}}          {}
    {nothing}           {}                {{10 40}}
    {three holes}       {{35 37} {12 14} {20 21}} {{10 12} {14 20} {21 35} {37 40}}
}
set trims {
    {aligned}           {{0 8192}}        {{0 8192}}
    {odd ends}          {{1 12289}}       {{4096 12288}}
    {shorter than one}  {{100 4000}}      {}
    {one byte short}    {{1 4096}}        {}
    {two halves}        {{0 2048} {2048 4096}} {{0 4096}}
    {a frame missing a byte} {{0 2048} {2049 8192}} {{4096 8192}}
}
plan [expr {([llength $unions] + [llength $cuts] + [llength $trims]) / 3 + 4}]
foreach {name in out} $unions {
    is [::acre::interval::union $in] $out "union: $name"
}
foreach {name in out} $cuts {
    is [::acre::interval::subtract {{10 40}} $in] $out "subtract: $name"
}
foreach {name in out} $trims {
    is [::acre::interval::trim $in 4096] $out "trim: $name"
}
is [::acre::interval::subtract {{0 10} {20 30} {40 50}} {{5 45}}] {{0 5} {45 50}} "subtract: one hole over three"
is [::acre::interval::intersect {{0 10} {20 30}} {{5 25}}] {{5 10} {20 25}} "intersect: over a gap"
is [::acre::interval::intersect {{0 10}} {}] {} "intersect: with nothing"
is [::acre::interval::size {{0 10} {5 20} {0x10000000000000000 0x10000000000000001}}] 21 "size: overlap counted once"
done
