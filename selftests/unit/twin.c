// SPDX-License-Identifier: GPL-2.0-only
#include "twin.h"

#include <stdlib.h>
#include <string.h>

#define TWIN_HEADS	65536

/* Whose bucket it is. No padding: it is compared and hashed as bytes. */
struct twin_key {
	u32 class;
	u32 scope;
	u32 family;
	u32 src_zone;
	u32 dst_zone;
	u32 ifindex;
	u8 src[16];
	u8 dst[16];
};

struct twin_bucket {
	struct twin_bucket *next;
	struct twin_key key;
	u64 tat;	/* units, never wraps */
};

struct twin {
	u64 buckets;
	struct twin_bucket *head[TWIN_HEADS];
};

/* The order in which the scopes are asked: its sender's own ones first. */
static const u8 twin_order[] = {
	ICMPGUARD_SCOPE_PAIR,
	ICMPGUARD_SCOPE_SOURCE,
	ICMPGUARD_SCOPE_ROUTER,
	ICMPGUARD_SCOPE_DESTINATION,
	ICMPGUARD_SCOPE_DESTINATION_NET,
	ICMPGUARD_SCOPE_SOURCE_NET,
	ICMPGUARD_SCOPE_INTERFACE,
	ICMPGUARD_SCOPE_TOTAL,
};

static const u8 twin_reason[] = {
	[ICMPGUARD_SCOPE_PAIR] = ICMPGUARD_REASON_LIMIT_PAIR,
	[ICMPGUARD_SCOPE_SOURCE] = ICMPGUARD_REASON_LIMIT_SOURCE,
	[ICMPGUARD_SCOPE_SOURCE_NET] = ICMPGUARD_REASON_LIMIT_SOURCE_NET,
	[ICMPGUARD_SCOPE_DESTINATION] = ICMPGUARD_REASON_LIMIT_DESTINATION,
	[ICMPGUARD_SCOPE_DESTINATION_NET] =
		ICMPGUARD_REASON_LIMIT_DESTINATION_NET,
	[ICMPGUARD_SCOPE_INTERFACE] = ICMPGUARD_REASON_LIMIT_INTERFACE,
	[ICMPGUARD_SCOPE_ROUTER] = ICMPGUARD_REASON_LIMIT_ROUTER,
	[ICMPGUARD_SCOPE_TOTAL] = ICMPGUARD_REASON_LIMIT_TOTAL,
};

static u64 twin_period_ns(u8 unit)
{
	static const u64 seconds[] = {
		[ICMPGUARD_UNIT_SECOND] = 1,
		[ICMPGUARD_UNIT_MINUTE] = 60,
		[ICMPGUARD_UNIT_HOUR] = 3600,
	};

	return seconds[unit] * 1000000000;
}

/* Period / (count * 2^shift), rounded to the nearest. */
static u64 twin_round(const struct icmpg_rate *rate, unsigned int shift)
{
	__int128 twice = (__int128)rate->count << (shift + 1);

	return ((__int128)twin_period_ns(rate->unit) * 2 + twice / 2) / twice;
}

/* A rate in the smallest units in which a packet costs less than 1024. */
struct twin_rate twin_rate(const struct icmpg_rate *rate)
{
	struct twin_rate twin = { .shift = 0 };

	while (twin_round(rate, twin.shift) >= 1024)
		twin.shift++;
	twin.t = twin_round(rate, twin.shift);
	twin.tau = twin.t * (rate->burst - 1);
	return twin;
}

/* The same in nanoseconds, for a bucket that isn't in the table. */
struct twin_rate twin_rate_ns(const struct icmpg_rate *rate)
{
	struct twin_rate twin = { .t = twin_round(rate, 0) };

	twin.tau = twin.t * (rate->burst - 1);
	return twin;
}

struct twin *twin_create(void)
{
	return calloc(1, sizeof(struct twin));
}

void twin_destroy(struct twin *twin)
{
	struct twin_bucket *bucket, *next;
	unsigned int i;

	for (i = 0; i < TWIN_HEADS; i++) {
		for (bucket = twin->head[i]; bucket; bucket = next) {
			next = bucket->next;
			free(bucket);
		}
	}
	free(twin);
}

u64 twin_buckets(const struct twin *twin)
{
	return twin->buckets;
}

/* FNV-1a. */
static u32 twin_hash(const struct twin_key *key)
{
	const u8 *byte = (const u8 *)key;
	u32 hash = 2166136261;
	size_t i;

	for (i = 0; i < sizeof(*key); i++)
		hash = (hash ^ byte[i]) * 16777619;
	return (hash ^ hash >> 16) % TWIN_HEADS;
}

static u64 *twin_tat(struct twin *twin, const struct twin_key *key)
{
	struct twin_bucket **head = &twin->head[twin_hash(key)], *bucket;

	for (bucket = *head; bucket; bucket = bucket->next)
		if (!memcmp(&bucket->key, key, sizeof(*key)))
			return &bucket->tat;
	bucket = calloc(1, sizeof(*bucket));
	if (!bucket)
		abort();
	bucket->key = *key;
	bucket->next = *head;
	*head = bucket;
	twin->buckets++;
	return &bucket->tat;
}

