# SPDX-License-Identifier: Apache-2.0
# The service that runs the farm every night, and its configuration.
#
# Everything goes below the prefix: units where systemd looks if that is /usr or /usr/local, or where
# --with-systemdsystemunitdir says, which a package knows from "pkg-config --variable=systemdsystemunitdir systemd".  A
# configuration that is there is a person's own: it is neither overwritten nor, if it was changed, removed.

if SYSTEMD_UNITS
systemunitdir = $(systemdsystemunitdir)
systemunit_DATA = farm/nightly/acre-nightly.service farm/nightly/acre-nightly.timer
sysusersdir = $(prefix)/lib/sysusers.d
endif
CLEANFILES += farm/nightly/acre-nightly.service

nightly_conf = $(top_srcdir)/farm/nightly/nightly.conf
nightly_conf_to = $(DESTDIR)$(sysconfdir)/acre/nightly.conf

farm/nightly/acre-nightly.service: $(top_srcdir)/farm/nightly/acre-nightly.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) farm/nightly && sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
	  $(top_srcdir)/farm/nightly/acre-nightly.service.in >$@.new && mv -f $@.new $@

.PHONY: install-nightly uninstall-nightly
install-nightly:
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)/acre"
	test -f "$(nightly_conf_to)" || $(INSTALL_DATA) $(nightly_conf) "$(nightly_conf_to)"
if SYSTEMD_UNITS
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)"
	$(INSTALL_DATA) $(top_srcdir)/farm/nightly/sysusers.conf "$(DESTDIR)$(sysusersdir)/acre-nightly.conf"
endif

uninstall-nightly:
	if cmp -s $(nightly_conf) "$(nightly_conf_to)"; then rm -f "$(nightly_conf_to)"; fi
	rmdir "$(DESTDIR)$(sysconfdir)/acre" 2>/dev/null || :
if SYSTEMD_UNITS
	rm -f "$(DESTDIR)$(sysusersdir)/acre-nightly.conf"
endif
