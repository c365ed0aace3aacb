// SPDX-License-Identifier: GPL-2.0-only
/*
 * Models of the peers, as far as it matters who passes. All of them end in one
 * token bucket, the budget. xt_hashlimit (net/netfilter/xt_hashlimit.c) has a
 * table of htable-max entries, refuses newcomers while it is full, and
 * looks for expired entries every htable-gcinterval. A dynamic set of nft with
 * `limit rate over` (nft_dynset.c) has a size, too; while it is full the rule
 * doesn't match, so newcomers go on.
 */
#include "peers.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES		65536
#define BUCKETS		131072
#define RATE_PPS	10.0		/* per source */
#define BURST		50.0
#define EXPIRE_NS	10000000000ULL
#define GC_NS		1000000000ULL
#define NONE		(~0U)
/* What `limit` has unless told otherwise, and what a budget is worth to nft. */
#define LIMIT_BURST	5.0

struct tokens {
	double left;
	u64 last_ns;
};

struct entry {
	u32 src;
	u32 next;
	u64 seen_ns;
	struct tokens tokens;
};

struct peer {
	enum peer_kind kind;
	double pps;
	double burst;
	struct tokens budget;
	u64 gc_ns;
	u32 free;
	u32 bucket[BUCKETS];
	struct entry entry[ENTRIES];
};

struct peer *peer_create(enum peer_kind kind, double pps)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	u32 i;

	if (!peer)
		abort();
	peer->kind = kind;
	peer->pps = pps;
	peer->burst = kind == PEER_BUCKET ? pps : LIMIT_BURST;
	memset(peer->bucket, 0xff, sizeof(peer->bucket));
	for (i = 0; i < ENTRIES; i++)
		peer->entry[i].next = i + 1 < ENTRIES ? i + 1 : NONE;
	return peer;
}

void peer_destroy(struct peer *peer)
{
	free(peer);
}

static bool take(struct tokens *tokens, double pps, double burst, u64 now_ns)
{
	tokens->left += (now_ns - tokens->last_ns) * 1e-9 * pps;
	tokens->last_ns = now_ns;
	if (tokens->left > burst)
		tokens->left = burst;
	if (tokens->left < 1)
		return false;
	tokens->left--;
	return true;
}

static void collect(struct peer *peer, u64 now_ns)
{
	u32 i;

	peer->gc_ns = now_ns + GC_NS;
	for (i = 0; i < BUCKETS; i++) {
		u32 *link = &peer->bucket[i];

		while (*link != NONE) {
			struct entry *entry = &peer->entry[*link];
			u32 number = *link;

			if (now_ns - entry->seen_ns < EXPIRE_NS) {
				link = &entry->next;
				continue;
			}
			*link = entry->next;
			entry->next = peer->free;
			peer->free = number;
		}
	}
}

/* The entry of @src, made if there is room for one. */
static struct entry *find(struct peer *peer, u32 src, u64 now_ns)
{
	u32 *bucket = &peer->bucket[(u64)(src * 0x85ebca6bU) * BUCKETS >> 32];
	struct entry *entry;
	u32 number;

	for (number = *bucket; number != NONE; number = entry->next) {
		entry = &peer->entry[number];
		if (entry->src == src)
			return entry;
	}
	if (peer->free == NONE)
		return NULL;
	number = peer->free;
	entry = &peer->entry[number];
	peer->free = entry->next;
	*entry = (struct entry){
		.src = src,
		.next = *bucket,
		.tokens = { .left = BURST, .last_ns = now_ns },
	};
	*bucket = number;
	return entry;
}

static bool admits_source(struct peer *peer, u32 src, u64 now_ns)
{
	struct entry *entry;

	if (now_ns >= peer->gc_ns)
		collect(peer, now_ns);
	entry = find(peer, src, now_ns);
	if (!entry)
		return peer->kind == PEER_METER;
	/* Only xt_hashlimit lives longer for being used. */
	if (peer->kind == PEER_HASHLIMIT || !entry->seen_ns)
		entry->seen_ns = now_ns;
	return take(&entry->tokens, RATE_PPS, BURST, now_ns);
}

bool peer_admits(struct peer *peer, u32 src, u64 now_ns)
{
	if (peer->kind != PEER_BUCKET && !admits_source(peer, src, now_ns))
		return false;
	return take(&peer->budget, peer->pps, peer->burst, now_ns);
}
