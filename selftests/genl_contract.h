/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the netlink interface share: the namespace each of them
 * runs in, and requests, as the tables say or by hand. The last answer is in
 * `answer`.
 */
#ifndef GENL_CONTRACT_H
#define GENL_CONTRACT_H

#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>

#include "genl_contract_nl.h"
#include "genl_contract_tables.h"

#define DEEPEST		4	/* nests in one another */

static struct request request;
static struct answer answer;
static struct answer before, after;	/* configurations */

/* Makes the device of the tables in the namespace that the process is in. */
static inline int add_device(void)
{
	struct mnl_socket *nl = mnl_socket_open(NETLINK_ROUTE);
	struct nlattr *info;
	struct ifinfomsg *link;
	int err = -1;

	memset(&request, 0, NLMSG_HDRLEN + sizeof(*link));
	mnl_nlmsg_put_header(request.bytes);
	request.nlh.nlmsg_type = RTM_NEWLINK;
	request.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	link = mnl_nlmsg_put_extra_header(&request.nlh, sizeof(*link));
	link->ifi_family = AF_UNSPEC;
	mnl_attr_put_strz(&request.nlh, IFLA_IFNAME, DEVICE);
	info = mnl_attr_nest_start(&request.nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(&request.nlh, IFLA_INFO_KIND, "veth");
	mnl_attr_nest_end(&request.nlh, info);
	if (nl && mnl_socket_sendto(nl, &request, request.nlh.nlmsg_len) > 0 &&
	    mnl_socket_recvfrom(nl, answer.data, sizeof(answer.data)) > 0) {
		answer_take_end(&answer, (struct nlmsghdr *)answer.data);
		err = answer.err;
	}
	if (nl)
		mnl_socket_close(nl);
	return err;
}

FIXTURE(contract)
{
	struct channel guard;
	int home;	/* the namespace that the program was started in */
};

FIXTURE_SETUP(contract)
{
	struct stat loaded;

	if (stat("/proc/net/icmpguard", &loaded))
		ASSERT_EQ(0, system("modprobe icmpguard"));
	self->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->home);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, add_device());
	ASSERT_EQ(0, channel_open(&self->guard, 0));
}

FIXTURE_TEARDOWN(contract)
{
	channel_close(&self->guard);
}

/* ---------------------------------------------------------------- asking */

/* How an operation is asked for: do if it can, else dump. */
static inline unsigned short flags_of(const struct operation *operation)
{
	return operation->does ? NLM_F_ACK : NLM_F_DUMP;
}

static inline void begin(const struct channel *channel, unsigned char cmd, unsigned short flags)
{
	request_init(&request, channel->family, cmd, flags);
}

static inline void begin_set(const struct channel *channel)
{
	begin(channel, ICMPGUARD_CMD_CONFIG_SET, NLM_F_ACK);
}

static inline void put_u32(unsigned short type, unsigned int value)
{
	request_put(&request, type, &value, sizeof(value), 0);
}

static inline void put_flag(unsigned short type)
{
	request_put(&request, type, NULL, 0, 0);
}

/* Adds prefixes, @from and after, to a list. */
static inline void put_prefixes(unsigned short list, unsigned int from, unsigned int count)
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

/* The configuration, with all its prefixes. */
static inline void read_config(struct channel *channel, struct answer *into)
{
	begin(channel, ICMPGUARD_CMD_CONFIG_GET, NLM_F_DUMP);
	channel_ask(channel, &request, into);
}

static inline const struct attribute *find_attribute(const struct set *set, unsigned int type)
{
	unsigned int i;

	for (i = 0; set && i < set->count; i++)
		if (set->attribute[i].type == type)
			return &set->attribute[i];
	return NULL;
}

static inline const struct operation *find_operation(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LENGTH(operations); i++)
		if (operations[i].cmd == cmd)
			return &operations[i];
	return NULL;
}

/* The configuration is what it was when it was read into `before`. */
static inline void expect_unchanged(struct __test_metadata *_metadata, struct channel *channel,
				    const char *where)
{
	read_config(channel, &after);
	EXPECT_TRUE(answer_equal(&before, &after)) {
		TH_LOG("%s: the configuration is another than before", where);
		read_config(channel, &before);
	}
}

static inline unsigned int u32_of(const struct answer *from, unsigned short type)
{
	const struct nlattr *attr = answer_find(from, type);

	return attr ? mnl_attr_get_u32(attr) : UINT_MAX;
}

static inline unsigned int read_generation(struct channel *channel)
{
	read_config(channel, &answer);
	return u32_of(&answer, ICMPGUARD_A_CONFIG_GENERATION);
}

