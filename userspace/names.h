/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the grammar as tables: number to word and back. They are made
 * from the lists in kmod/words.h and kmod/reasons.h, so that tool and module
 * can't disagree. Pure.
 */
#ifndef ICMPG_NAMES_H
#define ICMPG_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct icmpg_names - the words that may stand in one place
 * @what: what the place is called in a sentence, without an article
 * @count: highest number that has a word
 * @word: by number; NULL where the number has none, [0] always
 */
struct icmpg_names {
	const char *what;
	uint32_t count;
	const char *const *word;
};

/* Values of icmpg_names_switch. */
enum icmpg_switch {
	ICMPG_SWITCH_ON = 1,
	ICMPG_SWITCH_OFF
};

/* Values of icmpg_names_reach. */
enum icmpg_reach {
	ICMPG_REACH_OFF = 1,
	ICMPG_REACH_LOCAL,
	ICMPG_REACH_ALL
};

/* Values of icmpg_names_key, in the order of a saved file. */
enum icmpg_key {
	ICMPG_KEY_MODE = 1,
	ICMPG_KEY_MAX_MESSAGE,
	ICMPG_KEY_TABLE_SIZE,
	ICMPG_KEY_CANDIDATE_SIZE,
	ICMPG_KEY_KNOWN_FIRST,
	ICMPG_KEY_RANDOMISE,
	ICMPG_KEY_BRIDGED,
	ICMPG_KEY_CHECK,
	ICMPG_KEY_WIDTH,
	ICMPG_KEY_CLASS,
	ICMPG_KEY_LIMIT,
	ICMPG_KEY_TYPE,
	ICMPG_KEY_BROADCAST_ALLOW,
	ICMPG_KEY_EXEMPT
};

extern const struct icmpg_names icmpg_names_key;
extern const struct icmpg_names icmpg_names_mode;
extern const struct icmpg_names icmpg_names_class;
extern const struct icmpg_names icmpg_names_limit_class;
extern const struct icmpg_names icmpg_names_action;
extern const struct icmpg_names icmpg_names_direction;
extern const struct icmpg_names icmpg_names_scope;
/* The scopes of a class, of the pseudo-class all, and those with a width. */
extern const struct icmpg_names icmpg_names_class_scope;
extern const struct icmpg_names icmpg_names_all_scope;
extern const struct icmpg_names icmpg_names_width_scope;
extern const struct icmpg_names icmpg_names_unit;
extern const struct icmpg_names icmpg_names_check;
extern const struct icmpg_names icmpg_names_reason;
extern const struct icmpg_names icmpg_names_known;
extern const struct icmpg_names icmpg_names_family;
/* The protocols of types, by address family. */
extern const struct icmpg_names icmpg_names_protocol;
extern const struct icmpg_names icmpg_names_switch;
/* What a check is for, where that can be chosen. */
extern const struct icmpg_names icmpg_names_reach;

/**
 * struct icmpg_name - a word, or the number of one that isn't known
 * @text: NUL-terminated
 */
struct icmpg_name {
	char text[32];
};

uint32_t icmpg_names_find(const struct icmpg_names *names, const char *word);
const char *icmpg_names_word(const struct icmpg_names *names, uint32_t value);
struct icmpg_name icmpg_names_print(const struct icmpg_names *names,
				    uint32_t value);
void icmpg_names_list(const struct icmpg_names *names, char *buf, size_t size);
const char *icmpg_names_sentence(uint32_t reason);
bool icmpg_names_has_reach(uint32_t check);

#endif /* ICMPG_NAMES_H */
