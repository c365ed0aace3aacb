// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: survival [check | curve | way TEXT]
 *
 * Without an argument: the whole table, in full scale and as Markdown. With
 * check: the goals in a short form, as KTAP. With curve: floods from slow to fast,
 * with the peers, a line for each, for ../report.py. With way: one line on what
 * newcomers get in a flood from a pool, for a limiter that was built another way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "survival.h"

#define KIB		(1U << 10)
#define MIB		(1U << 20)
#define SEED		20261124
#define LEAST_LOST	3.0

/* As in a router of 10,000 pings a second, with 1000 of each kind of sender. */
#define FULL								\
	.budget_pps = 10000, .known = 1000, .newcomers = 1000,		\
	.known_s = 90, .period_s = 1, .flood_s = 60, .cpus = 8,		\
	.candidate_bytes = 4 * MIB, .table_bytes = MIB
/* A tenth of it. What is a ratio stays one: flood to budget, flood to memory. */
#define TENTH								\
	.budget_pps = 1000, .known = 200, .newcomers = 200,		\
	.known_s = 90, .period_s = 1, .flood_s = 60, .cpus = 8,		\
	.candidate_bytes = 410 * KIB, .table_bytes = 128 * KIB

#define POOL_100K	.pps = 1e6, .pool = 100000

static const struct row floods[] = {
	{ "100 kpps random", .pps = 1e5, FULL },
	{ "1 Mpps random", .pps = 1e6, FULL },
	{ "3 Mpps random", .pps = 3e6, FULL },
	{ "1 Mpps, every source twice", .pps = 1e6, .twice = true, FULL },
	{ "1 Mpps from a pool of 1 M", .pps = 1e6, .pool = 1000000, FULL },
	{ "the same, in order", .pps = 1e6, .pool = 1000000, .in_order = true,
	  FULL },
	{ "1 Mpps from a pool of 100 k", POOL_100K, FULL },
	{ "the same, in order", POOL_100K, .in_order = true, FULL },
};

/* FULL, but for what a goal says. */
#pragma GCC diagnostic ignored "-Woverride-init"

/**
 * struct goal - a row, and what is to be reached
 * @name: of the goal
 * @row: what happens
 * @known: at least this many per cent of known senders' pings pass
 * @newcomers: the same of newcomers'
 * @lost: pings that a newcomer loses at most, in the mean; 0: it doesn't matter
 */
struct goal {
	const char *name;
	struct row row;
	double known;
	double newcomers;
	double lost;
};

#define GOAL_7								\
	.pps = 3e6, .flood_s = 300, .candidate_bytes = 15 * MIB,	\
	.table_bytes = 512 * KIB
#define GOAL_7B		.pps = 1e6, .pool = 2000, .warm_s = 10, .warm_pps = 400
#define GOAL_7C								\
	.pps = 1e6, .pool = 20000, .on_s = 10, .off_s = 15,		\
	.known_s = 660, .flood_s = 600
/* The bots' own limits let 10 a second of each pass. */
#define GOAL_7D								\
	.pps = 1e4, .pool = 100, .in_order = true, .defaults = true,	\
	.known = 100, .newcomers = 100, .flood_s = 300,			\
	.candidate_bytes = MIB
#define SLOW		.pps = 1e6, .period_s = 30, .known_s = 300, .flood_s = 300

static const struct goal goals[] = {
	{ "7: 3 Mpps random, 17 MB, 5 minutes", { FULL, GOAL_7 },
	  99.9, 99, LEAST_LOST },
	{ "7b: 2000 addresses that were polite for 10 s", { FULL, GOAL_7B },
	  99, 0, 0 },
	{ "7c: pulses from 20,000 addresses, 10 minutes", { FULL, GOAL_7C },
	  99, 0, 0 },
	{ "7d: 100 bots at 100/s each, defaults", { FULL, GOAL_7D }, 99, 99, 0 },
	{ "8: pool of 100,000 at random", { FULL, POOL_100K }, 99.9, 50, 0 },
	{ "8: pool of 100,000 in order",
	  { FULL, POOL_100K, .in_order = true }, 99.9, 50, 0 },
	{ "one ping in 30 s, 1 Mpps random", { FULL, SLOW }, 99.9, 0, 0 },
};

