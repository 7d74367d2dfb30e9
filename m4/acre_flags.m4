dnl SPDX-License-Identifier: Apache-2.0

dnl ACRE_CC_OPTIONS(VARIABLE, OPTIONS...): appends to VARIABLE each of OPTIONS that CC takes without a warning.
AC_DEFUN([ACRE_CC_OPTIONS], [
AS_ECHO(["extern int acre;"]) >conftest.c
acre_opts="m4_normalize([$2])"
for acre_opt in $acre_opts; do
  AS_IF([$CC -Werror $acre_opt -c conftest.c -o conftest.o >&AS_MESSAGE_LOG_FD 2>&1],
    [$1="$$1${$1:+ }$acre_opt"])
done
rm -f conftest.c conftest.o
])

dnl ACRE_LD_OPTIONS(VARIABLE, OPTIONS...): the same for LD.
AC_DEFUN([ACRE_LD_OPTIONS], [
AS_ECHO(["void f(void); void f(void) { }"]) >conftest.c
$CC -m64 -ffreestanding -fno-pic -fno-pie -c conftest.c -o conftest.o >&AS_MESSAGE_LOG_FD 2>&1
acre_opts="m4_normalize([$2])"
for acre_opt in $acre_opts; do
  AS_IF([$LD -m elf_x86_64 -e f --fatal-warnings $acre_opt -o conftest.elf conftest.o >&AS_MESSAGE_LOG_FD 2>&1],
    [$1="$$1${$1:+ }$acre_opt"])
done
rm -f conftest.c conftest.o conftest.elf
])

dnl ACRE_TARGET_FLAGS: options that not every compiler or linker knows but that guest code wants where they exist: what
dnl distributions switch on by default and a kernel cannot have, and paths kept out of the objects.
AC_DEFUN([ACRE_TARGET_FLAGS], [
AC_MSG_CHECKING([for options of $CC that guest code wants])
GUEST_CFLAGS=
ACRE_CC_OPTIONS([GUEST_CFLAGS], [-fno-stack-protector -fno-stack-clash-protection -fcf-protection=none
  -fno-tree-loop-distribute-patterns -mgeneral-regs-only -fno-ident -Wdate-time])
AC_MSG_RESULT([$GUEST_CFLAGS])
AC_MSG_CHECKING([for options of $LD that guest code wants])
GUEST_LDFLAGS=
ACRE_LD_OPTIONS([GUEST_LDFLAGS], [--no-warn-rwx-segments --build-id=none])
AC_MSG_RESULT([$GUEST_LDFLAGS])
AC_SUBST([GUEST_CFLAGS])
AC_SUBST([GUEST_LDFLAGS])
])

dnl ACRE_ENABLE_WERROR: --enable-werror, the developer's strength.  Packagers get -Wall -Wextra and never -Werror.
AC_DEFUN([ACRE_ENABLE_WERROR], [
AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [all warnings, and each is an error (for developers)])],
  [], [enable_werror=no])
WARN_CFLAGS='-Wall -Wextra'
NASM_WARN=
AS_IF([test "$enable_werror" = yes], [
  ACRE_CC_OPTIONS([WARN_CFLAGS], [-Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations -Wundef
    -Wcast-qual -Wvla -Wpointer-arith -Wwrite-strings -Wold-style-definition -Wredundant-decls
    -Wnested-externs -Wimplicit-fallthrough])
  WARN_CFLAGS="$WARN_CFLAGS -Werror"
  NASM_WARN='-w+error'])
AC_SUBST([WARN_CFLAGS])
AC_SUBST([NASM_WARN])
])
