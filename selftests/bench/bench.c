// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends one kind of packet to the hooks or to the whole receive path, many
 * times, and says what it took: instructions, where the time stamp counter
 * counts them, and time. Interrupts are off while it is measured, so that what
 * the kernel does meanwhile isn't counted.
 *
 *	echo loop=hook packet=echo4 dev=bench0 sources=1000 packets=1000000 \
 *		>/sys/kernel/debug/icmpguard-bench
 *	cat /sys/kernel/debug/icmpguard-bench
 *
 * loop=nothing	what the loop itself costs
 * loop=hook	one packet, again and again, through the hooks of PRE_ROUTING
 * loop=build	makes packets as a driver does, and frees them
 * loop=receive	the same packets, through netif_receive_skb()
 * sources=N	that many sources in turn; 0 for random ones
 * from=N	the first of them to send, where one CPU sends
 * cpus=N	a thread on each of the first N CPUs sends all the packets
 * ms=N		for so long, where no number of packets is given
 * warm=N	for N ms before it is measured; refused then is shown as before
 * each=1	also the median and the worst of the packets that were refused
 * extra=1	with a hook beside those that are there
 */
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <net/netfilter/nf_conntrack.h>

#include "packet.h"

#define ICMPG_BENCH_BATCH	256	/* packets with interrupts off */
#define ICMPG_BENCH_BINS	65536	/* instructions of one packet, and more */
#define ICMPG_BENCH_CPUS	8

enum icmpg_bench_loop {
	ICMPG_BENCH_NOTHING,
	ICMPG_BENCH_HOOK,
	ICMPG_BENCH_BUILD,
	ICMPG_BENCH_RECEIVE,
};

static const char *const icmpg_bench_loop_word[] = {
	[ICMPG_BENCH_NOTHING] = "nothing",
	[ICMPG_BENCH_HOOK] = "hook",
	[ICMPG_BENCH_BUILD] = "build",
	[ICMPG_BENCH_RECEIVE] = "receive",
};

/**
 * struct icmpg_bench_order - what is to be measured
 * @net: where
 * @loop: enum icmpg_bench_loop
 * @packet: what is sent
 * @sources: how many in turn, 0 for random ones
 * @from: which of them is the first, on the first CPU
 * @packets: how many each CPU sends, at most
 * @ms: for how long at most; 0 is for as long as it takes
 * @warm: ms for which they are sent before that
 * @cpus: how many send
 * @each: look at every single packet
 * @extra: with a hook beside those that are there
 */
struct icmpg_bench_order {
	struct net *net;
	u8 loop;
	struct icmpg_packet packet;
	u32 sources;
	u32 from;
	u32 packets;
	u32 ms;
	u32 warm;
	u32 cpus;
	u32 each;
	u32 extra;
};

/**
 * struct icmpg_bench_run - one CPU's share
 * @order: what is to be measured
 * @skb: the packet of the hook loop
 * @source: the last source
 * @packets: how many have been sent
 * @refused: packets that a hook dropped
 * @before: those of them that were only to warm up
 * @instructions: while interrupts were off
 * @elapsed: instructions from the start to the end, whoever made them
 * @ns: time from the start to the end
 * @bin: packets that were refused, by what they cost; NULL without @each
 * @task: the thread
 * @late: threads that haven't begun yet
 * @done: it has ended
 *
 * Alone on its lines, as CPUs write to it with each packet.
 */
struct icmpg_bench_run {
	const struct icmpg_bench_order *order;
	struct sk_buff *skb;
	u32 source;
	u64 packets;
	u64 refused;
	u64 before;
	u64 instructions;
	u64 elapsed;
	u64 ns;
	u32 *bin;
	struct task_struct *task;
	atomic_t *late;
	struct completion done;
} ____cacheline_aligned;

static DEFINE_MUTEX(icmpg_bench_lock);	/* one run at a time; the result */
static char icmpg_bench_result[256];
/* Goes on from run to run, so that random sources don't come again. */
static u32 icmpg_bench_random[ICMPG_BENCH_CPUS];

static int icmpg_bench_okfn(struct net *net, struct sock *sk,
			    struct sk_buff *skb)
{
	return 0;
}

/* Marsaglia, Xorshift RNGs (2003): every number but 0, once. */
static __always_inline u32 icmpg_bench_next(u32 source, u32 sources)
{
	if (sources)
		return ++source < sources ? source : 0;
	source ^= source << 13;
	source ^= source >> 17;
	source ^= source << 5;
	return source;
}

/* All of them are real unicast addresses. */
static __always_inline u32 icmpg_bench_source(u32 source)
{
	return source & 0x3fffffff;
}

