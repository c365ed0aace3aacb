# SPDX-License-Identifier: GPL-2.0-only
# one level of juniors, from once on
s/ICMPG_LEVEL_JUNIOR : ICMPG_LEVEL_QUIET/ICMPG_LEVEL_JUNIOR : ICMPG_LEVEL_JUNIOR/
