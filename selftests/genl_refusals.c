// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong in a message only in company, or only because there is too much
 * of it: refused whole, with a sentence that points at the cause, and without a
 * change.
 *
 * timeout: 180
 * processors: 1
 */
#include "genl_contract.h"

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
	{ EINVAL, "a type of class redirect has action limit", {
		BAD, TYPE(AF_INET, 5), W(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_LIMIT) } },
	/* with code 4 it is of another class than the others */
	{ EINVAL, "path-mtu has action limit", {
		BAD, TYPE(AF_INET, 3), W(ICMPGUARD_A_TYPE_ACTION, ICMPGUARD_ACTION_LIMIT) } },
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

TEST_HARNESS_MAIN
