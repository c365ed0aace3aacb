/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The configuration in the kernel: read whole, changed whole or not at all.
 */
#ifndef ICMPG_CONFIG_H
#define ICMPG_CONFIG_H

#include "model.h"
#include "nlsock.h"

/**
 * struct icmpg_config - a configuration as the kernel told it
 * @generation: which one
 * @exemptions: how many there are, whether they were told or not
 * @settings: sorted
 * @failed: there was no memory for all of it
 */
struct icmpg_config {
	uint32_t generation;
	uint32_t exemptions;
	struct icmpg_settings settings;
	bool failed;
};

/**
 * struct icmpg_source - where changes came from, to name them in an error
 * @name: of the file; NULL when they were typed
 * @text: of the file
 * @size: bytes in @text
 * @word: what was typed
 * @count: how many words
 */
struct icmpg_source {
	const char *name;
	const char *text;
	size_t size;
	const char *const *word;
	unsigned int count;
};

/**
 * struct icmpg_change - settings that are applied whole or not at all
 * @settings: in the order they were given; a later one overrules
 * @source: where they came from
 * @replace: everything else becomes the default
 * @validate_only: only ask whether the kernel would take it
 */
struct icmpg_change {
	const struct icmpg_settings *settings;
	const struct icmpg_source *source;
	bool replace;
	bool validate_only;
};

void icmpg_config_take(struct icmpg_config *config, struct icmpg_cursor attrs);
int icmpg_config_fetch(struct icmpg_nlsock *sock, struct icmpg_config *config);
void icmpg_config_clear(struct icmpg_config *config);
uint32_t icmpg_config_hidden(const struct icmpg_config *config);
const struct icmpg_setting *
icmpg_config_find(const struct icmpg_config *config, enum icmpg_key key,
		  uint32_t class, uint32_t scope);

int icmpg_change_apply(struct icmpg_nlsock *sock,
		       const struct icmpg_change *change,
		       uint32_t *generation);

#endif /* ICMPG_CONFIG_H */
