/* SPDX-License-Identifier: GPL-2.0-only */
/* The tool's version; a package may give its own with -DICMPG_VERSION. */
#ifndef ICMPG_VERSION_H
#define ICMPG_VERSION_H

#ifndef ICMPG_VERSION
#define ICMPG_VERSION	"0.1.0"
#endif

#endif /* ICMPG_VERSION_H */
