// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of the netlink interface as a whole: that the tables of
 * genl_contract_tables.h, the module's own policies and what it answers say the
 * same, and what isn't a request of it. genl_attributes.c has what a single
 * attribute may hold, genl_refusals.c what doesn't go together, genl_sockets.c
 * who may do it, and what several sockets do to each other.
 *
 * timeout: 180
 * processors: 1
 */
#include "genl_contract.h"

/* Every number of the uapi header has its line. */
TEST(tables_are_complete)
{
	unsigned int i, type;

	for (i = 0; i < ARRAY_LENGTH(sets); i++) {
		EXPECT_EQ(sets[i]->max, sets[i]->count);
		for (type = 1; type <= sets[i]->max; type++) {
			EXPECT_NE(NULL, find_attribute(sets[i], type)) {
				TH_LOG("%s: there is no case for attribute %u", sets[i]->name,
				       type);
			}
		}
	}
	EXPECT_EQ(ICMPGUARD_CMD_MAX, ARRAY_LENGTH(operations));
	for (i = 1; i <= ICMPGUARD_CMD_MAX; i++) {
		EXPECT_NE(NULL, find_operation(i)) {
			TH_LOG("there is no case for operation %u", i);
		}
	}
}

/* The module has the operations of the table, for those that it says. */
TEST_F(contract, operations)
{
	const struct nlattr *list, *attr;
	unsigned int flags, known = 0;
	const struct operation *operation;

	ASSERT_EQ(0, channel_resolve(&self->guard, &answer));
	EXPECT_EQ(ICMPGUARD_FAMILY_VERSION, u32_of(&answer, CTRL_ATTR_VERSION));
	EXPECT_EQ(0, u32_of(&answer, CTRL_ATTR_HDRSIZE));
	EXPECT_NE(0, self->guard.group);
	list = answer_find(&answer, CTRL_ATTR_OPS);
	ASSERT_NE(NULL, list);
	mnl_attr_for_each_nested(attr, list) {
		operation = find_operation(mnl_attr_get_u32(nest_find(attr, CTRL_ATTR_OP_ID)));
		ASSERT_NE(NULL, operation);
		known++;
		flags = mnl_attr_get_u32(nest_find(attr, CTRL_ATTR_OP_FLAGS));
		EXPECT_EQ(operation->does, !!(flags & GENL_CMD_CAP_DO));
		EXPECT_EQ(operation->dumps, !!(flags & GENL_CMD_CAP_DUMP));
		EXPECT_EQ(operation->needs_admin, !!(flags & GENL_UNS_ADMIN_PERM));
		EXPECT_FALSE(flags & GENL_ADMIN_PERM);
		EXPECT_FALSE(operation->notifies);
	}
	for (operation = operations; operation < operations + ARRAY_LENGTH(operations); operation++)
		known += operation->notifies;
	EXPECT_EQ(ARRAY_LENGTH(operations), known);
}

/* ------------------------------------------------------------- policies */

/* As the kernel tells them: policy by number, in it attributes by type. */
#define POLICIES	32
#define POLICY_TYPES	64

struct told_policy {
	bool there;
	unsigned int type;		/* enum netlink_attribute_type, 0: no such attribute */
	unsigned long long low, high;
	unsigned int nested;		/* the policy inside */
};

static struct told_policy policies[POLICIES][POLICY_TYPES];

static unsigned long long number_of(const struct nlattr *nest, unsigned short type,
				    unsigned long long otherwise)
{
	const struct nlattr *attr = nest_find(nest, type);

	if (!attr)
		return otherwise;
	return mnl_attr_get_payload_len(attr) == 8 ? mnl_attr_get_u64(attr) :
						     mnl_attr_get_u32(attr);
}

