// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what through the netlink interface, and what sockets do to each
 * other: stale generations, changes that are only looked at, transactions and
 * sockets that close on the way, notifications, users without the right, and
 * namespaces. What a single message may hold is tested by genl_attributes.c and
 * genl_refusals.c.
 *
 * timeout: 180
 */
#include "genl_contract.h"

#include <grp.h>
#include <signal.h>

#define NOBODY		65534
#define DRAFTS_MAX	4	/* open transactions that a namespace keeps */
#define ANOTHER		4321	/* a max-message that isn't the default */
#define ONE_MORE	4322

static struct channel other, third;

#define EXPECT_SAME(channel)	expect_unchanged(_metadata, (channel), __func__)

/* Refused, with a sentence that holds @says. */
#define EXPECT_REFUSED(errno_, says, got)					\
	do {									\
		EXPECT_EQ((errno_), (got));					\
		EXPECT_NE(NULL, strstr(answer.text, (says))) {			\
			TH_LOG("said: %s", answer.text);			\
		}								\
	} while (0)

/* The offset of the first attribute of a type in the request. */
static unsigned int place_of(unsigned short type)
{
	const struct nlattr *attr = message_find(&request.nlh, type);

	return attr ? (const char *)attr - request.bytes : 0;
}

/* ------------------------------------------------------------- generation */

TEST_F(contract, generation)
{
	unsigned int first = read_generation(&self->guard);
	const unsigned int wrong[] = { first - 1, first + 1, 0xffffffff, first + 0x10000 };
	unsigned int i;

	read_config(&self->guard, &before);
	for (i = 0; i < ARRAY_LENGTH(wrong); i++) {
		begin_set(&self->guard);
		put_u32(ICMPGUARD_A_CONFIG_GENERATION, wrong[i]);
		put_u32(ICMPGUARD_A_CONFIG_MAX_MESSAGE, ANOTHER);
		channel_ask(&self->guard, &request, &answer);
		EXPECT_REFUSED(EBUSY, "changed since it was read", answer.err);
		EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_GENERATION), answer.bad);
	}
	EXPECT_SAME(&self->guard);
	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_GENERATION, first);
	put_u32(ICMPGUARD_A_CONFIG_MAX_MESSAGE, ANOTHER);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	EXPECT_EQ(first + 1, u32_of(&answer, ICMPGUARD_A_CONFIG_GENERATION));
	/* the same once more is stale, whatever it would change */
	channel_ask(&self->guard, &request, &answer);
	EXPECT_REFUSED(EBUSY, "changed since it was read", answer.err);
	EXPECT_EQ(first + 1, read_generation(&self->guard));
	EXPECT_EQ(0, reset(&self->guard));
	EXPECT_EQ(first + 2, read_generation(&self->guard));
}

/* ---------------------------------------------------------- validate-only */

/* The answer is what would be; what is in force stays, and nobody is told. */
TEST_F(contract, validate_only)
{
	unsigned int generation;

	ASSERT_EQ(0, channel_open(&other, 0));
	ASSERT_EQ(0, channel_listen(&other));
	read_config(&self->guard, &before);
	generation = u32_of(&before, ICMPGUARD_A_CONFIG_GENERATION);
	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_MAX_MESSAGE, ANOTHER);
	put_flag(ICMPGUARD_A_CONFIG_VALIDATE_ONLY);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	EXPECT_EQ(ANOTHER, u32_of(&answer, ICMPGUARD_A_CONFIG_MAX_MESSAGE));
	EXPECT_EQ(generation, u32_of(&answer, ICMPGUARD_A_CONFIG_GENERATION));
	EXPECT_SAME(&self->guard);

	/* a transaction of which one message says so */
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_TRANSACTION, ADD);
	put_flag(ICMPGUARD_A_CONFIG_VALIDATE_ONLY);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	EXPECT_EQ(ANOTHER, u32_of(&answer, ICMPGUARD_A_CONFIG_MAX_MESSAGE));
	EXPECT_SAME(&self->guard);
	EXPECT_FALSE(channel_hear(&other, &answer));
}

/* ----------------------------------------------------------- transactions */

