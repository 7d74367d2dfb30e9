dnl SPDX-License-Identifier: Apache-2.0
dnl What makes the manual of doc/*.md.  The tarball brings it made (doc/made/), so whoever builds that needs none of it;
dnl a checkout without the tools is built and installed without an info file.

dnl After ACRE_FARM_TOOLS, whose list of what is missing it adds to.
AC_DEFUN([ACRE_MANUAL], [
ACRE_FARM_TOOL([PANDOC], [pandoc], [pandoc], [make info, make html])
ACRE_FARM_TOOL([TEXI2ANY], [texi2any makeinfo], [texinfo], [make info])
ACRE_FARM_TOOL([CHROMIUM], [chromium chromium-browser], [chromium], [make pdf; the pages of acre report in t/766])
AM_CONDITIONAL([HAVE_PANDOC], [test -n "$PANDOC"])
AM_CONDITIONAL([MAKES_INFO], [test -n "$PANDOC" && test -n "$TEXI2ANY"])
AM_CONDITIONAL([HAVE_MANUAL], [{ test -n "$PANDOC" && test -n "$TEXI2ANY"; } || test -f "$srcdir/doc/made/acre.info"])
dnl Its line in the list of files of rpm/acre.spec.in.
AS_IF([test -z "$HAVE_MANUAL_TRUE"], [spec_info='%{_infodir}/acre.info*'], [spec_info=])
AC_SUBST([spec_info])
])
