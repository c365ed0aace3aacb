#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands that README.md, the manual and `icmpguard help` show.
#
# timeout: 200
# processors: 1

exec ./documented.py inside
