// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contract of the netlink interface: what is taken and told, and that all
 * else is refused with a sentence and changes nothing. The tables that this
 * walks through are in genl_contract_tables.h, which says how to add to them;
 * genl_sockets.c has who may do it, and what several sockets do to each other.
 *
 * timeout: 180
 */
#include "genl_contract.h"

static struct answer before, after;

/* A place on the walk through the tables. */
struct walk {
	struct __test_metadata *metadata;
	struct channel *channel;
	const struct operation *operation;
	struct variation at;	/* path and depth: where the walk is */
	unsigned int tried;
};

/* Says where the walk is, in front of what is wrong there. */
static const char *place(const struct walk *walk, const char *what, unsigned long long number)
{
	static char text[256];
	unsigned int i, length;

	length = snprintf(text, sizeof(text), "%s", walk->operation->name);
	for (i = 0; i < walk->at.depth; i++)
		length += snprintf(text + length, sizeof(text) - length, " %s",
				   walk->at.path[i]->name);
	snprintf(text + length, sizeof(text) - length, ": %s %llu", what, number);
	return text;
}

static void expect_unchanged(struct __test_metadata *_metadata, struct channel *channel,
			     const char *where)
{
	read_config(channel, &after);
	EXPECT_TRUE(answer_equal(&before, &after)) {
		TH_LOG("%s: the configuration is another than before", where);
		read_config(channel, &before);
	}
}

/* Which attribute a refusal must point at. */
enum blame { BLAME_IT, BLAME_IT_OR_OUTER, BLAME_ANY };

/* Refused, with a sentence, pointing at what is wrong, and nothing has changed. */
static void try_wrong(struct walk *walk, struct variation *variation, enum blame blame,
		      const char *what, unsigned long long number)
{
	struct __test_metadata *_metadata = walk->metadata;
	const char *where = place(walk, what, number);

	ask_variation(walk->channel, walk->operation, variation);
	walk->tried++;
	EXPECT_TRUE(answer.err == EINVAL || answer.err == ERANGE || answer.err == EBUSY ||
		    answer.err == ENOENT || answer.err == ENODEV) {
		TH_LOG("%s: %s", where, answer.err ? strerror(answer.err) : "was taken");
	}
	EXPECT_STRNE("", answer.text) {
		TH_LOG("%s: refused without a sentence", where);
	}
	EXPECT_TRUE(answer.bad == variation->offset || blame == BLAME_ANY ||
		    (blame == BLAME_IT_OR_OUTER && answer.bad == variation->outer)) {
		TH_LOG("%s: \"%s\" points at %u; it is at %u, in %u", where, answer.text,
		       answer.bad, variation->offset, variation->outer);
	}
	expect_unchanged(_metadata, walk->channel, where);
}

/* Is what was asked for told? The attributes of a nest may be in any order. */
static bool is_told(const struct nlattr *asked, const struct nlattr *told,
		    const struct attribute *attribute)
{
	const struct set *set = attribute->nest;
	const struct nlattr *inner, *same;
	unsigned int i;

	if (!set)
		return mnl_attr_get_payload_len(asked) == mnl_attr_get_payload_len(told) &&
		       !memcmp(mnl_attr_get_payload(asked), mnl_attr_get_payload(told),
			       mnl_attr_get_payload_len(asked));
	for (i = 0; i < set->count; i++) {
		inner = nest_find(asked, set->attribute[i].type);
		if (!inner || set->attribute[i].only_set)
			continue;
		same = nest_find(told, set->attribute[i].type);
		if (!same || !is_told(inner, same, &set->attribute[i]))
			return false;
	}
	return true;
}