static void twin_copy_prefix(u8 *to, const union icmpg_addr *from,
			     unsigned int bits)
{
	const u8 *byte = (const u8 *)from;
	unsigned int i;

	for (i = 0; i < bits; i++)
		to[i / 8] |= byte[i / 8] & 0x80 >> i % 8;
}

static bool twin_is_link_local(const struct icmpg_pkt *pkt)
{
	const u8 *byte = (const u8 *)&pkt->src;

	return pkt->family == ICMPG_IPV6 && byte[0] == 0xfe &&
	       (byte[1] & 0xc0) == 0x80;
}

static void twin_set_source(struct twin_key *key, const struct icmpg_pkt *pkt,
			    unsigned int bits)
{
	if (twin_is_link_local(pkt))
		bits = 128;
	twin_copy_prefix(key->src, &pkt->src, bits);
	key->src_zone = pkt->src_zone;
}

static void twin_set_destination(struct twin_key *key,
				 const struct icmpg_pkt *pkt, unsigned int bits)
{
	twin_copy_prefix(key->dst, &pkt->dst, bits);
	key->dst_zone = pkt->dst_zone;
}

static struct twin_key twin_key(const struct icmpg_settings *set,
				const struct icmpg_pkt *pkt, u8 class, u8 scope)
{
	unsigned int all = pkt->family == ICMPG_IPV4 ? 32 : 128;
	struct twin_key key = { .class = class, .scope = scope };
	u8 family = pkt->family;

	/* Addresses of two families are never the same; the rest is shared. */
	switch (scope) {
	case ICMPGUARD_SCOPE_INTERFACE:
		key.ifindex = pkt->ifindex;
		return key;
	case ICMPGUARD_SCOPE_ROUTER:
	case ICMPGUARD_SCOPE_TOTAL:
		return key;
	}
	key.family = 1 + family;
	switch (scope) {
	case ICMPGUARD_SCOPE_PAIR:
		twin_set_destination(&key, pkt, all);
		twin_set_source(&key, pkt,
				set->width[ICMPGUARD_SCOPE_SOURCE][family]);
		break;
	case ICMPGUARD_SCOPE_SOURCE:
	case ICMPGUARD_SCOPE_SOURCE_NET:
		twin_set_source(&key, pkt, set->width[scope][family]);
		break;
	case ICMPGUARD_SCOPE_DESTINATION:
		twin_set_destination(&key, pkt, all);
		break;
	case ICMPGUARD_SCOPE_DESTINATION_NET:
		twin_set_destination(&key, pkt, set->width[scope][family]);
		break;
	}
	return key;
}

/* One limit: does it agree? If @charge, then it does, and pays. */
static bool twin_ask(struct twin *twin, const struct icmpg_settings *set,
		     const struct icmpg_pkt *pkt, u8 class, u8 scope,
		     u64 now_ns, bool charge)
{
	const struct icmpg_rate *limit = &set->limit[class][scope];
	struct twin_key key = twin_key(set, pkt, class, scope);
	struct twin_rate rate;
	u64 now, *tat;

	if (!limit->count)
		return true;
	if (scope == ICMPGUARD_SCOPE_ROUTER || scope == ICMPGUARD_SCOPE_TOTAL)
		rate = twin_rate_ns(limit);
	else
		rate = twin_rate(limit);
	now = now_ns >> rate.shift;
	tat = twin_tat(twin, &key);
	if (charge)
		*tat = (*tat > now ? *tat : now) + rate.t;
	return charge || *tat <= now + rate.tau;
}

static u8 twin_go_through(struct twin *twin, const struct icmpg_settings *set,
			  const struct icmpg_pkt *pkt, u8 class, u32 scopes,
			  u64 now_ns, bool charge)
{
	unsigned int i;

	for (i = 0; i < sizeof(twin_order); i++) {
		u8 scope = twin_order[i];

		if (scopes & 1u << scope &&
		    !twin_ask(twin, set, pkt, class, scope, now_ns, charge))
			return twin_reason[scope];
	}
	return 0;
}

/**
 * twin_send() - one packet
 * @twin: all buckets
 * @set: the limits
 * @pkt: the packet
 * @scopes: those that apply to it, one bit each
 * @all: the limits of the pseudo-class all apply to it too
 * @now_ns: the clock
 *
 * Return: 0 if it passes and has been charged, else the reason.
 */
u8 twin_send(struct twin *twin, const struct icmpg_settings *set,
	     const struct icmpg_pkt *pkt, u32 scopes, bool all, u64 now_ns)
{
	u8 reason = twin_go_through(twin, set, pkt, pkt->class, scopes, now_ns,
				    false);

	if (!reason && all)
		reason = twin_go_through(twin, set, pkt, ICMPGUARD_CLASS_ALL,
					 scopes, now_ns, false);
	if (reason)
		return reason;
	twin_go_through(twin, set, pkt, pkt->class, scopes, now_ns, true);
	if (all)
		twin_go_through(twin, set, pkt, ICMPGUARD_CLASS_ALL, scopes,
				now_ns, true);
	return 0;
}
