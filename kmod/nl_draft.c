// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes that aren't in force yet, and those of them that wait for more
 * messages of the same socket. Process context, may sleep; the list belongs
 * to icmpg_net.lock, which the caller holds unless said otherwise. Must not
 * know what the changes are about.
 */
#include "nl.h"

#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/slab.h>

/**
 * icmpg_nl_draft_create() - start a change
 * @guard: of the namespace
 * @portid: of the socket it comes from
 * @replace: start from the defaults, but in the mode that is in force
 *
 * Context: process, may sleep; icmpg_net.lock held.
 * Return: the caller's, for icmpg_nl_draft_keep() or icmpg_nl_draft_destroy();
 * ERR_PTR(-ENOMEM).
 */
struct icmpg_nl_draft *icmpg_nl_draft_create(struct icmpg_net *guard,
					     u32 portid, bool replace)
{
	const struct icmpg_config *config = icmpg_net_config(guard);
	struct icmpg_nl_draft *draft;
	int err = 0;

	draft = kvzalloc(sizeof(*draft), GFP_KERNEL_ACCOUNT);
	if (!draft)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&draft->list);
	draft->portid = portid;
	draft->generation = config->generation;
	if (replace)
		icmpg_settings_init(&draft->set, config->set.mode);
	else
		err = icmpg_settings_copy(&draft->set, &config->set);
	if (err) {
		kvfree(draft);
		return ERR_PTR(err);
	}
	return draft;
}

/**
 * icmpg_nl_draft_destroy() - forget a change
 * @draft: kept or not; NULL is fine
 *
 * Context: process; icmpg_net.lock held if it is kept.
 */
void icmpg_nl_draft_destroy(struct icmpg_nl_draft *draft)
{
	if (!draft)
		return;
	list_del(&draft->list);
	icmpg_settings_exit(&draft->set);
	kvfree(draft);
}

/**
 * icmpg_nl_draft_find() - what a socket has begun
 * @guard: of the namespace
 * @portid: of the socket
 *
 * Context: icmpg_net.lock held.
 * Return: still kept; NULL if there is none.
 */
struct icmpg_nl_draft *icmpg_nl_draft_find(struct icmpg_net *guard, u32 portid)
{
	struct icmpg_nl_draft *draft;

	list_for_each_entry(draft, &guard->drafts, list)
		if (draft->portid == portid)
			return draft;
	return NULL;
}

/**
 * icmpg_nl_draft_keep() - keep a change until its socket says more
 * @guard: of the namespace, which then owns it
 * @draft: not kept yet
 *
 * Context: icmpg_net.lock held.
 * Return: 0; -EBUSY if there are too many, and the draft stays the caller's.
 */
int icmpg_nl_draft_keep(struct icmpg_net *guard, struct icmpg_nl_draft *draft)
{
	struct list_head *entry;
	unsigned int count = 0;

	list_for_each(entry, &guard->drafts)
		count++;
	if (count >= ICMPG_NL_DRAFTS_MAX)
		return -EBUSY;
	list_add_tail(&draft->list, &guard->drafts);
	return 0;
}

/**
 * icmpg_nl_drafts_destroy() - forget all that a namespace keeps
 * @guard: of the namespace, which is going away: nobody adds any more
 *
 * Context: process, may sleep; takes icmpg_net.lock.
 */
void icmpg_nl_drafts_destroy(struct icmpg_net *guard)
{
	struct icmpg_nl_draft *draft, *next;

	mutex_lock(&guard->lock);
	list_for_each_entry_safe(draft, next, &guard->drafts, list)
		icmpg_nl_draft_destroy(draft);
	mutex_unlock(&guard->lock);
}

/* A socket was closed: what it has begun will never be finished. */
static int icmpg_nl_draft_notify(struct notifier_block *block,
				 unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct icmpg_net *guard;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	guard = icmpg_net(notify->net);
	/* Its own it would see: it was kept before. Others needn't wait for a resize. */
	if (list_empty(&guard->drafts))
		return NOTIFY_DONE;
	mutex_lock(&guard->lock);
	icmpg_nl_draft_destroy(icmpg_nl_draft_find(guard, notify->portid));
	mutex_unlock(&guard->lock);
	return NOTIFY_DONE;
}

static struct notifier_block icmpg_nl_draft_notifier = {
	.notifier_call = icmpg_nl_draft_notify,
};

/**
 * icmpg_nl_draft_init() - watch sockets being closed, in all namespaces
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int icmpg_nl_draft_init(void)
{
	return netlink_register_notifier(&icmpg_nl_draft_notifier);
}

/**
 * icmpg_nl_draft_exit() - stop watching; waits for a notification that runs
 *
 * Context: process, may sleep.
 */
void icmpg_nl_draft_exit(void)
{
	netlink_unregister_notifier(&icmpg_nl_draft_notifier);
}
