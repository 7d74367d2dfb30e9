dnl SPDX-License-Identifier: Apache-2.0
dnl The compiler of the guest.  It makes freestanding objects only and need not be able to link a program, so
dnl AC_PROG_CC, which insists on that, is not used.

dnl ACRE_TRY_CC(COMPILER): sets acre_ok to yes if COMPILER makes freestanding x86 objects of both widths.
AC_DEFUN([ACRE_TRY_CC], [
acre_ok=no
cat >conftest.c <<'ACRE_EOF'
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined __x86_64__
_Static_assert(sizeof(void *) == 8, "64-bit");
#elif defined __i386__
_Static_assert(sizeof(void *) == 4, "32-bit");
#else
#error not x86
#endif
uint64_t f(uint64_t a);
uint64_t f(uint64_t a) { return a + sizeof(size_t); }
ACRE_EOF
acre_try="$1 -std=gnu11 -ffreestanding -fno-pic -fno-pie"
if ($acre_try -m64 -mcmodel=kernel -mno-red-zone -c conftest.c -o conftest.64.o &&
    $acre_try -m32 -march=i686 -c conftest.c -o conftest.32.o) >&AS_MESSAGE_LOG_FD 2>&1; then
  acre_ok=yes
fi
rm -f conftest.c
])

dnl ACRE_PROG_TARGET_CC: sets CC and CPP.  CC from the command line is taken at its word; else --host's compiler;
dnl else the native one on x86-64; else a cross compiler.
AC_DEFUN([ACRE_PROG_TARGET_CC], [
AC_REQUIRE([AC_CANONICAL_HOST])
AC_ARG_VAR([CC], [compiler of the guest: freestanding x86, 64 and 32 bits (gcc, clang, x86_64-elf-gcc ...)])
AC_ARG_VAR([CPP], [preprocessor for linker scripts and the layout, usually "$CC -E"])
AC_MSG_CHECKING([for a compiler of freestanding 64- and 32-bit x86 objects])
AS_IF([test -n "$CC"], [set dummy "$CC"],
  [test -n "$host_alias"], [
    set dummy "$host_alias-gcc" "$host_alias-clang"
    AS_CASE([$host_cpu:$build_cpu], [x86_64:x86_64], [set dummy "$host_alias-gcc" gcc clang cc])],
  [AS_CASE([$build_cpu],
    [x86_64 | i?86], [set dummy gcc clang cc x86_64-linux-gnu-gcc x86_64-elf-gcc],
    [set dummy x86_64-elf-gcc x86_64-linux-gnu-gcc "clang --target=x86_64-unknown-elf"])])
shift
acre_tried=
acre_found=
for acre_cc do
  acre_tried="$acre_tried $acre_cc"
  ACRE_TRY_CC([$acre_cc])
  AS_IF([test $acre_ok = yes], [acre_found=$acre_cc; break])
done
AS_IF([test -z "$acre_found"], [
  AC_MSG_RESULT([none])
  acre_packages='Debian package gcc; on other machines gcc-x86-64-linux-gnu'
  AC_MSG_ERROR([no usable compiler; tried:$acre_tried; config.log says why ($acre_packages)])])
CC=$acre_found
AC_MSG_RESULT([$CC])
test -n "$CPP" || CPP="$CC -E"
AC_SUBST([CC])
AC_SUBST([CPP])
])

dnl ACRE_TRY_LD(LINKER): sets acre_ok to yes if LINKER links both widths from a script.
AC_DEFUN([ACRE_TRY_LD], [
acre_ok=no
cat >conftest.lds <<'ACRE_EOF'
ENTRY(f)
SECTIONS {
  . = 0x10000;
  .text : { *(.text*) }
  ASSERT(. < 0x20000, "small")
  /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame) }
}
ACRE_EOF
if ($1 -m elf_x86_64 -nostdlib -static -T conftest.lds -o conftest.64.elf conftest.64.o &&
    $1 -m elf_i386 -nostdlib -static -T conftest.lds -o conftest.32.elf conftest.32.o &&
    test -s conftest.64.elf && test -s conftest.32.elf) >&AS_MESSAGE_LOG_FD 2>&1; then
  acre_ok=yes
fi
rm -f conftest.lds conftest.*.elf
])

dnl ACRE_TRY_TOOL(VARIABLE, WHAT, WORDS AFTER THE TOOL THAT MUST SUCCEED, CANDIDATES...): sets VARIABLE to the first
dnl that does.
AC_DEFUN([ACRE_TRY_TOOL], [
AC_MSG_CHECKING([for $2])
AS_IF([test -n "$$1"], [acre_list=$$1], [acre_list="$4"])
$1=
for acre_tool in $acre_list; do
  AS_IF([$acre_tool $3 >&AS_MESSAGE_LOG_FD 2>&1], [$1=$acre_tool; break])
done
AS_IF([test -z "$$1"], [
  AC_MSG_RESULT([none])
  AC_MSG_ERROR([no usable $2; tried: $acre_list (Debian package binutils)])])
AC_MSG_RESULT([$$1])
])

dnl ACRE_PROG_TARGET_BINUTILS: sets LD, OBJCOPY, NM; tools named after the cross compiler come first.
AC_DEFUN([ACRE_PROG_TARGET_BINUTILS], [
AC_REQUIRE([ACRE_PROG_TARGET_CC])
AC_ARG_VAR([LD], [linker of the guest: elf_x86_64 and elf_i386 (ld, ld.lld ...)])
AC_ARG_VAR([OBJCOPY], [objcopy for the guest])
AC_ARG_VAR([NM], [nm for the guest])
ACRE_TRY_CC([$CC])
acre_prefix=
AS_CASE([$CC], [*-gcc], [acre_prefix=`AS_ECHO(["$CC"]) | sed 's/gcc$//'`])
AC_MSG_CHECKING([for a linker of elf_x86_64 and elf_i386])
acre_list=$LD
test -n "$acre_list" || acre_list="${acre_prefix:+${acre_prefix}ld }ld ld.bfd ld.lld x86_64-linux-gnu-ld x86_64-elf-ld"
LD=
for acre_tool in $acre_list; do
  ACRE_TRY_LD([$acre_tool])
  AS_IF([test $acre_ok = yes], [LD=$acre_tool; break])
done
AS_IF([test -z "$LD"], [
  AC_MSG_RESULT([none])
  AC_MSG_ERROR([no usable linker; tried: $acre_list (Debian package binutils, or lld)])])
AC_MSG_RESULT([$LD])
ACRE_TRY_TOOL([OBJCOPY], [objcopy], [-O binary conftest.64.o conftest.out],
  [${acre_prefix:+${acre_prefix}objcopy }objcopy llvm-objcopy x86_64-linux-gnu-objcopy])
ACRE_TRY_TOOL([NM], [nm], [-n conftest.64.o], [${acre_prefix:+${acre_prefix}nm }nm llvm-nm x86_64-linux-gnu-nm])
rm -f conftest.64.o conftest.32.o conftest.out
])
