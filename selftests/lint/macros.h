/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What coccinelle has to be told of macros that aren't C by themselves: without
 * it, it leaves the functions out that use them, and says nothing.
 */
#define ICMPG_UNINITIALIZED
