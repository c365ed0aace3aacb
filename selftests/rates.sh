#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# alone
#
# Limits admit what they say, at a steady rate far above them, in both families
# and with both clocks (the tick's, and the precise one that short bursts need):
# a sender's own within 1 % over 10 s, shared ones, which are charged at random,
# within what chance allows. What they should admit is what a bucket of tokens
# would have at the times of sending, so that it doesn't matter when a busy
# machine holds the senders up.
#
#	attacker, several senders at once --- router, with the guard --- victim

cd "$(dirname "$0")" || exit 1
. ./lib.sh

declare -A to=([4]=203.0.113.2 [6]=2001:db8:3::2)
readonly duration=10
# a kernel that is slow because it checks itself couldn't be kept above 1000/s
readonly slow=${ICMPGUARD_SLOW:-1}
readonly fast=$((1000 / slow))

scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"

# What is measured at the same time: each class has limits of its own.
# CLASS SCOPE RATE BURST TYPE-IPv4 TYPE-IPv6
measured=("echo-request pair $fast $((2 * fast)) 8 128"
	"echo-reply source $fast $((2 * fast)) 0 129"
	"probe-request pair 10 20 42 160"
	"probe-reply source 10 20 43 161"
	"time-exceeded destination $fast $((2 * fast)) 11 3")

# Takes lines of settings on top of those measured; everything else is as wide
# as can be.
configure() {
	local each class scope rate burst other _
	{
		echo "mode enforce"
		# these senders don't come back, and are to have all of a burst
		echo "known-first off"
		for each in "${measured[@]}"; do
			read -r class scope rate burst _ <<<"$each"
			for other in pair source source-net destination-net interface router; do
				echo "limit $class $other off"
			done
			echo "limit $class destination 1000000/s burst 1000000"
			echo "limit $class $scope $rate/s burst $burst"
		done
		cat
	} >"$scratch/settings"
	guard "$router" set mode off &&
		guard "$router" restore "$scratch/settings" || fail "it can't be configured"
}

# expect_between WHAT VALUE LOW HIGH
expect_between() {
	[[ $2 -ge $3 && $2 -le $4 ]] || fail "$1: $2, not $3 to $4"
	note "$1: $2, $3 to $4 expected"
}

# Square root, rounded up.
root() {
	local r=0
	while ((r * r < $1)); do
		r=$((r + 1))
	done
	echo "$r"
}

# What passed of one of those measured, against what should have.
judge() {
	local class=$1 scope=$2 rate=$3 burst=$4 passed=$5 sent ns due range
	read -r sent ns due <"$scratch/$class"
	note "$class: $sent sent in $ns ns"
	[[ $sent -gt $((due * 13 / 10)) ]] || fail "$class: too few sent for a test of $rate/s"
	# held up for longer than the burst lasts, it was no steady rate
	[[ $((due - burst)) -ge $((rate * (ns / 1000000) / 2000)) ]] ||
		fail "$class: the sender was held up for too long"
	if [[ $scope == destination ]]; then
		# charged 0, 1 or 2: the variance is 2/3 a packet; 5 deviations
		range=$((5 * $(root $((due * 2 / 3))) + 1))
	else
		# the next one may be about to come, or just have
		range=$(((due - burst) / 100 + 1))
	fi
	expect_between "$class, $scope $rate/s" "$passed" $((due - range)) $((due + range))
}

# All that were sent have been counted.
are_counted() {
	local each class sent _
	counters "$router" after
	for each in "${measured[@]}"; do
		read -r class _ <<<"$each"
		read -r sent _ <"$scratch/$class"
		[[ $((${after[class.$class.passed]} + ${after[class.$class.dropped]} -
			${before[class.$class.passed]} - ${before[class.$class.dropped]})) -eq $sent ]] ||
			return 1
	done
}

