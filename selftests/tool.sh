#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's commands that succeed and fail: a table that stands beside its
# sources.
#
# timeout: 300

exec ../userspace/tests/cli.sh
