// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words to settings. Pure: the one thing that it takes is memory for the list.
 * Each refusal names the word and says what would be right. Ranges are those
 * of the uapi header; what depends on other settings is for the kernel to say.
 */
#include "parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/icmpguard.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ICMPG_PARSE_SHOWN	48	/* bytes of a word that are shown */

/**
 * struct icmpg_parse - a row of words that is being read
 * @word: the words
 * @count: how many
 * @next: the first one that wasn't read yet
 * @error: takes what is wrong
 */
struct icmpg_parse {
	const char *const *word;
	unsigned int count;
	unsigned int next;
	struct icmpg_error *error;
};

/**
 * icmpg_parse_quote() - a word as it may be shown on a terminal
 * @word: any bytes
 *
 * Return: at most 200 plain characters.
 */
struct icmpg_quote icmpg_parse_quote(const char *word)
{
	struct icmpg_quote quote = { .text = "'" };
	size_t used = 1;
	size_t i;

	for (i = 0; i < ICMPG_PARSE_SHOWN && word[i]; i++) {
		unsigned char byte = (unsigned char)word[i];

		if (byte >= 0x20 && byte < 0x7f)
			quote.text[used++] = (char)byte;
		else
			used += (size_t)snprintf(quote.text + used, 5,
						 "\\x%02x", byte);
	}
	snprintf(quote.text + used, sizeof(quote.text) - used, "%s'",
		 word[i] ? "..." : "");
	return quote;
}

__attribute__((format(printf, 2, 3)))
static bool icmpg_parse_fail(struct icmpg_parse *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->error->text, sizeof(p->error->text), format, args);
	va_end(args);
	return false;
}

/* The words read so far, to say where something is missing. */
static struct icmpg_quote icmpg_parse_read(const struct icmpg_parse *p)
{
	char said[4 * ICMPG_PARSE_SHOWN] = "";
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < p->next && used < sizeof(said); i++)
		used += (size_t)snprintf(said + used, sizeof(said) - used,
					 "%s%s", i ? " " : "", p->word[i]);
	return icmpg_parse_quote(said);
}

static const char *icmpg_parse_take(struct icmpg_parse *p, const char *needs)
{
	if (p->next < p->count)
		return p->word[p->next++];
	icmpg_parse_fail(p, "%s needs %s", icmpg_parse_read(p).text, needs);
	return NULL;
}

/* One of the words of a list, as its number. */
static bool icmpg_parse_name(struct icmpg_parse *p,
			     const struct icmpg_names *names, uint32_t *value)
{
	char needs[560];
	char list[512];
	const char *word;

	icmpg_names_list(names, list, sizeof(list));
	snprintf(needs, sizeof(needs), "%s %s, one of: %s",
		 strchr("aeiou", names->what[0]) ? "an" : "a", names->what,
		 list);
	word = icmpg_parse_take(p, needs);
	if (!word)
		return false;
	*value = icmpg_names_find(names, word);
	if (*value)
		return true;
	return icmpg_parse_fail(p, "unknown %s %s, one of: %s", names->what,
				icmpg_parse_quote(word).text, list);
}

static bool icmpg_parse_switch(struct icmpg_parse *p, uint32_t *value)
{
	if (!icmpg_parse_name(p, &icmpg_names_switch, value))
		return false;
	*value = *value == ICMPG_SWITCH_ON;
	return true;
}

/* Is @word what comes next? Then it is read. */
static bool icmpg_parse_accept(struct icmpg_parse *p, const char *word)
{
	if (p->next == p->count || strcmp(p->word[p->next], word))
		return false;
	p->next++;
	return true;
}

/* Decimal digits: 0, -EINVAL, or -ERANGE above 2^64 - 1. */
static int icmpg_parse_digits(const char *digits, size_t count,
			      uint64_t *value)
{
	size_t i;
	int ret = 0;

	*value = 0;
	if (!count)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		unsigned int digit = (unsigned char)digits[i] - '0';

		if (digit > 9)
			return -EINVAL;
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			ret = -ERANGE;
	}
	return ret;
}

static bool icmpg_parse_number(struct icmpg_parse *p, const char *what,
			       uint32_t min, uint32_t max, uint32_t *value)
{
	char needs[80];
	const char *word;
	uint64_t wide;
	int ret;

	snprintf(needs, sizeof(needs), "%s, %u to %u", what, min, max);
	word = icmpg_parse_take(p, needs);
	if (!word)
		return false;
	ret = icmpg_parse_digits(word, strlen(word), &wide);
	if (ret == -EINVAL)
		return icmpg_parse_fail(p, "%s is not a number: give %s",
					icmpg_parse_quote(word).text, needs);
	if (ret || wide < min || wide > max)
		return icmpg_parse_fail(p, "%s is out of range: give %s",
					icmpg_parse_quote(word).text, needs);
	*value = (uint32_t)wide;
	return true;
}

