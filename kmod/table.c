// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of tables: known when it is configured, never grown. Process context,
 * may sleep; no lock: packets don't read what is made or freed here. Also
 * built in userspace.
 */
#include "table.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

/**
 * icmpg_table_init() - allocate a table
 * @table: to fill
 * @bytes: its size, of which whole lines are used
 *
 * Context: process, may sleep. The memory is charged to the caller's cgroup.
 * Return: 0 or -ENOMEM.
 */
int icmpg_table_init(struct icmpg_table *table, u32 bytes)
{
	table->lines = bytes / sizeof(struct icmpg_line);
	/*
	 * Sizes of a page and more are aligned to at least a line. What the
	 * machine doesn't have is refused; no process is killed for it.
	 */
	table->line = kvcalloc(table->lines, sizeof(*table->line),
			       GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL |
			       __GFP_NOWARN);
	return table->line ? 0 : -ENOMEM;
}

/**
 * icmpg_table_exit() - free a table
 * @table: perhaps without memory; no packet may read it any more
 */
void icmpg_table_exit(struct icmpg_table *table)
{
	kvfree(table->line);
	table->line = NULL;
	table->lines = 0;
}
