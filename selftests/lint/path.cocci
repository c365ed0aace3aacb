// SPDX-License-Identifier: GPL-2.0-only
//
// On the way of a packet nothing is allocated, locked or logged.
//
// files: kmod/hook.c kmod/judge.c kmod/classify.c kmod/policy.c kmod/quote.c kmod/advert.c kmod/key.c kmod/known.c kmod/harm.c kmod/classify_type.c kmod/limiter.c kmod/charge.c kmod/fragment.c kmod/destination.c kmod/flood.h kmod/flood_limits.h kmod/stranger.h kmod/bridge.h kmod/table.h kmod/stats_cpu.h

// first the calls alone, as few files have any: looking into functions takes long
@call@
identifier bad =~ "^(k[mzvc]+alloc|kmem_cache_|vmalloc|vzalloc|kv?free|alloc_|mutex_|spin_|raw_spin_|read_lock|write_lock|down|up$|pr_|_?printk|net_.*_ratelimited|dev_(err|warn|notice|info|dbg)|msleep|schedule|synchronize_)";
position at;
@@
bad@at(...)

@with_skb depends on call@
identifier f, skb;
position p;
@@
f@p(..., struct sk_buff *skb, ...) { ... }

@with_pkt depends on call@
identifier f, pkt;
position p;
@@
f@p(..., struct icmpg_pkt *pkt, ...) { ... }

@with_check depends on call@
identifier f, check;
position p;
@@
f@p(..., struct icmpg_check *check, ...) { ... }

@with_judgement depends on call@
identifier f, j;
position p;
@@
f@p(..., struct icmpg_judgement *j, ...) { ... }

@with_ask depends on call@
identifier f, ask;
position p;
@@
f@p(..., const struct icmpg_flood_ask *ask, ...) { ... }

@with_known depends on call@
identifier f, known;
position p;
@@
f@p(..., struct icmpg_known *known, ...) { ... }

@with_known_read depends on call@
identifier f, known;
position p;
@@
f@p(..., const struct icmpg_known *known, ...) { ... }

@@
identifier f, call.bad;
position p = {with_skb.p, with_pkt.p, with_check.p, with_judgement.p, with_ask.p, with_known.p, with_known_read.p};
position call.at;
@@
f@p(...)
{
	<...
*	bad@at(...)
	...>
}
