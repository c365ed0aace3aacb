// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and state, read from the kernel.
 */
#include "stats.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd.h"
#include "out.h"

/* What is counted in two messages or two unknown reasons is added up. */
static void icmpg_stats_add(struct icmpg_count *to,
			    const struct icmpg_count *from)
{
	to->passed += from->passed;
	to->dropped += from->dropped;
	to->would_drop += from->would_drop;
}

static void icmpg_stats_take_reason(struct icmpg_count *reasons,
				    struct icmpg_cursor attrs)
{
	struct icmpg_count count = { 0, 0, 0 };
	struct icmpg_attribute attr;
	uint32_t id = 0;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_REASON_ID)
			icmpg_nlattr_get_u32(&attr, &id);
		else if (attr.type == ICMPGUARD_A_REASON_PASSED)
			icmpg_nlattr_get_u64(&attr, &count.passed);
		else if (attr.type == ICMPGUARD_A_REASON_DROPPED)
			icmpg_nlattr_get_u64(&attr, &count.dropped);
		else if (attr.type == ICMPGUARD_A_REASON_WOULD_DROP)
			icmpg_nlattr_get_u64(&attr, &count.would_drop);
	}
	icmpg_stats_add(&reasons[id < ICMPG_STATS_REASONS ? id : 0], &count);
}

/**
 * icmpg_stats_take() - add a message of a stats-get
 * @stats: where to
 * @attrs: its attributes
 */
void icmpg_stats_take(struct icmpg_stats *stats, struct icmpg_cursor attrs)
{
	struct icmpg_count reasons[ICMPG_STATS_REASONS] = { { 0, 0, 0 } };
	struct icmpg_count count = { 0, 0, 0 };
	uint32_t family = AF_INET, class = 0, i;
	struct icmpg_attribute attr;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_STATS_FAMILY)
			icmpg_nlattr_get_u32(&attr, &family);
		else if (attr.type == ICMPGUARD_A_STATS_CLASS)
			icmpg_nlattr_get_u32(&attr, &class);
		else if (attr.type == ICMPGUARD_A_STATS_PASSED)
			icmpg_nlattr_get_u64(&attr, &count.passed);
		else if (attr.type == ICMPGUARD_A_STATS_DROPPED)
			icmpg_nlattr_get_u64(&attr, &count.dropped);
		else if (attr.type == ICMPGUARD_A_STATS_WOULD_DROP)
			icmpg_nlattr_get_u64(&attr, &count.would_drop);
		else if (attr.type == ICMPGUARD_A_STATS_REASON)
			icmpg_stats_take_reason(reasons,
						icmpg_nlattr_nested(&attr));
	}
	family = family == AF_INET6;
	if (class >= ICMPG_STATS_CLASSES)
		class = 0;
	icmpg_stats_add(&stats->class[family][class], &count);
	for (i = 0; i < ICMPG_STATS_REASONS; i++)
		icmpg_stats_add(&stats->reason[family][class][i], &reasons[i]);
}

static void icmpg_stats_read(uint8_t cmd, struct icmpg_cursor attrs,
			     void *data)
{
	(void)cmd;
	icmpg_stats_take(data, attrs);
}

/**
 * icmpg_stats_fetch() - read all counters
 * @sock: from whom
 * @stats: takes them
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_stats_fetch(struct icmpg_nlsock *sock, struct icmpg_stats *stats)
{
	struct icmpg_refusal refusal;
	struct icmpg_message *msg;
	int ret;

	memset(stats, 0, sizeof(*stats));
	msg = icmpg_nlattr_message_create(ICMPGUARD_CMD_STATS_GET,
					  ICMPG_NLATTR_DUMP);
	if (!msg)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	ret = icmpg_nlsock_exchange(sock, msg, icmpg_stats_read, stats,
				    &refusal);
	icmpg_nlattr_message_destroy(msg);
	/* Counters change all the time: an interrupted dump is as good. */
	if (!ret || (ret == -EAGAIN && !refusal.error))
		return ICMPG_DONE;
	return icmpg_cmd_refused("reading the counters", ret, &refusal);
}

/**
 * icmpg_stats_sum() - both families of a counter
 * @stats: all counters
 * @class: enum icmpguard_class
 * @reason: enum icmpguard_reason
 */
