// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs on purpose, one at a time, to show that the debug kernel sees each. Only
 * in a build with PLANT=1, `insmod icmpguard.ko plant=leak`; no other build has
 * this file. Process context, while the module is loaded.
 */
#include "run.h"

#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

struct icmpg_plant_object {
	struct timer_list timer;
	unsigned int value;
};

static char *icmpg_plant_name = "nothing";
module_param_named(plant, icmpg_plant_name, charp, 0444);
MODULE_PARM_DESC(plant, "the bug to plant");

/* The only pointer to what leaks: it goes with the module. */
static struct icmpg_plant_object *icmpg_plant_kept;
static struct icmpg_plant_object __rcu *icmpg_plant_shared;
/* Read by what is planted, so that the compiler can't know it. */
static unsigned int icmpg_plant_forty = 40;
static DEFINE_SPINLOCK(icmpg_plant_spinlock);
static DEFINE_MUTEX(icmpg_plant_first);
static DEFINE_MUTEX(icmpg_plant_second);

static int icmpg_plant_nothing(struct icmpg_plant_object *object)
{
	kfree(object);
	return 0;
}

/* Found by kmemleak, once the module is gone. */
static int icmpg_plant_leak(struct icmpg_plant_object *object)
{
	icmpg_plant_kept = object;
	return 0;
}

/* KASAN */
static int icmpg_plant_use_after_free(struct icmpg_plant_object *object)
{
	kfree(object);
	return READ_ONCE(object->value) ? -EINVAL : 0;
}

/* KASAN */
static int icmpg_plant_out_of_bounds(struct icmpg_plant_object *object)
{
	u8 *end = (u8 *)(object + 1);
	u8 value;

	OPTIMIZER_HIDE_VAR(end);
	value = READ_ONCE(*end);
	kfree(object);
	return value ? -EINVAL : 0;
}

/* UBSAN */
static int icmpg_plant_shift(struct icmpg_plant_object *object)
{
	object->value = 1 << READ_ONCE(icmpg_plant_forty);
	kfree(object);
	return 0;
}

/* DEBUG_ATOMIC_SLEEP */
static int icmpg_plant_sleep(struct icmpg_plant_object *object)
{
	spin_lock(&icmpg_plant_spinlock);
	kfree(kmalloc(sizeof(*object), GFP_KERNEL));
	spin_unlock(&icmpg_plant_spinlock);
	kfree(object);
	return 0;
}

/* Lockdep: nothing hangs here, but two threads could. */
static int icmpg_plant_inversion(struct icmpg_plant_object *object)
{
	mutex_lock(&icmpg_plant_first);
	mutex_lock(&icmpg_plant_second);
	mutex_unlock(&icmpg_plant_second);
	mutex_unlock(&icmpg_plant_first);
	mutex_lock(&icmpg_plant_second);
	mutex_lock(&icmpg_plant_first);
	mutex_unlock(&icmpg_plant_first);
	mutex_unlock(&icmpg_plant_second);
	kfree(object);
	return 0;
}

/* PROVE_RCU: read without rcu_read_lock(). */
static int icmpg_plant_rcu(struct icmpg_plant_object *object)
{
	rcu_assign_pointer(icmpg_plant_shared, object);
	object = rcu_dereference(icmpg_plant_shared);
	RCU_INIT_POINTER(icmpg_plant_shared, NULL);
	kfree(object);
	return 0;
}

static void icmpg_plant_timer_fired(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS: freed with a timer that runs. */
static int icmpg_plant_timer(struct icmpg_plant_object *object)
{
	timer_setup(&object->timer, icmpg_plant_timer_fired, 0);
	mod_timer(&object->timer, jiffies + HZ / 10);
	kfree(object);
	return 0;
}

static const struct {
	const char *name;
	int (*plant)(struct icmpg_plant_object *object);
} icmpg_plant_bugs[] = {
	{ "nothing", icmpg_plant_nothing },
	{ "leak", icmpg_plant_leak },
	{ "use-after-free", icmpg_plant_use_after_free },
	{ "out-of-bounds", icmpg_plant_out_of_bounds },
	{ "shift", icmpg_plant_shift },
	{ "sleep", icmpg_plant_sleep },
	{ "inversion", icmpg_plant_inversion },
	{ "rcu", icmpg_plant_rcu },
	{ "timer", icmpg_plant_timer },
};

/**
 * icmpg_plant_run() - do what the parameter plant says
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL if there is no such bug, -ENOMEM.
 */
int icmpg_plant_run(void)
{
	struct icmpg_plant_object *object;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(icmpg_plant_bugs); i++) {
		if (strcmp(icmpg_plant_name, icmpg_plant_bugs[i].name))
			continue;
		object = kzalloc(sizeof(*object), GFP_KERNEL);
		if (!object)
			return -ENOMEM;
		return icmpg_plant_bugs[i].plant(object);
	}
	pr_err("icmpguard: plant=%s: no such bug\n", icmpg_plant_name);
	return -EINVAL;
}