TEST_F(contract, transaction)
{
	read_config(&self->guard, &before);
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	EXPECT_SAME(&self->guard);
	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_TRANSACTION, ADD);
	request_put(&request, ICMPGUARD_A_CONFIG_BRIDGED, "\1", 1, 0);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_EQ(0, answer.err);
	EXPECT_SAME(&self->guard);
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	EXPECT_EQ(ANOTHER, u32_of(&answer, ICMPGUARD_A_CONFIG_MAX_MESSAGE));
	EXPECT_EQ(1, mnl_attr_get_u8(answer_find(&answer, ICMPGUARD_A_CONFIG_BRIDGED)));
	EXPECT_EQ(u32_of(&before, ICMPGUARD_A_CONFIG_GENERATION) + 1,
		  read_generation(&self->guard));
	EXPECT_REFUSED(ENOENT, "begun no transaction", step(&self->guard, COMMIT, 0));
	EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_TRANSACTION), answer.bad);
	EXPECT_REFUSED(ENOENT, "begun no transaction", step(&self->guard, ADD, ONE_MORE));
}

/* To begin again is to forget what was begun. */
TEST_F(contract, transaction_again)
{
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	EXPECT_EQ(0, step(&self->guard, BEGIN, 0));
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	EXPECT_EQ(9216, max_message(&self->guard));
}

/* Of which a part was refused can't be committed. */
TEST_F(contract, transaction_refused)
{
	read_config(&self->guard, &before);
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	begin_set(&self->guard);
	put_u32(ICMPGUARD_A_CONFIG_TRANSACTION, ADD);
	put_flag(ICMPGUARD_A_CONFIG_REPLACE);
	channel_ask(&self->guard, &request, &answer);
	EXPECT_REFUSED(EINVAL, "first message of a transaction", answer.err);
	EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_REPLACE), answer.bad);
	EXPECT_REFUSED(ENOENT, "or it was refused", step(&self->guard, COMMIT, 0));
	EXPECT_SAME(&self->guard);
}

/* Somebody else was faster: both that begin and commit say so. */
TEST_F(contract, transaction_stale)
{
	ASSERT_EQ(0, channel_open(&other, 0));
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	EXPECT_EQ(0, set_max_message(&other, ONE_MORE));
	EXPECT_EQ(0, step(&self->guard, ADD, 0));
	EXPECT_REFUSED(EBUSY, "changed since the transaction began",
		       step(&self->guard, COMMIT, 0));
	EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_TRANSACTION), answer.bad);
	EXPECT_EQ(ONE_MORE, max_message(&self->guard));
	EXPECT_REFUSED(ENOENT, "begun no", step(&self->guard, COMMIT, 0));
}

/* It is its socket's: no other can add to it or commit it. */
TEST_F(contract, transaction_of_another)
{
	ASSERT_EQ(0, channel_open(&other, 0));
	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	EXPECT_REFUSED(ENOENT, "begun no", step(&other, ADD, ONE_MORE));
	EXPECT_REFUSED(ENOENT, "begun no", step(&other, COMMIT, 0));
	EXPECT_EQ(9216, max_message(&other));
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	EXPECT_EQ(ANOTHER, max_message(&other));
}

/* A socket that closes takes it along, after begin as after add. */
TEST_F(contract, transaction_interrupted)
{
	unsigned int i, port;

	read_config(&self->guard, &before);
	for (i = 0; i < 4 * DRAFTS_MAX; i++) {
		ASSERT_EQ(0, channel_open(&other, 0));
		EXPECT_EQ(0, step(&other, BEGIN, ANOTHER)) {
			TH_LOG("number %u: %s", i, answer.text);
		}
		if (i % 2)
			EXPECT_EQ(0, step(&other, ADD, ONE_MORE));
		port = mnl_socket_get_portid(other.nl);
		channel_close(&other);
		/* not even who gets the same number has it */
		ASSERT_EQ(0, channel_open(&other, port));
		EXPECT_EQ(port, mnl_socket_get_portid(other.nl));
		EXPECT_REFUSED(ENOENT, "begun no", step(&other, COMMIT, 0));
		channel_close(&other);
	}
	EXPECT_SAME(&self->guard);
}

/* So does the end of a process, however it ends. */
TEST_F(contract, transaction_killed)
{
	unsigned int i;
	int status;
	pid_t child;

	read_config(&self->guard, &before);
	for (i = 0; i < 2 * DRAFTS_MAX; i++) {
		child = fork();
		if (!child) {
			if (!channel_open(&other, 0) && !step(&other, BEGIN, ANOTHER))
				raise(SIGKILL);
			_exit(1);
		}
		ASSERT_EQ(child, waitpid(child, &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status)) {
			TH_LOG("number %u couldn't begin", i);
		}
	}
	EXPECT_SAME(&self->guard);
}