/* One config-set with one number; the rest is up to the caller. */
static inline int set_u32(struct channel *channel, unsigned short type, unsigned int value)
{
	begin_set(channel);
	put_u32(type, value);
	channel_ask(channel, &request, &answer);
	return answer.err;
}

static inline int set_max_message(struct channel *channel, unsigned int bytes)
{
	return set_u32(channel, ICMPGUARD_A_CONFIG_MAX_MESSAGE, bytes);
}

/* One message of a transaction, with a max-message unless that is 0. */
static inline int step(struct channel *channel, unsigned int transaction, unsigned int bytes)
{
	begin_set(channel);
	put_u32(ICMPGUARD_A_CONFIG_TRANSACTION, transaction);
	if (bytes)
		put_u32(ICMPGUARD_A_CONFIG_MAX_MESSAGE, bytes);
	channel_ask(channel, &request, &answer);
	return answer.err;
}

#define BEGIN	ICMPGUARD_TRANSACTION_BEGIN
#define ADD	ICMPGUARD_TRANSACTION_ADD
#define COMMIT	ICMPGUARD_TRANSACTION_COMMIT

static inline int reset(struct channel *channel)
{
	begin(channel, ICMPGUARD_CMD_CONFIG_RESET, NLM_F_ACK);
	channel_ask(channel, &request, &answer);
	return answer.err;
}

static inline unsigned int max_message(struct channel *channel)
{
	read_config(channel, &answer);
	return u32_of(&answer, ICMPGUARD_A_CONFIG_MAX_MESSAGE);
}

/* ------------------------------------------------ requests from the tables */

/* A request that is as in the tables but for one thing. */
struct variation {
	const struct attribute *path[DEEPEST];	/* to the attribute it is about */
	unsigned int depth;
	enum { AS_IT_IS, REPLACED, LEFT_OUT, FOLLOWED } how;
	unsigned short type;		/* of what is there instead, or follows */
	const void *data;
	size_t length;
	unsigned short claim;		/* the length it says it has, if not 0 */
	unsigned int offset;		/* found: of that attribute */
	unsigned int outer;		/* found: of the innermost nest around it */
};

static inline void put_base(const struct attribute *attribute)
{
	unsigned char byte = attribute->base;

	switch (attribute->kind) {
	case KIND_U8:
		request_put(&request, attribute->type, &byte, 1, 0);
		break;
	case KIND_U32:
		put_u32(attribute->type, attribute->base);
		break;
	case KIND_BINARY:
		request_put(&request, attribute->type, attribute->bytes, attribute->base, 0);
		break;
	case KIND_STRING:
		if (attribute->base_text)
			mnl_attr_put_strz(&request.nlh, attribute->type, attribute->base_text);
		break;
	case KIND_FLAG:
		put_flag(attribute->type);
		break;
	default:
		break;
	}
}

static inline void put_set(const struct set *set, struct variation *variation, unsigned int depth)
{
	const struct attribute *attribute = set->attribute;
	struct nlattr *nest;
	bool here, last;

	for (; attribute < set->attribute + set->count; attribute++) {
		here = depth < variation->depth && variation->path[depth] == attribute;
		last = here && depth + 1 == variation->depth;
		if (last && variation->how == LEFT_OUT)
			continue;
		if (last && variation->how == REPLACED) {
			variation->offset = request_put(&request, variation->type, variation->data,
							variation->length, variation->claim);
		} else if (attribute->kind == KIND_NEST && (here || attribute->in_base)) {
			nest = request_nest(&request, attribute->type);
			if (here)
				variation->outer = (char *)nest - request.bytes;
			put_set(attribute->nest, variation, here ? depth + 1 : DEEPEST + 1);
			request_nest_end(&request, nest);
		} else if (here || attribute->in_base) {
			put_base(attribute);
		}
	}
	if (depth == variation->depth && variation->how == FOLLOWED)
		variation->offset = request_put(&request, variation->type, variation->data,
						variation->length, variation->claim);
}

static inline void ask_variation(struct channel *channel, const struct operation *operation,
			  struct variation *variation)
{
	begin(channel, operation->cmd, flags_of(operation));
	if (operation->request)
		put_set(operation->request, variation, 0);
	channel_ask(channel, &request, &answer);
}

/* What an operation must be asked with at least. */
static inline void ask_base(struct channel *channel, const struct operation *operation)
{
	struct variation none = {};

	ask_variation(channel, operation, &none);
}

#endif /* GENL_CONTRACT_H */
