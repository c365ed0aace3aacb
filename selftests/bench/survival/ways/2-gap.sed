# SPDX-License-Identifier: GPL-2.0-only
# the gap is 0.27 s, sooner is anew
s/^(#define ICMPG_CANDIDATE_QUIETER\t)7/\15/
