#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
#
# A full table: what happens is what the manual says. The smallest one, of 64K,
# has 8192 places, and a flood of many senders that owe for hours fills it.
# Newcomers pass and are limited all the same, who owes least of what it may is
# forgotten first, and it is counted, shown and told.
#
#	attacker, many sources --- router, with the guard --- victim

cd "$(dirname "$0")" || exit 1
. ./lib.sh
. ./reasons/expect.sh

readonly slow=${ICMPGUARD_SLOW:-1} places=8192
# A slow sender needs a minute for the half, which do as well: of 1024 lines of 8
# places, one gets fewer than 9 of them once in 5000 times.
readonly senders=$((slow > 1 ? 24000 : 40000))
# Two pairs of a line may have the same fingerprint, of 21 bits, and so one bucket:
# 0.15 of 40,000 senders in the mean, more than these once in 50,000 times.
readonly twins=3

# The sender's own limit is the only one that a flood of others' can be in the
# way of: the router's has a place of its own.
small_table() {
	configure_anew <<-END
		table-size 64K
		candidate-size 16K
		known-first $1
		$(for scope in source source-net destination destination-net interface; do
			echo "limit echo-request $scope off"
		done)
		limit echo-request pair 1/h burst 4
		limit echo-request router 1000000/s burst 1000000
	END
}

# flood FAMILY [WORD...]: one packet of each of many senders, other ones than the
# tests' own. An IPv6 sender is its /64.
flood() {
	local words=(src=100.64.0.1 step-src=1 "dst=${to[4]}")
	[[ $1 == 4 ]] || words=(src=2001:db8:8000:: step-net=1 "dst=${to[6]}")
	./send "$attacker" eth0 to=02:00:00:00:01:01 "${words[@]}" count="$senders" \
		rate=1000000 "${@:2}"
}

evictions() {
	counter "$router" table.evictions
}

# Everybody passes, and is forgotten for it.
test_full() {
	local before evicted
	local -A was
	family=$1
	small_table "$2"
	[[ $(counter "$router" table.size-bytes) -eq 65536 ]] || fail "not the size"
	counters "$router" was
	before=${was[table.evictions]}
	expect_delta "$router" echo-request passed "$senders" -- flood "$1"
	evicted=$(($(evictions) - before))
	# each that came beyond the places took one's place
	[[ $evicted -ge $((senders - places - twins)) && $evicted -lt $senders ]] ||
		fail "$evicted evictions for $senders senders in $places places"
	[[ $(counter "$router" table.fill-permille) -ge 990 ]] ||
		fail "$(counter "$router" table.fill-permille) permille in use"
	[[ $(counter "$router" table.size-bytes) -eq 65536 ]] || fail "it has grown"
}

# A newcomer isn't refused, nor let pass without limit.
test_newcomer() {
	family=$1
	new_source
	expect echo-request passed 4 echo-request limit-pair 3 -- \
		"src=$src" "dst=${to[$1]}" count=7
}

# Who owes all that it may stays; the others' quarter is less.
test_offender_stays() {
	family=$1
	small_table on
	new_source
	expect echo-request passed 4 echo-request limit-pair 1 -- \
		"src=$src" "dst=${to[$1]}" count=5
	flood "$1"
	expect echo-request limit-pair 20 -- "src=$src" "dst=${to[$1]}" count=20
}

# Who owes little is forgotten, and may begin anew: nothing else.
test_forgotten_begin_anew() {
	family=$1
	small_table on
	new_source
	expect echo-request passed 1 -- "src=$src" "dst=${to[$1]}"
	flood "$1"
	expect echo-request passed 4 echo-request limit-pair 1 -- \
		"src=$src" "dst=${to[$1]}" count=5
}

# What has one bucket is never forgotten.
test_single_stays() {
	family=4
	small_table off
	guard "$router" set limit echo-request router 1/h burst 3 || fail "status $?"
	new_source
	expect_here echo-request passed 3 -- "src=$src" "dst=${own[4]}" count=3
	flood 4
	new_source
	expect_here echo-request limit-router 2 -- "src=$src" "dst=${own[4]}" count=2
}

# A larger table holds them all.
test_larger() {
	local before
	family=4
	small_table on
	guard "$router" set table-size 4M || fail "status $?"
	before=$(evictions)
	flood 4
	[[ $(($(evictions) - before)) -lt $((senders / 1000)) ]] ||
		fail "$(($(evictions) - before)) evictions in 4M"
}

test_shown() {
	local before sender
	family=4
	small_table on
	before=$(evictions)
	flood 4 "count=$((slow > 1 ? senders : 200000))" rate=20000 gather=20 &
	sender=$!
	busywait 20000 has_evictions "$before" || fail "no evictions"
	guard "$router" status >"$scratch/text" || fail "status $?"
	guard "$router" -j status >"$scratch/json" || fail "status $?"
	wait "$sender"
	grep -qE '^table  *64K, [0-9.]+ % in use, [1-9][0-9]* evictions$' "$scratch/text" ||
		fail "$(cat "$scratch/text")"
	grep -qE '^  table full: [1-9][0-9]* senders forgotten in a second, raise table-size$' \
		"$scratch/text" || fail "$(cat "$scratch/text")"
	grep -qE '^known  *8K, [0-9.]+ % in use, candidates 16K' "$scratch/text" ||
		fail "$(cat "$scratch/text")"
	[[ $(jq .table.evictions "$scratch/json") -gt 0 ]] || fail "$(cat "$scratch/json")"
	[[ $(jq -c '.known | [."history-size", ."candidate-size"]' "$scratch/json") == '[8192,16384]' ]] ||
		fail "$(cat "$scratch/json")"
}

