// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may come in on the control channel: the policies, operations and group
 * of spec/icmpguard.yaml, in the shape that the kernel's own generator gives.
 * Data only: what needs more than one attribute is checked by the handlers.
 */
#include "nl.h"

#include <linux/module.h>

/* Ranges that don't fit the 16 bits which a policy has for them. */
static const struct netlink_range_validation icmpg_nl_max_message_range = {
	.min	= ICMPGUARD_MAX_MESSAGE_MIN,
	.max	= ICMPGUARD_MAX_MESSAGE_MAX,
};

static const struct netlink_range_validation icmpg_nl_table_size_range = {
	.min	= ICMPGUARD_TABLE_SIZE_MIN,
	.max	= ICMPGUARD_TABLE_SIZE_MAX,
};

static const struct netlink_range_validation icmpg_nl_candidate_size_range = {
	.min	= ICMPGUARD_CANDIDATE_SIZE_MIN,
	.max	= ICMPGUARD_CANDIDATE_SIZE_MAX,
};

static const struct netlink_range_validation icmpg_nl_burst_range = {
	.min	= 1,
	.max	= ICMPGUARD_BURST_MAX,
};

/* The pseudo-class all has no action. */
const struct nla_policy icmpg_nl_class_policy[ICMPGUARD_A_CLASS_MAX + 1] = {
	[ICMPGUARD_A_CLASS_ID] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_CLASS_FRAGMENT),
	[ICMPGUARD_A_CLASS_ACTION] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_ACTION_MAX),
	[ICMPGUARD_A_CLASS_FORCE] = { .type = NLA_FLAG, },
	[ICMPGUARD_A_CLASS_DIRECTION] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_DIRECTION_MAX),
};

const struct nla_policy icmpg_nl_type_policy[ICMPGUARD_A_TYPE_MAX + 1] = {
	[ICMPGUARD_A_TYPE_FAMILY] = { .type = NLA_U32, },
	[ICMPGUARD_A_TYPE_TYPE] = NLA_POLICY_MAX(NLA_U32, 255),
	[ICMPGUARD_A_TYPE_CODE] = NLA_POLICY_MAX(NLA_U32, 255),
	[ICMPGUARD_A_TYPE_ACTION] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_ACTION_MAX),
	[ICMPGUARD_A_TYPE_FORCE] = { .type = NLA_FLAG, },
	[ICMPGUARD_A_TYPE_DELETE] = { .type = NLA_FLAG, },
};

const struct nla_policy icmpg_nl_limit_policy[ICMPGUARD_A_LIMIT_MAX + 1] = {
	[ICMPGUARD_A_LIMIT_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_CLASS_MAX),
	[ICMPGUARD_A_LIMIT_SCOPE] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_SCOPE_MAX),
	[ICMPGUARD_A_LIMIT_COUNT] = NLA_POLICY_MIN(NLA_U32, 1),
	[ICMPGUARD_A_LIMIT_UNIT] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_UNIT_MAX),
	[ICMPGUARD_A_LIMIT_BURST] = NLA_POLICY_FULL_RANGE(NLA_U32, &icmpg_nl_burst_range),
	[ICMPGUARD_A_LIMIT_OFF] = { .type = NLA_FLAG, },
};

const struct nla_policy icmpg_nl_check_policy[ICMPGUARD_A_CHECK_MAX + 1] = {
	[ICMPGUARD_A_CHECK_ID] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_CHECK_MAX),
	[ICMPGUARD_A_CHECK_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[ICMPGUARD_A_CHECK_TRANSIT] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy icmpg_nl_width_policy[ICMPGUARD_A_WIDTH_MAX + 1] = {
	[ICMPGUARD_A_WIDTH_SCOPE] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_SCOPE_MAX),
	[ICMPGUARD_A_WIDTH_FAMILY] = { .type = NLA_U32, },
	[ICMPGUARD_A_WIDTH_BITS] = NLA_POLICY_RANGE(NLA_U32, 1, 128),
};

const struct nla_policy icmpg_nl_prefix_policy[ICMPGUARD_A_PREFIX_MAX + 1] = {
	[ICMPGUARD_A_PREFIX_ADDRESS] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[ICMPGUARD_A_PREFIX_BITS] = NLA_POLICY_MAX(NLA_U32, 128),
	[ICMPGUARD_A_PREFIX_DEVICE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1, },
	[ICMPGUARD_A_PREFIX_DELETE] = { .type = NLA_FLAG, },
};

