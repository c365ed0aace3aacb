#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: vm/leaks.sh COMMAND...
#
# In a machine with the debug kernel: runs COMMAND, unloads the module, and has
# kmemleak look for memory that nobody points to any more. What it finds goes to
# the kernel's log, and so fails the run.

readonly kmemleak=/sys/kernel/debug/kmemleak

die() {
	echo "# leaks: $*"
	exit 1
}

# Twice: what is found must not have changed since the last time.
scan() {
	echo scan >$kmemleak && echo scan >$kmemleak || die "kmemleak is off"
}

unload() {
	local tries
	for ((tries = 0; tries < 50; tries++)); do
		[[ -e /sys/module/icmpguard ]] || return 0
		modprobe -r icmpguard 2>/dev/null || rmmod icmpguard 2>/dev/null || sleep 0.2
	done
	die "the module can't be unloaded: $(rmmod icmpguard 2>&1)"
}

"$@"
status=$?
unload
# it doesn't take what is younger than five seconds for leaked
sleep 6
scan
if grep -q . $kmemleak; then
	sed 's/^/# /' $kmemleak
	head -n 40 $kmemleak | while read -r line; do
		echo "<3>$line" >/dev/kmsg
	done
	[[ $status -ne 0 ]] || status=1
fi
grep -q 'debug_locks: *1$' /proc/lockdep_stats || die "lockdep has turned itself off"
exit $status
