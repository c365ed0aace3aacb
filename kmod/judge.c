// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judging: takes a packet that classify.c has looked at through policy and
 * limiter, cheapest first, and says how it ends. Softirq, or bottom halves off,
 * under rcu_read_lock(); no lock, no allocation. Must not know netfilter's
 * hooks, or what becomes of the packet.
 */
#include "judge.h"

#include "advert.h"
#include "destination.h"
#include "fragment.h"
#include "policy.h"
#include "quote.h"

#define ICMPG_SCOPES_SHARED	(~ICMPG_SCOPES_OWN)

/* Stage 1: what the packet and the marks on its message say; 0 to go on. */
static u8 icmpg_judge_packet(struct icmpg_judgement *j)
{
	struct icmpg_pkt *pkt = &j->pkt;
	u8 mark = ICMPG_MARK_NONE;
	u8 reason;

	/* IPv6's later fragments may lie about what they are part of. */
	if (pkt->part == ICMPG_PART_LATER &&
	    (pkt->icmp || pkt->family == ICMPG_IPV6)) {
		mark = icmpg_fragment_find(j->active->fragments, pkt,
					   j->check.now_ns);
		if (mark != ICMPG_MARK_NONE)
			pkt->icmp = true;
	}
	reason = icmpg_policy_packet(j->config, pkt);
	if (!reason && mark == ICMPG_MARK_REFUSED)
		reason = ICMPGUARD_REASON_REFUSED_MESSAGE;
	return reason;
}

/**
 * icmpg_judge_action() - still stage 1: what is to be done with it
 * @j: the packet, classified
 * @reason: set to why, if that is to drop it
 *
 * The type is asked before its class, and the class and where it goes before
 * the class alone; only then does that cost a lookup here.
 *
 * Context: as icmpg_judge_all().
 * Return: enum icmpguard_action.
 */
u8 icmpg_judge_action(struct icmpg_judgement *j, u8 *reason)
{
	const struct icmpg_class_config *class = &j->config->class[j->pkt.class];
	u8 action = 0, kind;

	if (unlikely(j->config->set.type_count))
		action = icmpg_policy_type(j->config, &j->pkt);
	*reason = action ? ICMPGUARD_REASON_TYPE_DROP :
			   ICMPGUARD_REASON_CLASS_DROP;
	if (action || likely(!class->by_direction))
		return action ?: class->action;
	kind = icmpg_destination_kind(j->active->known, j->guard->net, &j->pkt);
	return class->direction[icmpg_destination_is_transit(kind) ?
				ICMPGUARD_DIRECTION_TRANSIT :
				ICMPGUARD_DIRECTION_LOCAL];
}

/* What an error says about the packet that it quotes. */
static u8 icmpg_judge_error(struct icmpg_judgement *j)
{
	const bool *check = j->config->set.check;
	u8 reason;

	icmpg_quote_read(j->skb, &j->pkt);
	reason = icmpg_policy_path_mtu(j->config, &j->pkt);
	if (!check[ICMPGUARD_CHECK_QUOTED_PACKET])
		j->pkt.quote = 0;
	return reason;
}

static bool icmpg_judge_is_advert(const struct icmpg_judgement *j)
{
	return j->pkt.class == ICMPGUARD_CLASS_ROUTER_DISCOVERY &&
	       j->config->set.check[ICMPGUARD_CHECK_RA_SANITY] &&
	       j->pkt.family == ICMPG_IPV6 &&
	       j->pkt.type == ICMPG_ADVERT_TYPE;
}

/* Still stage 1, for classes that aren't dropped: what is inside. */
static u8 icmpg_judge_content(struct icmpg_judgement *j)
{
	if (!j->skb)
		return 0;
	if (icmpg_quote_is_error(&j->pkt))
		return icmpg_judge_error(j);
	if (icmpg_judge_is_advert(j) && !icmpg_advert_is_sane(j->skb, &j->pkt))
		return ICMPGUARD_REASON_RA_SANITY;
	return 0;
}

/* Stages 3 and 4: @scopes loses what doesn't apply to this destination. */
static u8 icmpg_judge_destination(struct icmpg_judgement *j, u32 *scopes)
{
	bool many = icmpg_policy_asks_many(&j->pkt);
	u8 kind;

	if (!many && !j->pkt.quote && !(*scopes & ICMPG_SCOPE_BIT(ROUTER)))
		return 0;
	kind = icmpg_destination_kind(j->active->known, j->guard->net, &j->pkt);
	if (icmpg_destination_is_transit(kind))
		*scopes &= ~ICMPG_SCOPE_BIT(ROUTER);
	if (j->pkt.quote)
		return icmpg_policy_quote(j->config, &j->pkt, kind);
	return many ? icmpg_policy_destination(j->config, &j->pkt, kind) : 0;
}

