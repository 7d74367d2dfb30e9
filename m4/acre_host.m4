dnl SPDX-License-Identifier: Apache-2.0
dnl The machine that builds: tools that run during the build, and the unit tests.

dnl ACRE_RUN_FOR_BUILD(COMPILER AND OPTIONS): sets acre_ok to yes if a program made by it runs here.
AC_DEFUN([ACRE_RUN_FOR_BUILD], [
acre_ok=no
cat >conftest.c <<'ACRE_EOF'
#include <stdio.h>
int main(void) { return puts("runs") < 0; }
ACRE_EOF
if ($1 conftest.c -o conftest.exe && ./conftest.exe) >&AS_MESSAGE_LOG_FD 2>&1; then acre_ok=yes; fi
rm -f conftest.c conftest.exe
])

dnl ACRE_PROG_CC_FOR_BUILD: sets CC_FOR_BUILD; CC itself if its programs run here.
AC_DEFUN([ACRE_PROG_CC_FOR_BUILD], [
AC_ARG_VAR([CC_FOR_BUILD], [compiler of programs that run on this machine])
AC_ARG_VAR([CFLAGS_FOR_BUILD], [its options, usually "-O2 -g"])
AC_ARG_VAR([LDFLAGS_FOR_BUILD], [options when it links])
AC_MSG_CHECKING([for a compiler of programs that run here])
AS_IF([test -n "$CC_FOR_BUILD"], [set dummy "$CC_FOR_BUILD"], [set dummy "$CC" gcc cc clang])
shift
acre_tried=
acre_found=
for acre_cc do
  acre_tried="$acre_tried $acre_cc"
  ACRE_RUN_FOR_BUILD([$acre_cc])
  AS_IF([test $acre_ok = yes], [acre_found=$acre_cc; break])
done
AS_IF([test -z "$acre_found"], [
  AC_MSG_RESULT([none])
  acre_packages='Debian packages gcc and libc6-dev'
  AC_MSG_ERROR([no compiler whose programs run here; tried:$acre_tried ($acre_packages); set CC_FOR_BUILD=...])])
CC_FOR_BUILD=$acre_found
AC_MSG_RESULT([$CC_FOR_BUILD])
test -n "$CFLAGS_FOR_BUILD" || CFLAGS_FOR_BUILD='-O2 -g'
AC_SUBST([CC_FOR_BUILD])
AC_SUBST([CFLAGS_FOR_BUILD])
AC_SUBST([LDFLAGS_FOR_BUILD])
])

dnl ACRE_ENABLE_SANITIZERS: --enable-sanitizers builds the unit tests with AddressSanitizer and UBSan.
AC_DEFUN([ACRE_ENABLE_SANITIZERS], [
AC_ARG_ENABLE([sanitizers],
  [AS_HELP_STRING([--enable-sanitizers], [host programs and unit tests run under ASan and UBSan])],
  [], [enable_sanitizers=no])
SANITIZE_CFLAGS=
AS_IF([test "$enable_sanitizers" = yes], [
  SANITIZE_CFLAGS='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
  AC_MSG_CHECKING([whether $CC_FOR_BUILD has the sanitizers])
  ACRE_RUN_FOR_BUILD([$CC_FOR_BUILD $SANITIZE_CFLAGS])
  AC_MSG_RESULT([$acre_ok])
  AS_IF([test $acre_ok = no],
    [AC_MSG_ERROR([$CC_FOR_BUILD has no ASan and UBSan (Debian packages libgcc-12-dev, libclang-rt-14-dev)])])])
AC_SUBST([SANITIZE_CFLAGS])
AC_SUBST([enable_sanitizers])
])