static void expect_told(struct walk *walk, const char *where)
{
	struct __test_metadata *_metadata = walk->metadata;
	const struct attribute *outer = walk->at.path[0];
	const struct nlattr *asked, *told;
	bool found = false;
	unsigned int i;

	if (walk->operation->request != &config_set || outer->only_set)
		return;
	asked = message_find(&request.nlh, outer->type);
	for (i = 0; i < after.messages; i++)
		mnl_attr_for_each(told, after.message[i], sizeof(struct genlmsghdr)) {
			found |= mnl_attr_get_type(told) == outer->type &&
				 is_told(asked, told, outer);
		}
	EXPECT_TRUE(found) {
		TH_LOG("%s: taken, but not told", where);
	}
}

/* Taken, and told afterwards. */
static void try_right(struct walk *walk, struct variation *variation, const char *what,
		      unsigned long long number)
{
	static struct request asked;
	struct __test_metadata *_metadata = walk->metadata;
	const char *where = place(walk, what, number);

	ask_variation(walk->channel, walk->operation, variation);
	walk->tried++;
	EXPECT_EQ(0, answer.err) {
		TH_LOG("%s: refused: %s", where, answer.text);
	}
	asked = request;
	read_config(walk->channel, &after);
	request = asked;
	expect_told(walk, where);
	read_config(walk->channel, &before);
}

/* ------------------------------------------------------ one attribute */

static struct variation replace(const struct walk *walk, const void *data, size_t length)
{
	struct variation variation = walk->at;
	const struct attribute *attribute = walk->at.path[walk->at.depth - 1];

	variation.how = REPLACED;
	variation.type = attribute->type |
			 (attribute->kind == KIND_NEST ? NLA_F_NESTED : 0);
	variation.data = data;
	variation.length = length;
	return variation;
}

static size_t number_length(const struct attribute *attribute)
{
	return attribute->kind == KIND_U8 ? 1 : 4;
}

static void walk_lengths(struct walk *walk, size_t right, size_t up_to)
{
	static const char zeros[300];
	struct variation variation;
	size_t length;

	for (length = 0; length <= up_to; length++) {
		if (length == right)
			continue;
		variation = replace(walk, zeros, length);
		try_wrong(walk, &variation, BLAME_IT, "length", length);
	}
}

static void walk_number(struct walk *walk, const struct attribute *attribute)
{
	unsigned int most = attribute->kind == KIND_U8 ? UCHAR_MAX : UINT_MAX;
	unsigned int outside[] = { attribute->low - 1, attribute->high + 1, most };
	size_t length = number_length(attribute);
	struct variation variation;
	unsigned int i, number;

	walk_lengths(walk, length, 9);
	for (i = 0; i < ARRAY_LENGTH(outside); i++) {
		if (outside[i] >= attribute->low && outside[i] <= attribute->high)
			continue;
		variation = replace(walk, &outside[i], length);
		try_wrong(walk, &variation, BLAME_IT, "out of range", outside[i]);
	}
	for (i = 0; i < attribute->refuse.count; i++) {
		number = attribute->refuse.number[i];
		variation = replace(walk, &number, length);
		try_wrong(walk, &variation, BLAME_IT_OR_OUTER, "value", number);
	}
	for (i = 0; i < attribute->take.count; i++) {
		number = attribute->take.number[i];
		variation = replace(walk, &number, length);
		try_right(walk, &variation, "value", number);
	}
}

static void walk_binary(struct walk *walk, const struct attribute *attribute)
{
	static const char zeros[300];
	struct variation variation;
	unsigned int i;
	size_t length;

	for (length = 0; length <= attribute->high + 4; length++) {
		if (length >= attribute->low && length <= attribute->high)
			continue;
		variation = replace(walk, zeros, length);
		try_wrong(walk, &variation, BLAME_IT, "length", length);
	}
	for (i = 0; i < attribute->refuse.count; i++) {
		variation = replace(walk, attribute->bytes, attribute->refuse.number[i]);
		try_wrong(walk, &variation, BLAME_IT_OR_OUTER, "length", variation.length);
	}
	for (i = 0; i < attribute->take.count; i++) {
		variation = replace(walk, attribute->bytes, attribute->take.number[i]);
		try_right(walk, &variation, "length", variation.length);
	}
}

