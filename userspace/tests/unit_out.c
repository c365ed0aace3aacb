// SPDX-License-Identifier: GPL-2.0-only
/* What the tool shows: settings of a newer module, warnings, JSON. */
#include "unit.h"

#include <linux/icmpguard.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "out.h"
#include "stats.h"
#include "warn.h"

/* A newer module's numbers: shown, not understood, never a crash. */
static void icmpg_unit_newer(void)
{
	struct icmpg_setting setting = {
		.key = ICMPG_KEY_LIMIT, .class = 99, .scope = 98,
		.value = 5, .unit = 97, .burst = 1,
	};
	struct icmpg_text text = icmpg_out_setting(&setting);

	CHECK(!strcmp(text.text, "limit 99 98 5/97 burst 1"), "%s", text.text);
	CHECK(!icmpg_out_is_known(&setting), "%s", text.text);
	setting.class = ICMPGUARD_CLASS_OTHER;
	CHECK(!icmpg_out_is_known(&setting), "scope");
	setting.scope = ICMPGUARD_SCOPE_PAIR;
	CHECK(!icmpg_out_is_known(&setting), "unit");
	setting.unit = ICMPGUARD_UNIT_HOUR;
	CHECK(icmpg_out_is_known(&setting), "all");
	CHECK(!icmpg_names_word(&icmpg_names_mode, UINT32_MAX), "mode");
	CHECK(strlen(icmpg_names_sentence(UINT32_MAX)) > 0, "reason");
}

/* What is warned of in a configuration given as text; joined by '|'. */
static void icmpg_unit_warnings(const char *text, uint32_t mode, char *said,
				size_t size)
{
	struct icmpg_state state = { .mode = mode };
	struct icmpg_warnings warnings = { .count = 0 };
	struct icmpg_config config;
	struct icmpg_error error;
	unsigned int line;
	size_t i;

	memset(&config, 0, sizeof(config));
	icmpg_parse_text(text, strlen(text), &config.settings, &line, &error);
	icmpg_warn_collect(&warnings, &config, &state, 0);
	said[0] = '\0';
	for (i = 0; i < warnings.count; i++)
		snprintf(said + strlen(said), size - strlen(said), "%s|",
			 warnings.at[i].text);
	icmpg_config_clear(&config);
}

static void icmpg_unit_warn(void)
{
	static const struct {
		const char *text;
		uint32_t mode;
		const char *said;
	} cases[] = {
		{ "", ICMPGUARD_MODE_ENFORCE, "" },
		{ "", ICMPGUARD_MODE_OFF, "mode off: nothing is judged|" },
		{ "", ICMPGUARD_MODE_MONITOR,
		  "mode monitor: nothing is dropped|" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "limit other router 200/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "limit other router 199/s", ICMPGUARD_MODE_ENFORCE,
		  "limit other router 199/s: few senders fill it, each may use 2/s|" },
		{ "class other limit\nlimit other source 120/m\n"
		  "limit other router 719999/h", ICMPGUARD_MODE_ENFORCE,
		  "limit other router 719999/h: few senders fill it, each may use 120/m|" },
		{ "class other limit\nlimit other router 199/s",
		  ICMPGUARD_MODE_ENFORCE,
		  "limit other router 199/s: one sender alone may fill it|" },
		{ "class other accept\nlimit other router 1/s",
		  ICMPGUARD_MODE_ENFORCE, "" },
		{ "class other limit\nlimit other pair 2/s\n"
		  "class fragment limit\nlimit fragment pair 60/s\n"
		  "class neighbour-discovery limit\n"
		  "limit neighbour-discovery source 200/s\n"
		  "limit all total 5999/s", ICMPGUARD_MODE_ENFORCE,
		  "limit all total 5999/s: few senders fill it, each may use 60/s|" },
		{ "class fragment limit\nlimit fragment pair 60/s\n"
		  "limit all total 6000/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "limit all total 1/s", ICMPGUARD_MODE_ENFORCE, "" },
		{ "class path-mtu drop force", ICMPGUARD_MODE_ENFORCE,
		  "class path-mtu is dropped by force: networks fail without it|" },
	};
	char said[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		icmpg_unit_warnings(cases[i].text, cases[i].mode, said,
				    sizeof(said));
		CHECK(!strcmp(said, cases[i].said), "%zu: %s", i, said);
	}
}

static void icmpg_unit_json(void)
{
	static const char text[] =
		"mode off\ncheck header-chain on\nwidth source ipv4 32\n"
		"class other drop\nlimit other pair 5/m burst 6\n"
		"limit other router off\nbroadcast-allow 224.0.0.1\n"
		"exempt ::/0 dev x\nexempt dev y\n";
	static const char expected[] =
		"{\"version\":1,\"netns\":\"a\\\\xffb\",\"mode\":\"off\","
		"\"check\":{\"header-chain\":true},"
		"\"width\":{\"source\":{\"ipv4\":32}},"
		"\"class\":{\"other\":{\"action\":\"drop\",\"force\":false}},"
		"\"limit\":{\"other\":{\"pair\":{\"count\":5,\"unit\":\"m\","
		"\"burst\":6},\"router\":null}},"
		"\"broadcast-allow\":[\"224.0.0.1/32\"],"
		"\"exempt\":[{\"prefix\":\"::/0\",\"dev\":\"x\"},"
		"{\"prefix\":null,\"dev\":\"y\"}]}";
	struct icmpg_settings list = { .at = NULL };
	json_t *document = icmpg_out_document("a\xff" "b");
	struct icmpg_error error;
	unsigned int line;
	char *dump;
	size_t i;

	icmpg_parse_text(text, sizeof(text) - 1, &list, &line, &error);
	for (i = 0; i < list.count; i++)
		icmpg_out_json_setting(document, &list.at[i]);
	dump = json_dumps(document, JSON_COMPACT);
	CHECK(!strcmp(dump, expected), "%s", dump);
	free(dump);
	json_decref(document);
	icmpg_model_clear(&list);
}

const struct icmpg_unit_test icmpg_unit_out[] = {
	{ "settings of a newer module", icmpg_unit_newer },
	{ "warnings", icmpg_unit_warn },
	{ "JSON", icmpg_unit_json },
	{ NULL, NULL },
};
