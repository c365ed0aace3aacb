// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warnings of `status`: settings that are right by the grammar, and yet leave
 * the guard weak or the network broken.
 */
#include "warn.h"

#include <linux/icmpguard.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "out.h"

/* So many senders at their own limit should fit a shared one. */
#define ICMPG_WARN_SENDERS	100

__attribute__((format(printf, 2, 3)))
static void icmpg_warn_add(struct icmpg_warnings *list, const char *format,
			   ...)
{
	struct icmpg_warning *at = &list->at[list->count];
	va_list args;

	if (list->count == ICMPG_WARN_MAX) {
		list->more++;
		return;
	}
	list->count++;
	va_start(args, format);
	vsnprintf(at->text, sizeof(at->text), format, args);
	va_end(args);
}

/* The pseudo-class all leaves these out. */
static bool icmpg_warn_is_guarded(uint32_t class)
{
	return class == ICMPGUARD_CLASS_PATH_MTU ||
	       class == ICMPGUARD_CLASS_ROUTER_DISCOVERY ||
	       class == ICMPGUARD_CLASS_NEIGHBOUR_DISCOVERY ||
	       class == ICMPGUARD_CLASS_MULTICAST_LISTENER;
}

/* Packets an hour, which every rate is a whole number of. */
static uint64_t icmpg_warn_rate(const struct icmpg_setting *limit)
{
	if (limit->unit == ICMPGUARD_UNIT_SECOND)
		return (uint64_t)limit->value * 3600;
	return (uint64_t)limit->value *
		(limit->unit == ICMPGUARD_UNIT_MINUTE ? 60 : 1);
}

/* What one sender may use of a class; NULL when it has no limit of its own. */
static const struct icmpg_setting *
icmpg_warn_own(const struct icmpg_config *config, uint32_t class)
{
	const struct icmpg_setting *own;

	own = icmpg_config_find(config, ICMPG_KEY_LIMIT, class,
				ICMPGUARD_SCOPE_PAIR);
	return own ? own : icmpg_config_find(config, ICMPG_KEY_LIMIT, class,
					     ICMPGUARD_SCOPE_SOURCE);
}

static bool icmpg_warn_is_limited(const struct icmpg_config *config,
				  uint32_t class)
{
	const struct icmpg_setting *setting;

	setting = icmpg_config_find(config, ICMPG_KEY_CLASS, class, 0);
	return setting && setting->value == ICMPGUARD_ACTION_LIMIT;
}

/* The class that one sender may use most of, of those that all stands for. */
static const struct icmpg_setting *
icmpg_warn_largest(const struct icmpg_config *config)
{
	const struct icmpg_setting *largest = NULL;
	uint32_t class;

	for (class = 1; class < ICMPGUARD_CLASS_ALL; class++) {
		const struct icmpg_setting *own = icmpg_warn_own(config, class);

		if (own && !icmpg_warn_is_guarded(class) &&
		    icmpg_warn_is_limited(config, class) &&
		    (!largest ||
		     icmpg_warn_rate(own) > icmpg_warn_rate(largest)))
			largest = own;
	}
	return largest;
}

static void icmpg_warn_shared(struct icmpg_warnings *list,
			      const struct icmpg_config *config,
			      const struct icmpg_setting *limit)
{
	const struct icmpg_setting *own;
	struct icmpg_setting shown = *limit;
	bool all = limit->class == ICMPGUARD_CLASS_ALL;

	if (!all && !icmpg_warn_is_limited(config, limit->class))
		return;
	own = all ? icmpg_warn_largest(config) :
		icmpg_warn_own(config, limit->class);
	shown.burst = 0;
	if (!own && !all)
		icmpg_warn_add(list, "%s: one sender alone may fill it",
			       icmpg_out_setting(&shown).text);
	else if (own && icmpg_warn_rate(limit) / ICMPG_WARN_SENDERS <
		 icmpg_warn_rate(own))
		icmpg_warn_add(list,
			"%s: few senders fill it, each may use %u/%s",
			icmpg_out_setting(&shown).text, own->value,
			icmpg_names_print(&icmpg_names_unit, own->unit).text);
}

static void icmpg_warn_settings(struct icmpg_warnings *list,
				const struct icmpg_config *config)
{
	size_t i;

	for (i = 0; i < config->settings.count; i++) {
		const struct icmpg_setting *at = &config->settings.at[i];

		if (at->key == ICMPG_KEY_CLASS && at->force &&
		    at->value == ICMPGUARD_ACTION_DROP)
			icmpg_warn_add(list,
				"class %s is dropped by force: networks fail without it",
				icmpg_names_print(&icmpg_names_class,
						  at->class).text);
		if (at->key == ICMPG_KEY_TYPE && at->force)
			icmpg_warn_add(list,
				"%s: networks fail without it",
				icmpg_out_setting(at).text);
		if (at->key == ICMPG_KEY_LIMIT && !at->off &&
		    (at->scope == ICMPGUARD_SCOPE_ROUTER ||
		     at->scope == ICMPGUARD_SCOPE_TOTAL))
			icmpg_warn_shared(list, config, at);
		if (at->key == ICMPG_KEY_BRIDGED && at->value &&
		    access("/proc/sys/net/bridge", F_OK))
			icmpg_warn_add(list,
				"bridged is on, but br_netfilter isn't loaded: no bridged frame comes by");
	}
}

/* Is it an interface that packets can come in on, with a larger MTU? */
static bool icmpg_warn_is_larger(int fd, const char *name, uint32_t max,
				 int *mtu)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request) ||
	    !(request.ifr_flags & IFF_UP) || request.ifr_flags & IFF_LOOPBACK)
		return false;
	if (ioctl(fd, SIOCGIFMTU, &request))
		return false;
	*mtu = request.ifr_mtu;
	return *mtu > 0 && (uint32_t)*mtu > max;
}

static void icmpg_warn_interfaces(struct icmpg_warnings *list,
				  const struct icmpg_config *config)
{
	const struct icmpg_setting *max;
	struct if_nameindex *all = if_nameindex();
	struct if_nameindex *at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int mtu;

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	max = icmpg_config_find(config, ICMPG_KEY_MAX_MESSAGE, 0, 0);
	for (at = all; at && max && at->if_name; at++)
		if (icmpg_warn_is_larger(fd, at->if_name, max->value, &mtu))
			icmpg_warn_add(list,
				"interface %s has an MTU of %d, above max-message %u",
				at->if_name, mtu, max->value);
	if (all)
		if_freenameindex(all);
	if (fd >= 0)
		close(fd);
}

/**
 * icmpg_warn_collect() - all that is to be warned of
 * @list: takes it, empty before
 * @config: in force
 * @state: of the guard
 * @evicted: senders forgotten while they owed, in the last second
 */
void icmpg_warn_collect(struct icmpg_warnings *list,
			const struct icmpg_config *config,
			const struct icmpg_state *state, uint64_t evicted)
{
	if (state->mode == ICMPGUARD_MODE_OFF)
		icmpg_warn_add(list, "mode off: nothing is judged");
	if (state->mode == ICMPGUARD_MODE_MONITOR)
		icmpg_warn_add(list, "mode monitor: nothing is dropped");
	if (evicted)
		icmpg_warn_add(list,
			"table full: %llu senders forgotten in a second, raise table-size",
			(unsigned long long)evicted);
	if (state->path_mtu_harmed)
		icmpg_warn_add(list,
			"%llu path MTU messages refused by a limit: connections may hang",
			(unsigned long long)state->path_mtu_harmed);
	icmpg_warn_settings(list, config);
	icmpg_warn_interfaces(list, config);
}
