#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh PROGRAM...
#
# Runs programs that speak KTAP, each as a subtest. Sanitizers of older compilers
# can't live with all that an address space may be shuffled to: it isn't here.

set -uo pipefail

number=0 failed=0
fixed=()
setarch "$(uname -m)" -R true 2>/dev/null && fixed=(setarch "$(uname -m)" -R)

echo "KTAP version 1"
echo "1..$#"
for program; do
	number=$((number + 1))
	name=${program##*/}
	sanitizer=${program%/*}
	verdict="ok"
	"${fixed[@]}" "$program" 2>&1 | sed 's/^/  /' || verdict="not ok"
	[[ $verdict = ok ]] || failed=1
	echo "$verdict $number ${name#test_} with ${sanitizer##*/}"
done
exit $failed
