// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control channel's beginning and end. Process context. Once the family is
 * registered commands come in, in every namespace at once: nothing may be
 * missing by then.
 */
#include "nl.h"

#include "event.h"

/**
 * icmpg_nl_init() - open the control channel
 *
 * ORDER: the last step of loading. The notifier comes before the family, so
 * that no draft can outlive its socket.
 *
 * Context: process, may sleep.
 * Return: 0 or -errno.
 */
int icmpg_nl_init(void)
{
	int err;

	err = icmpg_nl_draft_init();
	if (err)
		return err;
	err = genl_register_family(&icmpg_nl_family);
	if (err)
		icmpg_nl_draft_exit();
	else
		icmpg_event_open();
	return err;
}

/**
 * icmpg_nl_exit() - close the control channel
 *
 * ORDER: the first step of unloading. Unregistering waits for the commands
 * that run; dumps that are open hold a reference to the module. Drafts that
 * are left go with their namespace's guard.
 *
 * Context: process, may sleep.
 */
void icmpg_nl_exit(void)
{
	icmpg_event_close();
	genl_unregister_family(&icmpg_nl_family);
	icmpg_nl_draft_exit();
}
