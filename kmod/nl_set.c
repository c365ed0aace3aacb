// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing the configuration: whole or not at all. A message's changes go into
 * a draft; what comes of it is built and published, and only then told. All of
 * it in process context, may sleep, under icmpg_net.lock. Each refusal has a
 * sentence. Must not know single attributes (nl_change.c).
 */
#include "nl.h"

#include <linux/log2.h>

#include "event.h"
#include "main.h"

/*
 * Beside tables and lists: marks, drafts, configurations before and after. Not in
 * it is what no setting makes more: what each processor has for itself, counters
 * and known destinations, and the lists of the few drafts that wait for messages.
 */
#define ICMPG_NL_SET_FIXED_BYTES	(384 << 10)

/* As an allocator of pages takes it. */
static u64 icmpg_nl_set_list_bytes(const struct icmpg_settings *set)
{
	return set->exempt ?
	       roundup_pow_of_two(struct_size(set->exempt, entry,
					      set->exempt->count)) : 0;
}

/* While tables are resized there are two of each. */
static bool icmpg_nl_set_resizes(const struct icmpg_settings *from,
				 const struct icmpg_settings *to)
{
	if (from->mode == ICMPGUARD_MODE_OFF || to->mode == ICMPGUARD_MODE_OFF)
		return false;
	return from->table_size != to->table_size ||
	       from->candidate_size != to->candidate_size ||
	       from->known_first != to->known_first;
}

/*
 * Nothing that it has gets larger: such a change is never refused, as the allowance
 * may have become smaller since.
 */
static bool icmpg_nl_set_grows(const struct icmpg_settings *from,
			       const struct icmpg_settings *to)
{
	return (from->mode == ICMPGUARD_MODE_OFF &&
		to->mode != ICMPGUARD_MODE_OFF) ||
	       icmpg_nl_set_resizes(from, to) ||
	       icmpg_settings_memory(to) > icmpg_settings_memory(from) ||
	       icmpg_nl_set_list_bytes(to) > icmpg_nl_set_list_bytes(from);
}

/*
 * Those outside the initial user namespace aren't trusted with memory. Of its list
 * each configuration counts two, as the next one has a copy: what was accepted
 * can be changed, or turned off, without asking for more.
 * @change: to be blamed, or NULL
 */
static int icmpg_nl_set_check_memory(struct icmpg_net *guard,
				     const struct icmpg_settings *set,
				     const struct icmpg_nl_change *change,
				     struct genl_info *info)
{
	const struct icmpg_settings *now = &icmpg_net_config(guard)->set;
	u64 bytes = ICMPG_NL_SET_FIXED_BYTES + icmpg_settings_memory(set) +
		    2 * icmpg_nl_set_list_bytes(set);
	const struct nlattr *blamed = NULL;

	if (guard->net->user_ns == &init_user_ns)
		return 0;
	if (icmpg_nl_set_resizes(now, set))
		bytes += icmpg_settings_memory(now);
	if (bytes <= READ_ONCE(icmpg_userns_memory) ||
	    !icmpg_nl_set_grows(now, set))
		return 0;
	/* config-reset has no attributes, nor room for them. */
	if (change)
		blamed = info->attrs[ICMPGUARD_A_CONFIG_TABLE_SIZE] ?:
			 info->attrs[ICMPGUARD_A_CONFIG_CANDIDATE_SIZE];
	NL_SET_ERR_MSG_ATTR(info->extack, blamed,
			    "more memory than userns_memory allows this namespace: choose a smaller table-size or candidate-size, or set mode off first if the old one counts too");
	return -EDQUOT;
}

static struct icmpg_config *
icmpg_nl_set_build(struct icmpg_net *guard, struct icmpg_nl_draft *draft,
		   const struct icmpg_nl_change *change, struct genl_info *info)
{
	struct icmpg_config *config;
	int err;

	err = icmpg_nl_set_check_memory(guard, &draft->set, change, info);
	if (err)
		return ERR_PTR(err);
	config = icmpg_config_build(&draft->set, &guard->key, info->extack);
	if (IS_ERR(config) && PTR_ERR(config) != -ENOMEM && change)
		icmpg_nl_change_blame(change);
	return config;
}

/* The change is in force, or never meant to be: that isn't an error now. */
static void icmpg_nl_set_reply(struct sk_buff *reply, struct genl_info *info,
			       const struct icmpg_config *config)
{
	if (icmpg_nl_config_fill(reply, config, info->snd_portid, info->snd_seq,
				 info->genlhdr->cmd))
		nlmsg_free(reply);
	else
		genlmsg_reply(reply, info);
}

/* @change: the message that ends the draft, or NULL. */
static int icmpg_nl_set_finish(struct icmpg_net *guard,
			       struct icmpg_nl_draft *draft,
			       const struct icmpg_nl_change *change,
			       struct genl_info *info)
{
	struct sk_buff *reply;
	struct icmpg_config *config;
	int err;

	config = icmpg_nl_set_build(guard, draft, change, info);
	if (IS_ERR(config))
		return PTR_ERR(config);
	reply = icmpg_nl_config_create();
	if (!reply) {
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		err = -ENOMEM;
		goto destroy_config;
	}
	if (draft->validate_only) {
		config->generation = draft->generation;
	} else {
		err = icmpg_net_publish(guard, config, info->extack);
		if (err)
			goto free_reply;
	}
	/* ORDER: no failure from here on; what is in force stays so. */
	icmpg_nl_set_reply(reply, info, config);
	if (draft->validate_only)
		icmpg_config_destroy(config);
	else
		icmpg_event_config_send(guard);
	return 0;

free_reply:
	nlmsg_free(reply);
destroy_config:
	icmpg_config_destroy(config);
	return err;
}

