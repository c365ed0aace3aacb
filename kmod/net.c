// SPDX-License-Identifier: GPL-2.0-only
/*
 * One guard per network namespace: made and unmade with it, and the one place
 * where what packets read is replaced. Process context, under the guard's lock;
 * packets read through RCU. Must not know netlink messages or packets.
 */
#include "net.h"

#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "destination.h"
#include "event.h"
#include "fragment.h"
#include "harm.h"
#include "hook.h"
#include "main.h"
#include "nl.h"
#include "proc.h"

/* The old table is freed when no packet can be reading it any more. */
#define ICMPG_OLD_TABLE_DELAY	(nsecs_to_jiffies(ICMPG_RESIZE_NS) + HZ)

unsigned int icmpg_net_id;

static struct icmpg_active *icmpg_net_active(struct icmpg_net *guard)
{
	return rcu_dereference_protected(guard->active,
					 lockdep_is_held(&guard->lock));
}

static void icmpg_net_active_destroy(struct icmpg_active *active)
{
	if (!active)
		return;
	icmpg_memory_exit(&active->limiter);
	icmpg_fragments_destroy(active->fragments);
	icmpg_destinations_destroy(active->known);
	kvfree(active);
}

static struct icmpg_active *
icmpg_net_active_create(const struct icmpg_net *guard,
			const struct icmpg_settings *set)
{
	struct icmpg_active *active;

	active = kvzalloc(sizeof(*active), GFP_KERNEL_ACCOUNT);
	if (!active)
		return NULL;
	active->fragments = icmpg_fragments_create(&guard->key);
	active->known = icmpg_destinations_create(&guard->key);
	if (!active->fragments || !active->known ||
	    icmpg_memory_init(&active->limiter, set, &guard->key)) {
		icmpg_net_active_destroy(active);
		return NULL;
	}
	return active;
}

/* Packets stop reading the table from before the last resize. */
static void icmpg_net_drop_old_table(struct icmpg_active *active)
{
	struct icmpg_limiter_old old;

	if (!icmpg_memory_forget_old(&active->limiter, &old))
		return;
	/* RCU: a packet may still be reading a line of it. */
	synchronize_net();
	icmpg_table_exit(&old.table);
	icmpg_table_exit(&old.history);
}

/* All memory that @config needs, before anything is changed. */
static int icmpg_net_prepare(struct icmpg_net *guard,
			     const struct icmpg_config *config,
			     struct icmpg_active **fresh,
			     struct netlink_ext_ack *extack)
{
	struct icmpg_active *active = icmpg_net_active(guard);
	struct icmpg_stats *stats;

	*fresh = NULL;
	if (config->set.mode == ICMPGUARD_MODE_OFF)
		return 0;
	if (!rcu_access_pointer(guard->stats)) {
		stats = icmpg_stats_create();
		if (!stats)
			goto no_memory;
		rcu_assign_pointer(guard->stats, stats);
	}
	if (active && icmpg_memory_fits(&active->limiter, &config->set))
		return 0;
	/* What others need is not ours: half of what is left, at most. */
	if (icmpg_settings_memory(&config->set) >> PAGE_SHIFT >
	    si_mem_available() / 2)
		goto no_memory;
	/* Never more than two tables at a time. */
	if (active)
		icmpg_net_drop_old_table(active);
	*fresh = icmpg_net_active_create(guard, &config->set);
	if (*fresh)
		return 0;
no_memory:
	NL_SET_ERR_MSG(extack,
		       "not enough memory: a smaller table-size or candidate-size may fit");
	return -ENOMEM;
}

/* From off to on; what packets read must be there before the hooks are. */
static int icmpg_net_turn_on(struct icmpg_net *guard,
			     struct icmpg_config *config,
			     struct icmpg_active *fresh,
			     struct netlink_ext_ack *extack)
{
	struct icmpg_config *old = icmpg_net_config(guard);
	int err;

	rcu_assign_pointer(guard->config, config);
	rcu_assign_pointer(guard->active, fresh);
	err = icmpg_hook_register(guard);
	if (!err)
		return 0;
	NL_SET_ERR_MSG(extack, "the kernel refused the netfilter hooks");
	RCU_INIT_POINTER(guard->active, NULL);
	rcu_assign_pointer(guard->config, old);
	synchronize_net();
	icmpg_net_active_destroy(fresh);
	return err;
}

static void icmpg_net_turn_off(struct icmpg_net *guard)
{
	struct icmpg_active *active = icmpg_net_active(guard);

	icmpg_hook_unregister(guard);
	RCU_INIT_POINTER(guard->active, NULL);
	/* RCU: after this no packet is inside a hook of ours. */
	synchronize_net();
	icmpg_net_active_destroy(active);
}