/* @min is a number of KiB, the largest is 1G. */
static bool icmpg_parse_size(struct icmpg_parse *p, uint32_t min,
			     uint32_t *value)
{
	static const char suffixes[] = "KMG";
	const char *suffix, *word;
	char needs[32];
	unsigned int shift = 0;
	uint64_t wide;
	size_t len;
	int ret;

	snprintf(needs, sizeof(needs), "a size, %uK to 1G", min >> 10);
	word = icmpg_parse_take(p, needs);
	if (!word)
		return false;
	len = strlen(word);
	suffix = len ? strchr(suffixes, word[len - 1]) : NULL;
	if (suffix) {
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
		len--;
	}
	ret = icmpg_parse_digits(word, len, &wide);
	if (ret == -EINVAL)
		return icmpg_parse_fail(p,
			"%s is not a size: give bytes, or a number with K, M or G, as in 4M",
			icmpg_parse_quote(word).text);
	if (ret || wide > (uint64_t)ICMPGUARD_TABLE_SIZE_MAX >> shift ||
	    wide << shift < min)
		return icmpg_parse_fail(p, "%s is out of range: give %uK to 1G",
					icmpg_parse_quote(word).text, min >> 10);
	*value = (uint32_t)(wide << shift);
	return true;
}

/* The highest count that is no more than ICMPGUARD_RATE_MAX_PPS. */
static uint64_t icmpg_parse_rate_max(uint32_t unit)
{
	uint64_t seconds = unit == ICMPGUARD_UNIT_HOUR ? 3600 :
		unit == ICMPGUARD_UNIT_MINUTE ? 60 : 1;

	return seconds * ICMPGUARD_RATE_MAX_PPS;
}

static bool icmpg_parse_rate(struct icmpg_parse *p, const char *word,
			     struct icmpg_setting *setting)
{
	const char *slash = strchr(word, '/');
	struct icmpg_quote quote = icmpg_parse_quote(word);
	uint64_t count = 0;
	int ret = -EINVAL;
	char list[32];

	icmpg_names_list(&icmpg_names_unit, list, sizeof(list));
	if (slash)
		ret = icmpg_parse_digits(word, (size_t)(slash - word), &count);
	if (ret == -EINVAL)
		return icmpg_parse_fail(p,
			"%s is not a rate: give COUNT/UNIT with a whole COUNT from 1 and a UNIT of %s, as in 10/s, or off",
			quote.text, list);
	setting->unit = icmpg_names_find(&icmpg_names_unit, slash + 1);
	if (!setting->unit)
		return icmpg_parse_fail(p, "unknown unit %s in %s, one of: %s",
					icmpg_parse_quote(slash + 1).text,
					quote.text, list);
	if (!ret && !count)
		return icmpg_parse_fail(p,
			"%s is no rate: the count is at least 1; for no limit say off",
			quote.text);
	if (ret || count > icmpg_parse_rate_max(setting->unit))
		return icmpg_parse_fail(p,
			"%s is too fast: at most %u packets a second",
			quote.text, ICMPGUARD_RATE_MAX_PPS);
	setting->value = (uint32_t)count;
	return true;
}

static bool icmpg_parse_limit(struct icmpg_parse *p,
			      struct icmpg_setting *setting)
{
	const char *word;

	if (!icmpg_parse_name(p, &icmpg_names_limit_class, &setting->class) ||
	    !icmpg_parse_name(p, setting->class == ICMPGUARD_CLASS_ALL ?
			      &icmpg_names_all_scope : &icmpg_names_class_scope,
			      &setting->scope))
		return false;
	setting->off = icmpg_parse_accept(p, "off");
	if (setting->off)
		return true;
	word = icmpg_parse_take(p, "a rate such as 10/s, or off");
	if (!word || !icmpg_parse_rate(p, word, setting))
		return false;
	if (!icmpg_parse_accept(p, "burst"))
		return true;
	return icmpg_parse_number(p, "a burst", 1, ICMPGUARD_BURST_MAX,
				  &setting->burst);
}

static bool icmpg_parse_class(struct icmpg_parse *p,
			      struct icmpg_setting *setting)
{
	if (!icmpg_parse_name(p, &icmpg_names_class, &setting->class) ||
	    !icmpg_parse_name(p, &icmpg_names_action, &setting->value))
		return false;
	if (icmpg_parse_accept(p, "local"))
		setting->direction = ICMPGUARD_DIRECTION_LOCAL;
	else if (icmpg_parse_accept(p, "transit"))
		setting->direction = ICMPGUARD_DIRECTION_TRANSIT;
	setting->force = icmpg_parse_accept(p, "force");
	return true;
}

