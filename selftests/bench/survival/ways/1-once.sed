# SPDX-License-Identifier: GPL-2.0-only
# back once after 0.27 s, sooner doesn't matter
s/^(#define ICMPG_CANDIDATE_QUIETER\t)7/\15/
s/gap < ICMPG_CANDIDATE_QUIETER && !visits &&/gap < ICMPG_CANDIDATE_QUIETER \&\&/
s/\(!gap \|\| !icmpg_stranger_samples\(known, now_ns\)\)\)/true)/
