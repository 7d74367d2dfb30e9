dnl SPDX-License-Identifier: Apache-2.0
dnl Where units of systemd go.  Nothing of systemd is needed to build or to install them.

dnl ACRE_SYSTEMD: systemdsystemunitdir, below the prefix unless it is said; SYSTEMD_UNITS is false for "no".
AC_DEFUN([ACRE_SYSTEMD], [
AC_ARG_WITH([systemdsystemunitdir],
  [AS_HELP_STRING([--with-systemdsystemunitdir=DIR], [units of systemd (PREFIX/lib/systemd/system); "no" for none])],
  [], [with_systemdsystemunitdir=yes])
AS_CASE([$with_systemdsystemunitdir],
  [yes], [systemdsystemunitdir='${prefix}/lib/systemd/system'],
  [no], [systemdsystemunitdir=],
  [/*|'${'*], [systemdsystemunitdir=$with_systemdsystemunitdir],
  [AC_MSG_ERROR([--with-systemdsystemunitdir=$with_systemdsystemunitdir: name a whole path])])
AC_SUBST([systemdsystemunitdir])
AM_CONDITIONAL([SYSTEMD_UNITS], [test "x$with_systemdsystemunitdir" != xno])
])
