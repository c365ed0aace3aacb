/* SPDX-License-Identifier: GPL-2.0-only */
/* What other limiters do, as models: one token bucket, and two in front of it. */
#ifndef BENCH_PEERS_H
#define BENCH_PEERS_H

#include <linux/types.h>

enum peer_kind {
	PEER_NONE,		/* the guard itself */
	PEER_BUCKET,		/* one token bucket */
	PEER_HASHLIMIT,		/* iptables: hashlimit, then limit */
	PEER_METER,		/* nft: limit rate over in a dynamic set, then limit */
	PEER_KINDS
};

struct peer;

struct peer *peer_create(enum peer_kind kind, double pps);
void peer_destroy(struct peer *peer);
bool peer_admits(struct peer *peer, u32 src, u64 now_ns);

#endif /* BENCH_PEERS_H */
