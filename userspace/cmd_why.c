// SPDX-License-Identifier: GPL-2.0-only
/*
 * icmpguard why: what would become of a packet, and what it is measured by.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "out.h"
#include "parse.h"
#include "why.h"

/**
 * struct icmpg_address_text - an address as it is written
 * @text: NUL-terminated
 */
struct icmpg_address_text {
	char text[INET6_ADDRSTRLEN];
};

static struct icmpg_address_text
icmpg_cmd_why_address(const struct icmpg_prefix *address)
{
	struct icmpg_address_text text = { .text = "" };

	inet_ntop((int)address->family, address->address, text.text,
		  sizeof(text.text));
	return text;
}

static bool icmpg_cmd_why_passes(uint32_t reason)
{
	return reason == ICMPGUARD_REASON_PASSED ||
	       reason == ICMPGUARD_REASON_EXEMPT;
}

static void icmpg_cmd_why_print_limit(const struct icmpg_why_limit *limit)
{
	char rate[48];

	snprintf(rate, sizeof(rate), "%u/%s burst %u", limit->count,
		 icmpg_names_print(&icmpg_names_unit, limit->unit).text,
		 limit->burst);
	printf("  %-17s  %-27s  %7u left\n",
	       icmpg_names_print(&icmpg_names_scope, limit->scope).text, rate,
	       limit->left);
}

static void icmpg_cmd_why_print_class(const struct icmpg_why *why,
				      const struct icmpg_why_class *class)
{
	const char *verdict = why->mode == ICMPGUARD_MODE_ENFORCE ?
		"refused: " : "would be refused: ";
	size_t i;

	printf("%-19s  ", icmpg_names_print(&icmpg_names_limit_class,
					    class->class).text);
	if (!class->reason)
		puts("all classes but the guarded ones");
	else
		printf("%s%s\n", icmpg_cmd_why_passes(class->reason) ? "" :
		       verdict, icmpg_names_print(&icmpg_names_reason,
						  class->reason).text);
	for (i = 0; i < class->limits; i++)
		icmpg_cmd_why_print_limit(&class->limit[i]);
}

static void icmpg_cmd_why_print_known(const struct icmpg_why *why)
{
	struct icmpg_name known = icmpg_names_print(&icmpg_names_known,
						    why->known);

	if (why->known == ICMPGUARD_KNOWN_YES)
		printf("known        %s, for %u s, seen %u s ago\n", known.text,
		       why->known_for, why->known_idle);
	else if (why->known)
		printf("known        %s\n", known.text);
}

static void icmpg_cmd_why_text(const struct icmpg_question *question,
			       const struct icmpg_why *why)
{
	size_t i;

	printf("from         %s\n",
	       icmpg_cmd_why_address(&question->source).text);
	printf("to           %s\n",
	       icmpg_cmd_why_address(&question->destination).text);
	printf("in on        %s\n", question->device);
	printf("mode         %s%s\n",
	       icmpg_names_print(&icmpg_names_mode, why->mode).text,
	       why->mode == ICMPGUARD_MODE_OFF ? ": nothing is judged" : "");
	if (why->mode == ICMPGUARD_MODE_OFF)
		return;
	printf("exempt       %s\n", why->exempt ? "yes" : "no");
	icmpg_cmd_why_print_known(why);
	for (i = 0; i < why->classes; i++)
		icmpg_cmd_why_print_class(why, &why->class[i]);
}

static json_t *icmpg_cmd_why_json_limit(const struct icmpg_why_limit *limit)
{
	json_t *object = json_object();

	icmpg_out_put(object, "count", json_integer(limit->count));
	icmpg_out_put(object, "unit", icmpg_out_string(
		icmpg_names_print(&icmpg_names_unit, limit->unit).text));
	icmpg_out_put(object, "burst", json_integer(limit->burst));
	icmpg_out_put(object, "left", json_integer(limit->left));
	return object;
}

static json_t *icmpg_cmd_why_json_class(const struct icmpg_why_class *class)
{
	json_t *object = json_object();
	json_t *limits;
	size_t i;

	if (class->reason) {
		icmpg_out_put(object, "action", icmpg_out_string(
			icmpg_names_print(&icmpg_names_action,
					  class->action).text));
		icmpg_out_put(object, "reason", icmpg_out_string(
			icmpg_names_print(&icmpg_names_reason,
					  class->reason).text));
	}
	limits = icmpg_out_member(object, "limit");
	for (i = 0; i < class->limits; i++)
		icmpg_out_put(limits,
			icmpg_names_print(&icmpg_names_scope,
					  class->limit[i].scope).text,
			icmpg_cmd_why_json_limit(&class->limit[i]));
	return object;
}

