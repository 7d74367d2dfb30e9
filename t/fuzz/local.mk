# SPDX-License-Identifier: Apache-2.0
#
# The fuzzers (doc/fuzzing.md).  Each t/fuzz/NAME.c is one harness, and makes three programs of itself, driver.c and the
# portable code:
#   fuzz/NAME-replay   by CC_FOR_BUILD, as the unit tests: t/180 replays t/fuzz/corpus/NAME with it
#   fuzz/NAME-fuzz     by clang for libFuzzer: make fuzz [FUZZ=NAME...] [FUZZ_SECONDS=N]
#   fuzz/NAME-afl      by afl-clang-fast: make fuzz-afl [FUZZ=NAME...]
# make fuzz has one more, calls: random system calls in a guest, t/callfuzz.sh.
# make fuzz-merge FUZZ=NAME makes a small corpus of the old one and what was found.

fuzz_NAMES = elf general idheap newc region store value
if FUZZ_TCL
fuzz_NAMES += import
endif

fuzz_COMMON = t/fuzz/driver
fuzz_sources = $(fuzz_NAMES:%=t/fuzz/%) $(fuzz_COMMON)
TESTS += t/180-fuzz-corpora.t
check_DATA += $(fuzz_NAMES:%=fuzz/%-replay)
acre_DEPS += $(foreach kind,host fuzz afl,$(fuzz_sources:%=%.$(kind).o) $(runtime_host_OBJS:.host.o=.$(kind).o))

FUZZ = $(fuzz_NAMES) calls
FUZZ_SECONDS = 60

FUZZ_CFLAGS = -std=gnu11 -O2 -g -fno-omit-frame-pointer -DACRE_HOST=1 $(c_includes) \
	-I$(top_srcdir)/src/host -I$(top_srcdir)/t $(version_define) $(FUZZ_TCL_CFLAGS)
# The product is watched; the harness, whose models count every frame and id, need only be fast.
FUZZ_LIBFUZZER = $(FUZZ_CLANG) $(FUZZ_CFLAGS) -DFUZZ_LIBFUZZER=1
FUZZ_AFL = $(FUZZ_AFL_CC) $(FUZZ_CFLAGS) -DFUZZ_AFL=1
FUZZ_WATCHED = -fsanitize=address,undefined -fno-sanitize-recover=all

AM_V_FUZZ = $(am__v_FUZZ_@AM_V@)
am__v_FUZZ_ = $(am__v_FUZZ_@AM_DEFAULT_V@)
am__v_FUZZ_0 = @echo "  CC fuzz  " $@;
AM_V_FUZZLD = $(am__v_FUZZLD_@AM_V@)
am__v_FUZZLD_ = $(am__v_FUZZLD_@AM_DEFAULT_V@)
am__v_FUZZLD_0 = @echo "  LD fuzz  " $@;

# Only the harness that embeds Tcl sees its header.
t/fuzz/import.host.o: t/fuzz/import.c host.flags | $(gen_FILES)
	$(AM_V_HOST)$(MKDIR_P) $(@D) && $(HOST_CC) $(FUZZ_TCL_CFLAGS) $(compile_deps) -c -o $@ $<
fuzz/import-replay: HOST_LIBS = $(FUZZ_TCL_LIBS)
fuzz/import-fuzz fuzz/import-afl: FUZZ_LIBS = $(FUZZ_TCL_LIBS)
FUZZ_LIBS =

fuzz/%-replay: t/fuzz/%.host.o t/fuzz/driver.host.o $(runtime_host_A)
	$(HOST_LINK)

fuzz.flags: FORCE
	$(call flags_file,$(call shell_quote,$(FUZZ_LIBFUZZER)))
afl.flags: FORCE
	$(call flags_file,$(call shell_quote,$(FUZZ_AFL)))
%.fuzz.o: %.c fuzz.flags | $(gen_FILES)
	$(AM_V_FUZZ)$(MKDIR_P) $(@D) && $(FUZZ_LIBFUZZER) $(FUZZ_WATCHED) -fsanitize=fuzzer-no-link \
	  $(compile_deps) -c -o $@ $<
t/fuzz/%.fuzz.o: t/fuzz/%.c fuzz.flags | $(gen_FILES)
	$(AM_V_FUZZ)$(MKDIR_P) $(@D) && $(FUZZ_LIBFUZZER) $(compile_deps) -c -o $@ $<
%.afl.o: %.c afl.flags | $(gen_FILES)
	$(AM_V_FUZZ)$(MKDIR_P) $(@D) && AFL_QUIET=1 $(FUZZ_AFL) $(FUZZ_WATCHED) $(compile_deps) -c -o $@ $<
t/fuzz/%.afl.o: t/fuzz/%.c afl.flags | $(gen_FILES)
	$(AM_V_FUZZ)$(MKDIR_P) $(@D) && AFL_QUIET=1 $(FUZZ_AFL) $(compile_deps) -c -o $@ $<
libruntime-fuzz.a: $(runtime_host_OBJS:.host.o=.fuzz.o)
	$(AM_V_GEN)rm -f $@ && $(AR_FOR_BUILD) cr $@ $^
libruntime-afl.a: $(runtime_host_OBJS:.host.o=.afl.o)
	$(AM_V_GEN)rm -f $@ && $(AR_FOR_BUILD) cr $@ $^
fuzz/%-fuzz: t/fuzz/%.fuzz.o t/fuzz/driver.fuzz.o libruntime-fuzz.a
	$(AM_V_FUZZLD)$(MKDIR_P) $(@D) && $(FUZZ_CLANG) -fsanitize=fuzzer,address,undefined -o $@ \
	  $(filter %.o %.a,$^) $(FUZZ_LIBS)
fuzz/%-afl: t/fuzz/%.afl.o t/fuzz/driver.afl.o libruntime-afl.a
	$(AM_V_FUZZLD)$(MKDIR_P) $(@D) && AFL_QUIET=1 $(FUZZ_AFL_CC) -fsanitize=address,undefined -o $@ \
	  $(filter %.o %.a,$^) $(FUZZ_LIBS)
.PRECIOUS: %.fuzz.o %.afl.o t/fuzz/%.fuzz.o t/fuzz/%.afl.o t/fuzz/%.host.o

fuzz_run = MAKE='$(MAKE)' CC_FOR_BUILD='$(CC_FOR_BUILD)' \
	FUZZ_CLANG='$(FUZZ_CLANG)' FUZZ_AFL_CC='$(FUZZ_AFL_CC)' FUZZ_SECONDS='$(FUZZ_SECONDS)' \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' $(SHELL) $(top_srcdir)/t/fuzz/run
.PHONY: fuzz fuzz-afl fuzz-merge
fuzz: $(gen_FILES) acre-tree.tcl
	@$(fuzz_run) libfuzzer $(FUZZ)
fuzz-afl: $(gen_FILES) acre-tree.tcl
	@$(fuzz_run) afl $(filter-out calls,$(FUZZ))
fuzz-merge: $(gen_FILES) acre-tree.tcl
	@$(fuzz_run) merge $(filter-out calls,$(FUZZ))

fuzz-clean:
	-rm -rf fuzz libruntime-fuzz.a libruntime-afl.a
clean-local: fuzz-clean
.PHONY: fuzz-clean
