#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A cross build: the guest by a cross compiler of Debian, which is found by --host and makes no programs of this
# machine; the tools of the build by the native one.  What it makes boots.  And a clang with a target of its own.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
plan 8

mkdir "$tmp/src" && tar xf "$tarball" -C "$tmp/src"
# cross NAME ARGUMENT...: configures and builds in $tmp/NAME.
cross() {
	mkdir "$tmp/$1" && cd "$tmp/$1" || return 1
	shift
	"$tmp/src/acre-$version/configure" --enable-werror "$@" && "$MAKE" -j2
}
boots() {
	if command -v qemu-system-x86_64 >/dev/null 2>&1; then
		like "$1" "$("$tmp/$2/acre" boot --memory 64M "$tmp/$2/acre.img" 2>&1 | tail -n 1)" "# exit 0*"
	else
		skip "$1" "needs qemu-system-x86_64 (Debian package qemu-system-x86)"
	fi
}
host=x86_64-linux-gnux32
if command -v $host-gcc >/dev/null 2>&1; then
	ok "configure --host=$host and make" cross gcc --host=$host
	like "the guest's compiler is the cross compiler" "$(sed -n 's/^CC = //p' "$tmp/gcc/Makefile")" "$host-gcc"
	like "so is its linker" "$(sed -n 's/^LD = //p' "$tmp/gcc/Makefile")" "$host-ld"
	like "the build's own is not" "$(sed -n 's/^CC_FOR_BUILD = //p' "$tmp/gcc/Makefile")" "[!x]*"
	boots "its image boots" gcc
else
	for point in configure compiler linker "the build's own" boots; do
		skip "cross build: $point" "needs $host-gcc (Debian package gcc-x86-64-linux-gnux32)"
	done
fi
if command -v clang >/dev/null 2>&1; then
	ok "CC='clang --target=x86_64-unknown-elf', configure and make" cross clang CC='clang --target=x86_64-unknown-elf' \
		CC_FOR_BUILD="$CC_FOR_BUILD"
	like "it is taken" "$(sed -n 's/^CC = //p' "$tmp/clang/Makefile")" "clang --target=x86_64-unknown-elf"
	boots "its image boots" clang
else
	for point in configure taken boots; do skip "clang: $point" "needs clang (Debian package clang)"; done
fi