/* A socket that two processes have is closed when both have closed it. */
TEST_F(contract, transaction_shared)
{
	int status;
	pid_t child;

	EXPECT_EQ(0, step(&self->guard, BEGIN, ANOTHER));
	child = fork();
	if (!child) {
		channel_close(&self->guard);
		_exit(0);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	EXPECT_EQ(ANOTHER, max_message(&self->guard));
}

/* There is room for some; who finds none is told, and what is open goes on. */
TEST_F(contract, transactions_many)
{
	struct channel many[DRAFTS_MAX + 1];
	unsigned int i;

	for (i = 0; i <= DRAFTS_MAX; i++)
		ASSERT_EQ(0, channel_open(&many[i], 0));
	for (i = 0; i < DRAFTS_MAX; i++)
		EXPECT_EQ(0, step(&many[i], BEGIN, ANOTHER + i));
	EXPECT_REFUSED(EBUSY, "too many transactions", step(&many[i], BEGIN, ONE_MORE));
	EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_TRANSACTION), answer.bad);
	EXPECT_EQ(0, step(&many[1], COMMIT, 0));
	EXPECT_EQ(ANOTHER + 1, max_message(&self->guard));
	EXPECT_EQ(0, step(&many[i], BEGIN, ONE_MORE));
	EXPECT_EQ(0, step(&many[i], COMMIT, 0));
	for (i = 0; i <= DRAFTS_MAX; i++)
		channel_close(&many[i]);
}

/* Several requests in one go are several changes: each has its own answer. */
TEST_F(contract, several_at_once)
{
	static char batch[2048];
	unsigned int i, length = 0;
	int received;

	for (i = 0; i < 3; i++) {
		begin_set(&self->guard);
		/* the one in the middle is too small */
		put_u32(ICMPGUARD_A_CONFIG_MAX_MESSAGE, i == 1 ? 1 : ANOTHER + i);
		request.nlh.nlmsg_seq = 1000 + i;
		memcpy(batch + length, &request, request.nlh.nlmsg_len);
		length += NLMSG_ALIGN(request.nlh.nlmsg_len);
	}
	ASSERT_EQ(length, mnl_socket_sendto(self->guard.nl, batch, length));
	for (i = 0; i < 3; i++) {
		memset(&answer, 0, offsetof(struct answer, data));
		do {
			received = mnl_socket_recvfrom(self->guard.nl, answer.data + answer.bytes,
						       sizeof(answer.data) - answer.bytes);
			ASSERT_LT(0, received);
		} while (!answer_take(&answer, received, 1000 + i));
		EXPECT_EQ(i == 1 ? ERANGE : 0, answer.err);
		EXPECT_EQ(i == 1, !answer.messages);
	}
	EXPECT_EQ(ANOTHER + 2, max_message(&self->guard));
}

/* ---------------------------------------------------------- notifications */

/* Next is a notification that tells what config-get does, and no more comes. */
static void expect_told_once(struct __test_metadata *_metadata, struct channel *listener,
			     struct channel *guard)
{
	static struct answer told;

	EXPECT_TRUE(channel_hear(listener, &told));
	ASSERT_EQ(1, told.messages);
	EXPECT_EQ(ICMPGUARD_CMD_CONFIG_NTF, message_cmd(told.message[0]));
	EXPECT_EQ(0, told.message[0]->nlmsg_pid);
	begin(guard, ICMPGUARD_CMD_CONFIG_GET, NLM_F_ACK);
	channel_ask(guard, &request, &answer);
	ASSERT_EQ(1, answer.messages);
	EXPECT_TRUE(message_equal(told.message[0], answer.message[0]));
	EXPECT_FALSE(channel_hear(listener, &told));
}

TEST_F(contract, notifications)
{
	unsigned int i;

	ASSERT_EQ(0, channel_open(&other, 0));
	ASSERT_EQ(0, channel_listen(&other));
	EXPECT_EQ(0, set_max_message(&self->guard, ANOTHER));
	expect_told_once(_metadata, &other, &self->guard);
	EXPECT_EQ(0, reset(&self->guard));
	expect_told_once(_metadata, &other, &self->guard);
	EXPECT_EQ(0, set_u32(&self->guard, ICMPGUARD_A_CONFIG_MODE, ICMPGUARD_MODE_MONITOR));
	expect_told_once(_metadata, &other, &self->guard);

	/* refused, begun, only looked at */
	EXPECT_EQ(ERANGE, set_max_message(&self->guard, 1));
	EXPECT_EQ(0, step(&self->guard, BEGIN, ONE_MORE));
	EXPECT_EQ(0, step(&self->guard, ADD, 0));
	EXPECT_FALSE(channel_hear(&other, &answer));
	EXPECT_EQ(0, step(&self->guard, COMMIT, 0));
	expect_told_once(_metadata, &other, &self->guard);

	/* what changes nothing isn't told */
	for (i = 0; i < ARRAY_LENGTH(operations); i++)
		if (operations[i].reply != &config_set && !operations[i].notifies)
			ask_base(&self->guard, &operations[i]);
	read_config(&self->guard, &answer);
	EXPECT_FALSE(channel_hear(&other, &answer));

	/* who changes something hears of it like everybody */
	EXPECT_EQ(0, channel_listen(&self->guard));
	EXPECT_EQ(0, set_max_message(&other, ANOTHER));
	expect_told_once(_metadata, &self->guard, &other);
}

