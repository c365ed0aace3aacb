// SPDX-License-Identifier: GPL-2.0-only
/* icmpguard stats: the counters, by class and reason. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "parse.h"
#include "stats.h"

/**
 * struct icmpg_stats_view - what of the counters is shown
 * @context: of the command
 * @all: zeros as well
 * @explain: a sentence for each reason
 */
struct icmpg_stats_view {
	const struct icmpg_context *context;
	bool all;
	bool explain;
};

/* Slot 0 is what a newer module counts. */
static struct icmpg_name icmpg_cmd_stats_name(const struct icmpg_names *names,
					      uint32_t slot)
{
	static const struct icmpg_name newer = { .text = "newer" };

	return slot ? icmpg_names_print(names, slot) : newer;
}

static bool icmpg_cmd_stats_is_shown(const struct icmpg_stats_view *view,
				     uint32_t class, uint32_t reason,
				     const struct icmpg_count *count)
{
	if (count->passed || count->dropped || count->would_drop)
		return true;
	return view->all && reason && icmpg_names_word(&icmpg_names_class,
						       class);
}

static void icmpg_cmd_stats_row(const char *class, const char *reason,
				const struct icmpg_count *count)
{
	printf("%-19s  %-22s  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "\n",
	       class, reason, count->passed, count->dropped,
	       count->would_drop);
}

/* Marks in @seen the reasons that have a row. */
static void icmpg_cmd_stats_rows(const struct icmpg_stats_view *view,
				 const struct icmpg_stats *stats, bool *seen)
{
	uint32_t class, reason;

	for (class = 0; class < ICMPG_STATS_CLASSES; class++) {
		for (reason = 0; reason < ICMPG_STATS_REASONS; reason++) {
			struct icmpg_count count =
				icmpg_stats_sum(stats, class, reason);

			if (!icmpg_cmd_stats_is_shown(view, class, reason,
						      &count))
				continue;
			seen[reason] = true;
			icmpg_cmd_stats_row(
				icmpg_cmd_stats_name(&icmpg_names_class,
						     class).text,
				icmpg_cmd_stats_name(&icmpg_names_reason,
						     reason).text,
				&count);
		}
	}
}

static void icmpg_cmd_stats_text(const struct icmpg_stats_view *view,
				 const struct icmpg_stats *stats)
{
	struct icmpg_count total = icmpg_stats_total(stats);
	bool seen[ICMPG_STATS_REASONS] = { false };
	uint32_t reason;

	printf("%-19s  %-22s  %10s  %10s  %10s\n", "CLASS", "REASON",
	       "PASSED", "DROPPED", "WOULD-DROP");
	icmpg_cmd_stats_rows(view, stats, seen);
	icmpg_cmd_stats_row("total", "", &total);
	if (!view->explain)
		return;
	putchar('\n');
	for (reason = 0; reason < ICMPG_STATS_REASONS; reason++)
		if (seen[reason])
			printf("%s: %s\n",
			       icmpg_cmd_stats_name(&icmpg_names_reason,
						    reason).text,
			       icmpg_names_sentence(reason));
}

static void icmpg_cmd_stats_put(json_t *object,
				const struct icmpg_count *count)
{
	icmpg_out_put(object, "passed", json_integer((json_int_t)count->passed));
	icmpg_out_put(object, "dropped",
		      json_integer((json_int_t)count->dropped));
	icmpg_out_put(object, "would-drop",
		      json_integer((json_int_t)count->would_drop));
}

static void icmpg_cmd_stats_class(const struct icmpg_stats_view *view,
				  const struct icmpg_count *counts,
				  uint32_t class, json_t *object, bool *seen)
{
	json_t *reasons = icmpg_out_member(object, "reason");
	uint32_t reason;

	for (reason = 0; reason < ICMPG_STATS_REASONS; reason++) {
		if (!icmpg_cmd_stats_is_shown(view, class, reason,
					      &counts[reason]))
			continue;
		seen[reason] = true;
		icmpg_cmd_stats_put(icmpg_out_member(reasons,
			icmpg_cmd_stats_name(&icmpg_names_reason, reason).text),
			&counts[reason]);
	}
}

