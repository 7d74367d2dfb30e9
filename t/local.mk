# SPDX-License-Identifier: Apache-2.0
# The tests, by family (first digit); HACKING.md says how to add one.  Unit tests come from unit_TESTS: t/1NN-name.t is
# made from t/unit/1NN-name.c.  t/015 is red when a test is in no list.

unit_TESTS += \
	t/100-bytes.t \
	t/101-sum.t \
	t/102-fmt.t \
	t/103-range.t \
	t/104-region-build.t \
	t/105-region-alloc.t \
	t/106-region-files.t \
	t/107-bits.t \
	t/110-region-random.t \
	t/112-heap-head.t \
	t/113-tag.t \
	t/120-idheap.t \
	t/121-idheap-nodes.t \
	t/122-idheap-open.t \
	t/124-idheap-view.t \
	t/126-idheap-books.t \
	t/127-idheap-corners.t \
	t/130-idheap-random.t \
	t/131-idheap-import.t \
	t/132-import-corners.t \
	t/140-pagetable.t \
	t/141-pagetable-random.t \
	t/150-keytree.t \
	t/151-objcache.t \
	t/152-general.t \
	t/153-debugheap.t \
	t/154-wrappers.t \
	t/155-host-pages.t \
	t/157-heaps-corners.t \
	t/158-heaps-random.t \
	t/160-values.t \
	t/161-containers.t \
	t/162-value-text.t \
	t/163-values-failing.t \
	t/164-values-random.t \
	t/165-tagged-host.t \
	t/166-kernel-seam.t \
	t/167-sha256.t \
	t/168-store.t \
	t/169-store-server.t \
	t/170-elf.t \
	t/171-aslr.t \
	t/172-elfuser.t \
	t/173-script.t \
	t/174-userstack.t \
	t/175-chacha.t \
	t/176-runfile.t \
	t/177-store-random.t \
	t/178-store-frames.t \
	t/179-store-tables.t \
	t/180-files-random.t \
	t/181-newc.t \
	t/182-line.t \
	t/183-descriptors-random.t \
	t/184-files-full.t \
	t/185-areas.t \
	t/186-descriptors.t \
	t/187-space-random.t \
	t/188-space-linux.t

TESTS += \
	t/015-dist-complete.t \
	t/020-include-direction.t \
	t/030-style.t \
	t/040-layout-agree.t \
	t/041-memory-map.t \
	t/042-checks-leave.t \
	t/046-prove-gate.t \
	t/050-shell-lint.t \
	t/060-install.t \
	t/065-completion.t \
	t/070-acre-usage.t \
	t/071-links.t \
	t/072-manual.t \
	t/074-pictures.t \
	t/115-runtime-freestanding.t \
	t/190-coverage.t \
	t/191-coverage-tool.t \
	t/192-store-host.t \
	t/195-gdb-host.t \
	t/200-interval.t \
	t/201-map-parse.t \
	t/202-map-files.t \
	t/203-map-cut.t \
	t/210-oracle-rules.t \
	t/211-oracle-zoo.t \
	t/212-oracle-random.t \
	t/213-oracle-quirks.t \
	t/220-map-import.t \
	t/221-map-draw.t \
	t/222-map-words.t \
	t/223-map-command.t \
	t/224-ledger-map.t \
	t/225-ledger-draw.t \
	t/226-map-capture.t \
	t/227-map-diff.t \
	t/228-random-maps.t \
	t/300-rom.t \
	t/305-fakebios-maps.t \
	t/310-fakebios-quirks.t \
	t/320-fakebios-fill.t \
	t/400-patterns.t \
	t/405-tap-parse.t \
	t/410-verdict.t \
	t/420-machine.t \
	t/425-backed.t \
	t/430-probes-qemu.t \
	t/431-probes-bochs.t \
	t/435-audit.t \
	t/440-driver-ends.t \
	t/450-machines.t \
	t/460-boot-command.t \
	t/470-console.t \
	t/475-screen.t \
	t/500-boots.t \
	t/510-panics.t \
	t/512-heap-panics.t \
	t/514-checks-leave.t \
	t/516-failing.t \
	t/520-damage.t \
	t/522-unreadable.t \
	t/525-archive-damage.t \
	t/530-devices.t \
	t/540-cpus.t \
	t/550-gdb-kernel.t \
	t/555-gdb-program.t \
	t/560-meta-read.t \
	t/561-meta-write.t \
	t/562-meta-garbage.t \
	t/563-meta-panic.t \
	t/564-store-program.t \
	t/565-store-flood.t \
	t/566-store-set.t \
	t/567-store-life.t \
	t/568-dump-ends.t \
	t/600-pagewalk.t \
	t/601-audit.t \
	t/602-compare.t \
	t/603-plan.t \
	t/604-cover.t \
	t/605-matrix.t \
	t/606-changed.t \
	t/610-runner.t \
	t/611-caseprocess.t \
	t/613-random-farm.t \
	t/615-profiles.t \
	t/616-failures.t \
	t/617-replay.t \
	t/619-bisect.t \
	t/620-interrupt.t \
	t/634-slurm.t \
	t/650-real-programs.t \
	t/670-hostile.t \
	t/675-callfuzz.t \
	t/700-bad-input.t \
	t/710-bad-guests.t \
	t/711-archive.t \
	t/712-elfdeps.t \
	t/713-image-program.t \
	t/714-run.t \
	t/720-exec.t \
	t/725-memory.t \
	t/726-one-mib.t \
	t/730-threads.t \
	t/735-calls.t \
	t/740-meta-port.t \
	t/741-ctl.t \
	t/742-bad-peers.t \
	t/743-top.t \
	t/745-dump-model.t \
	t/746-dump-store.t \
	t/747-dump-gdb.t \
	t/744-live-store.t \
	t/750-shrink.t \
	t/754-map-tools.t \
	t/760-report-text.t \
	t/762-junit.t \
	t/764-html.t \
	t/766-browser.t \
	t/780-nightly.t \
	t/784-nightly-units.t \
	t/800-broken.t

# Those below t/900 that are in TESTS, too, take samples there and all here (tap::whole).
slow_TESTS += \
	t/010-reproducible.t \
	t/073-walk.t \
	t/520-damage.t \
	t/522-unreadable.t \
	t/525-archive-damage.t \
	t/530-devices.t \
	t/618-replay-gdb.t \
	t/630-shards.t \
	t/632-engine.t \
	t/650-real-programs.t \
	t/655-stress-ng.t \
	t/670-hostile.t \
	t/750-shrink.t \
	t/782-nightly-ends.t \
	t/786-nightly-farm.t \
	t/800-broken.t \
	t/900-tarball.t \
	t/905-distcheck.t \
	t/910-debian.t \
	t/920-rpm.t \
	t/930-cross.t \
	t/945-allocations.t \
	t/950-foreign.t

# Boot sectors of ours for t/5xx, t/710 and t/bench.
acre_BUILT += t/boots/chain.bin t/boots/console.bin t/boots/port2.bin t/boots/rdtsc.bin t/boots/talk.bin

# A program with tagged values, for t/195 to look at in gdb.
check_DATA += t/gdb/values.elf
CLEANFILES += t/gdb/values.elf
acre_DEPS += t/gdb/values.host.o
t/gdb/values.elf: t/gdb/values.host.o $(runtime_host_A)
	$(HOST_LINK)

# The store's server on standard input and output, for tests of its clients.
check_DATA += t/unit/storehost
CLEANFILES += t/unit/storehost
acre_DEPS += t/unit/storehost.host.o
t/unit/storehost: t/unit/storehost.host.o $(runtime_host_A)
	$(HOST_LINK)