static void walk_string(struct walk *walk, const struct attribute *attribute)
{
	char text[300] = "";
	struct variation variation;
	unsigned int i;

	memset(text, 'x', attribute->high + 1);
	variation = replace(walk, text, attribute->high + 2);
	try_wrong(walk, &variation, BLAME_IT, "string of length", attribute->high + 1);
	variation = replace(walk, text, attribute->high);
	try_wrong(walk, &variation, BLAME_IT, "string without end, length", attribute->high);
	variation = replace(walk, text, 0);
	try_wrong(walk, &variation, BLAME_IT, "length", 0);
	for (i = 0; i < ARRAY_LENGTH(attribute->refuse_text); i++) {
		if (!attribute->refuse_text[i])
			continue;
		variation = replace(walk, attribute->refuse_text[i],
				    strlen(attribute->refuse_text[i]) + 1);
		try_wrong(walk, &variation, BLAME_IT_OR_OUTER, "text", i);
	}
	for (i = 0; i < ARRAY_LENGTH(attribute->take_text); i++) {
		if (!attribute->take_text[i])
			continue;
		variation = replace(walk, attribute->take_text[i],
				    strlen(attribute->take_text[i]) + 1);
		try_right(walk, &variation, "text", i);
	}
}

static void walk_flag(struct walk *walk, const struct attribute *attribute)
{
	struct variation variation;

	walk_lengths(walk, 0, 5);
	variation = replace(walk, NULL, 0);
	if (attribute->contradicts)
		try_wrong(walk, &variation, BLAME_IT_OR_OUTER, "flag", 1);
	else
		try_right(walk, &variation, "flag", 1);
}

/* What is no attribute, instead of the attributes of a nest. */
static void walk_nest(struct walk *walk)
{
	static const struct nlattr tiny = { .nla_len = 3, .nla_type = 1 };
	static const struct nlattr long_one = { .nla_len = 64, .nla_type = 1 };
	struct variation variation;
	size_t length;

	for (length = 0; length <= 3; length++) {
		variation = replace(walk, "\xff\xff\xff", length);
		try_wrong(walk, &variation, length ? BLAME_ANY : BLAME_IT, "nest of bytes", length);
	}
	variation = replace(walk, &tiny, sizeof(tiny));
	try_wrong(walk, &variation, BLAME_ANY, "nest with an attribute that says", tiny.nla_len);
	variation = replace(walk, &long_one, sizeof(long_one));
	try_wrong(walk, &variation, BLAME_ANY, "nest with an attribute that says",
		  long_one.nla_len);
}

/* The attribute marked as what it isn't: a nest, or none. */
static void walk_nested_flag(struct walk *walk, const struct attribute *attribute)
{
	static const char zeros[16];
	struct variation variation = replace(walk, zeros, attribute->kind == KIND_NEST ? 8 :
					     attribute->kind == KIND_FLAG ? 0 :
					     attribute->kind == KIND_BINARY ? attribute->low :
					     number_length(attribute));

	variation.type ^= NLA_F_NESTED;
	try_wrong(walk, &variation, BLAME_IT, "nested flag", !!(variation.type & NLA_F_NESTED));
}

static void walk_left_out(struct walk *walk, const struct attribute *attribute)
{
	struct __test_metadata *_metadata = walk->metadata;
	struct variation variation = walk->at;

	variation.how = LEFT_OUT;
	try_wrong(walk, &variation, walk->at.depth > 1 ? BLAME_IT_OR_OUTER : BLAME_ANY,
		  "left out", attribute->type);
	EXPECT_EQ(attribute->type, answer.missing) {
		TH_LOG("%s: not told what is missing",
		       place(walk, "left out", attribute->type));
	}
	EXPECT_EQ(variation.outer, answer.missing_nest);
}

