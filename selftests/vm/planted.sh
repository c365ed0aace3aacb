#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# That the debug kernel, and whoever reads its log, sees what it is there for: a
# build of the module with bugs on purpose (kmod/selftest/plant.c) is loaded once
# for each, and the run must fail with just the report of that bug.

set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$(realpath -m "${O:-$top/.build}")

# the bug, and what is said of it
bugs=(
	leak 'unreferenced object 0x[0-9a-f]* \(size'
	use-after-free 'KASAN: slab-use-after-free in icmpg_plant_use_after_free'
	out-of-bounds 'KASAN: slab-out-of-bounds in icmpg_plant_out_of_bounds'
	shift 'UBSAN: shift-out-of-bounds in .*/plant\.c'
	sleep 'BUG: sleeping function called from invalid context'
	inversion 'possible circular locking dependency'
	rcu 'suspicious RCU usage'
	timer 'ODEBUG: free active .*icmpg_plant_timer_fired'
)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bail_out() {
	echo "Bail out! $*"
	exit 1
}

# Loads and unloads the module with a bug; what was wrong is in $scratch/said.
load() {
	local how=(vm/leaks.sh insmod "$module" "plant=$1")
	# the others are seen at once
	[[ $1 == nothing || $1 == leak ]] ||
		how=(sh -c "insmod '$module' plant=$1; sleep 1; rmmod icmpguard")
	"$here/run" --kernel debug --no-build --add "$module" --timeout 300 -- \
		"${how[@]}" >"$scratch/said" 2>&1
}

number=0 bad=0
result() {
	number=$((number + 1))
	if [[ $1 == ok ]]; then
		echo "ok $number $2"
	else
		sed 's/^/# /' "$scratch/said"
		echo "not ok $number $2"
		bad=1
	fi
}

echo "TAP version 13"
echo "1..$((${#bugs[@]} / 2 + 1))"
kernel=$("$here/debug-kernel.sh") || bail_out "there is no debug kernel"
make -s -C "$top" O="$out" KDIR="$kernel/build" PLANT=1 module >&2 ||
	bail_out "the module with planted bugs does not build"
module=$out/kernel-$(<"$kernel/release")-plant/icmpguard.ko

load nothing && result ok "without a bug there is no report" ||
	result bad "without a bug there is no report"
for ((i = 0; i < ${#bugs[@]}; i += 2)); do
	load "${bugs[i]}"
	status=$?
	report=$(sed -nE -e 's/^vm: the kernel reported trouble: (\[[^]]*\])? *//' -e T \
		-e 's/ \(status of the command: .*//' -e p "$scratch/said")
	if [[ $status -eq 125 ]] && grep -qE "${bugs[i + 1]}" <<<"$report"; then
		result ok "planted ${bugs[i]} is caught: $report"
	else
		result bad "planted ${bugs[i]} is caught (status $status)"
	fi
done
exit $bad