/*
 * One packet through the hooks. It is never freed: whoever drops it gives back
 * the reference that was taken for it.
 */
static __always_inline bool icmpg_bench_hook(struct icmpg_bench_run *run,
					     u8 family, bool call)
{
	struct sk_buff *skb = run->skb;

	if (family == NFPROTO_IPV4)
		ip_hdr(skb)->saddr = htonl(0x10000000 +
					   icmpg_bench_source(run->source));
	else
		ipv6_hdr(skb)->saddr.s6_addr32[1] =
			htonl(icmpg_bench_source(run->source));
	if (!call)
		return true;
	skb_get(skb);
	if (nf_hook(family, NF_INET_PRE_ROUTING, run->order->net, NULL, skb,
		    run->order->packet.dev, NULL, icmpg_bench_okfn) != 1)
		return false;
	refcount_dec(&skb->users);
	if (unlikely(skb_nfct(skb)))
		nf_reset_ct(skb);
	return true;
}

static __always_inline bool icmpg_bench_receive(struct icmpg_bench_run *run,
						bool call)
{
	const struct icmpg_packet *packet = &run->order->packet;
	struct sk_buff *skb = icmpg_packet_build(packet);

	if (unlikely(!skb))
		return false;
	icmpg_packet_address(packet, skb, icmpg_bench_source(run->source));
	if (!call) {
		kfree_skb(skb);
		return true;
	}
	/* What becomes of it only the counters tell. */
	return netif_receive_skb(skb) == NET_RX_SUCCESS;
}

static __always_inline bool icmpg_bench_one(struct icmpg_bench_run *run,
					    u8 loop)
{
	bool ipv6 = run->order->packet.ipv6;

	run->source = icmpg_bench_next(run->source, run->order->sources);
	switch (loop) {
	case ICMPG_BENCH_NOTHING:
	case ICMPG_BENCH_HOOK:
		if (ipv6)
			return icmpg_bench_hook(run, NFPROTO_IPV6,
						loop == ICMPG_BENCH_HOOK);
		return icmpg_bench_hook(run, NFPROTO_IPV4,
					loop == ICMPG_BENCH_HOOK);
	default:
		return icmpg_bench_receive(run, loop == ICMPG_BENCH_RECEIVE);
	}
}

static __always_inline void icmpg_bench_batch(struct icmpg_bench_run *run,
					      u8 loop, u32 count)
{
	u64 start = get_cycles();

	while (count--)
		run->refused += !icmpg_bench_one(run, loop);
	run->instructions += get_cycles() - start;
}

/* The same, with every packet on its own. */
static void icmpg_bench_batch_each(struct icmpg_bench_run *run, u32 count)
{
	while (count--) {
		u64 start = get_cycles(), took;
		bool passed = icmpg_bench_one(run, run->order->loop);

		took = get_cycles() - start;
		run->instructions += took;
		if (passed)
			continue;
		run->refused++;
		run->bin[min_t(u64, took, ICMPG_BENCH_BINS - 1)]++;
	}
}

static void icmpg_bench_some(struct icmpg_bench_run *run, u32 count)
{
	unsigned long flags;

	local_bh_disable();
	local_irq_save(flags);
	if (run->bin)
		icmpg_bench_batch_each(run, count);
	else if (run->order->loop == ICMPG_BENCH_HOOK)
		icmpg_bench_batch(run, ICMPG_BENCH_HOOK, count);
	else
		icmpg_bench_batch(run, run->order->loop, count);
	local_irq_restore(flags);
	local_bh_enable();
}

static void icmpg_bench_batches(struct icmpg_bench_run *run, u32 packets,
				u32 ms)
{
	u64 end_ns = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC;
	u32 left, count;

	run->packets = 0;
	for (left = packets; left && !(ms && ktime_get_ns() >= end_ns);
	     left -= count) {
		count = min_t(u32, left, ICMPG_BENCH_BATCH);
		icmpg_bench_some(run, count);
		run->packets += count;
		cond_resched();
	}
}

static void icmpg_bench_warm(struct icmpg_bench_run *run)
{
	if (!run->order->warm)
		return;
	icmpg_bench_batches(run, U32_MAX, run->order->warm);
	run->before = run->refused;
	run->refused = 0;
	run->instructions = 0;
	if (run->bin)
		memset(run->bin, 0, ICMPG_BENCH_BINS * sizeof(*run->bin));
}

static void icmpg_bench_run(struct icmpg_bench_run *run)
{
	u64 start, start_ns;

	icmpg_bench_warm(run);
	start = get_cycles();
	start_ns = ktime_get_ns();
	icmpg_bench_batches(run, run->order->packets, run->order->ms);
	run->elapsed = get_cycles() - start;
	run->ns = ktime_get_ns() - start_ns;
}