test_rates() {
	local family=$1 each class scope rate burst type type6 src n=0 pids=() came passed=0
	local -A before after
	case $2 in
	tick) configure </dev/null ;;
	# one limit that is too short for ticks makes all of them exact
	precise) configure <<<"limit mobility pair 1000/s burst 1" ;;
	esac
	counters "$router" before
	count_received "$victim" eth0
	came=$came_in
	for each in "${measured[@]}"; do
		read -r class scope rate burst type type6 <<<"$each"
		n=$((n + 1))
		src=172.16.0.$n
		[[ $family == 4 ]] || type=$type6 src=2001:db8:a000:$n::1
		./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$src" "dst=${to[$family]}" \
			len=8 "type=$type" "rate=$((2 * rate))" "ms=${duration}000" \
			"limit=$rate" "burst=$burst" >"$scratch/$class" &
		pids+=($!)
	done
	wait "${pids[@]}" || fail "a sender failed"
	busywait 20000 are_counted || fail "not all that were sent have been counted"
	for each in "${measured[@]}"; do
		read -r class scope rate burst _ <<<"$each"
		n=$((${after[class.$class.passed]} - ${before[class.$class.passed]}))
		judge "$class" "$scope" "$rate" "$burst" "$n"
		passed=$((passed + n))
	done
	count_received "$victim" eth0
	[[ $((came_in - came)) -eq $passed ]] ||
		fail "$((came_in - came)) arrived at the victim, not $passed"
}

# A burst of 2 ms, half a tick: what passes is what a bucket of tokens would admit at the
# times of sending, also where the sender was held up.
test_short_burst() {
	local family=$1 class=echo-request src=172.16.0.99 sent ns due low high
	local -A before after
	local measured=("echo-request pair 1000 2")
	[[ $family == 4 ]] || src=2001:db8:a000:99::1
	configure </dev/null
	counters "$router" before
	./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$src" "dst=${to[$family]}" len=8 \
		rate=4000 ms=3000 limit=1000 burst=2 >"$scratch/$class"
	busywait 20000 are_counted || fail "not all that were sent have been counted"
	read -r sent ns due <"$scratch/$class"
	note "$sent sent in $ns ns"
	low=$((due * (100 - 5 * slow) / 100)) high=$((due * (100 + 5 * slow) / 100))
	expect_between "pair 1000/s burst 2" \
		$((${after[class.$class.passed]} - ${before[class.$class.passed]})) "$low" "$high"
}

# A burst of a shared limit is drawn by lot, so that nobody can count another's
# packets by it; a sender's own isn't; and nothing is when randomise is off.
test_burst() {
	local family=$1 n src dst drawn=0 passed
	# shellcheck disable=SC2034 # by reference
	local measured=("echo-request destination 1 1000" "probe-request pair 1 1000")
	local -A before after
	configure <<-END
		limit echo-request destination 1/h burst 1000
		limit probe-request pair 1/h burst 1000
	END
	for n in 1 2 3 4 off; do
		src=172.16.1.1 dst=10.0.0.$n type=42
		[[ $family == 4 ]] || src=2001:db8:a001::1 dst=2001:db8:f000::$n type=160
		if [[ $n == off ]]; then
			guard "$router" set randomise off || fail "randomise can't be switched off"
			dst=${dst%off}9
		fi
		counters "$router" before
		./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$src" "dst=$dst" len=8 \
			rate=1000000 count=2000 >"$scratch/echo-request"
		./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$src" "dst=$dst" len=8 \
			"type=$type" rate=1000000 count=2000 >"$scratch/probe-request"
		busywait 20000 are_counted || fail "not all that were sent have been counted"
		passed=$((${after[class.probe-request.passed]} - ${before[class.probe-request.passed]}))
		expect_between "pair burst 1000" "$passed" 1000 1000
		passed=$((${after[class.echo-request.passed]} - ${before[class.echo-request.passed]}))
		if [[ $n == off ]]; then
			expect_between "destination burst 1000, not drawn" "$passed" 1000 1000
		else
			# 5 standard deviations of sqrt(2 * 1000 / 3)
			expect_between "destination burst 1000, drawn" "$passed" 870 1130
			[[ $passed -eq 1000 ]] || drawn=$((drawn + 1))
		fi
	done
	[[ $drawn -ge 2 ]] || fail "only $drawn of 4 were drawn by lot"
}

setup_router
# so that nothing is lost between the guard and the victim
sysctl -qw net.core.netdev_max_backlog=100000 || die "no larger backlog"
quiet "$router" "$attacker" "$honest" "$victim"
run_tests "test_rates 4 tick" "test_rates 6 precise" "test_rates 6 tick" \
	"test_rates 4 precise" "test_short_burst 4" "test_short_burst 6" \
	"test_burst 4" "test_burst 6"
