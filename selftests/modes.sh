#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# off, monitor, enforce: off has no hooks, no table and no counters that move;
# monitor passes what off passes, and says of exactly those packets that it would
# drop them which enforce drops. And what the module parameter mode= makes of it.
#
# timeout: 300
# processors: 1

. ./lib.sh

readonly tracing=/sys/kernel/tracing
readonly router_mac=02:00:00:00:01:01
declare -A src=([4]=192.0.2.2 [6]=2001:db8:1::2)
declare -A victim_address=([4]=203.0.113.2 [6]=2001:db8:3::2)
declare -A router_address=([4]=192.0.2.1 [6]=2001:db8:1::1)

# ------------------------------------------------------- module parameter

reload() {
	modprobe -r icmpguard || fail "cannot unload"
	modprobe icmpguard "$@" 2>&1
}

# test_parameter MODE [ARGUMENT]
test_parameter() {
	local mode=$1 said
	shift
	said=$(reload "$@") || fail "$said"
	[[ $(sed -n 's/^mode //p' /proc/net/icmpguard) == "$mode" ]] ||
		fail "$(head -n 2 /proc/net/icmpguard)"
	[[ $(icmpguard -j show | jq -r .mode) == "$mode" ]] || fail "the tool has another mode"
	[[ $(</sys/module/icmpguard/parameters/mode) == "$mode" ]] ||
		fail "the parameter reads as $(</sys/module/icmpguard/parameters/mode)"
}

test_parameter_nonsense() {
	local said
	dmesg -C
	! said=$(reload mode=nonsense) || fail "it loads"
	[[ ! -e /proc/net/icmpguard && ! -e /sys/module/icmpguard ]] || fail "it is there"
	dmesg | grep -q 'icmpguard: .*mode.*nonsense.*off, monitor or enforce' ||
		fail "the kernel says: $(dmesg)"
	modprobe icmpguard || fail "it doesn't load any more"
}

# ------------------------------------------------------------------ hooks

# Counts the packets that come to any of the hooks, in all namespaces.
probe_hooks() {
	local each
	for each in prerouting_ipv4 prerouting_ipv6 reassembled_ipv4 reassembled_ipv6; do
		echo "p:modes/$each icmpg_hook_$each" >>"$tracing/kprobe_events" ||
			die "no probe at icmpg_hook_$each"
	done
	echo 1 >"$tracing/events/modes/enable"
	at_exit unprobe_hooks
}

unprobe_hooks() {
	[[ ! -e $tracing/events/modes ]] || echo 0 >"$tracing/events/modes/enable"
	: >"$tracing/kprobe_events"
}

hook_calls() {
	awk '{ sum += $2 } END { print sum + 0 }' "$tracing/kprobe_profile"
}

# ---------------------------------------------------------------- packets

# Something for every stage, from the attacker to the victim; those that name
# no address of their own are echo requests.
send_all_kinds() {
	local words=("to=$router_mac" "src=${src[$1]}" "dst=$2") other
	local redirect=5 unreachable=3
	local -A later=([4]=1 [6]=58)
	[[ $1 == 4 ]] || redirect=137 unreachable=1
	other=(++ "${words[@]}")
	# 60 of a pair that may have 10
	./send "$attacker" eth0 "${words[@]}" count=60 \
		"${other[@]}" "type=$redirect" ttl=255 count=5 \
		"${other[@]}" "type=$unreachable" code=1 count=30 \
		`# a message of 12000 bytes: the end shows it, the rest goes too` \
		"${other[@]}" id=7 len=1448 more=1 total=12000 \
		+ offset=1448 + offset=10136 + offset=2896 \
		+ offset=11584 len=416 more=0 \
		`# its first fragment refused: the rest of it` \
		"${other[@]}" id=8 len=4 more=1 total=2000 + len=1448 offset=8 \
		`# beyond the end of any packet` \
		"${other[@]}" id=9 offset=65528 len=40 "protocol=${later[$1]}" \
		`# not even a type` \
		"${other[@]}" cut=0 count=4
	if [[ $1 == 4 ]]; then
		./send "$attacker" eth0 "to=$router_mac" "src=${src[4]}" dst=203.0.113.255 count=3 \
			+ dst=203.0.113.0 count=2 + dst=224.0.0.1 count=3
	else
		./send "$attacker" eth0 "to=$router_mac" "src=${src[6]}" dst=ff02::1 count=3 \
			+ "dst=${victim_address[6]}" type=135 ttl=64 count=4
	fi
}

