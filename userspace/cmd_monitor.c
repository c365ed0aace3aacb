// SPDX-License-Identifier: GPL-2.0-only
/*
 * icmpguard monitor: changes as they come, and that the table is full. A
 * notification holds the new configuration but its prefixes; those are asked
 * for on a second socket.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/icmpguard.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "config.h"
#include "out.h"
#include "stats.h"

/**
 * struct icmpg_monitor - what is known while waiting
 * @context: of the command
 * @events: joined
 * @asks: for what notifications don't hold
 * @wake: signals that are blocked, but while it waits or writes
 * @known: the configuration as it was told last
 * @evictions: senders forgotten, as it was told last
 * @table_told: since we joined
 * @status: not ICMPG_DONE ends it
 */
struct icmpg_monitor {
	const struct icmpg_context *context;
	struct icmpg_nlsock *events;
	struct icmpg_nlsock *asks;
	sigset_t wake;
	struct icmpg_config known;
	uint64_t evictions;
	bool table_told;
	int status;
};

static volatile sig_atomic_t icmpg_monitor_signal;

static void icmpg_monitor_stop(int number)
{
	icmpg_monitor_signal = number;
}

/* Blocked but while it waits or writes, so that none comes unseen; @wake is for that. */
static void icmpg_monitor_catch(sigset_t *wake)
{
	struct sigaction action = { .sa_handler = icmpg_monitor_stop };
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, wake);
	sigdelset(wake, SIGINT);
	sigdelset(wake, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* A change as it would be typed. */
static struct icmpg_text icmpg_monitor_command(
	const struct icmpg_setting *setting)
{
	struct icmpg_text line, text = icmpg_out_setting(setting);

	if (setting->key == ICMPG_KEY_EXEMPT)
		snprintf(line.text, sizeof(line.text), "exempt %s %.120s",
			 setting->off ? "del" : "add",
			 icmpg_out_prefix(&setting->prefix).text);
	else
		snprintf(line.text, sizeof(line.text), "set %.160s%s",
			 text.text, setting->off &&
			 icmpg_model_is_prefix(setting) ? " off" : "");
	return line;
}

static void icmpg_monitor_time(char *buf, size_t size, bool json)
{
	time_t now = time(NULL);
	struct tm tm;

	if (json)
		strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
	else
		strftime(buf, size, "%Y-%m-%d %H:%M:%S",
			 localtime_r(&now, &tm));
}

/* Is it refused before there is a limit of the class? */
static bool icmpg_monitor_needs_limit(const struct icmpg_setting *setting)
{
	return (setting->key == ICMPG_KEY_CLASS ||
		setting->key == ICMPG_KEY_TYPE) &&
	       setting->value == ICMPGUARD_ACTION_LIMIT && !setting->off;
}

/*
 * In an order in which they can be typed: a class is limited last.
 * @changes: what is new or different; what went away is off in it.
 */
static void icmpg_monitor_text(const struct icmpg_settings *changes,
			       uint32_t generation)
{
	char when[32];
	size_t i;
	int last;

	icmpg_monitor_time(when, sizeof(when), false);
	for (last = 0; last <= 1; last++)
		for (i = 0; i < changes->count && !ferror(stdout); i++)
			if (icmpg_monitor_needs_limit(&changes->at[i]) == last)
				printf("%s %s\n", when,
				       icmpg_monitor_command(&changes->at[i]).text);
	if (!changes->count)
		printf("%s configuration %u, nothing changed\n", when,
		       generation);
}

static void icmpg_monitor_json(const struct icmpg_context *context,
			       const struct icmpg_settings *changes,
			       uint32_t generation)
{
	json_t *document = icmpg_out_document(context->netns);
	json_t *set, *removed;
	char when[32];
	size_t i;

	icmpg_monitor_time(when, sizeof(when), true);
	icmpg_out_put(document, "time", json_string(when));
	icmpg_out_put(document, "event", json_string("config"));
	icmpg_out_put(document, "generation", json_integer(generation));
	set = icmpg_out_member(document, "set");
	removed = icmpg_out_member(document, "removed");
	for (i = 0; i < changes->count; i++) {
		const struct icmpg_setting *at = &changes->at[i];

		icmpg_out_json_setting(at->off && icmpg_model_is_entry(at) ?
				       removed : set, at);
	}
	icmpg_out_json(document, JSON_COMPACT);
}

/**
 * struct icmpg_difference - what has changed, as it is found
 * @changes: what to tell
 * @new: what is in force now
 * @class: told whole, the last of those
 */
struct icmpg_difference {
	struct icmpg_settings *changes;
	const struct icmpg_settings *new;
	uint32_t class;
};

/* A line of a class without a direction takes away those with one: all of them. */
static void icmpg_monitor_class(struct icmpg_difference *diff, uint32_t class)
{
	size_t i;

	if (diff->class == class)
		return;
	diff->class = class;
	for (i = 0; i < diff->new->count; i++) {
		const struct icmpg_setting *at = &diff->new->at[i];

		if (at->key == ICMPG_KEY_CLASS && at->class == class)
			icmpg_model_add(diff->changes, at);
	}
}

/* What went away: a limit, a type, a group, an exemption, a direction. */
static void icmpg_monitor_gone(struct icmpg_difference *diff,
			       const struct icmpg_setting *old)
{
	struct icmpg_setting gone = *old;

	if (old->key == ICMPG_KEY_CLASS && old->direction)
		icmpg_monitor_class(diff, old->class);
	if (old->off || (old->key != ICMPG_KEY_LIMIT &&
			 !icmpg_model_is_entry(old)))
		return;
	gone.off = true;
	icmpg_model_add(diff->changes, &gone);
}

/* What is new, or different. */
static void icmpg_monitor_changed(struct icmpg_difference *diff,
				  const struct icmpg_setting *new)
{
	if (new->key == ICMPG_KEY_CLASS && !new->direction)
		icmpg_monitor_class(diff, new->class);
	else if (new->key != ICMPG_KEY_CLASS || new->class != diff->class)
		icmpg_model_add(diff->changes, new);
}

/* Both lists are sorted. */
static void icmpg_monitor_compare(struct icmpg_settings *changes,
				  const struct icmpg_settings *old,
				  const struct icmpg_settings *new)
{
	struct icmpg_difference diff = { .changes = changes, .new = new };
	size_t i = 0, j = 0;

	while (i < old->count || j < new->count) {
		int order = i == old->count ? 1 : j == new->count ? -1 :
			icmpg_model_compare(&old->at[i], &new->at[j]);

		if (order < 0) {
			icmpg_monitor_gone(&diff, &old->at[i++]);
		} else if (order > 0) {
			icmpg_monitor_changed(&diff, &new->at[j++]);
		} else {
			if (!icmpg_model_is_same(&old->at[i], &new->at[j]))
				icmpg_monitor_changed(&diff, &new->at[j]);
			i++;
			j++;
		}
	}
}

/* Each event is written when it comes, or it ends here. */
static void icmpg_monitor_flush(struct icmpg_monitor *monitor)
{
	/* What was interrupted isn't tried again: it would wait again. */
	if (!ferror(stdout) && !fflush(stdout))
		return;
	if (!icmpg_monitor_signal) {
		monitor->status = icmpg_out_error(ICMPG_FAILED,
			"standard output: %s", strerror(errno));
		return;
	}
	/* Nobody reads, and it is over: nor at the end. */
	__fpurge(stdout);
	clearerr(stdout);
}

/* Tell the difference, and know the new one from now on. */
static void icmpg_monitor_tell(struct icmpg_monitor *monitor,
			       struct icmpg_config *now)
{
	struct icmpg_settings changes = { .at = NULL };

	icmpg_model_sort(&now->settings);
	icmpg_monitor_compare(&changes, &monitor->known.settings,
			      &now->settings);
	if (monitor->context->json)
		icmpg_monitor_json(monitor->context, &changes,
				   now->generation);
	else
		icmpg_monitor_text(&changes, now->generation);
	icmpg_model_clear(&changes);
	icmpg_config_clear(&monitor->known);
	monitor->known = *now;
	icmpg_monitor_flush(monitor);
}

/* The parts of a dump that a notification doesn't hold. */
static int icmpg_monitor_add_prefixes(struct icmpg_monitor *monitor,
				      struct icmpg_config *now)
{
	struct icmpg_config all;
	int status = icmpg_config_fetch(monitor->asks, &all);
	size_t i;

	for (i = 0; !status && i < all.settings.count; i++)
		if (icmpg_model_is_prefix(&all.settings.at[i]))
			icmpg_model_add(&now->settings, &all.settings.at[i]);
	icmpg_config_clear(&all);
	return status;
}

/* A limit has refused path MTU messages: so many so far. */
static void icmpg_monitor_harm(struct icmpg_monitor *monitor,
			       struct icmpg_cursor attrs)
{
	struct icmpg_state state = { .path_mtu_harmed = 0 };
	json_t *document;
	char when[32];

	icmpg_stats_take_state(&state, attrs);
	icmpg_monitor_time(when, sizeof(when), monitor->context->json);
	if (monitor->context->json) {
		document = icmpg_out_document(monitor->context->netns);
		icmpg_out_put(document, "time", json_string(when));
		icmpg_out_put(document, "event", json_string("path-mtu-harmed"));
		icmpg_out_put(document, "packets", json_integer(
			(json_int_t)state.path_mtu_harmed));
		icmpg_out_json(document, JSON_COMPACT);
	} else {
		printf("%s path-mtu-harmed %llu\n", when,
		       (unsigned long long)state.path_mtu_harmed);
	}
	icmpg_monitor_flush(monitor);
}

/* Senders are forgotten while they owe. */
static void icmpg_monitor_table(struct icmpg_monitor *monitor,
				struct icmpg_cursor attrs)
{
	struct icmpg_state state = { .mode = 0 };
	uint64_t since = monitor->evictions;
	char when[32];
	json_t *document;

	icmpg_stats_take_state(&state, attrs);
	/* What was on its way when we joined has been asked for already. */
	if (state.evictions == since && !monitor->table_told)
		return;
	monitor->table_told = true;
	monitor->evictions = state.evictions;
	/* The counters were reset. */
	if (state.evictions <= since)
		since = 0;
	icmpg_monitor_time(when, sizeof(when), monitor->context->json);
	if (!monitor->context->json) {
		printf("%s table full: %" PRIu64 " senders forgotten, %s, %u.%u %% in use\n",
		       when, state.evictions - since,
		       icmpg_out_size(state.table_size).text, state.fill / 10,
		       state.fill % 10);
		icmpg_monitor_flush(monitor);
		return;
	}
	document = icmpg_out_document(monitor->context->netns);
	icmpg_out_put(document, "time", json_string(when));
	icmpg_out_put(document, "event", json_string("table"));
	icmpg_out_put(document, "table", icmpg_stats_table(&state));
	icmpg_out_json(document, JSON_COMPACT);
	icmpg_monitor_flush(monitor);
}

static void icmpg_monitor_config(struct icmpg_monitor *monitor,
				 struct icmpg_cursor attrs)
{
	struct icmpg_config now;

	memset(&now, 0, sizeof(now));
	icmpg_config_take(&now, attrs);
	/* What was on its way while all was asked for is known already. */
	if ((int32_t)(now.generation - monitor->known.generation) <= 0) {
		icmpg_config_clear(&now);
		return;
	}
	monitor->status = icmpg_monitor_add_prefixes(monitor, &now);
	if (monitor->status)
		icmpg_config_clear(&now);
	else
		icmpg_monitor_tell(monitor, &now);
}

static void icmpg_monitor_event(uint8_t cmd, struct icmpg_cursor attrs,
				void *data)
{
	struct icmpg_monitor *monitor = data;
	sigset_t blocked;

	if (monitor->status || icmpg_monitor_signal)
		return;
	sigprocmask(SIG_SETMASK, &monitor->wake, &blocked);
	switch (cmd) {
	case ICMPGUARD_CMD_CONFIG_NTF:
		icmpg_monitor_config(monitor, attrs);
		break;
	case ICMPGUARD_CMD_PATH_MTU_NTF:
		icmpg_monitor_harm(monitor, attrs);
		break;
	case ICMPGUARD_CMD_TABLE_NTF:
		icmpg_monitor_table(monitor, attrs);
		break;
	}
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* Events were lost: what has changed since is told as one. */
static int icmpg_monitor_catch_up(struct icmpg_monitor *monitor)
{
	struct icmpg_config now;
	sigset_t blocked;
	int ret = icmpg_nlsock_drain(monitor->events);
	int status;

	if (ret)
		return ret;
	status = icmpg_config_fetch(monitor->asks, &now);
	if (status) {
		icmpg_config_clear(&now);
		monitor->status = status;
		return 0;
	}
	sigprocmask(SIG_SETMASK, &monitor->wake, &blocked);
	icmpg_out_note("events were lost; what follows sums them up");
	icmpg_monitor_tell(monitor, &now);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return 0;
}

static int icmpg_monitor_loop(struct icmpg_monitor *monitor)
{
	while (!monitor->status && !icmpg_monitor_signal) {
		int ret = icmpg_nlsock_receive(monitor->events, &monitor->wake,
					       icmpg_monitor_event, monitor);

		if (ret == -ENOBUFS)
			ret = icmpg_monitor_catch_up(monitor);
		if (ret == -ENOENT)
			return icmpg_out_error(ICMPG_NO_MODULE,
				"monitor: the module was unloaded");
		else if (ret && ret != -EINTR)
			return icmpg_out_error(ICMPG_FAILED,
				"monitor: netlink: %s", strerror(-ret));
	}
	return monitor->status;
}

static int icmpg_monitor_start(struct icmpg_monitor *monitor)
{
	struct icmpg_refusal refusal = { .sentence = "" };
	struct icmpg_state state;
	int status = icmpg_cmd_open(&monitor->asks);
	int ret;

	if (!status)
		status = icmpg_cmd_open(&monitor->events);
	if (status)
		return status;
	ret = icmpg_nlsock_join(monitor->events);
	if (ret) {
		refusal.error = -ret;
		return icmpg_cmd_refused("monitor", ret, &refusal);
	}
	status = icmpg_stats_fetch_state(monitor->asks, &state);
	monitor->evictions = state.evictions;
	return status ? status :
		icmpg_config_fetch(monitor->asks, &monitor->known);
}

static int icmpg_cmd_monitor_run(const struct icmpg_context *context, int argc,
				 char **argv)
{
	struct icmpg_monitor monitor = { .context = context };
	int status;

	if (argc)
		return icmpg_cmd_excess(&icmpg_cmd_monitor, argv[0]);
	icmpg_monitor_catch(&monitor.wake);
	status = icmpg_monitor_start(&monitor);
	if (!status)
		status = icmpg_monitor_loop(&monitor);
	icmpg_config_clear(&monitor.known);
	icmpg_nlsock_destroy(monitor.events);
	icmpg_nlsock_destroy(monitor.asks);
	return status;
}

const struct icmpg_command icmpg_cmd_monitor = {
	.name = "monitor",
	.summary = "changes of the configuration, harm, a full table, as they come",
	.usage =
"icmpguard monitor\n"
"\n"
"One line for each change, as it would be typed, after its time; with -j, one\n"
"JSON object a line. path-mtu-harmed N says that a limit has refused N path MTU\n"
"messages so far, table full that senders are forgotten while they owe, each at\n"
"most once a second. It needs CAP_NET_ADMIN, and ends with status 0 when it is\n"
"interrupted.\n"
"\n"
"  icmpguard monitor\n"
"  icmpguard -j monitor | jq --unbuffered .set\n",
	.run = icmpg_cmd_monitor_run,
};