static void icmpg_cmd_why_json(const struct icmpg_context *context,
			       const struct icmpg_question *question,
			       const struct icmpg_why *why)
{
	json_t *document = icmpg_out_document(context->netns);
	json_t *classes;
	size_t i;

	icmpg_out_put(document, "source", icmpg_out_string(
		icmpg_cmd_why_address(&question->source).text));
	icmpg_out_put(document, "destination", icmpg_out_string(
		icmpg_cmd_why_address(&question->destination).text));
	icmpg_out_put(document, "dev", icmpg_out_string(question->device));
	icmpg_out_put(document, "mode", icmpg_out_string(
		icmpg_names_print(&icmpg_names_mode, why->mode).text));
	icmpg_out_put(document, "exempt", json_boolean(why->exempt));
	icmpg_out_put(document, "known", !why->known ? json_null() :
		      icmpg_out_string(icmpg_names_print(&icmpg_names_known,
							 why->known).text));
	if (why->known == ICMPGUARD_KNOWN_YES) {
		icmpg_out_put(document, "known-for",
			      json_integer(why->known_for));
		icmpg_out_put(document, "known-idle",
			      json_integer(why->known_idle));
	}
	classes = icmpg_out_member(document, "class");
	for (i = 0; i < why->classes; i++)
		icmpg_out_put(classes,
			icmpg_names_print(&icmpg_names_limit_class,
					  why->class[i].class).text,
			icmpg_cmd_why_json_class(&why->class[i]));
	icmpg_out_json(document, JSON_INDENT(2));
}

static int icmpg_cmd_why_ask(const struct icmpg_context *context,
			     struct icmpg_question *question)
{
	struct icmpg_nlsock *sock;
	struct icmpg_why *why;
	int status = icmpg_cmd_open(&sock);

	if (status)
		return status;
	why = malloc(sizeof(*why));
	status = why ? icmpg_why_complete(question) :
		icmpg_out_error(ICMPG_FAILED, "out of memory");
	if (!status)
		status = icmpg_why_fetch(sock, question, why);
	if (!status && context->json)
		icmpg_cmd_why_json(context, question, why);
	else if (!status)
		icmpg_cmd_why_text(question, why);
	free(why);
	icmpg_nlsock_destroy(sock);
	return status;
}

static int icmpg_cmd_why_take_address(const char *word,
				      struct icmpg_prefix *address)
{
	if (icmpg_parse_address(word, address))
		return ICMPG_DONE;
	return icmpg_out_error(ICMPG_INPUT,
		"why: %s is not an address: give one such as 192.0.2.1 or 2001:db8::1",
		icmpg_parse_quote(word).text);
}

static int icmpg_cmd_why_take_device(const char *word, char *device)
{
	if (strlen(word) >= IFNAMSIZ || !if_nametoindex(word))
		return icmpg_out_error(ICMPG_INPUT,
			"why: %s is no interface of this network namespace; see: ip link",
			icmpg_parse_quote(word).text);
	strcpy(device, word);
	return ICMPG_DONE;
}

/* Two words at a time, each once. */
static int icmpg_cmd_why_take(struct icmpg_question *question, int argc,
			      char **argv)
{
	bool to = argc && !strcmp(argv[0], "to") && !question->destination.family;
	bool dev = argc && !strcmp(argv[0], "dev") && !question->device[0];

	if (!to && !dev)
		return icmpg_cmd_excess(&icmpg_cmd_why, argv[0]);
	if (argc < 2)
		return icmpg_out_error(ICMPG_INPUT, "why: %s needs %s", argv[0],
				       to ? "an address" : "an interface");
	if (dev)
		return icmpg_cmd_why_take_device(argv[1], question->device);
	return icmpg_cmd_why_take_address(argv[1], &question->destination);
}

static int icmpg_cmd_why_run(const struct icmpg_context *context, int argc,
			     char **argv)
{
	struct icmpg_question question = { .device = "" };
	int status, i;

	if (!argc)
		return icmpg_out_error(ICMPG_INPUT,
			"why needs an address, as in: icmpguard why 192.0.2.1");
	status = icmpg_cmd_why_take_address(argv[0], &question.source);
	for (i = 1; !status && i < argc; i += 2)
		status = icmpg_cmd_why_take(&question, argc - i, argv + i);
	if (status)
		return status;
	if (question.destination.family &&
	    question.destination.family != question.source.family)
		return icmpg_out_error(ICMPG_INPUT,
			"why: %s and %s are not of one family",
			icmpg_cmd_why_address(&question.source).text,
			icmpg_cmd_why_address(&question.destination).text);
	return icmpg_cmd_why_ask(context, &question);
}

const struct icmpg_command icmpg_cmd_why = {
	.name = "why",
	.summary = "what would become of a packet from an address",
	.usage =
"icmpguard why ADDRESS [to ADDRESS] [dev IFNAME]\n"
"\n"
"Class by class: what would become of the next packet from ADDRESS, and the\n"
"limits that it is measured by, with what is left of each. Nothing is charged\n"
"for asking. Without `to` it is sent to the address that this host would answer\n"
"from, without `dev` it comes in on the interface that the answer would leave by.\n"
"It needs CAP_NET_ADMIN.\n"
"\n"
"  icmpguard why 192.0.2.7\n"
"  icmpguard why 2001:db8::7 to 2001:db8:1::1 dev eth1\n"
"  icmpguard -j why 192.0.2.7 | jq '.class.\"echo-request\".reason'\n",
	.run = icmpg_cmd_why_run,
};
