#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/run.sh DIR
#
# Runs the tests that need no module, and reports as KTAP. DIR holds the tool
# and the unit tests, built with sanitizers.

dir=${1:?usage: tests/run.sh DIR}
here=$(dirname "$0")
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
number=0
failed=0
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

run() {
	name=$1
	shift
	number=$((number + 1))
	"$@" >"$said" 2>&1
	status=$?
	echo "# Subtest: $name"
	sed 's/^/  /' "$said"
	plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$said")
	if [ "$(grep -cE '^(not )?ok ' "$said")" != "$plan" ]; then
		echo "# $name: not the ${plan:-no} results that were planned"
		status=1
	fi
	if [ $status -eq 0 ]; then
		echo "ok $number $name"
	else
		failed=1
		echo "# $name: exit status $status"
		echo "not ok $number $name"
	fi
}

echo "TAP version 13"
echo "1..3"
run unit "$dir/unit"
run words sh "$here/words.sh"
run input sh "$here/input.sh" "$dir/icmpguard"
exit $failed