/* What the message goes into: a new draft, or the one its socket has begun. */
static struct icmpg_nl_draft *icmpg_nl_set_draft(struct icmpg_net *guard,
						 struct genl_info *info,
						 u32 step)
{
	struct icmpg_nl_draft *draft;

	draft = step ? icmpg_nl_draft_find(guard, info->snd_portid) : NULL;
	if (step > ICMPGUARD_TRANSACTION_BEGIN) {
		if (draft)
			return draft;
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ICMPGUARD_A_CONFIG_TRANSACTION],
				    "this socket has begun no transaction, or it was refused");
		return ERR_PTR(-ENOENT);
	}
	icmpg_nl_draft_destroy(draft);
	draft = icmpg_nl_draft_create(guard, info->snd_portid,
				      info->attrs[ICMPGUARD_A_CONFIG_REPLACE]);
	if (IS_ERR(draft)) {
		GENL_SET_ERR_MSG(info, "no memory for the change");
	} else if (step && icmpg_nl_draft_keep(guard, draft)) {
		icmpg_nl_draft_destroy(draft);
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ICMPGUARD_A_CONFIG_TRANSACTION],
				    "too many transactions are open in this namespace: try again");
		return ERR_PTR(-EBUSY);
	}
	return draft;
}

/* May the message be applied to what is in force now, and to this draft? */
static int icmpg_nl_set_check(struct icmpg_net *guard,
			      const struct icmpg_nl_draft *draft,
			      struct genl_info *info, u32 step)
{
	u32 generation = icmpg_net_config(guard)->generation;
	struct nlattr *read = info->attrs[ICMPGUARD_A_CONFIG_GENERATION];

	if (read && nla_get_u32(read) != generation) {
		NL_SET_ERR_MSG_ATTR(info->extack, read,
				    "the configuration was changed since it was read: read it again");
		return -EBUSY;
	}
	if (step == ICMPGUARD_TRANSACTION_COMMIT &&
	    draft->generation != generation) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ICMPGUARD_A_CONFIG_TRANSACTION],
				    "the configuration was changed since the transaction began: begin again");
		return -EBUSY;
	}
	if (step > ICMPGUARD_TRANSACTION_BEGIN &&
	    info->attrs[ICMPGUARD_A_CONFIG_REPLACE]) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[ICMPGUARD_A_CONFIG_REPLACE],
				    "replace goes with the first message of a transaction");
		return -EINVAL;
	}
	return 0;
}

/* The draft waits for more; what is told is what is in force. */
static int icmpg_nl_set_wait(struct icmpg_net *guard, struct genl_info *info)
{
	struct sk_buff *reply = icmpg_nl_config_create();

	if (!reply) {
		GENL_SET_ERR_MSG(info, "no memory for the reply");
		return -ENOMEM;
	}
	icmpg_nl_set_reply(reply, info, icmpg_net_config(guard));
	return 0;
}

static int icmpg_nl_set_message(struct icmpg_net *guard, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[ICMPGUARD_A_CONFIG_TRANSACTION];
	struct icmpg_nl_change change = { .info = info };
	struct icmpg_nl_draft *draft;
	u32 step = attr ? nla_get_u32(attr) : 0;
	bool last = !step || step == ICMPGUARD_TRANSACTION_COMMIT;
	int err;

	draft = icmpg_nl_set_draft(guard, info, step);
	if (IS_ERR(draft))
		return PTR_ERR(draft);
	change.set = &draft->set;
	if (info->attrs[ICMPGUARD_A_CONFIG_VALIDATE_ONLY])
		draft->validate_only = true;
	err = icmpg_nl_set_check(guard, draft, info, step);
	if (!err)
		err = icmpg_nl_change_apply(&change);
	if (!err)
		err = last ? icmpg_nl_set_finish(guard, draft, &change, info) :
			     icmpg_nl_set_wait(guard, info);
	/* Whole or not at all: what was refused once is never committed. */
	if (err || last)
		icmpg_nl_draft_destroy(draft);
	return err;
}

/**
 * icmpg_nl_config_set_doit() - ICMPGUARD_CMD_CONFIG_SET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep; takes icmpg_net.lock.
 * Return: 0; -errno with a sentence, then nothing has changed and a
 * transaction that this belonged to is forgotten.
 */
int icmpg_nl_config_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_net *guard = icmpg_net(genl_info_net(info));
	int err;

	mutex_lock(&guard->lock);
	err = icmpg_nl_set_message(guard, info);
	mutex_unlock(&guard->lock);
	return err;
}

/**
 * icmpg_nl_config_reset_doit() - ICMPGUARD_CMD_CONFIG_RESET
 * @skb: the request
 * @info: the same, parsed
 *
 * Context: process, may sleep; takes icmpg_net.lock.
 * Return: 0 or -errno, then nothing has changed.
 */
int icmpg_nl_config_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct icmpg_net *guard = icmpg_net(genl_info_net(info));
	struct icmpg_nl_draft *draft;
	int err;

	mutex_lock(&guard->lock);
	draft = icmpg_nl_draft_create(guard, info->snd_portid, true);
	if (IS_ERR(draft)) {
		GENL_SET_ERR_MSG(info, "no memory for the change");
		err = PTR_ERR(draft);
	} else {
		err = icmpg_nl_set_finish(guard, draft, NULL, info);
		icmpg_nl_draft_destroy(draft);
	}
	mutex_unlock(&guard->lock);
	return err;
}
