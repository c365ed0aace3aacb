#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is set is what is in force, and it is so whole or not at all: save and
# restore, many writers, thousands of prefixes, notifications, and what can be
# read of it in text, JSON and /proc. The tool's own words are tested by tool.sh,
# the messages below it by the programs of genl_contract.h.
#
# timeout: 300

. ./lib.sh

readonly many=3000

# Everything that can be set, other than it is by default.
other_configuration() {
	cat <<-'END'
		mode monitor
		max-message 4096
		table-size 256K
		candidate-size 320K
		known-first off
		randomise off
		bridged on
		check ping-of-death off
		check broadcast-echo off
		width source ipv4 28
		width source-net ipv6 40
		width destination-net ipv4 20
		class redirect accept
		class source-quench limit
		limit source-quench destination 7/m burst 3
		class neighbour-discovery drop force
		class path-mtu limit
		limit path-mtu destination 100/s burst 200
		limit echo-request pair off
		limit echo-request source 50/s burst 100
		limit echo-request router 3/h burst 1
		limit time-exceeded source 1000000/s burst 1000000
		limit all total 5000/s burst 777
		class timestamp drop local
		class timestamp accept transit
		class multicast-listener drop transit force
		type icmp 42 drop
		type icmp 3 code 13 accept
		type icmpv6 135 code 9 drop force
		type icmpv6 255 limit
		check quoted-packet all
		check source-address off
		limit all interface 100/m burst 5
		broadcast-allow 224.0.0.18/32
		broadcast-allow ff02::/16
		exempt 192.0.2.0/24
		exempt 192.0.2.0/25 dev eth0
		exempt 0.0.0.0/0 dev lo
		exempt 2001:db8::/32
		exempt dev wan.100
	END
}

exemptions() {
	local i
	for ((i = 0; i < many; i += 2)); do
		echo "exempt 10.$((i / 256)).$((i % 256)).0/24"
		echo "exempt 2001:db8:$(printf %x $((i + 1)))::/48"
	done
}

# To start from.
clean() {
	guard "$router" set mode enforce
	guard "$router" reset
}

# -------------------------------------------------------- save and restore

# test_save [MANY]: save, reset, restore, save.
test_save() {
	clean
	other_configuration >"$scratch/wanted"
	[[ -z ${1-} ]] || exemptions >>"$scratch/wanted"
	guard "$router" restore "$scratch/wanted" || fail "restore: status $?"
	guard "$router" save "$scratch/saved" || fail "save: status $?"
	[[ $(grep -vxFf "$scratch/saved" "$scratch/wanted") == '' ]] ||
		fail "not saved as it was set: $(grep -vxFf "$scratch/saved" "$scratch/wanted" | head)"
	guard "$router" set mode enforce
	guard "$router" reset || fail "reset: status $?"
	[[ $(guard "$router" -j show | jq '.exempt | length') -eq 0 ]] || fail "reset leaves some"
	guard "$router" restore "$scratch/saved" || fail "restore: status $?"
	guard "$router" save >"$scratch/again" || fail "save: status $?"
	cmp "$scratch/saved" "$scratch/again" ||
		fail "$(diff "$scratch/saved" "$scratch/again" | head -n 20)"
	[[ -z ${1-} ]] || [[ $(grep -c '^exempt' "$scratch/saved") -eq $((many + 5)) ]] ||
		fail "$(grep -c '^exempt' "$scratch/saved") exemptions"
}

# The defaults too, and the mode is a part of it.
test_save_defaults() {
	clean
	guard "$router" save "$scratch/defaults"
	guard "$router" set mode off
	guard "$router" set max-message 1000
	guard "$router" restore "$scratch/defaults" || fail "restore: status $?"
	guard "$router" save | cmp - "$scratch/defaults" || fail "not the defaults"
	[[ $(counter "$router" mode) == enforce ]] || fail "the mode was not restored"
}

# What a file doesn't say becomes its default, but for the mode.
test_restore_replaces() {
	clean
	guard "$router" save | grep -v '^mode' >"$scratch/defaults"
	other_configuration | guard "$router" restore - || fail "restore: status $?"
	echo 'max-message 5000' | guard "$router" restore - || fail "restore: status $?"
	[[ $(guard "$router" save | grep -v '^mode' | diff "$scratch/defaults" - | grep -c '^[<>]') \
		-eq 2 ]] || fail "$(guard "$router" save | diff "$scratch/defaults" -)"
	guard "$router" show | grep -qx 'max-message 5000' || fail "not what the file says"
	[[ $(counter "$router" mode) == monitor ]] || fail "the mode has changed"
}