/* Behind all that is right, an attribute that doesn't belong there. */
static void walk_unknown(struct walk *walk, const struct set *set)
{
	const unsigned short unknown[] = { 0, set->max + 1, set->max + 2, 0x3fff };
	struct variation variation = walk->at;
	unsigned int i;

	variation.how = FOLLOWED;
	variation.data = "\1\0\0";
	variation.length = 4;
	for (i = 0; i < ARRAY_LENGTH(unknown); i++) {
		variation.type = unknown[i];
		try_wrong(walk, &variation, BLAME_IT, "unknown attribute", unknown[i]);
	}
	for (i = 0; i < set->count; i++) {
		variation.type = set->attribute[i].type;
		if (set->attribute[i].only_told)
			try_wrong(walk, &variation, BLAME_IT, "attribute that is only told",
				  variation.type);
	}
}

static void walk_set(struct walk *walk, const struct set *set);

static void walk_attribute(struct walk *walk, const struct attribute *attribute)
{
	/* whatever was taken before must not be in the way */
	reset(walk->channel);
	read_config(walk->channel, &before);
	walk_nested_flag(walk, attribute);
	switch (attribute->kind) {
	case KIND_U8:
	case KIND_U32:
		walk_number(walk, attribute);
		break;
	case KIND_BINARY:
		walk_binary(walk, attribute);
		break;
	case KIND_STRING:
		walk_string(walk, attribute);
		break;
	case KIND_FLAG:
		walk_flag(walk, attribute);
		break;
	case KIND_NEST:
		walk_nest(walk);
		walk_set(walk, attribute->nest);
		break;
	default:
		break;
	}
	if (attribute->needed)
		walk_left_out(walk, attribute);
}

static void walk_set(struct walk *walk, const struct set *set)
{
	unsigned int i;

	walk_unknown(walk, set);
	for (i = 0; i < set->count; i++) {
		if (set->attribute[i].only_told)
			continue;
		walk->at.path[walk->at.depth++] = &set->attribute[i];
		walk_attribute(walk, &set->attribute[i]);
		walk->at.depth--;
	}
}

TEST_F_TIMEOUT(contract, attributes, 150)
{
	struct walk walk = { .metadata = _metadata, .channel = &self->guard };
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(operations); i++) {
		walk.operation = &operations[i];
		walk.tried = 0;
		if (!walk.operation->request)
			continue;
		read_config(walk.channel, &before);
		walk_set(&walk, walk.operation->request);
		TH_LOG("%s: %u requests", walk.operation->name, walk.tried);
		EXPECT_LT(20, walk.tried);
	}
}

/* ------------------------------------------------- the tables themselves */

static const struct attribute *find_attribute(const struct set *set, unsigned int type)
{
	unsigned int i;

	for (i = 0; set && i < set->count; i++)
		if (set->attribute[i].type == type)
			return &set->attribute[i];
	return NULL;
}

static const struct operation *find_operation(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(operations); i++)
		if (operations[i].cmd == cmd)
			return &operations[i];
	return NULL;
}

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

/* ----------------------------------------- what is wrong only in company */

/*
 * Each is asked of the defaults: what the refusal must say, and a config-set by
 * its parts. A nest ends with END or the request. BAD stands before the
 * attribute that must be pointed at.
 */
struct part {
	enum { NOTHING, IS_NEST, IS_END, IS_U8, IS_U32, IS_FLAG, IS_TEXT, IS_BYTES, IS_BAD } is;
	unsigned short type;
	unsigned int number;	/* of bytes: how many */
	const char *text;
};

#define N(nest)			{ .is = IS_NEST, .type = (nest) }
#define END			{ .is = IS_END }
#define B(attr, value)		{ .is = IS_U8, .type = (attr), .number = (value) }
#define W(attr, value)		{ .is = IS_U32, .type = (attr), .number = (value) }
#define F(attr)			{ .is = IS_FLAG, .type = (attr) }
#define T(attr, value)		{ .is = IS_TEXT, .type = (attr), .text = (value) }
#define A(attr, value)		{ .is = IS_BYTES, .type = (attr), .text = (value),	\
				  .number = sizeof(value) - 1 }
