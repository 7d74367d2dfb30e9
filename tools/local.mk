# SPDX-License-Identifier: Apache-2.0
# The acre command.  One script serves both places; beside it in a build tree stands acre-tree.tcl, which is not
# installed.

bin_SCRIPTS += acre
pkgdata_DATA += gen/version
acre_BUILT += acre-tree.tcl
CLEANFILES += acre acre-tree.tcl

acre: $(top_srcdir)/tools/acre.in Makefile
	$(AM_V_GEN)sed -e 's|@pkgdatadir[@]|$(pkgdatadir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	  $(top_srcdir)/tools/acre.in >$@.new && \
	  chmod 755 $@.new && mv -f $@.new $@

acre-tree.tcl: Makefile
	$(AM_V_GEN)printf 'set source {%s}\nset build {%s}\n' '$(abs_top_srcdir)' '$(abs_top_builddir)' >$@

gen/version: Makefile
	$(AM_V_GEN)$(MKDIR_P) gen && echo '$(PACKAGE_VERSION)' >$@

# Puts stage1, stage2 and the kernel into one image; runs on the machine that builds.
tools/mkimage: tools/mkimage.host.o $(runtime_host_A)
	$(HOST_LINK)
CLEANFILES += tools/mkimage
acre_DEPS += tools/mkimage.host.o

# Proofs (doc/verify.md); needs frama-c-base, why3, z3 and cvc4, and nothing that is built.
.PHONY: prove
prove:
	$(SHELL) $(top_srcdir)/tools/prove --work prove