# Whatever is wrong, on whatever line, the kernel's refusals included: nothing
# of it is in force afterwards, nor does a new generation say so.
test_restore_whole() {
	local each before said where line
	clean
	before=$(guard "$router" -j show)
	exemptions >"$scratch/good"
	for each in 'max-message 12' 'limit echo-request nowhere 1/s' 'exempt 10.0.0.1/8' \
		'class neighbour-discovery drop' 'limit source-quench total 5/s' \
		'class mobility limit extra' 'width source ipv4 8' 'mode on'; do
		for where in 1 1500 "$((many + 1))"; do
			awk -v at="$where" -v line="$each" 'NR == at { print line } { print }
				END { if (at > NR) print line }' "$scratch/good" >"$scratch/bad"
			said=$(guard "$router" restore "$scratch/bad" 2>&1) && fail "restored: $each"
			line=$(grep -nxF "$each" "$scratch/bad" | cut -d : -f 1)
			[[ $said == *":$line:"* && $said != *$'\n'* ]] ||
				fail "$each, line $line, said: $said"
			# one that the tool refuses and one that the kernel does, anywhere
			[[ $each == 'max-message 12' || $each == 'width source ipv4 8' ]] || break
		done
	done
	[[ $(guard "$router" -j show) == "$before" ]] || fail "something has changed"
}

test_restore_check() {
	local before
	clean
	before=$(guard "$router" -j show)
	exemptions | guard "$router" restore --check - || fail "status $?"
	echo 'class neighbour-discovery drop' | guard "$router" restore --check - 2>/dev/null
	[[ $? -eq 2 ]] || fail "the kernel wasn't asked"
	[[ $(guard "$router" -j show) == "$before" ]] || fail "something has changed"
}

# ------------------------------------------------------------- many writers

# Each sets keys of its own, over and over: all of them land.
test_two_writers() {
	local i pids=()
	clean
	for i in 1 2; do
		writer "$i" >"$scratch/writer$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	[[ ! -s $scratch/writer1 && ! -s $scratch/writer2 ]] ||
		fail "$(cat "$scratch/writer1" "$scratch/writer2")"
	guard "$router" show >"$scratch/now"
	for i in 'limit echo-request source 25/s burst 100' 'max-message 8025' \
		'limit echo-reply source 25/s burst 100' 'table-size 1600K'; do
		grep -qxF "$i" "$scratch/now" || fail "lost: $i"
	done
	[[ $(guard "$router" -j show | jq '.exempt | length') -eq 50 ]] ||
		fail "$(guard "$router" -j show | jq '.exempt | length') exemptions, not 50"
}

writer() {
	local i class=echo-request key=max-message value=8000
	if [[ $1 -eq 2 ]]; then
		class=echo-reply key=table-size value=0
	fi
	for ((i = 1; i <= 25; i++)); do
		guard "$router" set limit "$class" source "$i/s" burst 100
		guard "$router" exempt add "10.$1.$i.0/24"
		if [[ $1 -eq 1 ]]; then
			guard "$router" set "$key" $((value + i))
		else
			guard "$router" set "$key" $((i * 64))K
		fi
	done
}

# ----------------------------------------------------------------- readers

