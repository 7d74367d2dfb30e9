# SPDX-License-Identifier: Apache-2.0

include farm/fakebios/local.mk
include farm/probes/local.mk
include farm/program/local.mk
include farm/nightly/local.mk