/* How the flood is spread over CPUs must not matter. */
static const struct goal cpus[] = {
	{ "1 CPU", { FULL, .pps = 3e6, .flood_s = 30, .cpus = 1 }, 99.9, 0, 0 },
	{ "8 CPUs", { FULL, .pps = 3e6, .flood_s = 30, .cpus = 8 }, 99.9, 0, 0 },
	{ "64 CPUs", { FULL, .pps = 3e6, .flood_s = 30, .cpus = 64 }, 99.9, 0, 0 },
	{ "64 CPUs, all of the flood on one",
	  { FULL, .pps = 3e6, .flood_s = 30, .cpus = 64, .one_queue = true }, 99.9, 0, 0 },
};

static const struct goal checks[] = {
	{ "random spoofed flood of 300 times the budget",
	  { TENTH, .pps = 3e5, .flood_s = 300, .candidate_bytes = 1536 * KIB },
	  99.9, 99, LEAST_LOST },
	{ "the same on 64 CPUs, all of the flood on one",
	  { TENTH, .pps = 3e5, .candidate_bytes = 1536 * KIB, .cpus = 64,
	    .one_queue = true }, 99.9, 95, LEAST_LOST },
	{ "less memory than the flood needs: recognition takes longer",
	  { TENTH, .pps = 3e5 }, 99.9, 85, 9.5 },
	{ "every source twice", { TENTH, .pps = 1e5, .twice = true },
	  99.9, 95, LEAST_LOST },
	{ "a warm-up of 10 s from 2000 addresses", { FULL, GOAL_7B }, 99, 0, 0 },
	{ "pulses from 20,000 addresses",
	  { FULL, GOAL_7C, .flood_s = 100 }, 99, 90, 0 },
	{ "100 bots at their own limit, defaults", { FULL, GOAL_7D },
	  99, 99, 0 },
	{ "a pool of 100,000 repeating addresses", { FULL, POOL_100K },
	  99.9, 90, LEAST_LOST },
	{ "a pool of 100,000 in order",
	  { FULL, POOL_100K, .in_order = true, .flood_s = 30 },
	  99.9, 90, LEAST_LOST },
	{ "one ping in 30 s",
	  { TENTH, SLOW, .pps = 1e5 }, 99.9, 0, 0 },
};

#define KEYS_LOST_PERCENT	1.0
#define KEYS_BYTES_MAX		22.0

static bool is_met(const struct goal *goal, const struct outcome *outcome)
{
	return outcome->known >= goal->known &&
	       outcome->newcomers >= goal->newcomers &&
	       (!goal->lost || outcome->lost <= goal->lost);
}

static void print_floods(void)
{
	struct outcome outcome;
	unsigned int i;
	int kind;

	printf("Share of pings that pass in per cent: of senders known for 90 s before the flood / of newcomers during\n"
	       "its 60 s. Budget 10 kpps, 1000 senders of each kind at one ping a second, table 1 MiB, candidates 4 MiB, 8 CPUs.\n\n"
	       "| flood | one token bucket | hashlimit + bucket | nft meter + bucket | the guard | pings a newcomer loses |\n"
	       "|---|---|---|---|---|---|\n");
	for (i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		printf("| %s |", floods[i].name);
		for (kind = PEER_NONE + 1; kind < PEER_KINDS; kind++) {
			survive(&floods[i], kind, SEED, &outcome);
			printf(" %.2f / %.2f |", outcome.known,
			       outcome.newcomers);
		}
		survive(&floods[i], PEER_NONE, SEED, &outcome);
		printf(" %.2f / %.2f | %.2f |\n", outcome.known,
		       outcome.newcomers, outcome.lost);
	}
}

static void print_goals(const struct goal *goal, unsigned int count)
{
	struct outcome outcome;

	for (; count--; goal++) {
		survive(&goal->row, PEER_NONE, SEED, &outcome);
		printf("| %s | %.2f | %.2f | %.2f |", goal->name, outcome.known,
		       outcome.newcomers, outcome.lost);
		if (goal->newcomers)
			printf(" %.1f / %.0f", goal->known, goal->newcomers);
		else
			printf(" %.1f", goal->known);
		if (goal->lost)
			printf(", at most %.0f lost", goal->lost);
		printf(" | %s |\n", is_met(goal, &outcome) ? "met" : "**not met**");
	}
}

