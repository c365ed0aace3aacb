// SPDX-License-Identifier: GPL-2.0-only
/* The module: what it is, its parameters, and the ladder of init and exit. */
#include "main.h"

#include <linux/module.h>
#include <linux/string.h>
#include <linux/icmpguard.h>

#include "net.h"
#include "nl.h"
#include "selftest/run.h"

/* enum icmpguard_mode that the initial namespace starts in. */
u8 icmpg_start_mode = ICMPGUARD_MODE_ENFORCE;

static int icmpg_main_set_mode(const char *value,
			       const struct kernel_param *param)
{
	u8 mode;

	for (mode = 1; mode <= ICMPGUARD_MODE_MAX; mode++) {
		if (sysfs_streq(value, icmpg_mode_word[mode])) {
			icmpg_start_mode = mode;
			return 0;
		}
	}
	pr_err("icmpguard: mode=%s: must be off, monitor or enforce\n", value);
	return -EINVAL;
}

static int icmpg_main_get_mode(char *buffer, const struct kernel_param *param)
{
	return sprintf(buffer, "%s\n", icmpg_mode_word[icmpg_start_mode]);
}

static const struct kernel_param_ops icmpg_main_mode_ops = {
	.set = icmpg_main_set_mode,
	.get = icmpg_main_get_mode,
};

module_param_cb(mode, &icmpg_main_mode_ops, NULL, 0444);
MODULE_PARM_DESC(mode, "what the initial namespace starts in: off, monitor or enforce (default)");

/* Bytes that a namespace of an unprivileged user may have in all. */
unsigned int icmpg_userns_memory = 8 << 20;
module_param_named(userns_memory, icmpg_userns_memory, uint, 0644);
MODULE_PARM_DESC(userns_memory, "bytes that a namespace outside the initial user namespace may use (default 8388608)");

static int __init icmpg_main_init(void)
{
	int err;

	err = icmpg_selftest_run();
	if (err)
		return err;
	err = icmpg_net_init();
	if (err)
		return err;
	err = icmpg_nl_init();
	if (err)
		goto net_exit;
	return 0;

net_exit:
	icmpg_net_exit();
	return err;
}

static void __exit icmpg_main_exit(void)
{
	icmpg_nl_exit();
	icmpg_net_exit();
}

module_init(icmpg_main_init);
module_exit(icmpg_main_exit);

MODULE_DESCRIPTION("Takes the harm out of ICMP and leaves the use in");
MODULE_AUTHOR("the icmpguard authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(ICMPG_VERSION);