/* ICMPGUARD_CMD_CONFIG_SET - do */
static const struct nla_policy
icmpg_nl_config_set_policy[ICMPGUARD_A_CONFIG_CANDIDATE_SIZE + 1] = {
	[ICMPGUARD_A_CONFIG_GENERATION] = { .type = NLA_U32, },
	[ICMPGUARD_A_CONFIG_MODE] = NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_MODE_MAX),
	[ICMPGUARD_A_CONFIG_MAX_MESSAGE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &icmpg_nl_max_message_range),
	[ICMPGUARD_A_CONFIG_TABLE_SIZE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &icmpg_nl_table_size_range),
	[ICMPGUARD_A_CONFIG_RANDOMISE] = NLA_POLICY_MAX(NLA_U8, 1),
	[ICMPGUARD_A_CONFIG_BRIDGED] = NLA_POLICY_MAX(NLA_U8, 1),
	[ICMPGUARD_A_CONFIG_CLASS] = NLA_POLICY_NESTED(icmpg_nl_class_policy),
	[ICMPGUARD_A_CONFIG_LIMIT] = NLA_POLICY_NESTED(icmpg_nl_limit_policy),
	[ICMPGUARD_A_CONFIG_CHECK] = NLA_POLICY_NESTED(icmpg_nl_check_policy),
	[ICMPGUARD_A_CONFIG_WIDTH] = NLA_POLICY_NESTED(icmpg_nl_width_policy),
	[ICMPGUARD_A_CONFIG_BROADCAST_ALLOW] = NLA_POLICY_NESTED(icmpg_nl_prefix_policy),
	[ICMPGUARD_A_CONFIG_EXEMPTION] = NLA_POLICY_NESTED(icmpg_nl_prefix_policy),
	[ICMPGUARD_A_CONFIG_REPLACE] = { .type = NLA_FLAG, },
	[ICMPGUARD_A_CONFIG_VALIDATE_ONLY] = { .type = NLA_FLAG, },
	[ICMPGUARD_A_CONFIG_TRANSACTION] =
		NLA_POLICY_RANGE(NLA_U32, 1, ICMPGUARD_TRANSACTION_MAX),
	[ICMPGUARD_A_CONFIG_EXEMPTION_COUNT] = { .type = NLA_REJECT, },
	[ICMPGUARD_A_CONFIG_TYPE] = NLA_POLICY_NESTED(icmpg_nl_type_policy),
	[ICMPGUARD_A_CONFIG_KNOWN_FIRST] = NLA_POLICY_MAX(NLA_U8, 1),
	[ICMPGUARD_A_CONFIG_CANDIDATE_SIZE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &icmpg_nl_candidate_size_range),
};

/* ICMPGUARD_CMD_WHY_GET - do */
static const struct nla_policy
icmpg_nl_why_get_policy[ICMPGUARD_A_WHY_DEVICE + 1] = {
	[ICMPGUARD_A_WHY_SOURCE] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[ICMPGUARD_A_WHY_DESTINATION] = NLA_POLICY_RANGE(NLA_BINARY, 4, 16),
	[ICMPGUARD_A_WHY_DEVICE] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1, },
};

/* Where there is no policy, every attribute is refused. */
static const struct genl_ops icmpg_nl_ops[] = {
	{
		.cmd		= ICMPGUARD_CMD_CONFIG_GET,
		.doit		= icmpg_nl_config_get_doit,
		.start		= icmpg_nl_config_get_start,
		.dumpit		= icmpg_nl_config_get_dumpit,
	},
	{
		.cmd		= ICMPGUARD_CMD_CONFIG_SET,
		.doit		= icmpg_nl_config_set_doit,
		.policy		= icmpg_nl_config_set_policy,
		.maxattr	= ICMPGUARD_A_CONFIG_CANDIDATE_SIZE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ICMPGUARD_CMD_CONFIG_RESET,
		.doit		= icmpg_nl_config_reset_doit,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ICMPGUARD_CMD_STATS_GET,
		.start		= icmpg_nl_stats_get_start,
		.dumpit		= icmpg_nl_stats_get_dumpit,
		.done		= icmpg_nl_stats_get_done,
	},
	{
		.cmd		= ICMPGUARD_CMD_STATS_RESET,
		.doit		= icmpg_nl_stats_reset_doit,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= ICMPGUARD_CMD_STATUS_GET,
		.doit		= icmpg_nl_status_get_doit,
	},
	{
		.cmd		= ICMPGUARD_CMD_WHY_GET,
		.doit		= icmpg_nl_why_get_doit,
		.policy		= icmpg_nl_why_get_policy,
		.maxattr	= ICMPGUARD_A_WHY_DEVICE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group icmpg_nl_mcgrps[] = {
	[ICMPG_NL_GROUP_EVENTS] = {
		.name	= ICMPGUARD_MCGRP_EVENTS,
		.flags	= GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* resv_start_op stays 0: every operation is validated strictly. */
struct genl_family icmpg_nl_family __ro_after_init = {
	.name		= ICMPGUARD_FAMILY_NAME,
	.version	= ICMPGUARD_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= icmpg_nl_ops,
	.n_ops		= ARRAY_SIZE(icmpg_nl_ops),
	.mcgrps		= icmpg_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(icmpg_nl_mcgrps),
};