static bool icmpg_parse_type(struct icmpg_parse *p,
			     struct icmpg_setting *setting)
{
	setting->code = ICMPG_ANY_CODE;
	if (!icmpg_parse_name(p, &icmpg_names_protocol, &setting->family) ||
	    !icmpg_parse_number(p, "a type", 0, 255, &setting->type))
		return false;
	if (icmpg_parse_accept(p, "code") &&
	    !icmpg_parse_number(p, "a code", 0, 255, &setting->code))
		return false;
	setting->off = icmpg_parse_accept(p, "off");
	if (setting->off)
		return true;
	if (!icmpg_parse_name(p, &icmpg_names_action, &setting->value))
		return false;
	setting->force = icmpg_parse_accept(p, "force");
	return true;
}

static bool icmpg_parse_width(struct icmpg_parse *p,
			      struct icmpg_setting *setting)
{
	uint32_t max;

	if (!icmpg_parse_name(p, &icmpg_names_width_scope, &setting->scope) ||
	    !icmpg_parse_name(p, &icmpg_names_family, &setting->family))
		return false;
	max = setting->family == AF_INET ? 32 : 128;
	return icmpg_parse_number(p, "a width in bits", 1, max,
				  &setting->value);
}

/* The address that the first @len bytes of @word are. */
static bool icmpg_parse_start(const char *word, size_t len,
			      struct icmpg_prefix *prefix)
{
	char text[INET6_ADDRSTRLEN];

	if (len >= sizeof(text))
		return false;
	memcpy(text, word, len);
	text[len] = '\0';
	prefix->family = AF_INET;
	if (inet_pton(AF_INET, text, prefix->address) == 1)
		return true;
	prefix->family = AF_INET6;
	return inet_pton(AF_INET6, text, prefix->address) == 1;
}

/**
 * icmpg_parse_address() - read an address
 * @word: any bytes
 * @prefix: takes it, with all of its bits
 *
 * Return: whether it is one.
 */
bool icmpg_parse_address(const char *word, struct icmpg_prefix *prefix)
{
	memset(prefix, 0, sizeof(*prefix));
	if (!icmpg_parse_start(word, strlen(word), prefix)) {
		prefix->family = 0;
		return false;
	}
	prefix->bits = prefix->family == AF_INET ? 32 : 128;
	return true;
}

/* Clear the bits of the address that don't count; were there any? */
static bool icmpg_parse_mask(struct icmpg_prefix *prefix)
{
	bool any = false;
	uint32_t bit;

	for (bit = prefix->bits; bit < 8 * sizeof(prefix->address); bit++) {
		uint8_t mask = (uint8_t)(0x80 >> bit % 8);

		any |= prefix->address[bit / 8] & mask;
		prefix->address[bit / 8] &= (uint8_t)~mask;
	}
	return any;
}

static bool icmpg_parse_prefix(struct icmpg_parse *p, const char *word,
			       struct icmpg_prefix *prefix)
{
	struct icmpg_quote quote = icmpg_parse_quote(word);
	const char *slash = strchr(word, '/');
	size_t len = slash ? (size_t)(slash - word) : strlen(word);
	char address[INET6_ADDRSTRLEN];
	uint64_t bits;
	uint32_t max;

	if (!icmpg_parse_start(word, len, prefix))
		return icmpg_parse_fail(p,
			"%s is not a prefix: give ADDRESS or ADDRESS/BITS, as in 192.0.2.0/24 or 2001:db8::/32",
			quote.text);
	max = prefix->family == AF_INET ? 32 : 128;
	bits = max;
	if (slash && (icmpg_parse_digits(slash + 1, strlen(slash + 1), &bits) ||
		      bits > max))
		return icmpg_parse_fail(p,
			"%s is not a prefix: after the slash comes a number, 0 to %u",
			quote.text, max);
	prefix->bits = (uint32_t)bits;
	if (!icmpg_parse_mask(prefix))
		return true;
	inet_ntop((int)prefix->family, prefix->address, address,
		  sizeof(address));
	return icmpg_parse_fail(p, "%s has bits set beyond /%u; meant %s/%u?",
				quote.text, prefix->bits, address,
				prefix->bits);
}

/* What the kernel takes as a name, and a line can hold. */
static bool icmpg_parse_device(struct icmpg_parse *p,
			       struct icmpg_prefix *prefix)
{
	const char *word = icmpg_parse_take(p, "the name of an interface");
	size_t len, i;

