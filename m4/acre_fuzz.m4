dnl SPDX-License-Identifier: Apache-2.0
dnl What the fuzzers need.  Nothing of it is needed by the build or by make check, which only replays the corpora.

dnl ACRE_FUZZ_TRY(VARIABLE, CANDIDATES, OPTIONS): sets VARIABLE to the first of CANDIDATES, or of its own
dnl words, that makes a program with OPTIONS.
AC_DEFUN([ACRE_FUZZ_TRY], [
cat >conftest.c <<'ACRE_EOF'
#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data && size > 99; }
ACRE_EOF
acre_found=
for acre_cc in ${$1:-$2}; do
  AS_IF([$acre_cc $3 conftest.c -o conftest.exe >&AS_MESSAGE_LOG_FD 2>&1], [acre_found=$acre_cc; break])
done
$1=$acre_found
rm -f conftest.c conftest.exe
])

dnl ACRE_FUZZ: sets FUZZ_CLANG, FUZZ_AFL_CC, FUZZ_TCL_CFLAGS and FUZZ_TCL_LIBS, each "" for what is not there; FUZZ_TCL
dnl is yes if programs that embed Tcl can be made.
AC_DEFUN([ACRE_FUZZ], [
AC_MSG_CHECKING([for a clang with libFuzzer])
ACRE_FUZZ_TRY([FUZZ_CLANG], [clang clang-19 clang-18 clang-17 clang-16 clang-15 clang-14],
  [-fsanitize=fuzzer,address,undefined])
AC_MSG_RESULT([${FUZZ_CLANG:-no}])
AC_MSG_CHECKING([for AFL++])
ACRE_FUZZ_TRY([FUZZ_AFL_CC], [afl-clang-fast], [-c])
AC_MSG_RESULT([${FUZZ_AFL_CC:-no}])

AC_MSG_CHECKING([for the library of Tcl])
FUZZ_TCL=no
acre_tcl=`AS_ECHO(["puts @<:@::tcl::pkgconfig get includedir,install@:>@"]) | ${TCLSH:-false} 2>/dev/null`
FUZZ_TCL_CFLAGS=${acre_tcl:+-I$acre_tcl}
FUZZ_TCL_LIBS=-ltcl`AS_ECHO(["puts @S|@tcl_version"]) | ${TCLSH:-false} 2>/dev/null`
cat >conftest.c <<'ACRE_EOF'
#include <tcl.h>
int main(void) { return Tcl_CreateInterp() == NULL; }
ACRE_EOF
AS_IF([test -n "$acre_tcl" && $CC_FOR_BUILD $FUZZ_TCL_CFLAGS conftest.c -o conftest.exe $FUZZ_TCL_LIBS \
  >&AS_MESSAGE_LOG_FD 2>&1], [FUZZ_TCL=yes])
rm -f conftest.c conftest.exe
AC_MSG_RESULT([$FUZZ_TCL])
AC_SUBST([FUZZ_CLANG])
AC_SUBST([FUZZ_AFL_CC])
AC_SUBST([FUZZ_TCL_CFLAGS])
AC_SUBST([FUZZ_TCL_LIBS])
AM_CONDITIONAL([FUZZ_TCL], [test $FUZZ_TCL = yes])

ACRE_FUZZ_MISSING([test -z "$FUZZ_CLANG"], [clang with libFuzzer], [clang], [make fuzz])
ACRE_FUZZ_MISSING([test -z "$FUZZ_AFL_CC"], [afl-clang-fast], [afl++], [make fuzz-afl])
ACRE_FUZZ_MISSING([test $FUZZ_TCL = no], [tcl.h], [tcl-dev], [fuzzing the map importer])
])

dnl ACRE_FUZZ_MISSING(CONDITION, WHAT, DEBIAN PACKAGE, WHAT NEEDS IT)
AC_DEFUN([ACRE_FUZZ_MISSING], [
AS_IF([$1], [acre_missing="$acre_missing
  $2 (Debian package $3): $4"])
])