/* One family: every class, with the reasons that aren't zero. */
static void icmpg_cmd_stats_family(const struct icmpg_stats_view *view,
				   const struct icmpg_stats *stats,
				   uint32_t family, json_t *object, bool *seen)
{
	uint32_t class;

	for (class = 0; class < ICMPG_STATS_CLASSES; class++) {
		const struct icmpg_count *count = &stats->class[family][class];
		json_t *member;

		if (!icmpg_names_word(&icmpg_names_class, class) &&
		    !count->passed && !count->dropped && !count->would_drop)
			continue;
		member = icmpg_out_member(object,
			icmpg_cmd_stats_name(&icmpg_names_class, class).text);
		icmpg_cmd_stats_put(member, count);
		icmpg_cmd_stats_class(view, stats->reason[family][class],
				      class, member, seen);
	}
}

static void icmpg_cmd_stats_json(const struct icmpg_stats_view *view,
				 const struct icmpg_stats *stats)
{
	json_t *document = icmpg_out_document(view->context->netns);
	struct icmpg_count total = icmpg_stats_total(stats);
	bool seen[ICMPG_STATS_REASONS] = { false };
	uint32_t reason;

	icmpg_cmd_stats_put(icmpg_out_member(document, "total"), &total);
	icmpg_cmd_stats_family(view, stats, 0,
			       icmpg_out_member(document, "ipv4"), seen);
	icmpg_cmd_stats_family(view, stats, 1,
			       icmpg_out_member(document, "ipv6"), seen);
	for (reason = 0; view->explain && reason < ICMPG_STATS_REASONS;
	     reason++)
		if (seen[reason])
			icmpg_out_put(icmpg_out_member(document, "explain"),
				icmpg_cmd_stats_name(&icmpg_names_reason,
						     reason).text,
				icmpg_out_string(icmpg_names_sentence(reason)));
	icmpg_out_json(document, JSON_INDENT(2));
}

static int icmpg_cmd_stats_show(const struct icmpg_stats_view *view)
{
	struct icmpg_stats *stats;
	struct icmpg_nlsock *sock;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	stats = calloc(1, sizeof(*stats));
	if (!stats)
		status = icmpg_out_error(ICMPG_FAILED, "out of memory");
	else
		status = icmpg_stats_fetch(sock, stats);
	if (!status && view->context->json)
		icmpg_cmd_stats_json(view, stats);
	else if (!status)
		icmpg_cmd_stats_text(view, stats);
	free(stats);
	icmpg_nlsock_destroy(sock);
	return status;
}

static int icmpg_cmd_stats_reset(const struct icmpg_context *context)
{
	struct icmpg_nlsock *sock;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	status = icmpg_cmd_request(sock, ICMPGUARD_CMD_STATS_RESET, NULL, NULL,
				   "stats reset");
	icmpg_nlsock_destroy(sock);
	if (!status && context->json)
		icmpg_out_json(icmpg_out_document(context->netns),
			       JSON_INDENT(2));
	return status;
}

static int icmpg_cmd_stats_run(const struct icmpg_context *context, int argc,
			       char **argv)
{
	struct icmpg_stats_view view = { .context = context };
	int i;

	if (argc && !strcmp(argv[0], "reset"))
		return argc > 1 ? icmpg_cmd_excess(&icmpg_cmd_stats, argv[1]) :
			icmpg_cmd_stats_reset(context);
	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--explain"))
			view.explain = true;
		else if (!strcmp(argv[i], "--all"))
			view.all = true;
		else
			return icmpg_out_error(ICMPG_INPUT,
				"stats: unknown word %s, one of: --explain, --all, reset",
				icmpg_parse_quote(argv[i]).text);
	}
	return icmpg_cmd_stats_show(&view);
}

const struct icmpg_command icmpg_cmd_stats = {
	.name = "stats",
	.summary = "the counters, by class and reason",
	.usage =
"icmpguard stats [--explain] [--all]\n"
"icmpguard stats reset\n"
"\n"
"Packets of both families; -j splits them. --explain says what each reason\n"
"means, --all shows zeros too. reset sets all counters to zero.\n"
"\n"
"  icmpguard stats --explain\n"
"  icmpguard -j stats | jq '.ipv4.\"echo-request\".dropped'\n",
	.run = icmpg_cmd_stats_run,
};