/* A listener that doesn't read loses some, is told so, and nothing waits for it. */
TEST_F(contract, notifications_lost)
{
	unsigned int i, bytes = 0;
	int err = 0;

	ASSERT_EQ(0, channel_open(&other, 0));
	ASSERT_EQ(0, channel_listen(&other));
	ASSERT_EQ(0, setsockopt(mnl_socket_get_fd(other.nl), SOL_SOCKET, SO_RCVBUF, &bytes,
				sizeof(bytes)));
	for (i = 0; i < 50; i++)
		EXPECT_EQ(0, set_max_message(&self->guard, ANOTHER + i));
	for (i = 0; i < 60 && !err; i++)
		if (recv(mnl_socket_get_fd(other.nl), answer.data, sizeof(answer.data),
			 MSG_DONTWAIT) < 0)
			err = errno;
	EXPECT_EQ(ENOBUFS, err);
	EXPECT_EQ(ANOTHER + 49, max_message(&self->guard));
}

/* ------------------------------------------------------------- permission */

/* Lets a child do something as somebody else; ends it. */
#define AS_CHILD(...)								\
	do {									\
		int status_;							\
		pid_t child_ = fork();						\
										\
		if (!child_) {							\
			__VA_ARGS__;						\
			_exit(0);						\
		}								\
		ASSERT_EQ(child_, waitpid(child_, &status_, 0));		\
		EXPECT_EQ(0, status_);						\
	} while (0)

static int become_nobody(void)
{
	return setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY);
}

/* Every operation, asked through a channel: what needs the right is refused. */
static void expect_powerless(struct __test_metadata *_metadata, struct channel *channel)
{
	const struct operation *operation = operations;

	for (; operation < operations + ARRAY_LENGTH(operations); operation++) {
		if (operation->notifies)
			continue;
		ask_base(channel, operation);
		EXPECT_EQ(operation->needs_admin ? EPERM : 0, answer.err) {
			TH_LOG("%s: %s: %s", operation->name, strerror(answer.err), answer.text);
		}
	}
	EXPECT_EQ(EPERM, set_max_message(channel, ANOTHER));
	EXPECT_EQ(EPERM, step(channel, BEGIN, ANOTHER));
	/* addresses aren't for everybody; how many there are is */
	read_config(channel, &answer);
	EXPECT_EQ(NULL, answer_find(&answer, ICMPGUARD_A_CONFIG_EXEMPTION));
	EXPECT_EQ(1, u32_of(&answer, ICMPGUARD_A_CONFIG_EXEMPTION_COUNT));
}

static void expect_deaf(struct __test_metadata *_metadata, struct channel *channel)
{
	EXPECT_EQ(-1, channel_listen(channel));
	EXPECT_EQ(EPERM, errno);
}

/* Every operation is done where there is the right to it. */
static void expect_powerful(struct __test_metadata *_metadata, struct channel *channel)
{
	const struct operation *operation = operations;

	for (; operation < operations + ARRAY_LENGTH(operations); operation++) {
		if (operation->notifies)
			continue;
		ask_base(channel, operation);
		EXPECT_EQ(0, answer.err) {
			TH_LOG("%s: %s: %s", operation->name, strerror(answer.err), answer.text);
		}
	}
	EXPECT_EQ(0, set_max_message(channel, ANOTHER));
	EXPECT_EQ(0, reset(channel));
	EXPECT_EQ(0, channel_listen(channel));
}

/* Something that only some may see. */
static int exempt(struct channel *channel)
{
	struct nlattr *nest;

	begin_set(channel);
	nest = request_nest(&request, ICMPGUARD_A_CONFIG_EXEMPTION);
	mnl_attr_put_strz(&request.nlh, ICMPGUARD_A_PREFIX_DEVICE, "secret");
	request_nest_end(&request, nest);
	channel_ask(channel, &request, &answer);
	return answer.err;
}

