# SPDX-License-Identifier: GPL-2.0-only
# one level of juniors, from three times on
s/ICMPG_LEVEL_JUNIOR : ICMPG_LEVEL_QUIET/ICMPG_LEVEL_UNKNOWN : ICMPG_LEVEL_QUIET/
