// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test of fragment.c: a mark is found by the other fragments of its
 * message for a second, and by no others. Included at the end of fragment.c.
 */
#include "run.h"

/**
 * icmpg_selftest_fragment() - self-test of fragment.c
 *
 * Context: process, may sleep.
 * Return: did all of it hold?
 */
bool icmpg_selftest_fragment(void)
{
	const struct icmpg_key key = { .k = { 1, 2 } };
	struct icmpg_pkt first = { .family = ICMPG_IPV6, .id = htonl(7) };
	struct icmpg_pkt other = { .family = ICMPG_IPV6, .id = htonl(8) };
	struct icmpg_fragments *marks = icmpg_fragments_create(&key);
	u64 now_ns = 1000 * NSEC_PER_SEC;
	unsigned int failed = 0;

	if (!marks)
		return false;
	icmpg_fragment_mark(marks, &first, ICMPG_MARK_ICMP, now_ns);
	ICMPG_EXPECT(failed, icmpg_fragment_find(marks, &first, now_ns) ==
			     ICMPG_MARK_ICMP);
	ICMPG_EXPECT(failed, icmpg_fragment_find(marks, &other, now_ns) ==
			     ICMPG_MARK_NONE);
	icmpg_fragment_mark(marks, &first, ICMPG_MARK_REFUSED, now_ns);
	ICMPG_EXPECT(failed, icmpg_fragment_find(marks, &first,
						 now_ns + NSEC_PER_SEC / 2) ==
			     ICMPG_MARK_REFUSED);
	ICMPG_EXPECT(failed, icmpg_fragment_find(marks, &first,
						 now_ns + 2 * NSEC_PER_SEC) ==
			     ICMPG_MARK_NONE);
	icmpg_fragments_destroy(marks);
	return !failed;
}