#define BAD			{ .is = IS_BAD }

struct refusal {
	int err;
	const char *says;
	struct part part[16];
};

#define CLASS(id, action)							\
	N(ICMPGUARD_A_CONFIG_CLASS), W(ICMPGUARD_A_CLASS_ID, id),		\
	W(ICMPGUARD_A_CLASS_ACTION, action)
#define TYPE(family, type)							\
	N(ICMPGUARD_A_CONFIG_TYPE), W(ICMPGUARD_A_TYPE_FAMILY, family),		\
	W(ICMPGUARD_A_TYPE_TYPE, type)
#define LIMIT(class, scope)							\
	N(ICMPGUARD_A_CONFIG_LIMIT), W(ICMPGUARD_A_LIMIT_CLASS, class),		\
	W(ICMPGUARD_A_LIMIT_SCOPE, scope)
#define RATE(count, unit)							\
	W(ICMPGUARD_A_LIMIT_COUNT, count), W(ICMPGUARD_A_LIMIT_UNIT, unit)
#define WIDTH(scope, family, bits)						\
	N(ICMPGUARD_A_CONFIG_WIDTH), W(ICMPGUARD_A_WIDTH_SCOPE, scope),		\
	W(ICMPGUARD_A_WIDTH_FAMILY, family), W(ICMPGUARD_A_WIDTH_BITS, bits)
#define PREFIX(address, bits)							\
	A(ICMPGUARD_A_PREFIX_ADDRESS, address), W(ICMPGUARD_A_PREFIX_BITS, bits)

