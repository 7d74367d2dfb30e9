dnl SPDX-License-Identifier: Apache-2.0
dnl What `make coverage` needs: a clang that measures MC/DC (18 and later do), and its tools of the same version.

dnl ACRE_COVERAGE_TOOLS: sets COVERAGE_CC, LLVM_PROFDATA and LLVM_COV; all are empty if no version has all three.
AC_DEFUN([ACRE_COVERAGE_TOOLS], [
AC_ARG_VAR([COVERAGE_CC], [clang for make coverage])
AC_ARG_VAR([LLVM_PROFDATA], [llvm-profdata of its version])
AC_ARG_VAR([LLVM_COV], [llvm-cov of its version])
AC_MSG_CHECKING([for a clang that measures MC/DC])
AS_IF([test -z "$COVERAGE_CC"], [
  for acre_v in -19 -20 -21 -22 -18 ""; do
    LLVM_PROFDATA=llvm-profdata$acre_v
    LLVM_COV=llvm-cov$acre_v
    dnl The program that is run writes its counts there: distclean would find a file of the usual name.
    ACRE_RUN_FOR_BUILD([clang$acre_v -fprofile-instr-generate=conftest.profraw -fcoverage-mapping -fcoverage-mcdc])
    rm -f conftest.profraw
    AS_IF([test $acre_ok = yes && { $LLVM_PROFDATA show --help && $LLVM_COV show --help; } >/dev/null 2>&1],
      [COVERAGE_CC=clang$acre_v; break])
  done
  AS_IF([test -z "$COVERAGE_CC"], [LLVM_PROFDATA= LLVM_COV=])])
AC_MSG_RESULT([${COVERAGE_CC:-none}])
AS_IF([test -z "$COVERAGE_CC"], [acre_missing="$acre_missing
  clang-19 and its tools (Debian packages clang-19 llvm-19 libclang-rt-19-dev): make coverage"])
])
