dnl SPDX-License-Identifier: Apache-2.0
dnl ACRE_PROG_NASM(MINIMUM): sets NASM; refuses an older one, naming both versions.
AC_DEFUN([ACRE_PROG_NASM], [
AC_ARG_VAR([NASM], [the Netwide Assembler, version $1 or later])
AC_CHECK_PROGS([NASM], [nasm])
AS_IF([test -z "$NASM"], [AC_MSG_ERROR([NASM is needed (Debian package nasm)])])
AC_MSG_CHECKING([the version of $NASM])
acre_nasm_version=`$NASM -v 2>/dev/null | sed -n 's/^NASM version \(@<:@0-9.@:>@*\).*/\1/p'`
AC_MSG_RESULT([${acre_nasm_version:-unknown}])
AS_IF([test -z "$acre_nasm_version"], [AC_MSG_ERROR([$NASM does not say its version as NASM does; set NASM=...])])
AS_VERSION_COMPARE([$acre_nasm_version], [$1],
  [AC_MSG_ERROR([$NASM is version $acre_nasm_version; $1 or later is needed (Debian package nasm)])])
AC_SUBST([NASM])
])
