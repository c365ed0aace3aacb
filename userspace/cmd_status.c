// SPDX-License-Identifier: GPL-2.0-only
/*
 * icmpguard status: what happens now, on one screen. The counters are read
 * twice, a second apart.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd.h"
#include "config.h"
#include "out.h"
#include "stats.h"
#include "warn.h"

#define ICMPG_STATUS_REFUSALS	5	/* lines of what is refused now */
#define ICMPG_STATUS_WARNINGS	6	/* lines of warnings */
#define ICMPG_STATUS_COLUMNS	80

/**
 * struct icmpg_refusing - a class and reason that refuses packets now
 * @class: enum icmpguard_class
 * @reason: enum icmpguard_reason
 * @dropped: packets a second
 * @would_drop: packets a second
 */
struct icmpg_refusing {
	uint32_t class;
	uint32_t reason;
	uint64_t dropped;
	uint64_t would_drop;
};

/**
 * struct icmpg_status_view - all that status shows
 * @context: of the command
 * @state: of the guard
 * @config: in force
 * @before: counters a second ago
 * @after: counters
 * @evicted: senders forgotten within that second
 * @elapsed_ns: how long it was
 * @refusing: what was refused in it, most first
 * @refusals: how many there are in @refusing
 * @warnings: what should be known
 */
struct icmpg_status_view {
	const struct icmpg_context *context;
	struct icmpg_state state;
	struct icmpg_config config;
	struct icmpg_stats before;
	struct icmpg_stats after;
	uint64_t evicted;
	uint64_t elapsed_ns;
	struct icmpg_refusing
		refusing[ICMPG_STATS_CLASSES * ICMPG_STATS_REASONS];
	size_t refusals;
	struct icmpg_warnings warnings;
};

static uint64_t icmpg_cmd_status_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Packets a second, rounded up: what happens at all isn't zero. */
static uint64_t icmpg_cmd_status_rate(uint64_t before, uint64_t after,
				      uint64_t elapsed_ns)
{
	double rate;

	if (after <= before || !elapsed_ns)
		return 0;
	rate = (double)(after - before) * 1e9 / (double)elapsed_ns;
	return rate < 1 ? 1 : (uint64_t)(rate + 0.5);
}

static int icmpg_cmd_status_order(const void *a, const void *b)
{
	const struct icmpg_refusing *x = a;
	const struct icmpg_refusing *y = b;
	uint64_t left = x->dropped + x->would_drop;
	uint64_t right = y->dropped + y->would_drop;

	return left > right ? -1 : left < right;
}

static void icmpg_cmd_status_compare(struct icmpg_status_view *view)
{
	uint32_t i;

	for (i = 0; i < ICMPG_STATS_CLASSES * ICMPG_STATS_REASONS; i++) {
		uint32_t class = i / ICMPG_STATS_REASONS;
		uint32_t reason = i % ICMPG_STATS_REASONS;
		struct icmpg_count a = icmpg_stats_sum(&view->before, class,
						       reason);
		struct icmpg_count b = icmpg_stats_sum(&view->after, class,
						       reason);
		struct icmpg_refusing *to = &view->refusing[view->refusals];

		to->class = class;
		to->reason = reason;
		to->dropped = icmpg_cmd_status_rate(a.dropped, b.dropped,
						    view->elapsed_ns);
		to->would_drop = icmpg_cmd_status_rate(a.would_drop,
						       b.would_drop,
						       view->elapsed_ns);
		if (to->dropped || to->would_drop)
			view->refusals++;
	}
	qsort(view->refusing, view->refusals, sizeof(view->refusing[0]),
	      icmpg_cmd_status_order);
}

/* The counters once more, unless nothing can have changed. */
static int icmpg_cmd_status_sample(struct icmpg_nlsock *sock,
				   struct icmpg_status_view *view)
{
	const struct timespec second = { .tv_sec = 1 };
	uint64_t start = icmpg_cmd_status_now_ns();
	uint64_t evictions = view->state.evictions;
	int status;

	if (view->state.mode == ICMPGUARD_MODE_OFF) {
		view->after = view->before;
		return ICMPG_DONE;
	}
	nanosleep(&second, NULL);
	status = icmpg_stats_fetch(sock, &view->after);
	if (status)
		return status;
	view->elapsed_ns = icmpg_cmd_status_now_ns() - start;
	status = icmpg_stats_fetch_state(sock, &view->state);
	if (view->state.evictions > evictions)
		view->evicted = view->state.evictions - evictions;
	return status;
}

