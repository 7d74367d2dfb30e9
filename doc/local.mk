# SPDX-License-Identifier: Apache-2.0
# What is made of other files and stands in the sources: the tables of doc/memory-map.md, of the layout headers; the
# pictures, of those and of doc/boot.md.
.PHONY: update-doc
update-doc: gen/memory-map.md gen/layout.tcl
	cd $(top_srcdir)/doc && awk -v tables='$(abs_top_builddir)/gen/memory-map.md' ' \
	  /layout-gen: end/ { hold = 0 } !hold { print } \
	  /layout-gen: begin/ { hold = 1; while ((getline line <tables) > 0) print line; print "" }' memory-map.md \
	  >memory-map.md.new && mv -f memory-map.md.new memory-map.md
	$(top_srcdir)/tools/pictures $(top_srcdir) gen/layout.tcl $(top_srcdir)/doc/pictures

# Man pages, of the help texts.
help_TEXTS = $(wildcard $(top_srcdir)/doc/help/*.txt)
# A command is its name's text; the format of a file is NAME-format's, and acre-NAME(5).
help_FORMATS = $(patsubst %-format.txt,%,$(filter %-format.txt,$(notdir $(help_TEXTS))))
help_COMMANDS = $(filter-out acre %-format,$(basename $(notdir $(help_TEXTS))))
man1_MANS = doc/man/acre.1 $(help_COMMANDS:%=doc/man/acre-%.1)
man5_MANS = $(help_FORMATS:%=doc/man/acre-%.5)
CLEANFILES += $(man1_MANS) $(man5_MANS)

help_to_man = $(AM_V_GEN)$(MKDIR_P) doc/man && AWK='$(AWK)' $(SHELL) $(top_srcdir)/tools/help-to-man
man_deps = $(top_srcdir)/tools/help-to-man Makefile

doc/man/acre-%.1: $(top_srcdir)/doc/help/%.txt $(man_deps)
	$(help_to_man) acre-$* 1 $(PACKAGE_VERSION) $< >$@.new && mv -f $@.new $@
doc/man/acre.1: $(help_TEXTS) $(man_deps)
	$(help_to_man) acre 1 $(PACKAGE_VERSION) $(top_srcdir)/doc/help/acre.txt >$@.new && \
	  $(SHELL) $(top_srcdir)/tools/help-to-man --commands $(help_TEXTS) >>$@.new && mv -f $@.new $@
doc/man/acre-%.5: $(top_srcdir)/doc/help/%-format.txt $(man_deps)
	$(help_to_man) acre-$* 5 $(PACKAGE_VERSION) $< >$@.new && mv -f $@.new $@

# Completion, of the same texts.
bashcompdir = $(datadir)/bash-completion/completions
zshcompdir = $(datadir)/zsh/site-functions
bashcomp_DATA = doc/completion/acre
zshcomp_DATA = doc/completion/_acre
CLEANFILES += doc/completion/acre doc/completion/_acre doc/completion/rows

doc/completion/rows: $(help_TEXTS) $(top_srcdir)/tools/help-table
	$(AM_V_GEN)$(MKDIR_P) doc/completion && AWK='$(AWK)' $(SHELL) $(top_srcdir)/tools/help-table $(help_TEXTS) \
	  >$@.new && mv -f $@.new $@
completion = $(AM_V_GEN)sed -e '/^@rows@$$/{r doc/completion/rows' -e 'd;}' -e 's|@pkgdatadir[@]|$(pkgdatadir)|'
doc/completion/acre: $(top_srcdir)/doc/completion/acre.bash.in doc/completion/rows Makefile
	$(completion) $< >$@.new && mv -f $@.new $@
doc/completion/_acre: $(top_srcdir)/doc/completion/acre.zsh.in doc/completion/rows Makefile
	$(completion) $< >$@.new && mv -f $@.new $@

# The manual, of all chapters that doc/manual.md names: info, one page of HTML, and that page as PDF.  The tarball has
# the first two made, in doc/made/: nobody who has it needs pandoc or texinfo; who has them makes the manual anew.
manual_deps = $(wildcard $(top_srcdir)/*.md $(top_srcdir)/doc/*.md $(top_srcdir)/doc/pictures/*) $(help_TEXTS) \
	$(top_srcdir)/tools/manual $(top_srcdir)/tools/manual.lua $(top_srcdir)/tools/manual.css Makefile
manual_make = $(AM_V_GEN)$(MKDIR_P) doc && PANDOC='$(PANDOC)' $(SHELL) $(top_srcdir)/tools/manual
manual_made = $(AM_V_GEN)$(MKDIR_P) doc && { test -f $(top_srcdir)/doc/made/$(@F) || { echo \
	'acre: $(@F) needs Debian packages pandoc and texinfo; install them and run configure again' >&2; exit 2; }; } && \
	cp $(top_srcdir)/doc/made/$(@F) $@
CLEANFILES += doc/acre.texi doc/acre.info doc/acre.html doc/acre.pdf

if HAVE_PANDOC
doc/acre.html: $(manual_deps)
	$(manual_make) html $(top_srcdir) $(PACKAGE_VERSION) >$@.new && mv -f $@.new $@
else
doc/acre.html:
	$(manual_made)
endif
if MAKES_INFO
doc/acre.texi: $(manual_deps)
	$(manual_make) texi $(top_srcdir) $(PACKAGE_VERSION) >$@.new && mv -f $@.new $@
doc/acre.info: doc/acre.texi
	$(AM_V_GEN)$(MKDIR_P) doc/info.new && LC_ALL=C.UTF-8 $(TEXI2ANY) --info --no-split --fill-column=78 \
	  -o doc/info.new/$(@F) doc/acre.texi && mv -f doc/info.new/$(@F) $@ && rmdir doc/info.new
else
doc/acre.info:
	$(manual_made)
endif
# The browser that the tests of acre report have is the lightest way: TeX is 200 MB, weasyprint wants 40 packages.
doc/acre.pdf: doc/acre.html
	@test -n '$(CHROMIUM)' || { \
	  echo 'acre: make pdf needs Debian package chromium; install it and run configure again' >&2; exit 2; }
	$(AM_V_GEN)home=`mktemp -d` && HOME=$$home '$(CHROMIUM)' --headless --no-sandbox --disable-gpu \
	  --no-pdf-header-footer --generate-pdf-document-outline --print-to-pdf="$(abs_builddir)/$@.new" \
	  "file://$(abs_builddir)/doc/acre.html" >$@.said 2>&1; status=$$?; rm -rf "$$home"; \
	  test $$status = 0 && test -s $@.new || { cat $@.said >&2; exit 1; }; rm -f $@.said; mv -f $@.new $@

.PHONY: install-info-dir
info-local: doc/acre.info
html-local: doc/acre.html
pdf-local: doc/acre.pdf
install-html-local: doc/acre.html
	$(MKDIR_P) "$(DESTDIR)$(htmldir)" && $(INSTALL_DATA) doc/acre.html "$(DESTDIR)$(htmldir)"
install-pdf-local: doc/acre.pdf
	$(MKDIR_P) "$(DESTDIR)$(pdfdir)" && $(INSTALL_DATA) doc/acre.pdf "$(DESTDIR)$(pdfdir)"
if HAVE_MANUAL
manualdir = $(infodir)
manual_DATA = doc/acre.info
manual_DIST = doc/acre.info doc/acre.html
install-info-local: install-manualDATA install-info-dir
# The list of all manuals, as automake's own rules treat it.
info_dir = test "$${AM_UPDATE_INFO_DIR-yes}" != no && install-info --version >/dev/null 2>&1
install-info-dir: install-manualDATA
	@if $(info_dir); then install-info --info-dir="$(DESTDIR)$(infodir)" "$(DESTDIR)$(infodir)/acre.info" || :; fi
install-data-hook: install-info-dir
uninstall-info-dir: doc/acre.info
	@if $(info_dir); then install-info --info-dir="$(DESTDIR)$(infodir)" --remove doc/acre.info || :; fi
else
install-info-local: doc/acre.info
uninstall-info-dir:
endif
.PHONY: uninstall-info-dir