/* The new table takes over; the old one is read on for a while. */
static void icmpg_net_resize(struct icmpg_net *guard,
			     const struct icmpg_config *config,
			     struct icmpg_active *fresh)
{
	struct icmpg_active *active = icmpg_net_active(guard);

	icmpg_memory_take_over(&fresh->limiter, &active->limiter,
			       icmpg_net_now(guard, config));
	rcu_assign_pointer(guard->active, fresh);
	synchronize_net();
	icmpg_memory_give_up(&active->limiter, &fresh->limiter);
	icmpg_net_active_destroy(active);
	/* Not mod_delayed_work(): its queue has other names on newer kernels. */
	cancel_delayed_work(&guard->old_table);
	schedule_delayed_work(&guard->old_table, ICMPG_OLD_TABLE_DELAY);
}

static void icmpg_net_old_table_work(struct work_struct *work)
{
	struct icmpg_net *guard = container_of(to_delayed_work(work),
					       struct icmpg_net, old_table);
	struct icmpg_active *active;
	u64 now_ns;

	mutex_lock(&guard->lock);
	active = icmpg_net_active(guard);
	now_ns = icmpg_net_now(guard, icmpg_net_config(guard));
	/* Another resize may have come while this waited for the lock. */
	if (active && active->limiter.old_until_ns <= now_ns)
		icmpg_net_drop_old_table(active);
	mutex_unlock(&guard->lock);
}

static void icmpg_net_config_free(struct rcu_head *rcu)
{
	icmpg_config_destroy(container_of(rcu, struct icmpg_config, rcu));
}

/**
 * icmpg_net_publish() - put a configuration in force
 * @guard: the namespace; its lock is held
 * @config: built; belongs to the guard if 0 is returned
 * @extack: gets a sentence on error, may be NULL
 *
 * Turns hooks on or off and resizes the table as @config wants it.
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM or what netfilter said, then nothing has changed, but that
 * a table from before the last resize may have been given up a little early.
 */
int icmpg_net_publish(struct icmpg_net *guard, struct icmpg_config *config,
		      struct netlink_ext_ack *extack)
{
	struct icmpg_config *old = icmpg_net_config(guard);
	bool was_on = icmpg_net_active(guard);
	struct icmpg_active *fresh;
	int err;

	err = icmpg_net_prepare(guard, config, &fresh, extack);
	if (err)
		return err;
	/* Who isn't trusted with memory has one that waits to be freed, not many. */
	if (guard->net->user_ns != &init_user_ns)
		cond_synchronize_rcu(guard->replaced);
	/* 0 is that of no configuration: a dump that began at 0 isn't checked. */
	config->generation = old->generation + 1 ?: 1;
	if (fresh && !was_on) {
		err = icmpg_net_turn_on(guard, config, fresh, extack);
		if (err)
			return err;
	} else {
		/* No failure from here on. */
		if (was_on && config->set.mode == ICMPGUARD_MODE_OFF)
			icmpg_net_turn_off(guard);
		rcu_assign_pointer(guard->config, config);
		if (fresh)
			icmpg_net_resize(guard, config, fresh);
	}
	icmpg_harm_watch(guard);
	/* RCU: packets and dumps may still read the old one. */
	call_rcu(&old->rcu, icmpg_net_config_free);
	guard->replaced = get_state_synchronize_rcu();
	return 0;
}

/**
 * icmpg_net_table_status() - how large and how full the table is
 * @guard: the namespace
 * @size: bytes; 0 while the mode is off
 * @fill: of every 1000 slots, how many owe now
 *
 * Context: any.
 */
void icmpg_net_table_status(struct icmpg_net *guard, u32 *size, u32 *fill)
{
	const struct icmpg_config *config;
	const struct icmpg_active *active;

	*size = 0;
	*fill = 0;
	rcu_read_lock();
	config = rcu_dereference(guard->config);
	active = rcu_dereference(guard->active);
	if (active)
		icmpg_limiter_status(&active->limiter, config,
				     icmpg_net_now(guard, config), size, fill);
	rcu_read_unlock();
}

/**
 * icmpg_net_known_status() - the memory of known senders
 * @guard: the namespace
 * @status: filled; all zero while the mode or known-first is off
 *
 * Context: any.
 */
void icmpg_net_known_status(struct icmpg_net *guard,
			    struct icmpg_known_status *status)
{
	const struct icmpg_config *config;
	const struct icmpg_active *active;