static int icmpg_cmd_status_gather(struct icmpg_nlsock *sock,
				   struct icmpg_status_view *view)
{
	int status = icmpg_config_fetch(sock, &view->config);

	if (!status)
		status = icmpg_stats_fetch_state(sock, &view->state);
	if (!status)
		status = icmpg_stats_fetch(sock, &view->before);
	if (!status)
		status = icmpg_cmd_status_sample(sock, view);
	if (status)
		return status;
	icmpg_cmd_status_compare(view);
	icmpg_warn_collect(&view->warnings, &view->config, &view->state,
			   view->evicted);
	return ICMPG_DONE;
}

static void icmpg_cmd_status_print_refusals(
	const struct icmpg_status_view *view)
{
	uint64_t dropped = 0, would_drop = 0;
	size_t i;

	for (i = 0; i < view->refusals; i++) {
		dropped += view->refusing[i].dropped;
		would_drop += view->refusing[i].would_drop;
	}
	printf("refused now  %" PRIu64 "/s", dropped);
	if (would_drop)
		printf(", would be %" PRIu64 "/s", would_drop);
	putchar('\n');
	for (i = 0; i < view->refusals && i < ICMPG_STATUS_REFUSALS; i++) {
		const struct icmpg_refusing *at = &view->refusing[i];

		printf("  %10" PRIu64 "/s  %-19s  %s\n",
		       at->dropped + at->would_drop,
		       icmpg_names_print(&icmpg_names_class, at->class).text,
		       icmpg_names_print(&icmpg_names_reason,
					 at->reason).text);
	}
	if (view->refusals > i)
		printf("  and %zu more\n", view->refusals - i);
}

static void icmpg_cmd_status_print_warnings(
	const struct icmpg_warnings *warnings)
{
	const int room = ICMPG_STATUS_COLUMNS - 2;
	size_t i;

	if (!warnings->count)
		return;
	printf("warnings     %zu\n", warnings->count + warnings->more);
	for (i = 0; i < warnings->count && i < ICMPG_STATUS_WARNINGS; i++)
		printf("  %.*s\n", room, warnings->at[i].text);
	if (warnings->count > i)
		printf("  and %zu more\n",
		       warnings->count + warnings->more - i);
}

static void icmpg_cmd_status_print_known(const struct icmpg_state *state)
{
	if (!state->history_size)
		puts("known        none");
	else
		printf("known        %s, %u.%u %% in use, candidates %s%s\n",
		       icmpg_out_size(state->history_size).text,
		       state->history_fill / 10, state->history_fill % 10,
		       icmpg_out_size(state->candidate_size).text,
		       state->overloaded ? ", overloaded" : "");
}

static void icmpg_cmd_status_text(const struct icmpg_status_view *view)
{
	struct icmpg_count total = icmpg_stats_total(&view->after);
	const struct icmpg_state *state = &view->state;

	printf("mode         %s\n", icmpg_names_print(&icmpg_names_mode,
						      state->mode).text);
	printf("namespace    %.60s\n", view->context->netns ?
	       view->context->netns : "this one");
	printf("module       %.20s%s, configuration %u, tool %.20s\n",
	       state->version, state->ipv6 ? "" : " without IPv6",
	       state->generation, ICMPG_VERSION);
	icmpg_cmd_status_print_refusals(view);
	printf("passed       %" PRIu64 "\n", total.passed);
	printf("dropped      %" PRIu64 ", would have been %" PRIu64 "\n",
	       total.dropped, total.would_drop);
	printf("resets       %" PRIu64 "\n", state->resets);
	printf("table        %s, %u.%u %% in use, %" PRIu64 " evictions\n",
	       state->table_size ? icmpg_out_size(state->table_size).text :
	       "none", state->fill / 10, state->fill % 10, state->evictions);
	icmpg_cmd_status_print_known(state);
	printf("exemptions   %u\n", view->config.exemptions);
	icmpg_cmd_status_print_warnings(&view->warnings);
}