TEST_F(contract, nobody)
{
	EXPECT_EQ(0, exempt(&self->guard));
	read_config(&self->guard, &before);
	EXPECT_NE(NULL, answer_find(&before, ICMPGUARD_A_CONFIG_EXEMPTION));
	AS_CHILD(
		ASSERT_EQ(0, become_nobody());
		ASSERT_EQ(0, channel_open(&other, 0));
		expect_powerless(_metadata, &other);
		expect_deaf(_metadata, &other);
	);
	EXPECT_SAME(&self->guard);
}

/* The right is needed by who opens the socket and by who uses it. */
TEST_F(contract, passed_on)
{
	EXPECT_EQ(0, exempt(&self->guard));
	read_config(&self->guard, &before);
	AS_CHILD(
		ASSERT_EQ(0, become_nobody());
		expect_powerless(_metadata, &self->guard);
		expect_deaf(_metadata, &self->guard);
	);
	AS_CHILD(
		ASSERT_EQ(0, setresuid(-1, NOBODY, 0));
		ASSERT_EQ(0, channel_open(&other, 0));
		ASSERT_EQ(0, setresuid(-1, 0, 0));
		expect_powerless(_metadata, &other);
	);
	EXPECT_SAME(&self->guard);
}

/* All rights in a user namespace are none in a namespace that isn't its own. */
TEST_F(contract, user_namespace)
{
	EXPECT_EQ(0, exempt(&self->guard));
	read_config(&self->guard, &before);
	AS_CHILD(
		ASSERT_EQ(0, become_nobody());
		ASSERT_EQ(0, unshare(CLONE_NEWUSER));
		ASSERT_EQ(0, channel_open(&other, 0));
		expect_powerless(_metadata, &other);
		expect_deaf(_metadata, &other);
	);
	EXPECT_SAME(&self->guard);
}

/* In its own they are all there are, but for memory. */
TEST_F(contract, own_namespace)
{
	read_config(&self->guard, &before);
	AS_CHILD(
		ASSERT_EQ(0, become_nobody());
		ASSERT_EQ(0, unshare(CLONE_NEWUSER | CLONE_NEWNET));
		ASSERT_EQ(0, add_device());
		ASSERT_EQ(0, channel_open(&other, 0));
		expect_powerful(_metadata, &other);
		EXPECT_EQ(0, set_u32(&other, ICMPGUARD_A_CONFIG_MODE, ICMPGUARD_MODE_ENFORCE));
		EXPECT_EQ(0, exempt(&other));
		read_config(&other, &answer);
		EXPECT_NE(NULL, answer_find(&answer, ICMPGUARD_A_CONFIG_EXEMPTION));
		EXPECT_REFUSED(EDQUOT, "userns_memory",
			       set_u32(&other, ICMPGUARD_A_CONFIG_TABLE_SIZE, 8 << 20));
		EXPECT_EQ(place_of(ICMPGUARD_A_CONFIG_TABLE_SIZE), answer.bad);
		/* the other's, through the socket that it left behind */
		EXPECT_EQ(EPERM, set_max_message(&self->guard, ANOTHER));
	);
	EXPECT_SAME(&self->guard);
}

/* ------------------------------------------------------------- namespaces */

/* What is done in one namespace is neither seen nor heard in another. */
TEST_F(contract, other_namespace)
{
	static struct answer home;

	/* here, in a second one, and in the one that the program started in */
	ASSERT_EQ(0, channel_listen(&self->guard));
	ASSERT_EQ(0, setns(self->home, CLONE_NEWNET));
	ASSERT_EQ(0, channel_open(&third, 0));
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, add_device());
	ASSERT_EQ(0, channel_open(&other, 0));
	read_config(&self->guard, &before);
	read_config(&third, &home);
	expect_powerful(_metadata, &other);
	EXPECT_EQ(0, exempt(&other));
	EXPECT_EQ(0, set_u32(&other, ICMPGUARD_A_CONFIG_MODE, ICMPGUARD_MODE_ENFORCE));
	EXPECT_EQ(0, step(&other, BEGIN, ONE_MORE));
	EXPECT_SAME(&self->guard);
	read_config(&third, &after);
	EXPECT_TRUE(answer_equal(&home, &after));
	EXPECT_FALSE(channel_hear(&self->guard, &answer));
	EXPECT_REFUSED(ENOENT, "begun no", step(&self->guard, COMMIT, 0));
}

/* A socket belongs to where it was opened, wherever its owner goes. */
TEST_F(contract, socket_stays)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, channel_open(&other, 0));
	read_config(&other, &before);
	EXPECT_EQ(0, set_max_message(&self->guard, ANOTHER));
	EXPECT_EQ(ANOTHER, max_message(&self->guard));
	EXPECT_SAME(&other);
}

TEST_HARNESS_MAIN