# send_all_kinds sends so many.
declare -A kinds_sent=([4]=$((60 + 5 + 30 + 5 + 2 + 1 + 4 + 8))
	[6]=$((60 + 5 + 30 + 5 + 2 + 1 + 4 + 7)))
# Of those a router without a guard passes to the victim all but broadcasts and
# multicasts, and those to its own address.
declare -A kinds_arrive=([4 through]=$((60 + 5 + 30 + 5 + 2 + 1 + 4 + 2))
	[6 through]=$((60 + 5 + 30 + 5 + 2 + 1 + 4 + 4)) [4 to]=2 [6 to]=4)

# run_kinds MODE FAMILY WHERE ARRAY: with fresh buckets; the counters that moved
# go into ARRAY, and what arrived at the victim as `arrived`.
run_kinds() {
	local mode=$1 family=$2 where=$3 key address arrived due=${kinds_arrive[$2 $3]}
	local -n result=$4
	local -A before after
	guard "$router" set mode off
	guard "$router" set mode "$mode"
	counters "$router" before
	arrived=$(received "$victim" eth0)
	address=${victim_address[$family]}
	[[ $where == through ]] || address=${router_address[$family]}
	send_all_kinds "$family" "$address" || fail "cannot send"
	if [[ $mode != off ]]; then
		busywait 3000 lib_have_come "$router" before "${kinds_sent[$family]}" ||
			fail "$mode: not all packets have been counted"
	fi
	counters "$router" after
	result=()
	for key in "${!after[@]}"; do
		[[ $key == class.* || $key == reason.* ]] || continue
		result["$key"]=$((${after[$key]} - ${before[$key]}))
	done
	if [[ $mode == enforce ]]; then
		due=0
		[[ $where == to ]] || due=${result[reason.passed.passed]}
	fi
	busywait 3000 have_arrived $((arrived + due))
	result[arrived]=$(($(received "$victim" eth0) - arrived))
	[[ ${result[arrived]} -eq $due ]] ||
		fail "$mode: ${result[arrived]} arrived, not $due"
}

# What monitor would drop is what enforce drops, counter by counter.
expect_same() {
	# shellcheck disable=SC2178 # by reference
	local -n one=$1 other=$2
	local key base total=0
	for key in "${!one[@]}"; do
		base=${key%.*}
		case $key in
		arrived) ;;
		*.passed)
			[[ ${one[$key]} -eq ${other[$key]} ]] ||
				fail "$key: enforce ${one[$key]}, monitor ${other[$key]}" ;;
		*.dropped)
			[[ ${other[$key]} -eq 0 ]] || fail "$key in monitor: ${other[$key]}"
			[[ ${one[$key]} -eq ${other[$base.would-drop]} ]] ||
				fail "$base: enforce dropped ${one[$key]}," \
					"monitor would drop ${other[$base.would-drop]}"
			[[ $key != class.* ]] || total=$((total + ${one[$key]})) ;;
		*.would-drop)
			[[ ${one[$key]} -eq 0 ]] || fail "$key in enforce: ${one[$key]}" ;;
		esac
	done
	[[ $total -gt 60 ]] || fail "enforce dropped only $total: nothing to compare"
}

# send_echo FAMILY COUNT
send_echo() {
	./send "$attacker" eth0 "to=$router_mac" "src=${src[$1]}" \
		"dst=${victim_address[$1]}" "count=$2"
}

# ------------------------------------------------------------------ tests