static json_t *icmpg_cmd_status_json_refusals(
	const struct icmpg_status_view *view)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < view->refusals; i++) {
		const struct icmpg_refusing *at = &view->refusing[i];
		json_t *entry = json_object();

		icmpg_out_put(entry, "class", icmpg_out_string(
			icmpg_names_print(&icmpg_names_class, at->class).text));
		icmpg_out_put(entry, "reason", icmpg_out_string(
			icmpg_names_print(&icmpg_names_reason,
					  at->reason).text));
		icmpg_out_put(entry, "dropped",
			      json_integer((json_int_t)at->dropped));
		icmpg_out_put(entry, "would-drop",
			      json_integer((json_int_t)at->would_drop));
		json_array_append_new(array, entry);
	}
	return array;
}

static json_t *icmpg_cmd_status_json_known(const struct icmpg_state *state)
{
	json_t *known = json_object();

	icmpg_out_put(known, "history-size", json_integer(state->history_size));
	icmpg_out_put(known, "history-permille",
		      json_integer(state->history_fill));
	icmpg_out_put(known, "candidate-size",
		      json_integer(state->candidate_size));
	icmpg_out_put(known, "overloaded", json_boolean(state->overloaded));
	return known;
}

static void icmpg_cmd_status_json(const struct icmpg_status_view *view)
{
	json_t *document = icmpg_out_document(view->context->netns);
	struct icmpg_count total = icmpg_stats_total(&view->after);
	const struct icmpg_state *state = &view->state;
	json_t *warnings = json_array();
	size_t i;

	icmpg_out_put(document, "mode", icmpg_out_string(
		icmpg_names_print(&icmpg_names_mode, state->mode).text));
	icmpg_out_put(document, "module", icmpg_out_string(state->version));
	icmpg_out_put(document, "tool", icmpg_out_string(ICMPG_VERSION));
	icmpg_out_put(document, "ipv6", json_boolean(state->ipv6));
	icmpg_out_put(document, "generation", json_integer(state->generation));
	icmpg_out_put(document, "refused-per-second",
		      icmpg_cmd_status_json_refusals(view));
	icmpg_out_put(document, "passed",
		      json_integer((json_int_t)total.passed));
	icmpg_out_put(document, "dropped",
		      json_integer((json_int_t)total.dropped));
	icmpg_out_put(document, "would-drop",
		      json_integer((json_int_t)total.would_drop));
	icmpg_out_put(document, "resets",
		      json_integer((json_int_t)state->resets));
	icmpg_out_put(document, "table", icmpg_stats_table(state));
	icmpg_out_put(document, "path-mtu-harmed",
		      json_integer((json_int_t)state->path_mtu_harmed));
	icmpg_out_put(document, "known", icmpg_cmd_status_json_known(state));
	icmpg_out_put(document, "exemptions",
		      json_integer(view->config.exemptions));
	for (i = 0; i < view->warnings.count; i++)
		json_array_append_new(warnings, icmpg_out_string(
			view->warnings.at[i].text));
	icmpg_out_put(document, "warnings", warnings);
	icmpg_out_json(document, JSON_INDENT(2));
}

static int icmpg_cmd_status_show(struct icmpg_status_view *view)
{
	struct icmpg_nlsock *sock;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	status = icmpg_cmd_status_gather(sock, view);
	if (!status && view->context->json)
		icmpg_cmd_status_json(view);
	else if (!status)
		icmpg_cmd_status_text(view);
	icmpg_config_clear(&view->config);
	icmpg_nlsock_destroy(sock);
	return status;
}

static int icmpg_cmd_status_run(const struct icmpg_context *context, int argc,
				char **argv)
{
	struct icmpg_status_view *view;
	int status;

	if (argc)
		return icmpg_cmd_excess(&icmpg_cmd_status, argv[0]);
	view = calloc(1, sizeof(*view));
	if (!view)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	view->context = context;
	status = icmpg_cmd_status_show(view);
	free(view);
	return status;
}

const struct icmpg_command icmpg_cmd_status = {
	.name = "status",
	.summary = "what is refused now, table, warnings",
	.usage =
"icmpguard status\n"
"\n"
"Takes a second: the counters are read twice. Rates are of that second,\n"
"everything else counts since the module was loaded or the counters reset.\n"
"\n"
"  icmpguard status\n"
"  icmpguard -j -n blue status | jq .warnings\n",
	.run = icmpg_cmd_status_run,
};