	if (!word)
		return false;
	len = strlen(word);
	for (i = 0; i < len; i++)
		if ((unsigned char)word[i] <= ' ' || word[i] == 0x7f ||
		    strchr("/:", word[i]))
			break;
	if (!len || len >= sizeof(prefix->device) || *word == '#' || i < len ||
	    !strcmp(word, ".") || !strcmp(word, ".."))
		return icmpg_parse_fail(p,
			"%s is not the name of an interface: 1 to %zu bytes without space, control character, slash and colon, not beginning with #",
			icmpg_parse_quote(word).text,
			sizeof(prefix->device) - 1);
	memcpy(prefix->device, word, len + 1);
	return true;
}

static bool icmpg_parse_exempt(struct icmpg_parse *p,
			       struct icmpg_setting *setting)
{
	const char *word;

	if (icmpg_parse_accept(p, "dev"))
		return icmpg_parse_device(p, &setting->prefix);
	word = icmpg_parse_take(p,
		"a prefix such as 192.0.2.0/24, or dev and an interface");
	if (!word || !icmpg_parse_prefix(p, word, &setting->prefix))
		return false;
	if (!icmpg_parse_accept(p, "dev"))
		return true;
	return icmpg_parse_device(p, &setting->prefix);
}

static bool icmpg_parse_broadcast_allow(struct icmpg_parse *p,
					struct icmpg_setting *setting)
{
	const char *word = icmpg_parse_take(p,
		"a prefix such as 224.0.0.18/32");

	if (!word || !icmpg_parse_prefix(p, word, &setting->prefix))
		return false;
	setting->off = icmpg_parse_accept(p, "off");
	return true;
}

static bool icmpg_parse_check(struct icmpg_parse *p,
			      struct icmpg_setting *setting)
{
	if (!icmpg_parse_name(p, &icmpg_names_check, &setting->check))
		return false;
	if (!icmpg_names_has_reach(setting->check))
		return icmpg_parse_switch(p, &setting->value);
	if (!icmpg_parse_name(p, &icmpg_names_reach, &setting->value))
		return false;
	setting->value -= ICMPG_REACH_OFF;
	return true;
}

static bool icmpg_parse_key(struct icmpg_parse *p,
			    struct icmpg_setting *setting)
{
	switch (setting->key) {
	case ICMPG_KEY_MODE:
		return icmpg_parse_name(p, &icmpg_names_mode, &setting->value);
	case ICMPG_KEY_MAX_MESSAGE:
		return icmpg_parse_number(p, "a number of bytes",
					  ICMPGUARD_MAX_MESSAGE_MIN,
					  ICMPGUARD_MAX_MESSAGE_MAX,
					  &setting->value);
	case ICMPG_KEY_TABLE_SIZE:
		return icmpg_parse_size(p, ICMPGUARD_TABLE_SIZE_MIN,
					&setting->value);
	case ICMPG_KEY_CANDIDATE_SIZE:
		return icmpg_parse_size(p, ICMPGUARD_CANDIDATE_SIZE_MIN,
					&setting->value);
	case ICMPG_KEY_KNOWN_FIRST:
	case ICMPG_KEY_RANDOMISE:
	case ICMPG_KEY_BRIDGED:
		return icmpg_parse_switch(p, &setting->value);
	case ICMPG_KEY_CHECK:
		return icmpg_parse_check(p, setting);
	case ICMPG_KEY_WIDTH:
		return icmpg_parse_width(p, setting);
	case ICMPG_KEY_CLASS:
		return icmpg_parse_class(p, setting);
	case ICMPG_KEY_LIMIT:
		return icmpg_parse_limit(p, setting);
	case ICMPG_KEY_TYPE:
		return icmpg_parse_type(p, setting);
	case ICMPG_KEY_BROADCAST_ALLOW:
		return icmpg_parse_broadcast_allow(p, setting);
	case ICMPG_KEY_EXEMPT:
		return icmpg_parse_exempt(p, setting);
	}
	return false;
}

/**
 * icmpg_parse_words() - read one line of the grammar
 * @word: its words, as in `limit echo-request pair 10/s`
 * @count: how many
 * @setting: takes what they say
 * @error: takes what is wrong with them
 *
 * Return: whether they are right.
 */
bool icmpg_parse_words(const char *const *word, unsigned int count,
		       struct icmpg_setting *setting,
		       struct icmpg_error *error)
{
	struct icmpg_parse p = {
		.word = word,
		.count = count,
		.error = error,
	};
	uint32_t key;

	memset(setting, 0, sizeof(*setting));
	if (!icmpg_parse_name(&p, &icmpg_names_key, &key))
		return false;
	setting->key = key;
	if (!icmpg_parse_key(&p, setting))
		return false;
	if (p.next == count)
		return true;
	return icmpg_parse_fail(&p, "unexpected %s after %s",
				icmpg_parse_quote(word[p.next]).text,
				icmpg_parse_read(&p).text);
}
