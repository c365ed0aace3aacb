// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration in the kernel, read. change.c changes it.
 */
#include "config.h"

#include <errno.h>
#include <linux/icmpguard.h>
#include <string.h>

#include "cmd.h"
#include "out.h"

#define ICMPG_CONFIG_TRIES	16	/* while others keep changing it */

/**
 * icmpg_config_take() - add a message of a config-get, or a notification
 * @config: where to
 * @attrs: its attributes
 */
void icmpg_config_take(struct icmpg_config *config, struct icmpg_cursor attrs)
{
	struct icmpg_attribute attr;
	struct icmpg_setting setting;

	while (icmpg_nlattr_next(&attrs, &attr)) {
		if (attr.type == ICMPGUARD_A_CONFIG_GENERATION)
			icmpg_nlattr_get_u32(&attr, &config->generation);
		else if (attr.type == ICMPGUARD_A_CONFIG_EXEMPTION_COUNT)
			icmpg_nlattr_get_u32(&attr, &config->exemptions);
		else if (icmpg_model_get(&attr, &setting) &&
			 icmpg_model_add(&config->settings, &setting))
			config->failed = true;
	}
}

static void icmpg_config_read(uint8_t cmd, struct icmpg_cursor attrs,
			      void *data)
{
	(void)cmd;
	icmpg_config_take(data, attrs);
}

/**
 * icmpg_config_clear() - free what a configuration holds
 * @config: empty afterwards
 */
void icmpg_config_clear(struct icmpg_config *config)
{
	icmpg_model_clear(&config->settings);
	memset(config, 0, sizeof(*config));
}

/**
 * icmpg_config_fetch() - read the whole configuration
 * @sock: from whom
 * @config: takes it; the caller's to clear
 *
 * Return: an exit status; it has been said what was wrong.
 */
int icmpg_config_fetch(struct icmpg_nlsock *sock, struct icmpg_config *config)
{
	struct icmpg_refusal refusal;
	struct icmpg_message *msg;
	int tries = 0;
	int ret;

	memset(config, 0, sizeof(*config));
	msg = icmpg_nlattr_message_create(ICMPGUARD_CMD_CONFIG_GET,
					  ICMPG_NLATTR_DUMP);
	if (!msg)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	do {
		icmpg_config_clear(config);
		ret = icmpg_nlsock_exchange(sock, msg, icmpg_config_read,
					    config, &refusal);
	} while (ret == -EAGAIN && ++tries < ICMPG_CONFIG_TRIES);
	icmpg_nlattr_message_destroy(msg);
	icmpg_model_sort(&config->settings);
	if (ret == -EAGAIN && !refusal.error)
		return icmpg_out_error(ICMPG_REFUSED,
			"the configuration changes faster than it can be read; try again");
	if (ret)
		return icmpg_cmd_refused("reading the configuration", ret,
					 &refusal);
	if (config->failed)
		return icmpg_out_error(ICMPG_FAILED, "out of memory");
	return ICMPG_DONE;
}

/**
 * icmpg_config_hidden() - how many exemptions weren't told
 * @config: as fetched
 *
 * Return: 0 for who has CAP_NET_ADMIN.
 */
uint32_t icmpg_config_hidden(const struct icmpg_config *config)
{
	uint32_t told = 0;
	size_t i;

	for (i = 0; i < config->settings.count; i++)
		told += config->settings.at[i].key == ICMPG_KEY_EXEMPT;
	return config->exemptions > told ? config->exemptions - told : 0;
}

/**
 * icmpg_config_find() - one setting of a configuration
 * @config: where
 * @key: which kind
 * @class: of a class or limit, else 0
 * @scope: of a limit, else 0
 *
 * Return: @config's; NULL when it has none, or a limit that is off.
 */
const struct icmpg_setting *
icmpg_config_find(const struct icmpg_config *config, enum icmpg_key key,
		  uint32_t class, uint32_t scope)
{
	size_t i;

	for (i = 0; i < config->settings.count; i++) {
		const struct icmpg_setting *at = &config->settings.at[i];

		if (at->key == key && at->class == class &&
		    at->scope == scope && !at->off)
			return at;
	}
	return NULL;
}