/* Stage 5: the shared limits. */
static u8 icmpg_judge_shared(struct icmpg_judgement *j, u32 scopes)
{
	u8 class = j->pkt.class, reason;

	reason = icmpg_limiter_check(&j->check, class, scopes);
	if (!reason && !icmpg_class_is_guarded(class))
		reason = icmpg_limiter_check(&j->check, ICMPGUARD_CLASS_ALL,
					     scopes);
	return reason;
}

/*
 * Still stage 5, last because it costs a lookup of its own: only what the
 * limits let pass is asked for.
 */
static u8 icmpg_judge_source(struct icmpg_judgement *j)
{
	if (!j->config->set.check[ICMPGUARD_CHECK_SOURCE_ADDRESS])
		return 0;
	return icmpg_policy_source(j->config, &j->pkt,
			icmpg_destination_source(j->active->known,
						 j->guard->net, &j->pkt,
						 j->dev));
}

/*
 * No host has a broadcast address, and no error is about one (RFC 1122 section
 * 3.2.2). Those of connected networks are known, by a lookup each: last, too.
 */
static u8 icmpg_judge_quoted(struct icmpg_judgement *j)
{
	const struct icmpg_destinations *known = j->active->known;
	struct net *net = j->guard->net;
	struct icmpg_pkt *pkt = &j->pkt;

	if (!j->skb || pkt->family != ICMPG_IPV4 || pkt->quote ||
	    !icmpg_quote_is_error(pkt) ||
	    !j->config->set.check[ICMPGUARD_CHECK_QUOTED_PACKET])
		return 0;
	if (icmpg_destination_is_broadcast(known, net, pkt, pkt->dst.v4,
					   j->dev))
		pkt->quote = ICMPGUARD_REASON_QUOTE_SOURCE;
	else if (icmpg_destination_is_broadcast(known, net, pkt,
						pkt->quoted_dst, j->dev))
		pkt->quote = ICMPGUARD_REASON_QUOTE_GROUP;
	else
		return 0;
	return icmpg_policy_quote(j->config, pkt,
				  icmpg_destination_kind(known, net, pkt));
}

static u8 icmpg_judge_passed(const struct icmpg_judgement *j, bool exempt)
{
	if (unlikely(j->pkt.quote))
		return ICMPGUARD_REASON_QUOTE_PASSED;
	return exempt ? ICMPGUARD_REASON_EXEMPT : ICMPGUARD_REASON_PASSED;
}

/**
 * icmpg_judge_scopes() - which of a class's limits a packet is measured by
 * @j: the packet, classified
 * @class: enum icmpguard_class of the limits; perhaps the pseudo-class all
 *
 * Context: as icmpg_judge_all().
 * Return: bit mask of scopes, ICMPG_SCOPE_BIT().
 */
u32 icmpg_judge_scopes(struct icmpg_judgement *j, u8 class)
{
	u32 scopes = j->config->class[class].scopes;

	icmpg_judge_destination(j, &scopes);
	return scopes;
}

/**
 * icmpg_judge_limits() - stages 2 to 5: limits, and what goes by destination
 * @j: the packet, with nothing against it so far
 * @limit: limits apply to it
 *
 * Context: as icmpg_judge_all().
 * Return: enum icmpguard_reason, or 0 if all agree.
 */
u8 icmpg_judge_limits(struct icmpg_judgement *j, bool limit)
{
	const struct icmpg_class_config *class = j->config->class;
	u32 scopes = 0;
	u8 reason;

	if (limit) {
		reason = icmpg_limiter_check(&j->check, j->pkt.class,
					     ICMPG_SCOPES_OWN);
		if (reason)
			return reason;
		scopes = ICMPG_SCOPES_SHARED &
			 (class[j->pkt.class].scopes |
			  class[ICMPGUARD_CLASS_ALL].scopes);
	}
	reason = icmpg_judge_destination(j, &scopes);
	if (!reason && limit)
		reason = icmpg_judge_shared(j, scopes);
	return reason ?: icmpg_judge_source(j);
}

/**
 * icmpg_judge_all() - the stages but the last, cheapest first
 * @j: the packet, classified
 *
 * Nothing is charged yet.
 *
 * Context: softirq or bottom halves off, under rcu_read_lock().
 * Return: enum icmpguard_reason, or 0 if the packet isn't ours after all.
 */
u8 icmpg_judge_all(struct icmpg_judgement *j)
{
	u8 reason, action;
	bool exempt;

	reason = icmpg_judge_packet(j);
	if (reason || !j->pkt.icmp)
		return reason;
	exempt = icmpg_policy_is_exempt(j->config, &j->pkt);
	action = icmpg_judge_action(j, &reason);
	if (action == ICMPGUARD_ACTION_DROP && !exempt)
		return reason;
	reason = icmpg_judge_content(j);
	if (!reason)
		reason = icmpg_judge_limits(j, !exempt &&
					    action == ICMPGUARD_ACTION_LIMIT);
	if (!reason)
		reason = icmpg_judge_quoted(j);
	return reason ?: icmpg_judge_passed(j, exempt);
}
