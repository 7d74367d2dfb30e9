dnl SPDX-License-Identifier: Apache-2.0
dnl What the farm and the tests use when they run.  The build needs none of it, so nothing here is an error: what is
dnl missing is listed at the end of configure with the Debian package that has it, and the tests that need it skip.

dnl ACRE_FARM_TOOL(VARIABLE, PROGRAMS, DEBIAN PACKAGE, WHAT NEEDS IT)
AC_DEFUN([ACRE_FARM_TOOL], [
AC_CHECK_PROGS([$1], [$2])
AS_IF([test -z "$$1"], [acre_missing="$acre_missing
  m4_bpatsubst([$2], [ .*]) (Debian package $3): $4"])
])

dnl ACRE_FARM_TCL(TCL PACKAGE, DEBIAN PACKAGE, WHAT NEEDS IT); after TCLSH is known
AC_DEFUN([ACRE_FARM_TCL], [
AC_MSG_CHECKING([for Tcl package $1])
acre_ok=`AS_ECHO(["if {@<:@catch {package require $1}@:>@} {puts no} {puts yes}"]) | ${TCLSH:-false} 2>/dev/null`
AC_MSG_RESULT([${acre_ok:=no}])
AS_IF([test "$acre_ok" = no], [acre_missing="$acre_missing
  Tcl package $1 (Debian package $2): $3"])
])

dnl ACRE_FARM_LIBRARY(FILE, DEBIAN PACKAGE, WHAT NEEDS IT); after CC_FOR_BUILD is known
AC_DEFUN([ACRE_FARM_LIBRARY], [
AC_MSG_CHECKING([for $1])
AS_IF([test "`$CC_FOR_BUILD -print-file-name=$1`" = $1], [AC_MSG_RESULT([no])
acre_missing="$acre_missing
  $1 (Debian package $2): $3"], [AC_MSG_RESULT([yes])])
])

AC_DEFUN([ACRE_FARM_TOOLS], [
acre_missing=
ACRE_FARM_TOOL([TCLSH], [tclsh tclsh8.6], [tcl], [the acre command and the farm])
ACRE_FARM_TCL([Expect], [tcl-expect], [driving the emulators])
ACRE_FARM_TCL([json], [tcllib], [acre ctl, acre top])
ACRE_FARM_TOOL([SOCAT], [socat], [socat], [acre ctl, acre top, acre boot --meta under Bochs])
ACRE_FARM_TOOL([QEMU], [qemu-system-x86_64], [qemu-system-x86], [boots under QEMU])
ACRE_FARM_TOOL([BOCHS], [bochs], [bochs], [boots under Bochs])
ACRE_FARM_TOOL([SQLITE3], [sqlite3], [sqlite3], [acre nightly, acre history])
ACRE_FARM_TOOL([GIT], [git], [git], [acre nightly, to build a revision])
ACRE_FARM_TOOL([VALGRIND], [valgrind], [valgrind], [make bench, the host's figures])
ACRE_FARM_LIBRARY([libjemalloc.so], [libjemalloc-dev], [make bench, a peer of the general heap])
ACRE_FARM_LIBRARY([libmimalloc.so], [libmimalloc-dev], [make bench, a peer of the general heap])
])

dnl ACRE_REPORT: the last words of configure.
AC_DEFUN([ACRE_REPORT], [
AC_MSG_NOTICE([acre $PACKAGE_VERSION: guest by $CC, $LD, $NASM $acre_nasm_version; host programs by $CC_FOR_BUILD;dnl
 werror $enable_werror, sanitizers $enable_sanitizers])
AS_IF([test -n "$acre_missing"],
  [AC_MSG_NOTICE([not found; the build does without, the tests that need them skip:$acre_missing])])
])
