dnl SPDX-License-Identifier: Apache-2.0
dnl ACRE_GNU_MAKE: the Makefile uses pattern rules and functions of GNU make; say so now rather than fail strangely
dnl later.
AC_DEFUN([ACRE_GNU_MAKE], [
AC_CACHE_CHECK([whether ${MAKE-make} is GNU make], [acre_cv_gnu_make], [
  acre_cv_gnu_make=no
  AS_CASE([`${MAKE-make} --version 2>/dev/null`], [*"GNU Make"*], [acre_cv_gnu_make=yes])
])
AS_IF([test "$acre_cv_gnu_make" = no],
  [AC_MSG_ERROR([GNU make is needed (Debian package make); name it with MAKE=gmake])])
])