/* Nobody is to be measured while the others aren't there yet. */
static int icmpg_bench_thread(void *data)
{
	struct icmpg_bench_run *run = data;

	atomic_dec(run->late);
	while (atomic_read(run->late))
		cpu_relax();
	icmpg_bench_run(run);
	complete(&run->done);
	return 0;
}

static int icmpg_bench_run_init(struct icmpg_bench_run *run,
				const struct icmpg_bench_order *order, u32 cpu)
{
	run->order = order;
	init_completion(&run->done);
	if (!icmpg_bench_random[cpu])
		icmpg_bench_random[cpu] = 0x2545f491 + cpu;
	if (!order->sources)
		run->source = icmpg_bench_random[cpu];
	else if (!cpu && order->from)
		run->source = order->from - 1;
	else
		run->source = cpu * (order->sources / order->cpus);
	run->skb = icmpg_packet_build(&order->packet);
	if (!run->skb)
		return -ENOMEM;
	icmpg_packet_address(&order->packet, run->skb, 1);
	if (!order->each)
		return 0;
	run->bin = vzalloc(ICMPG_BENCH_BINS * sizeof(*run->bin));
	return run->bin ? 0 : -ENOMEM;
}

static void icmpg_bench_run_exit(struct icmpg_bench_run *run, u32 cpu)
{
	if (!run->order->sources)
		icmpg_bench_random[cpu] = run->source;
	if (run->skb)
		kfree_skb(run->skb);
	vfree(run->bin);
}

/* The cost that this part of the packets stayed within; part 1 is the worst. */
static u32 icmpg_bench_quantile(const struct icmpg_bench_run *run, u32 part)
{
	u64 due = run->refused - div_u64(run->refused, part), seen = 0;
	u32 i;

	if (part == 1)
		due = run->refused;
	for (i = 0; i < ICMPG_BENCH_BINS; i++) {
		seen += run->bin[i];
		if (seen && seen >= due)
			return i;
	}
	return 0;
}

static void icmpg_bench_say(const struct icmpg_bench_run *run, u32 cpus)
{
	u64 packets = 0, refused = 0, before = 0, instructions = 0;
	u64 elapsed = 0, ns = 0;
	int at;
	u32 i;

	for (i = 0; i < cpus; i++) {
		packets += run[i].packets;
		refused += run[i].refused;
		before += run[i].before;
		instructions += run[i].instructions;
		elapsed = max(elapsed, run[i].elapsed);
		ns = max(ns, run[i].ns);
	}
	at = scnprintf(icmpg_bench_result, sizeof(icmpg_bench_result),
		       "packets=%llu refused=%llu before=%llu instructions=%llu elapsed=%llu ns=%llu",
		       packets, refused, before, instructions, elapsed, ns);
	if (run->bin)
		at += scnprintf(icmpg_bench_result + at,
				sizeof(icmpg_bench_result) - at,
				" median=%u p99=%u p9999=%u worst=%u",
				icmpg_bench_quantile(run, 2),
				icmpg_bench_quantile(run, 100),
				icmpg_bench_quantile(run, 10000),
				icmpg_bench_quantile(run, 1));
	scnprintf(icmpg_bench_result + at, sizeof(icmpg_bench_result) - at,
		  "\n");
}

/* More than one CPU are threads that start at the same moment. */
static int icmpg_bench_start(struct icmpg_bench_run *run, u32 cpus)
{
	atomic_t late;
	u32 i;

	if (cpus == 1) {
		icmpg_bench_run(run);
		return 0;
	}
	for (i = 0; i < cpus; i++) {
		run[i].late = &late;
		run[i].task = kthread_create_on_cpu(icmpg_bench_thread, &run[i],
						    i, "icmpg_bench/%u");
		if (IS_ERR(run[i].task))
			break;
	}
	cpus = i;
	atomic_set(&late, cpus);
	for (i = 0; i < cpus; i++)
		wake_up_process(run[i].task);
	for (i = 0; i < cpus; i++)
		wait_for_completion(&run[i].done);
	return cpus == run->order->cpus ? 0 : -ENOMEM;
}

