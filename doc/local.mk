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