struct icmpg_count icmpg_stats_sum(const struct icmpg_stats *stats,
				   uint32_t class, uint32_t reason)
{
	struct icmpg_count sum = stats->reason[0][class][reason];

	icmpg_stats_add(&sum, &stats->reason[1][class][reason]);
	return sum;
}

/**
 * icmpg_stats_total() - all packets
 * @stats: all counters
 */
struct icmpg_count icmpg_stats_total(const struct icmpg_stats *stats)
{
	struct icmpg_count sum = { 0, 0, 0 };
	uint32_t family, class;

	for (family = 0; family < ICMPG_STATS_FAMILIES; family++)
		for (class = 0; class < ICMPG_STATS_CLASSES; class++)
			icmpg_stats_add(&sum, &stats->class[family][class]);
	return sum;
}

static void icmpg_stats_take_known(struct icmpg_state *state,
				   const struct icmpg_attribute *attr)
{
	if (attr->type == ICMPGUARD_A_STATUS_HISTORY_SIZE)
		icmpg_nlattr_get_u32(attr, &state->history_size);
	else if (attr->type == ICMPGUARD_A_STATUS_HISTORY_FILL)
		icmpg_nlattr_get_u32(attr, &state->history_fill);
	else if (attr->type == ICMPGUARD_A_STATUS_CANDIDATE_SIZE)
		icmpg_nlattr_get_u32(attr, &state->candidate_size);
	else if (attr->type == ICMPGUARD_A_STATUS_OVERLOADED)
		icmpg_nlattr_get_u32(attr, &state->overloaded);
}

/**
 * icmpg_stats_take_state() - read the answer to a status-get
 * @state: where to
 * @attrs: its attributes
 */
void icmpg_stats_take_state(struct icmpg_state *state, struct icmpg_cursor attrs)
{
	struct icmpg_attribute attr;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_STATUS_VERSION)
			icmpg_nlattr_get_string(&attr, state->version,
						sizeof(state->version));
		else if (attr.type == ICMPGUARD_A_STATUS_MODE)
			icmpg_nlattr_get_u32(&attr, &state->mode);
		else if (attr.type == ICMPGUARD_A_STATUS_GENERATION)
			icmpg_nlattr_get_u32(&attr, &state->generation);
		else if (attr.type == ICMPGUARD_A_STATUS_RESETS)
			icmpg_nlattr_get_u64(&attr, &state->resets);
		else if (attr.type == ICMPGUARD_A_STATUS_TABLE_SIZE)
			icmpg_nlattr_get_u32(&attr, &state->table_size);
		else if (attr.type == ICMPGUARD_A_STATUS_TABLE_EVICTIONS)
			icmpg_nlattr_get_u64(&attr, &state->evictions);
		else if (attr.type == ICMPGUARD_A_STATUS_TABLE_FILL)
			icmpg_nlattr_get_u32(&attr, &state->fill);
		else if (attr.type == ICMPGUARD_A_STATUS_IPV6)
			icmpg_nlattr_get_u32(&attr, &state->ipv6);
		else if (attr.type == ICMPGUARD_A_STATUS_PATH_MTU_HARMED)
			icmpg_nlattr_get_u64(&attr, &state->path_mtu_harmed);
		else
			icmpg_stats_take_known(state, &attr);
	}
}

static void icmpg_stats_read_state(uint8_t cmd, struct icmpg_cursor attrs,
			     void *data)
{
	(void)cmd;
	icmpg_stats_take_state(data, attrs);
}

/**
 * icmpg_stats_fetch_state() - read the state of the guard
 * @sock: from whom
 * @state: takes it
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_stats_fetch_state(struct icmpg_nlsock *sock, struct icmpg_state *state)
{
	memset(state, 0, sizeof(*state));
	return icmpg_cmd_request(sock, ICMPGUARD_CMD_STATUS_GET,
				 icmpg_stats_read_state, state, "reading the state");
}

/**
 * icmpg_stats_table() - the table of buckets as JSON
 * @state: of the guard
 *
 * Return: the caller's.
 */
json_t *icmpg_stats_table(const struct icmpg_state *state)
{
	json_t *table = json_object();

	icmpg_out_put(table, "size", json_integer(state->table_size));
	icmpg_out_put(table, "fill-permille", json_integer(state->fill));
	icmpg_out_put(table, "evictions",
		      json_integer((json_int_t)state->evictions));
	return table;
}