	*status = (struct icmpg_known_status){};
	rcu_read_lock();
	config = rcu_dereference(guard->config);
	active = rcu_dereference(guard->active);
	if (active)
		icmpg_known_status(&active->limiter.known,
				   icmpg_net_now(guard, config), status);
	rcu_read_unlock();
}

static struct icmpg_config *icmpg_net_defaults(struct icmpg_net *guard, u8 mode)
{
	struct icmpg_settings *set;
	struct icmpg_config *config;

	set = kzalloc(sizeof(*set), GFP_KERNEL);
	if (!set)
		return ERR_PTR(-ENOMEM);
	icmpg_settings_init(set, mode);
	config = icmpg_config_build(set, &guard->key, NULL);
	kfree(set);
	if (!IS_ERR(config))
		config->generation = 1;
	return config;
}

/* What the module parameter says of the initial namespace. */
static int icmpg_net_start(struct icmpg_net *guard)
{
	struct icmpg_config *config;
	int err;

	config = icmpg_net_defaults(guard, icmpg_start_mode);
	if (IS_ERR(config))
		return PTR_ERR(config);
	mutex_lock(&guard->lock);
	err = icmpg_net_publish(guard, config, NULL);
	mutex_unlock(&guard->lock);
	if (err)
		icmpg_config_destroy(config);
	return err;
}

static void icmpg_net_free(struct icmpg_net *guard)
{
	icmpg_nl_drafts_destroy(guard);
	icmpg_net_active_destroy(rcu_dereference_raw(guard->active));
	icmpg_stats_destroy(rcu_dereference_raw(guard->stats));
	icmpg_config_destroy(rcu_dereference_raw(guard->config));
}

static int __net_init icmpg_net_init_one(struct net *net)
{
	struct icmpg_net *guard = icmpg_net(net);
	struct icmpg_config *config;
	int err;

	guard->net = net;
	mutex_init(&guard->lock);
	INIT_LIST_HEAD(&guard->drafts);
	INIT_DELAYED_WORK(&guard->old_table, icmpg_net_old_table_work);
	icmpg_harm_init(guard);
	icmpg_event_init(guard);
	get_random_bytes(&guard->key, sizeof(guard->key));
	guard->clock_base_ns = ktime_get_ns() - get_jiffies_64() * TICK_NSEC;
	config = icmpg_net_defaults(guard, ICMPGUARD_MODE_OFF);
	if (IS_ERR(config))
		return PTR_ERR(config);
	rcu_assign_pointer(guard->config, config);
	err = icmpg_proc_create(net);
	if (err)
		goto free;
	if (!net_eq(net, &init_net) || icmpg_start_mode == ICMPGUARD_MODE_OFF)
		return 0;
	err = icmpg_net_start(guard);
	if (err)
		goto remove_proc;
	return 0;

remove_proc:
	icmpg_proc_destroy(net);
free:
	icmpg_net_free(guard);
	return err;
}

/* The namespace goes: no packet comes in after the grace period that follows. */
static void __net_exit icmpg_net_pre_exit_one(struct net *net)
{
	struct icmpg_net *guard = icmpg_net(net);

	icmpg_proc_destroy(net);
	mutex_lock(&guard->lock);
	icmpg_hook_unregister(guard);
	mutex_unlock(&guard->lock);
}

/*
 * RCU: the hooks went in pre_exit, a grace period ago; the generic netlink
 * family went before the namespaces, and a namespace that goes has no sockets.
 */
static void __net_exit icmpg_net_exit_one(struct net *net)
{
	struct icmpg_net *guard = icmpg_net(net);

	cancel_delayed_work_sync(&guard->old_table);
	icmpg_harm_exit(guard);
	icmpg_event_exit(guard);
	icmpg_net_free(guard);
}

static struct pernet_operations icmpg_net_ops = {
	.init = icmpg_net_init_one,
	.pre_exit = icmpg_net_pre_exit_one,
	.exit = icmpg_net_exit_one,
	.id = &icmpg_net_id,
	.size = sizeof(struct icmpg_net),
};

/**
 * icmpg_net_init() - a guard for every namespace, now and to come
 *
 * Return: 0 or -errno.
 */
int __init icmpg_net_init(void)
{
	return register_pernet_subsys(&icmpg_net_ops);
}

/**
 * icmpg_net_exit() - no guard anywhere
 *
 * Waits for the configurations that RCU still has to free.
 */
void icmpg_net_exit(void)
{
	unregister_pernet_subsys(&icmpg_net_ops);
	rcu_barrier();
}
