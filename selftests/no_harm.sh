#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What people and hosts use ICMP for, and what can't do without it, goes on as if
# there were no guard: in peace, and under a flood of everything at once. See
# no_harm/run.sh; no_harm_long.sh has the floods one by one.
#
# timeout: 600

. ./lib.sh
. ./no_harm/run.sh
run_no_harm "echoes fragments path_mtu"