static void take_policy(const struct nlattr *list)
{
	const struct nlattr *policy, *attr;
	struct told_policy *told;

	mnl_attr_for_each_nested(policy, list) {
		mnl_attr_for_each_nested(attr, policy) {
			if (mnl_attr_get_type(policy) >= POLICIES ||
			    mnl_attr_get_type(attr) >= POLICY_TYPES)
				continue;
			told = &policies[mnl_attr_get_type(policy)][mnl_attr_get_type(attr)];
			told->there = true;
			told->type = number_of(attr, NL_POLICY_TYPE_ATTR_TYPE, 0);
			told->low = number_of(attr, NL_POLICY_TYPE_ATTR_MIN_VALUE_U,
					      number_of(attr, NL_POLICY_TYPE_ATTR_MIN_LENGTH, 0));
			told->high = number_of(attr, NL_POLICY_TYPE_ATTR_MAX_VALUE_U,
					       number_of(attr, NL_POLICY_TYPE_ATTR_MAX_LENGTH, 0));
			told->nested = number_of(attr, NL_POLICY_TYPE_ATTR_POLICY_IDX, 0);
		}
	}
}

static void compare_policy(struct __test_metadata *_metadata, const struct set *set,
			   unsigned int index)
{
	static const unsigned int types[] = {
		[KIND_U8] = NL_ATTR_TYPE_U8, [KIND_U32] = NL_ATTR_TYPE_U32,
		[KIND_U64] = NL_ATTR_TYPE_U64, [KIND_FLAG] = NL_ATTR_TYPE_FLAG,
		[KIND_STRING] = NL_ATTR_TYPE_NUL_STRING, [KIND_BINARY] = NL_ATTR_TYPE_BINARY,
		[KIND_NEST] = NL_ATTR_TYPE_NESTED,
	};
	const struct attribute *attribute;
	const struct told_policy *told;
	unsigned int type;

	for (type = 0; type < POLICY_TYPES; type++) {
		told = &policies[index][type];
		attribute = find_attribute(set, type);
		if (attribute && attribute->only_told)
			attribute = NULL;
		EXPECT_EQ(!!attribute, told->there) {
			TH_LOG("%s %u: %s", set->name, type, told->there ?
			       "in the module's policy, but in no table" :
			       "not in the module's policy");
		}
		if (!attribute || !told->there)
			continue;
		EXPECT_EQ(types[attribute->kind], told->type) {
			TH_LOG("%s %s: another type", set->name, attribute->name);
		}
		EXPECT_TRUE(attribute->low == told->low && attribute->high == told->high) {
			TH_LOG("%s %s: the module takes %llu to %llu", set->name, attribute->name,
			       told->low, told->high);
		}
		if (attribute->kind == KIND_NEST)
			compare_policy(_metadata, attribute->nest, told->nested);
	}
}

/* What the module itself says that it takes is what the tables say. */
TEST_F(contract, policies)
{
	const struct operation *operation;
	const struct nlattr *attr, *inner;
	unsigned int i, index[256];

	memset(index, 0xff, sizeof(index));
	request_init(&request, GENL_ID_CTRL, CTRL_CMD_GETPOLICY, NLM_F_DUMP);
	mnl_attr_put_u16(&request.nlh, CTRL_ATTR_FAMILY_ID, self->guard.family);
	channel_ask(&self->guard, &request, &answer);
	ASSERT_EQ(0, answer.err);
	for (i = 0; i < answer.messages; i++) {
		attr = message_find(answer.message[i], CTRL_ATTR_POLICY);
		if (attr)
			take_policy(attr);
		attr = message_find(answer.message[i], CTRL_ATTR_OP_POLICY);
		if (!attr)
			continue;
		mnl_attr_for_each_nested(inner, attr) {
			index[mnl_attr_get_type(inner)] =
				number_of(inner, CTRL_ATTR_POLICY_DO,
					  number_of(inner, CTRL_ATTR_POLICY_DUMP, UINT_MAX));
		}
	}
	for (operation = operations; operation < operations + ARRAY_LENGTH(operations);
	     operation++) {
		if (operation->request)
			ASSERT_GT(POLICIES, index[operation->cmd]);
		if (index[operation->cmd] < POLICIES && operation->request)
			compare_policy(_metadata, operation->request, index[operation->cmd]);
	}
}