# has_evictions COUNT: more than that
has_evictions() {
	[[ $(evictions) -gt $1 ]]
}

are_listening() {
	[[ $(awk '$2 == 16 && $4 !~ /^0+$/' "$(proc_net "$router" netlink)" | wc -l) -ge $1 ]]
}

# At most once a second, while it goes on, and the last of it too.
test_told() {
	local start took events told evicted pids
	family=4
	small_table on
	icmpguard -n "$router" monitor >"$scratch/events" 2>&1 &
	pids=($!)
	icmpguard -n "$router" -j monitor >"$scratch/json" 2>&1 &
	pids+=($!)
	busywait 20000 are_listening 2 || fail "nobody listens: $(cat "$scratch/events")"
	evicted=$(evictions)
	start=${EPOCHREALTIME/./}
	flood 4 rate=15000 gather=20 "count=$((slow > 1 ? senders : 60000))"
	took=$(((${EPOCHREALTIME/./} - start) / 1000000))
	evicted=$(($(evictions) - evicted))
	busywait 20000 all_is_told "$evicted" || fail "told of $told, not $evicted: $(cat "$scratch/events")"
	events=$(wc -l <"$scratch/events")
	[[ $events -ge 2 && $events -le $((took + 3)) ]] || fail "$events events in $took s"
	grep -vE '^[0-9: -]+ table full: [1-9][0-9]* senders forgotten, 64K, [0-9.]+ % in use$' \
		"$scratch/events" && fail "not what an event says"
	busywait 20000 has_lines "$events" "$scratch/json" || fail "$(cat "$scratch/json")"
	[[ $(jq -s 'map(select(.event == "table" and .table.size == 65536)) | length' \
		"$scratch/json") -eq $events ]] || fail "$(cat "$scratch/json")"
	[[ $(jq -s '.[-1].table.evictions' "$scratch/json") -eq $(evictions) ]] ||
		fail "$(cat "$scratch/json")"
	../userspace/tests/schema.py event "$scratch/json" || fail "not by the schema"
	# and then it is quiet
	pause_ms 2500
	[[ $(wc -l <"$scratch/events") -eq $events ]] || fail "$(cat "$scratch/events")"
	kill "${pids[@]}"
	wait "${pids[@]}" 2>/dev/null
}

# evict N: in a table that is full each newcomer takes somebody's place.
evict() {
	newcomers=$((newcomers + 1))
	./send "$attacker" eth0 to=02:00:00:00:01:01 "src=100.96.$newcomers.1" step-src=1 \
		"dst=${to[4]}" "count=$1"
}

# A reset of the counters lets nothing go untold, if as many as before are forgotten
# then, and tells nothing that hasn't happened.
test_told_after_reset() {
	local listener newcomers=0 each
	family=4
	small_table on
	flood 4
	# it has been told, and looked at once more
	pause_ms $((2500 * slow))
	icmpguard -n "$router" monitor >"$scratch/events" 2>&1 &
	listener=$!
	busywait 20000 are_listening 1 || fail "nobody listens: $(cat "$scratch/events")"
	for each in 1 2 3; do
		guard "$router" stats reset
		evict 1
		busywait 10000 all_is_told "$each" || fail "$each: $(cat "$scratch/events")"
		[[ $each -eq 3 ]] || pause_ms $((2500 * slow))
	done
	guard "$router" stats reset
	pause_ms $((2500 * slow))
	[[ $(grep -c 'table full: 1 senders forgotten' "$scratch/events") -eq 3 &&
		$(wc -l <"$scratch/events") -eq 3 ]] || fail "$(cat "$scratch/events")"
	kill "$listener"
	wait "$listener" 2>/dev/null
}

all_is_told() {
	told=$(awk '{ sum += $5 } END { print sum + 0 }' "$scratch/events")
	[[ $told -eq $1 ]]
}

has_lines() {
	[[ $(wc -l <"$2") -ge $1 ]]
}

# The module may go while it is being told.
test_unload() {
	local sender listener
	family=4
	small_table on
	icmpguard -n "$router" monitor >"$scratch/events" 2>&1 &
	listener=$!
	busywait 20000 are_listening 1 || fail "nobody listens"
	flood 4 rate=20000 gather=20 count=200000 &
	sender=$!
	busywait 20000 has_lines 1 "$scratch/events" || fail "no event"
	rmmod icmpguard || fail "rmmod: status $?"
	modprobe icmpguard || fail "modprobe: status $?"
	kill "$sender"
	wait "$sender" "$listener"
}

scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"
setup_router
sysctl -qw net.core.netdev_max_backlog=100000 || die "no larger backlog"
quiet "$router" "$attacker" "$honest" "$victim"
run_tests "test_full 4 off" "test_newcomer 4" "test_full 6 on" "test_newcomer 6" \
	"test_offender_stays 4" "test_offender_stays 6" "test_forgotten_begin_anew 4" \
	"test_forgotten_begin_anew 6" test_single_stays test_larger test_shown test_told \
	test_told_after_reset test_unload