static unsigned int icmpg_bench_extra_hook(void *priv, struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops icmpg_bench_extra_ops[] = {
	{
		.hook = icmpg_bench_extra_hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = 100,
	},
	{
		.hook = icmpg_bench_extra_hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = 100,
	},
};

static int icmpg_bench_measure(const struct icmpg_bench_order *order)
{
	struct icmpg_bench_run *run;
	int err = 0;
	u32 i;

	run = kcalloc(order->cpus, sizeof(*run), GFP_KERNEL);
	if (!run)
		return -ENOMEM;
	for (i = 0; i < order->cpus; i++) {
		err = icmpg_bench_run_init(&run[i], order, i);
		if (err)
			goto out;
	}
	if (order->extra)
		err = nf_register_net_hooks(order->net, icmpg_bench_extra_ops,
					    ARRAY_SIZE(icmpg_bench_extra_ops));
	if (err)
		goto out;
	err = icmpg_bench_start(run, order->cpus);
	if (!err)
		icmpg_bench_say(run, order->cpus);
	if (order->extra)
		nf_unregister_net_hooks(order->net, icmpg_bench_extra_ops,
					ARRAY_SIZE(icmpg_bench_extra_ops));
out:
	for (i = 0; i < order->cpus && run[i].order; i++)
		icmpg_bench_run_exit(&run[i], i);
	kfree(run);
	return err;
}

static int icmpg_bench_number(struct icmpg_bench_order *order, const char *key,
			      const char *value)
{
	const struct {
		const char *key;
		u32 *number;
	} numbers[] = {
		{ "sources", &order->sources },
		{ "from", &order->from },
		{ "packets", &order->packets },
		{ "ms", &order->ms },
		{ "warm", &order->warm },
		{ "cpus", &order->cpus },
		{ "each", &order->each },
		{ "extra", &order->extra },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(key, numbers[i].key))
			return kstrtou32(value, 0, numbers[i].number);
	return -EINVAL;
}

static int icmpg_bench_parse(struct icmpg_bench_order *order, char *text)
{
	struct net_device *dev = NULL;
	const char *packet = "echo4";
	char *key, *value;
	int err = 0;

	while (!err && (key = strsep(&text, " \n"))) {
		if (!*key)
			continue;
		value = strchr(key, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		if (!strcmp(key, "packet")) {
			packet = value;
		} else if (!strcmp(key, "dev")) {
			/* Stays: the network of a run isn't changed meanwhile. */
			dev = __dev_get_by_name(order->net, value);
		} else if (!strcmp(key, "loop")) {
			err = match_string(icmpg_bench_loop_word,
					   ARRAY_SIZE(icmpg_bench_loop_word),
					   value);
			order->loop = err;
			err = min(err, 0);
		} else {
			err = icmpg_bench_number(order, key, value);
		}
	}
	if (order->ms && !order->packets)
		order->packets = U32_MAX;
	if (err || !dev || !order->packets || !order->cpus ||
	    order->cpus > min_t(u32, num_online_cpus(), ICMPG_BENCH_CPUS))
		return err ?: -EINVAL;
	return icmpg_packet_init(&order->packet, packet, dev);
}

static ssize_t icmpg_bench_write(struct file *file, const char __user *from,
				 size_t count, loff_t *ppos)
{
	struct icmpg_bench_order *order;
	char *text;
	int err;

	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	order = kzalloc(sizeof(*order), GFP_KERNEL);
	if (!order) {
		kfree(text);
		return -ENOMEM;
	}
	order->net = current->nsproxy->net_ns;
	order->cpus = 1;
	mutex_lock(&icmpg_bench_lock);
	rtnl_lock();
	err = icmpg_bench_parse(order, text);
	rtnl_unlock();
	if (!err)
		err = icmpg_bench_measure(order);
	mutex_unlock(&icmpg_bench_lock);
	kfree(order);
	kfree(text);
	return err ?: count;
}

static ssize_t icmpg_bench_read(struct file *file, char __user *to,
				size_t count, loff_t *ppos)
{
	ssize_t done;

	mutex_lock(&icmpg_bench_lock);
	done = simple_read_from_buffer(to, count, ppos, icmpg_bench_result,
				       strlen(icmpg_bench_result));
	mutex_unlock(&icmpg_bench_lock);
	return done;
}

static const struct file_operations icmpg_bench_fops = {
	.owner = THIS_MODULE,
	.read = icmpg_bench_read,
	.write = icmpg_bench_write,
	.llseek = default_llseek,
};

static struct dentry *icmpg_bench_file;

static int __init icmpg_bench_init(void)
{
	icmpg_bench_file = debugfs_create_file("icmpguard-bench", 0600, NULL,
					       NULL, &icmpg_bench_fops);
	return PTR_ERR_OR_ZERO(icmpg_bench_file);
}

static void __exit icmpg_bench_exit(void)
{
	debugfs_remove(icmpg_bench_file);
}

module_init(icmpg_bench_init);
module_exit(icmpg_bench_exit);
MODULE_DESCRIPTION("Instruction counts of packet filters");
MODULE_LICENSE("GPL");