static void print_keys(void)
{
	static const struct {
		const char *name;
		u32 table_bytes;
		u32 candidate_bytes;
	} sizes[] = {
		{ "64 KiB, candidates 16 KiB", 64 * KIB, 16 * KIB },
		{ "4 MiB, candidates 1 MiB", 4 * MIB, MIB },
	};
	struct keys keys;
	unsigned int i;

	printf("\n### Bytes for each sender that owes\n\n"
	       "As many as the table keeps while at most 1 %% of those that came are forgotten. All: with the history of known senders and\n"
	       "the candidates.\n\n"
	       "| table | senders | table alone | all | goal 6 | |\n"
	       "|---|---|---|---|---|---|\n");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		keep_keys(sizes[i].table_bytes, sizes[i].candidate_bytes,
			  KEYS_LOST_PERCENT, &keys);
		printf("| %s | %u | %.1f | %.1f | %.0f | %s |\n", sizes[i].name,
		       keys.kept, (double)keys.table_bytes / keys.kept,
		       (double)keys.all_bytes / keys.kept, KEYS_BYTES_MAX,
		       keys.all_bytes <= KEYS_BYTES_MAX * keys.kept ?
		       "met" : "**not met**");
	}
}

static void print_all(void)
{
	print_floods();
	printf("\n### Goals\n\n"
	       "| goal | known | newcomers | pings a newcomer loses | wanted | |\n"
	       "|---|---|---|---|---|---|\n");
	print_goals(goals, sizeof(goals) / sizeof(goals[0]));
	printf("\n### CPUs\n\n"
	       "3 Mpps random for 30 s, candidates 4 MiB: how the flood is spread over CPUs doesn't matter.\n\n"
	       "| packets come in on | known | newcomers | pings a newcomer loses | wanted | |\n"
	       "|---|---|---|---|---|---|\n");
	print_goals(cpus, sizeof(cpus) / sizeof(cpus[0]));
	print_keys();
}

static void print_way(const char *text)
{
	static const struct row ways[] = {
		{ "", FULL, POOL_100K, .flood_s = 30 },
		{ "", FULL, POOL_100K, .in_order = true, .flood_s = 30 },
		{ "", FULL, .pps = 1e6, .pool = 1000000, .flood_s = 30 },
	};
	struct outcome outcome;
	unsigned int i;

	printf("| %s |", text);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		survive(&ways[i], PEER_NONE, SEED, &outcome);
		printf(" %.2f / %.2f |", outcome.known, outcome.newcomers);
	}
	printf("\n");
}

static void print_curve(void)
{
	static const double pps[] = { 1e4, 3e4, 1e5, 3e5, 1e6, 3e6 };
	static const char *const name[PEER_KINDS] = {
		[PEER_NONE] = "guard",
		[PEER_BUCKET] = "bucket",
		[PEER_HASHLIMIT] = "hashlimit",
		[PEER_METER] = "nftmeter",
	};
	struct row row = { "", FULL };
	struct outcome outcome;
	unsigned int i;
	int kind;

	for (i = 0; i < sizeof(pps) / sizeof(pps[0]); i++) {
		row.pps = pps[i];
		for (kind = PEER_NONE; kind < PEER_KINDS; kind++) {
			survive(&row, kind, SEED, &outcome);
			printf("survived %s pps=%.0f known=%.2f newcomers=%.2f\n",
			       name[kind], pps[i], outcome.known,
			       outcome.newcomers);
		}
	}
	puts("complete");
}

static bool say(bool ok, unsigned int number, const char *name)
{
	printf("%sok %u %s\n", ok ? "" : "not ", number, name);
	return ok;
}

static int check(void)
{
	unsigned int count = sizeof(checks) / sizeof(checks[0]), i, failed = 0;
	struct outcome outcome;
	struct keys keys;
	u64 seed;

	printf("KTAP version 1\n1..%u\n", count + 1);
	seed = ktap_seed();
	for (i = 0; i < count; i++) {
		survive(&checks[i].row, PEER_NONE, seed, &outcome);
		printf("# known %.2f %%, newcomers %.2f %%, %.2f lost\n",
		       outcome.known, outcome.newcomers, outcome.lost);
		failed += !say(is_met(&checks[i], &outcome), i + 1,
			       checks[i].name);
	}
	keep_keys(4 * MIB, MIB, KEYS_LOST_PERCENT, &keys);
	printf("# %u senders, %.1f bytes each\n", keys.kept,
	       (double)keys.all_bytes / keys.kept);
	failed += !say(keys.all_bytes <= KEYS_BYTES_MAX * keys.kept, count + 1,
		       "bytes for each sender that owes");
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "check"))
		return check();
	if (argc == 2 && !strcmp(argv[1], "curve"))
		print_curve();
	else if (argc == 3 && !strcmp(argv[1], "way"))
		print_way(argv[2]);
	else if (argc == 1)
		print_all();
	else
		return 2;
	return 0;
}