# A mode changed under traffic is tested by lifecycle.sh.
test_off_has_no_hooks() {
	local family=$1 calls arrived before after
	guard "$router" set mode off
	calls=$(hook_calls)
	arrived=$(received "$victim" eth0)
	before=$(<"$(proc_net "$router" icmpguard)")
	send_echo "$family" 2000
	busywait 3000 have_arrived $((arrived + 2000)) ||
		fail "of 2000 only $(($(received "$victim" eth0) - arrived)) arrived"
	after=$(<"$(proc_net "$router" icmpguard)")
	[[ $before == "$after" ]] || fail "counters have moved"
	[[ $(hook_calls) -eq $calls ]] || fail "hooks were called $(($(hook_calls) - calls)) times"
	[[ $(counter "$router" table.size-bytes) -eq 0 ]] || fail "there is a table"
}

have_arrived() {
	[[ $(received "$victim" eth0) -ge $1 ]]
}

# The same with a guard, to know that the test above can tell.
test_enforce_has_hooks() {
	local family=$1 calls
	guard "$router" set mode enforce
	calls=$(hook_calls)
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 90 -- \
		send_echo "$family" 100
	[[ $(hook_calls) -eq $((calls + 100)) ]] ||
		fail "hooks were called $(($(hook_calls) - calls)) times"
	[[ $(counter "$router" table.size-bytes) -eq 1048576 ]] || fail "there is no table"
}

# Counters outlive the mode in which they counted.
test_counters_stay() {
	local mode before
	guard "$router" set mode enforce
	before=$(grep -E '^(class|reason|resets)' "$(proc_net "$router" icmpguard)")
	for mode in off monitor off enforce; do
		guard "$router" set mode "$mode"
		[[ $(counter "$router" mode) == "$mode" ]] ||
			fail "set mode $mode: it is $(counter "$router" mode)"
		[[ $before == "$(grep -E '^(class|reason|resets)' \
			"$(proc_net "$router" icmpguard)")" ]] || fail "$mode: counters have moved"
	done
}

test_same() {
	local family=$1 where=$2
	# shellcheck disable=SC2034 # by reference
	local -A off enforce monitor
	run_kinds off "$family" "$where" off
	run_kinds enforce "$family" "$where" enforce
	run_kinds monitor "$family" "$where" monitor
	expect_same enforce monitor
}

# Monitor passes the fragments of a message that is too large, so that the
# router puts it together: it doesn't count once more. In IPv6 only conntrack
# puts it together before the guard could see that.
test_oversized_ping() {
	local mode family=$1
	in_ns "$router" nft add rule inet quiet output ct state new counter ||
		fail "no conntrack"
	for mode in enforce monitor; do
		guard "$router" set mode off
		guard "$router" set mode "$mode"
		expect_delta "$router" echo-request passed 1 fragment passed 6 \
			fragment oversized 4 -- send_oversized "$family"
	done
}

# 12008 bytes in fragments of 1200; 7 of them fit into max-message.
send_oversized() {
	local offset words=()
	for ((offset = 1200; offset <= 10800; offset += 1200)); do
		words+=(+ "offset=$offset")
	done
	./send "$attacker" eth0 "to=$router_mac" "src=${src[$1]}" "dst=${router_address[$1]}" id=77 \
		len=1200 more=1 total=12008 "${words[@]}" + offset=12000 len=8 more=0
}

configure() {
	guard_set "$router" <<-END
		randomise off
		limit echo-request pair 1/h burst 10
		limit unreachable source 1/h burst 20
	END
}

load_guard
setup_router
quiet "$victim" "$router"
ip -n "$router" neigh add 203.0.113.0 lladdr 02:00:00:00:03:02 dev vic nud permanent
probe_hooks
configure
run_tests "test_off_has_no_hooks 4" "test_off_has_no_hooks 6" \
	"test_enforce_has_hooks 4" "test_enforce_has_hooks 6" test_counters_stay \
	"test_same 4 through" "test_same 6 through" "test_same 4 to" "test_same 6 to" \
	"test_oversized_ping 4" "test_oversized_ping 6" \
	"test_parameter off mode=off" "test_parameter monitor mode=monitor" \
	"test_parameter enforce mode=enforce" "test_parameter enforce" test_parameter_nonsense