/* ------------------------------------------- operations without attributes */

/* Whatever is given to them is refused, whichever way they are asked. */
TEST_F(contract, attributes_of_none)
{
	static const unsigned short ways[] = { NLM_F_ACK, NLM_F_DUMP };
	const struct operation *operation;
	unsigned int way, type, offset;

	for (operation = operations; operation < operations + ARRAY_LENGTH(operations);
	     operation++) {
		for (way = 0; way < ARRAY_LENGTH(ways); way++) {
			if (operation->request || operation->notifies ||
			    (way ? !operation->dumps : !operation->does))
				continue;
			for (type = 0; type < 40; type++) {
				begin(&self->guard, operation->cmd, ways[way]);
				offset = request_put(&request, type, "\1\0\0", 4, 0);
				channel_ask(&self->guard, &request, &answer);
				EXPECT_EQ(EINVAL, answer.err) {
					TH_LOG("%s: attribute %u: %s", operation->name, type,
					       strerror(answer.err));
				}
				EXPECT_STRNE("", answer.text);
				EXPECT_EQ(offset, answer.bad);
			}
		}
	}
}

/* ------------------------------------------------------- headers and ways */

/* Only what is there can be asked for, and only as it can be answered. */
TEST_F(contract, unknown_operations)
{
	const struct operation *operation;
	unsigned int cmd;

	for (cmd = 0; cmd < 256; cmd++) {
		operation = find_operation(cmd);
		if (!operation || !operation->does) {
			begin(&self->guard, cmd, NLM_F_ACK);
			channel_ask(&self->guard, &request, &answer);
			EXPECT_EQ(EOPNOTSUPP, answer.err) {
				TH_LOG("operation %u can be done", cmd);
			}
		}
		if (!operation || !operation->dumps) {
			begin(&self->guard, cmd, NLM_F_DUMP);
			channel_ask(&self->guard, &request, &answer);
			EXPECT_EQ(EOPNOTSUPP, answer.err) {
				TH_LOG("operation %u can be dumped", cmd);
			}
		}
	}
}

/* A message that is too short, has bits that mean nothing, or bytes too many. */
TEST_F(contract, headers)
{
	const struct operation *operation;
	struct genlmsghdr *genl;

	for (operation = operations; operation < operations + ARRAY_LENGTH(operations);
	     operation++) {
		if (operation->notifies)
			continue;
		read_config(&self->guard, &before);
		begin(&self->guard, operation->cmd, flags_of(operation));
		request.nlh.nlmsg_len = NLMSG_HDRLEN + 2;
		channel_ask(&self->guard, &request, &answer);
		EXPECT_EQ(EINVAL, answer.err);

		begin(&self->guard, operation->cmd, flags_of(operation));
		genl = mnl_nlmsg_get_payload(&request.nlh);
		genl->reserved = 1;
		channel_ask(&self->guard, &request, &answer);
		EXPECT_EQ(EINVAL, answer.err);

		begin(&self->guard, operation->cmd, flags_of(operation) | NLM_F_CREATE << 2);
		channel_ask(&self->guard, &request, &answer);
		EXPECT_EQ(EINVAL, answer.err);

		begin(&self->guard, operation->cmd, flags_of(operation));
		memcpy(request.bytes + request.nlh.nlmsg_len, "\1\1\1\1", 4);
		request.nlh.nlmsg_len += 3;
		channel_ask(&self->guard, &request, &answer);
		EXPECT_EQ(EINVAL, answer.err);
		expect_unchanged(_metadata, &self->guard, operation->name);
	}
}

/* ---------------------------------------------------------------- replies */

