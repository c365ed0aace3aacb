#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tool's commands that succeed and fail: a table that stands beside its
# sources.
#
# timeout: 300
# processors: 1

# beside this where it is installed
[[ -e ../userspace/tests/cli.sh ]] || exec ./cli.sh
exec ../userspace/tests/cli.sh
