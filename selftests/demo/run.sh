#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: run.sh [BREAK]
#
# The part of the demo that runs in the virtual machine: makes the lab, plays
# each attack without and with the guard in the router, judges and prints what
# it measured. Exit status 0 only if all held. BREAK: see break.sh.

# shellcheck source-path=SCRIPTDIR
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if [[ ${ICMPGUARD_VM-} != 1 ]]; then
	echo "demo: this floods networks: it runs in selftests/vm/run only" >&2
	exit 1
fi

. ./lab.sh
. ./attack.sh
. ./count.sh
. ./honest.sh
. ./judge.sh
. ./table.sh
. ./break.sh

broken=${1-}
declare -A result=()
work=$(mktemp -d)
readonly work
# a pipe that nobody writes to, to wait without a process
exec {run_silence}<> <(:)

# Waits 20 ms.
run_pause() {
	read -rt 0.02 -u "$run_silence" _ || true
}

run_cleanup() {
	local process
	trap - EXIT
	for process in $(jobs -p); do
		kill "$process" 2>/dev/null || true
	done
	wait
	lab_destroy
	rm -rf "$work"
}

run_guard() {
	icmpguard -n router set mode "$1"
	[[ $1 == off ]] || break_guard
}

# One attack, one half: HALF is without or with.
run_half() {
	local attack=$1 half=$2
	local key=$attack.$half files=$work/$attack.$half
	run_guard "$([[ $half == with ]] && echo enforce || echo off)"
	honest_prepare
	count_start "$max_message" "$files"
	attack_run "$files.attack" honest_start "$files"
	honest_wait "$key" "$files"
	count_stop "$key" "$files"
	result[$key.time_us]=$attack_time_us
	if [[ $attack_target == bystander ]]; then
		result[$key.reached]=${result[$key.reply]}
		result[$key.answered]=-
	else
		result[$key.reached]=$((result[$key.first] + result[$key.later]))
	fi
	table_progress "$key"
}

# An attack that was too weak to show anything is sent again: on a busy machine
# the sender may not get a processor.
run_half_strongly() {
	local key=$1.$2 tries
	for ((tries = 1; tries <= 3; tries++)); do
		run_half "$1" "$2"
		((result[$key.sent] < $(judge_needed "$key"))) || return 0
		echo "           too few packets to show anything: is this machine busy?"
		sed 's/^/           | /' "$work/$key.attack"
	done
}

run_attack() {
	attack_describe "$1"
	printf '\n%d/%d %s: %s\n' "$1" "$attack_count" "$attack_name" "${attack_command[*]}"
	run_half_strongly "$1" without
	run_half_strongly "$1" with
	judge_without "$1"
	judge_with "$1"
	judge_honest "$1"
}

run_report() {
	printf '\nMeasured in this run, at the interfaces of sender and victim:\n\n'
	table_print
	printf '\n$ icmpguard -n router status\n'
	icmpguard -n router status
	printf '\n$ ip netns exec router head -n 12 /proc/net/icmpguard\n'
	ip netns exec router head -n 12 /proc/net/icmpguard
	printf '\n%d conditions held, %d did not\n' "$judge_passed" "$judge_failed"
}

trap run_cleanup EXIT
trap 'exit 143' TERM INT HUP
# all but the attacks
taskset -pc 0 $$ >/dev/null
echo "making the lab: a router between an attacker's, an honest and a protected network"
lab_create
attack_create
honest_create
count_create
modprobe icmpguard
icmpguard -n router set mode enforce
icmpguard -n router -j show >"$work/config.json"
max_message=$(jq '."max-message"' "$work/config.json")
readonly max_message
break_lab
for ((attack = 1; attack <= attack_count; attack++)); do
	run_attack "$attack"
done
run_report
exit $((judge_failed > 0))