/* All that is told is of the kind and in the range that the tables say. */
static void check_told(struct __test_metadata *_metadata, const struct set *set,
		       const struct nlattr *attr, unsigned int *seen)
{
	const struct attribute *attribute = find_attribute(set, mnl_attr_get_type(attr));
	unsigned int length = mnl_attr_get_payload_len(attr);
	const struct nlattr *inner;
	unsigned long long number = 0;
	bool right = true;

	EXPECT_NE(NULL, attribute) {
		TH_LOG("%s: told an attribute %u", set->name, mnl_attr_get_type(attr));
	}
	if (!attribute)
		return;
	EXPECT_FALSE(set == &config_set && attribute->only_set);
	if (seen)
		*seen |= 1u << attribute->type;
	switch (attribute->kind) {
	case KIND_U8:
		right = length == 1;
		number = right ? mnl_attr_get_u8(attr) : 0;
		break;
	case KIND_U32:
		right = length == 4;
		number = right ? mnl_attr_get_u32(attr) : 0;
		break;
	case KIND_U64:
		right = length == 8;
		break;
	case KIND_FLAG:
	case KIND_NONE:
		right = !length;
		break;
	case KIND_STRING:
		right = length && strnlen(mnl_attr_get_str(attr), length) == length - 1 &&
			length - 1 <= attribute->high;
		break;
	case KIND_BINARY:
		right = length >= attribute->low && length <= attribute->high;
		break;
	case KIND_NEST:
		right = attr->nla_type & NLA_F_NESTED;
		mnl_attr_for_each_nested(inner, attr) {
			check_told(_metadata, attribute->nest, inner, NULL);
		}
		break;
	}
	if (attribute->kind == KIND_U8 || attribute->kind == KIND_U32)
		right &= number >= attribute->low && number <= attribute->high;
	EXPECT_TRUE(right) {
		TH_LOG("%s %s: told as %u bytes, number %llu", set->name, attribute->name,
		       length, number);
	}
}

/* @unseen: attributes that this answer need not have. */
static void check_answer(struct __test_metadata *_metadata, const struct operation *operation,
			 const struct answer *from, unsigned int unseen)
{
	const struct set *set = operation->reply;
	const struct nlattr *attr;
	unsigned int i, seen = 0;

	for (i = 0; i < from->messages; i++) {
		EXPECT_EQ(operation->cmd, message_cmd(from->message[i]));
		mnl_attr_for_each(attr, from->message[i], sizeof(struct genlmsghdr)) {
			check_told(_metadata, set, attr, &seen);
		}
	}
	for (i = 0; i < set->count; i++) {
		if (set->attribute[i].kind == KIND_NONE || set->attribute[i].only_set ||
		    set->attribute[i].sometimes)
			continue;
		EXPECT_TRUE((seen | unseen) & 1u << set->attribute[i].type) {
			TH_LOG("%s: %s isn't told", operation->name, set->attribute[i].name);
		}
	}
}

TEST_F(contract, replies)
{
	const unsigned int lists = 1u << ICMPGUARD_A_CONFIG_BROADCAST_ALLOW |
				   1u << ICMPGUARD_A_CONFIG_EXEMPTION;
	const struct operation *operation;
	unsigned int way;

	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_MODE, ICMPGUARD_MODE_ENFORCE);
	put_prefixes(ICMPGUARD_A_CONFIG_BROADCAST_ALLOW, 0, 3);
	put_prefixes(ICMPGUARD_A_CONFIG_EXEMPTION, 0, 3);
	channel_ask(&self->guard, &request, &answer);
	ASSERT_EQ(0, answer.err);
	for (operation = operations; operation < operations + ARRAY_LENGTH(operations);
	     operation++) {
		for (way = 0; way < 2; way++) {
			if (operation->notifies || (way ? !operation->dumps : !operation->does))
				continue;
			if (way) {
				begin(&self->guard, operation->cmd, NLM_F_DUMP);
				channel_ask(&self->guard, &request, &answer);
			} else {
				ask_base(&self->guard, operation);
			}
			EXPECT_EQ(0, answer.err);
			EXPECT_EQ(!operation->reply, !answer.messages);
			if (!operation->reply)
				continue;
			check_answer(_metadata, operation, &answer,
				     operation->reply == &config_set && !way ? lists : 0);
		}
	}
}

TEST_HARNESS_MAIN
