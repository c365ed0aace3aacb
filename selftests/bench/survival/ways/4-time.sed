# SPDX-License-Identifier: GPL-2.0-only
# only 0.9 to 1.1 s counts: a ping keeps time
s/gap < ICMPG_CANDIDATE_QUIETER/(gap < 14 || gap > 17)/
