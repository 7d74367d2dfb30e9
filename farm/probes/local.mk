# SPDX-License-Identifier: Apache-2.0
# The six boot sectors that show what the farm makes of each way in which a guest can end (doc/drivers.md).
probe_BINS = farm/probes/ok.bin farm/probes/triple.bin farm/probes/reset.bin farm/probes/halt.bin farm/probes/spin.bin \
	farm/probes/torn.bin
pkgdata_DATA += $(probe_BINS)
