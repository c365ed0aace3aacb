#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of the virtual machine itself: that what goes wrong inside can't look
# like a success outside.

set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
number=0 bad=0

# Runs a command inside, keeps what it said, and returns its status.
vm() {
	"$here/run" --no-build --smp 1 "$@" >"$scratch/output" 2>"$scratch/errors"
}

# One test: the status that is expected, what the error messages must hold, and
# how to get there.
expect() {
	local name=$1 status=$2 text=$3 got
	shift 3
	number=$((number + 1))
	vm "$@"
	got=$?
	if [[ $got -eq $status && $(<"$scratch/errors") == *"$text"* ]]; then
		echo "ok $number $name"
		return
	fi
	echo "# status $got instead of $status; standard error:"
	sed 's/^/# /' "$scratch/errors"
	echo "not ok $number $name"
	bad=1
}

# One more test: what the last command said, as it must be.
expect_output() {
	number=$((number + 1))
	if [[ $(cat "$scratch/output") == "$2" ]]; then
		echo "ok $number $1"
	else
		echo "# standard output:"
		head -c 1000 "$scratch/output" | sed 's/^/# /'
		echo "not ok $number $1"
		bad=1
	fi
}

echo "TAP version 13"
echo "1..16"
expect "success" 0 "" -- true
expect_output "and nothing but the output" ""
expect "the command's own status" 7 "" -- sh -c 'exit 7'
expect "a command that a signal ended" 137 "" -- sh -c 'kill -9 $$'
expect "a command that doesn't exist" 127 "" -- no-such-command
expect "both outputs in order" 3 "" -- sh -c 'echo one; echo two >&2; echo three; exit 3'
expect_output "and complete" $'one\ntwo\nthree'
expect "a megabyte of anything" 0 "" -- \
	sh -c 'head -c 1000000 /dev/urandom | tee /tmp/sent; sync; md5sum </tmp/sent >/tmp/sum; cat /tmp/sum'
number=$((number + 1))
if [[ $(head -c 1000000 "$scratch/output" | md5sum) == "$(tail -c +1000001 "$scratch/output")" ]]; then
	echo "ok $number arrives as it was"
else
	echo "not ok $number arrives as it was"
	bad=1
fi
expect "processes left behind don't keep it" 4 "" -- sh -c 'sleep 1000 & exit 4'
expect "a panic" 125 "Kernel panic - not syncing: sysrq triggered crash" -- \
	sh -c 'echo c >/proc/sysrq-trigger'
expect "a warning in the kernel's log" 125 "WARNING: CPU: 0 PID: 1 at made-up.c:1" -- \
	sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at made-up.c:1" >/dev/kmsg; exit 0'
expect "a warning that the log doesn't show" 125 "the kernel is tainted: 512" -- \
	sh -c 'echo 512 >/proc/sys/kernel/tainted'
expect "a machine that is switched off" 125 "ended without a result" -- \
	sh -c 'echo o >/proc/sysrq-trigger; sleep 100'
expect "a result that somebody else wrote" 125 "ended without a result" -- \
	sh -c 'echo "status 0 bytes 0 cksum 4294967295 tainted 0 end" >/dev/ttyS1; exit 1'
expect "a command that doesn't end" 124 "no end after 2 s" --timeout 2 -- sleep 1000
exit $bad