test_notification() {
	local monitor
	clean
	icmpguard -n "$router" monitor >"$scratch/monitor" 2>&1 &
	monitor=$!
	icmpguard -j -n "$router" monitor >"$scratch/monitor.json" 2>&1 &
	busywait 20000 are_listening 2 || fail "no monitor: $(cat "$scratch/monitor")"
	guard "$router" set max-message 3210
	guard "$router" set limit echo-request source off
	guard "$router" exempt add 198.51.100.0/24
	guard "$router" exempt del 198.51.100.0/24
	guard "$router" set class timestamp drop local
	guard "$router" set class timestamp limit
	guard "$router" set type icmp 3 code 13 drop
	guard "$router" set type icmp 3 code 13 off
	guard "$router" set mode monitor
	busywait 20000 grep -q 'set mode monitor' "$scratch/monitor" ||
		fail "$(cat "$scratch/monitor")"
	[[ $(sed 's/^[^ ]* [^ ]* //' "$scratch/monitor") == \
'set max-message 3210
set limit echo-request source off
exempt add 198.51.100.0/24
exempt del 198.51.100.0/24
set class timestamp drop local
set class timestamp limit
set type icmp 3 code 13 drop
set type icmp 3 code 13 off
set mode monitor' ]] || fail "$(cat "$scratch/monitor")"
	busywait 20000 has_lines 5 "$scratch/monitor.json"
	[[ $(jq -c 'select(.event == "config") | .set' "$scratch/monitor.json" | head -n 1) == \
		'{"max-message":3210}' ]] || fail "$(cat "$scratch/monitor.json")"
	kill "$monitor" $!
	wait "$monitor" $! 2>/dev/null
}

are_listening() {
	[[ $(awk '$2 == 16 && $4 !~ /^0+$/' "$(proc_net "$router" netlink)" | wc -l) -ge $1 ]]
}

has_lines() {
	[[ $(wc -l <"$2") -ge $1 ]]
}

# All commands that have JSON give one document that a strict reader takes.
# The first configuration of a namespace has a number, too: a dump that begins with
# 0 wouldn't be told that it is torn.
test_first_generation() {
	local fresh
	setup_ns fresh
	[[ $(guard "$fresh" -j show | jq .generation) -eq 1 ]] ||
		fail "it is $(guard "$fresh" -j show | jq .generation)"
	guard "$fresh" set max-message 2000
	[[ $(guard "$fresh" -j show | jq .generation) -eq 2 ]] ||
		fail "then it is $(guard "$fresh" -j show | jq .generation)"
}

# refuse_path_mtu COUNT [WORD...]: that is how many the limit refuses.
refuse_path_mtu() {
	expect_delta "$router" path-mtu limit-destination "$1" -- send_path_mtu "count=$1" "${@:2}"
}

send_path_mtu() {
	./send "$attacker" eth0 to=02:00:00:00:01:01 src=192.0.2.7 dst=203.0.113.2 type=3 \
		code=4 rest=1280 "$@" >"$scratch/sent"
}

# A reset of the counters lets nothing go untold, however few they are since.
test_harm_after_reset() {
	local monitor
	clean
	guard_set "$router" <<-'END'
		mode enforce
		randomise off
		class path-mtu limit
		limit path-mtu destination 1/h burst 1
	END
	expect_delta "$router" path-mtu passed 1 -- send_path_mtu
	guard "$router" stats reset
	icmpguard -n "$router" monitor >"$scratch/monitor" 2>&1 &
	monitor=$!
	busywait 20000 are_listening 1 || fail "no monitor: $(cat "$scratch/monitor")"
	# in two seconds, and once a second at most it is told
	refuse_path_mtu 40 rate=20
	busywait 20000 grep -q 'path-mtu-harmed 40$' "$scratch/monitor" ||
		fail "40: $(cat "$scratch/monitor")"
	[[ $(grep -c path-mtu-harmed "$scratch/monitor") -le 4 ]] ||
		fail "told too often: $(cat "$scratch/monitor")"
	guard "$router" set class path-mtu accept
	# the last look is over
	pause_ms $((2500 * ${ICMPGUARD_SLOW:-1}))
	guard "$router" stats reset
	guard "$router" set class path-mtu limit
	refuse_path_mtu 4
	busywait 20000 grep -q 'path-mtu-harmed 4$' "$scratch/monitor" ||
		fail "4: $(cat "$scratch/monitor")"
	kill "$monitor"
	wait "$monitor" 2>/dev/null
	clean
}

test_json() {
	local each
	clean
	other_configuration | guard "$router" restore - || fail "restore: status $?"
	./send "$attacker" eth0 to=02:00:00:00:01:01 src=192.0.2.77 dst=203.0.113.2 count=20
	for each in show status stats "stats --all"; do
		# shellcheck disable=SC2086 # words
		guard "$router" -j $each >"$scratch/json" || fail "$each: status $?"
		python3 -c 'import json, sys; json.load(sys.stdin)' <"$scratch/json" 2>"$scratch/err" ||
			fail "$each: $(tail -n 1 "$scratch/err")"
		[[ $(jq -r .netns "$scratch/json") == "$router" ]] || fail "$each: no netns"
	done
	guard "$router" -j show >"$scratch/json"
	[[ $(jq -c '.limit."echo-request".source, .limit."source-quench".destination,
		.class."neighbour-discovery", .width.source' "$scratch/json" | tr '\n' ' ') == \
'{"count":50,"unit":"s","burst":100} {"count":7,"unit":"m","burst":3} {"action":"drop","force":true} {"ipv4":28,"ipv6":64} ' ]] ||
		fail "$(jq -c . "$scratch/json")"
}

genl() {
	ip netns exec "$router" ./genl.py "$@"
}

test_large_dump() {
	clean
	exemptions | guard "$router" restore - || fail "restore: status $?"
	[[ $(genl exemptions) -eq $many ]] || fail "$(genl exemptions) in the dump"
	[[ $(guard "$router" exempt list | wc -l) -eq $many ]] ||
		fail "$(guard "$router" exempt list | wc -l) in the list"
	[[ $(guard "$router" exempt list | sort -u | wc -l) -eq $many ]] || fail "some are twice"
	guard "$router" exempt del 10.0.2.0/24
	[[ $(genl exemptions) -eq $((many - 1)) ]] || fail "one was taken out"
}

# A name of `ip netns`, or a path.
test_netns() {
	clean
	guard "$router" set max-message 2222
	icmpguard -n "/run/netns/$router" show | grep -qx 'max-message 2222' || fail "not by path"
	icmpguard -n "/proc/${ns_pid[$router]}/ns/net" show | grep -qx 'max-message 2222' ||
		fail "not by the path of a process"
	in_ns "$router" icmpguard show | grep -qx 'max-message 2222' || fail "not from inside"
	icmpguard show | grep -qx 'max-message 9216' || fail "it is the initial one's"
	[[ $(icmpguard -j -n "$router" show | jq -r .netns) == "$router" ]] || fail "it isn't named"
}

# ------------------------------------------------------------------- /proc

keys() {
	cut -d ' ' -f 1 "$(proc_net "$router" icmpguard)"
}

# Every class and every reason has its lines, in every mode, in one order.
test_proc_keys() {
	local each mode expected reasons=../kmod/reasons.h
	# beside the tests where they are installed without the module's sources
	[[ -e $reasons ]] || reasons=reasons.h
	clean
	expected=$({
		echo version
		echo mode
		guard "$router" -j show | jq -r '.class | keys_unsorted[]' | while read -r each; do
			printf "class.$each.%s\n" passed dropped would-drop
		done
		sed -n 's/^\tX([A-Z_]*, "\(.*\)",.*/\1/p' "$reasons" | while read -r each; do
			case $each in
			passed | exempt | quote-passed) echo "reason.$each.passed" ;;
			*) printf "reason.$each.%s\n" dropped would-drop ;;
			esac
		done
		echo resets
		printf 'table.%s\n' size-bytes fill-permille evictions
		echo path-mtu-harmed
		printf 'known.%s\n' history-bytes history-permille candidate-bytes overloaded
	})
	for mode in off monitor enforce; do
		guard "$router" set mode "$mode"
		[[ $(keys) == "$expected" ]] || fail "$mode: $(diff <(echo "$expected") <(keys))"
	done
	[[ $(grep -vcE '^[a-z.-]+ ([0-9]+|[a-z]+)$' "$(proc_net "$router" icmpguard)") -eq 0 ]] ||
		fail "not all are KEY VALUE"
	[[ $(stat -c %a "$(proc_net "$router" icmpguard)") == 444 ]] || fail "not mode 0444"
	[[ $(cut -d ' ' -f 1 /proc/net/icmpguard) == "$expected" ]] || fail "another in another namespace"
}

# A class's counters are those of the reasons.
test_proc_sums() {
	local each class reason
	for each in passed dropped would-drop; do
		class=$(awk "/^class\\..*\\.$each /"' { sum += $2 } END { print sum + 0 }' \
			"$(proc_net "$router" icmpguard)")
		reason=$(awk "/^reason\\..*\\.$each /"' { sum += $2 } END { print sum + 0 }' \
			"$(proc_net "$router" icmpguard)")
		[[ $class -eq $reason ]] || fail "$each: $class in classes, $reason in reasons"
	done
}

# Counters only go up, but for a reset, which counts itself.
test_proc_reset() {
	local i passed resets
	local -A now
	clean
	resets=$(counter "$router" resets)
	for i in 1 2 3; do
		guard "$router" stats reset
		counters "$router" now
		[[ ${now[resets]} -eq $((resets + i)) ]] ||
			fail "resets is ${now[resets]}, not $((resets + i))"
		[[ ${now[reason.passed.passed]} -eq 0 && ${now[class.echo-request.passed]} -eq 0 ]] ||
			fail "not all are 0"
		expect_delta "$router" echo-request passed 5 -- \
			./send "$attacker" eth0 to=02:00:00:00:01:01 "src=192.0.2.1$i" \
			dst=203.0.113.2 count=5
	done
	passed=$(counter "$router" class.echo-request.passed)
	guard "$router" reset
	guard "$router" set mode off
	guard "$router" set mode enforce
	[[ $(counter "$router" class.echo-request.passed) -eq $passed ]] ||
		fail "it was reset by something else"
}

scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
setup_router
quiet "$victim" "$router"
run_tests test_save "test_save many" test_save_defaults \
	test_restore_replaces test_restore_whole test_restore_check \
	test_two_writers \
	test_notification test_first_generation test_harm_after_reset test_json test_large_dump test_netns \
	test_proc_keys test_proc_sums test_proc_reset