static const struct refusal refusals[] = {
	/* classes */
	{ EINVAL, "redirect has action limit", {
		BAD, CLASS(ICMPGUARD_CLASS_REDIRECT, ICMPGUARD_ACTION_LIMIT) } },
	{ EINVAL, "neighbour-discovery is guarded", {
		BAD, CLASS(ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY, ICMPGUARD_ACTION_DROP) } },
	{ EINVAL, "path-mtu is guarded", {
		BAD, CLASS(ICMPGUARD_CLASS_PATH_MTU, ICMPGUARD_ACTION_DROP) } },
	/* the one that is wrong, not the one that comes last */
	{ EINVAL, "router-discovery is guarded", {
		BAD, CLASS(ICMPGUARD_CLASS_ROUTER_DISCOVERY, ICMPGUARD_ACTION_DROP), END,
		CLASS(ICMPGUARD_CLASS_OTHER, ICMPGUARD_ACTION_DROP), END,
		W(ICMPGUARD_A_CONFIG_MAX_MESSAGE, 4000) } },
	{ EINVAL, "path-mtu is guarded", {
		BAD, CLASS(ICMPGUARD_CLASS_PATH_MTU, ICMPGUARD_ACTION_DROP),
		W(ICMPGUARD_A_CLASS_DIRECTION, ICMPGUARD_DIRECTION_TRANSIT) } },
	/* types */
	{ EINVAL, "an action or delete", { BAD, TYPE(AF_INET, 200) } },
	{ EINVAL, "add force", {
		BAD, TYPE(AF_INET6, 135), W(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_DROP), END,
		TYPE(AF_INET, 200), W(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_DROP) } },
	{ EINVAL, "redirect has action limit", {
		BAD, TYPE(AF_INET, 5), W(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_LIMIT) } },
	/* checks */
	{ EINVAL, "only quoted-packet", {
		N(ICMPGUARD_A_CONFIG_CHECK),
		W(ICMPGUARD_A_CHECK_ID, ICMPGUARD_CHECK_BROADCAST_ECHO),
		B(ICMPGUARD_A_CHECK_ENABLED, 1), BAD, B(ICMPGUARD_A_CHECK_TRANSIT, 0) } },
	/* limits */
	{ EINVAL, "interface, router or total", {
		BAD, LIMIT(ICMPGUARD_CLASS_ALL, ICMPGUARD_SCOPE_SOURCE),
		RATE(1, ICMPGUARD_UNIT_SECOND) } },
	{ EINVAL, "set limit all total", {
		BAD, LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_TOTAL),
		RATE(1, ICMPGUARD_UNIT_SECOND) } },
	{ EINVAL, "set limit all total", {
		BAD, LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_TOTAL),
		F(ICMPGUARD_A_LIMIT_OFF) } },
	{ ERANGE, "1000000/s", {
		LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_ROUTER), BAD,
		RATE(60000001, ICMPGUARD_UNIT_MINUTE) } },
	{ ERANGE, "1000000/s", {
		LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_ROUTER), BAD,
		RATE(3600000001, ICMPGUARD_UNIT_HOUR) } },
	{ EINVAL, "count and unit, or off", {
		BAD, LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_ROUTER),
		W(ICMPGUARD_A_LIMIT_BURST, 5) } },
	{ EINVAL, "not both", {
		BAD, LIMIT(ICMPGUARD_CLASS_OTHER, ICMPGUARD_SCOPE_ROUTER),
		W(ICMPGUARD_A_LIMIT_BURST, 5), F(ICMPGUARD_A_LIMIT_OFF) } },
	/* the last limit that senders share goes */
	{ EINVAL, "time-exceeded has action limit", {
		BAD, LIMIT(ICMPGUARD_CLASS_TIME_EXCEEDED, ICMPGUARD_SCOPE_DESTINATION),
		F(ICMPGUARD_A_LIMIT_OFF) } },
	/* widths */
	{ ERANGE, "1 to 32 in IPv4", {
		N(ICMPGUARD_A_CONFIG_WIDTH), W(ICMPGUARD_A_WIDTH_SCOPE, ICMPGUARD_SCOPE_SOURCE),
		W(ICMPGUARD_A_WIDTH_FAMILY, AF_INET), BAD, W(ICMPGUARD_A_WIDTH_BITS, 33) } },
	{ EINVAL, "longer than width source", {
		BAD, WIDTH(ICMPGUARD_SCOPE_SOURCE, AF_INET, 8) } },
	{ EINVAL, "longer than width source", {
		BAD, WIDTH(ICMPGUARD_SCOPE_SOURCE_NET, AF_INET6, 65) } },
	/* prefixes */
	{ EINVAL, "a prefix, a device, or both", { BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION) } },
	{ EINVAL, "both address and bits", {
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), A(ICMPGUARD_A_PREFIX_ADDRESS, "\1\2\3\4"),
		T(ICMPGUARD_A_PREFIX_DEVICE, "eth0") } },
	{ EINVAL, "both address and bits", {
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), W(ICMPGUARD_A_PREFIX_BITS, 8),
		T(ICMPGUARD_A_PREFIX_DEVICE, "eth0") } },
	{ EINVAL, "beyond the prefix length", {
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\1", 8) } },
	{ ERANGE, "0 to 32 in IPv4", {
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\1", 33) } },
	{ EINVAL, "no device", {
		BAD, N(ICMPGUARD_A_CONFIG_BROADCAST_ALLOW), PREFIX("\xe0\0\0\1", 32),
		T(ICMPGUARD_A_PREFIX_DEVICE, "eth0") } },
	{ ENOENT, "no such entry", {
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\0", 8),
		F(ICMPGUARD_A_PREFIX_DELETE) } },
	/* added and taken out, but twice */
	{ ENOENT, "no such entry", {
		N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\0", 8), END,
		N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\0", 8),
		F(ICMPGUARD_A_PREFIX_DELETE), END,
		BAD, N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\12\0\0\0", 8),
		F(ICMPGUARD_A_PREFIX_DELETE) } },
	/* in another list */
	{ ENOENT, "no such entry", {
		N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\xe0\0\0\1", 32), END,
		BAD, N(ICMPGUARD_A_CONFIG_BROADCAST_ALLOW), PREFIX("\xe0\0\0\1", 32),
		F(ICMPGUARD_A_PREFIX_DELETE) } },
	/* how to change */
	{ ENOENT, "begun no transaction", {
		BAD, W(ICMPGUARD_A_CONFIG_TRANSACTION, ICMPGUARD_TRANSACTION_COMMIT) } },
	{ EBUSY, "changed since it was read", {
		W(ICMPGUARD_A_CONFIG_MAX_MESSAGE, 4000), BAD,
		W(ICMPGUARD_A_CONFIG_GENERATION, 0x7fffffff) } },
};

/* Builds a config-set of parts. Returns where the blame must be. */
static unsigned int put_parts(const struct part *part, unsigned int count)
{
	struct nlattr *nest = NULL;
	bool bad = false;
	unsigned int i, offset = 0;
	unsigned char byte;

	for (i = 0; i < count && part[i].is != NOTHING; i++) {
		if (bad)
			offset = (char *)request_end(&request) - request.bytes;
		bad = part[i].is == IS_BAD;
		if (nest && (part[i].is == IS_END || part[i].is == IS_NEST)) {
			request_nest_end(&request, nest);
			nest = NULL;
		}
		byte = part[i].number;
		switch (part[i].is) {
		case IS_NEST:
			nest = request_nest(&request, part[i].type);
			break;
		case IS_U8:
			request_put(&request, part[i].type, &byte, 1, 0);
			break;
		case IS_U32:
			put_u32(part[i].type, part[i].number);
			break;
		case IS_FLAG:
			put_flag(part[i].type);
			break;
		case IS_TEXT:
			mnl_attr_put_strz(&request.nlh, part[i].type, part[i].text);
			break;
		case IS_BYTES:
			request_put(&request, part[i].type, part[i].text, part[i].number, 0);
			break;
		default:
			break;
		}
	}
	if (nest)
		request_nest_end(&request, nest);
	return offset;
}

TEST_F(contract, refusals)
{
	const struct refusal *refusal = refusals;
	unsigned int bad, way;

	read_config(&self->guard, &before);
	for (; refusal < refusals + ARRAY_LENGTH(refusals); refusal++) {
		/* the second time only to look at it */
		for (way = 0; way < 2; way++) {
			begin_set(&self->guard);
			bad = put_parts(refusal->part, ARRAY_LENGTH(refusal->part));
			if (way)
				put_flag(ICMPGUARD_A_CONFIG_VALIDATE_ONLY);
			channel_ask(&self->guard, &request, &answer);
			EXPECT_EQ(refusal->err, answer.err) {
				TH_LOG("%s: %s: %s", refusal->says, strerror(answer.err),
				       answer.text);
			}
			EXPECT_NE(NULL, strstr(answer.text, refusal->says)) {
				TH_LOG("%s: said: %s", refusal->says, answer.text);
			}
			EXPECT_EQ(bad, answer.bad) {
				TH_LOG("%s: points at %u, not %u", refusal->says, answer.bad, bad);
			}
			expect_unchanged(_metadata, &self->guard, refusal->says);
		}
	}
}

/* What is good in a message isn't taken without the rest, wherever that is. */
TEST_F(contract, whole_or_not)
{
	static const struct part good[] = {
		W(ICMPGUARD_A_CONFIG_MAX_MESSAGE, 4000), B(ICMPGUARD_A_CONFIG_BRIDGED, 1),
		CLASS(ICMPGUARD_CLASS_SOURCE_QUENCH, ICMPGUARD_ACTION_ACCEPT), END,
		N(ICMPGUARD_A_CONFIG_EXEMPTION), PREFIX("\13\0\0\0", 8), END,
	};
	const struct part *wrong;
	unsigned int i;

	read_config(&self->guard, &before);
	for (i = 0; i < ARRAY_LENGTH(refusals); i++) {
		wrong = refusals[i].part;
		begin_set(&self->guard);
		put_parts(good, ARRAY_LENGTH(good));
		put_parts(wrong, ARRAY_LENGTH(refusals[i].part));
		channel_ask(&self->guard, &request, &answer);
		EXPECT_NE(0, answer.err);
		begin_set(&self->guard);
		put_parts(wrong, ARRAY_LENGTH(refusals[i].part));
		put_parts(good, ARRAY_LENGTH(good));
		channel_ask(&self->guard, &request, &answer);
		EXPECT_NE(0, answer.err);
		expect_unchanged(_metadata, &self->guard, refusals[i].says);
	}
	begin_set(&self->guard);
	put_parts(good, ARRAY_LENGTH(good));
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	read_config(&self->guard, &after);
	EXPECT_FALSE(answer_equal(&before, &after));
}

/* ------------------------------------------------------------ full lists */

/* Adds prefixes, @from and after, to a list. */
static void put_prefixes(unsigned short list, unsigned int from, unsigned int count)
{
	unsigned char address[4] = { 224 };
	struct nlattr *nest;
	unsigned int i;

	for (i = from; i < from + count; i++) {
		address[1] = i >> 8;
		address[2] = i;
		nest = request_nest(&request, list);
		request_put(&request, ICMPGUARD_A_PREFIX_ADDRESS, address, sizeof(address), 0);
		put_u32(ICMPGUARD_A_PREFIX_BITS, 24);
		request_nest_end(&request, nest);
	}
}

static void put_types(unsigned int count)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < count; i++) {
		nest = request_nest(&request, ICMPGUARD_A_CONFIG_TYPE);
		put_u32(ICMPGUARD_A_TYPE_FAMILY, AF_INET);
		put_u32(ICMPGUARD_A_TYPE_TYPE, i);
		put_u32(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_ACCEPT);
		request_nest_end(&request, nest);
	}
}

TEST_F(contract, full_lists)
{
	const unsigned int batch = 1000;
	unsigned int done;

	read_config(&self->guard, &before);
	begin_set(&self->guard);
	put_prefixes(ICMPGUARD_A_CONFIG_BROADCAST_ALLOW, 0, ICMPGUARD_BROADCAST_ALLOW_MAX + 1);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(ENOSPC, answer.err);
	EXPECT_NE(NULL, strstr(answer.text, "at most 64"));
	EXPECT_NE(0, answer.bad);
	for (done = 0; done <= ICMPGUARD_EXEMPTIONS_MAX; done += batch) {
		begin_set(&self->guard);
		put_u32(ICMPGUARD_A_CONFIG_TRANSACTION, done ? ADD : BEGIN);
		put_prefixes(ICMPGUARD_A_CONFIG_EXEMPTION, done, batch);
		channel_ask(&self->guard, &request, &answer);
		EXPECT_EQ(done < ICMPGUARD_EXEMPTIONS_MAX ? 0 : ENOSPC, answer.err);
	}
	EXPECT_NE(NULL, strstr(answer.text, "at most 10000"));
	EXPECT_NE(0, answer.bad);
	begin_set(&self->guard);
	put_types(ICMPGUARD_TYPES_MAX + 1);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(ENOSPC, answer.err);
	EXPECT_NE(NULL, strstr(answer.text, "at most 128"));
	EXPECT_NE(0, answer.bad);
	expect_unchanged(_metadata, &self->guard, "full lists");

	begin_set(&self->guard);
	put_types(ICMPGUARD_TYPES_MAX);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	begin_set(&self->guard);
	put_prefixes(ICMPGUARD_A_CONFIG_BROADCAST_ALLOW, 0, ICMPGUARD_BROADCAST_ALLOW_MAX);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
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
