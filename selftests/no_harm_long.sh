#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# As no_harm.sh, with each flood on its own at its full rate.
#
# timeout: 900

. ./lib.sh
. ./no_harm/run.sh
run_no_harm echoes fragments path_mtu
