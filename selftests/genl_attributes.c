// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each attribute of the netlink interface on its own: what is in its range is
 * taken and told, all else is refused with a sentence that points at it, and
 * changes nothing. Walks through the tables of genl_contract_tables.h, which says
 * how to add to them.
 *
 * timeout: 180
 * processors: 1
 */
#include "genl_contract.h"

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

TEST_HARNESS_MAIN
