#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each network namespace has a guard of its own, that starts off, knows nothing
# of the others, and goes with it. Who has no right to a namespace changes
# nothing in it; who has, because it was made with a user namespace of one's own,
# gets a guard there that costs no more than the module parameter allows.
#
# timeout: 300

. ./lib.sh

declare -A src=([4]=192.0.2.77 [6]=2001:db8:1::77)
declare -A dst=([4]=10.9.9.9 [6]=2001:db8:f000::9)

# ------------------------------------------------------------ independence

# `early` was there before the module, `late` comes after it.
test_start_off() {
	local each
	for each in "$early" "$late"; do
		[[ $(counter "$each" mode) == off ]] || fail "$each starts $(counter "$each" mode)"
		[[ $(counter "$each" table.size-bytes) -eq 0 ]] || fail "$each has a table"
	done
	[[ $(sed -n 's/^mode //p' /proc/net/icmpguard) == enforce ]] ||
		fail "the initial one isn't enforce"
}

# send_to HOST FAMILY COUNT: the same packets for each host.
send_to() {
	local dev=vic n=3
	if [[ $1 == "$honest" ]]; then
		dev=hon n=2
	fi
	./send "$router" "$dev" "to=02:00:00:00:0$n:02" "src=${src[$2]}" "dst=${dst[$2]}" "count=$3"
}

# One bucket in each, and counters of its own.
test_buckets() {
	local each
	# shellcheck disable=SC2034 # by reference
	local -A other
	for each in "$victim" "$honest"; do
		guard "$each" set mode off
		guard_set "$each" <<-'END'
			limit echo-request pair 1/h burst 10
			mode enforce
		END
	done
	counters "$honest" other
	expect_delta "$victim" echo-request passed 10 echo-request limit-pair 30 -- \
		send_to "$victim" "$1" 40
	expect_moved "$honest" other
	counters "$victim" other
	expect_delta "$honest" echo-request passed 10 echo-request limit-pair 10 -- \
		send_to "$honest" "$1" 20
	expect_moved "$victim" other
}

test_configuration() {
	local before
	before=$(guard "$honest" -j show)
	guard_set "$victim" <<-'END'
		max-message 4000
		limit echo-request source off
		check tiny-fragment off
		width source-net ipv4 16
		exempt 192.0.2.0/24
		table-size 128K
		mode monitor
	END
	[[ $(guard "$honest" -j show) == "$before" ]] || fail "the other one has changed"
	[[ $(counter "$honest" mode) == enforce ]] || fail "the other one is off"
	[[ $(counter "$victim" table.size-bytes) -eq 131072 ]] || fail "the table is another"
	[[ $(counter "$honest" table.size-bytes) -eq 1048576 ]] ||
		fail "the other one's table is another"
	guard "$victim" reset
	guard "$victim" set mode enforce
}

test_counters_reset() {
	local passed
	passed=$(counter "$honest" class.echo-request.passed)
	[[ $passed -gt 0 && $(counter "$victim" class.echo-request.passed) -gt 0 ]] ||
		fail "nothing was counted before"
	guard "$victim" stats reset
	[[ $(counter "$victim" class.echo-request.passed) -eq 0 &&
		$(counter "$victim" resets) -eq 1 ]] || fail "not reset"
	[[ $(counter "$honest" class.echo-request.passed) -eq $passed &&
		$(counter "$honest" resets) -eq 0 ]] || fail "the other one was reset too"
}

# A change is told where it was made, and nowhere else.
test_notifications() {
	local there here
	start_monitor "$victim" "$scratch/there"
	there=$!
	start_monitor "$honest" "$scratch/here"
	here=$!
	guard "$victim" set max-message 5000
	guard "$honest" set max-message 6000
	busywait 5000 grep -q 'max-message 5000' "$scratch/there" ||
		fail "not told: $(cat "$scratch/there")"
	busywait 5000 grep -q 'max-message 6000' "$scratch/here" ||
		fail "not told: $(cat "$scratch/here")"
	[[ $(cat "$scratch/here" "$scratch/there" | grep -c max-message) -eq 2 ]] ||
		fail "told: $(cat "$scratch/here" "$scratch/there")"
	kill "$there" "$here"
	wait "$there" "$here" 2>/dev/null
	guard "$victim" reset
	guard "$honest" reset
}

# start_monitor NAMESPACE FILE: returns when it listens, $! is its number.
start_monitor() {
	icmpguard -n "$1" monitor >"$2" 2>&1 &
	busywait 5000 is_listening "$1" || fail "no monitor: $(cat "$2")"
}

# Is a generic netlink socket of the namespace a member of a group?
is_listening() {
	awk '$2 == 16 && $4 !~ /^0+$/ { found = 1 } END { exit !found }' "$(proc_net "$1" netlink)"
}

# ---------------------------------------------------------------- deletion

# A namespace goes while packets come in at full speed, of both families.
test_delete_under_traffic() {
	local gone round pids
	for round in 1 2 3 4 5; do
		setup_ns gone
		ip -n "$attacker" link add flood address 02:00:00:00:09:01 type veth \
			peer name eth0 address 02:00:00:00:09:02 netns "$gone"
		lib_batch "$gone" <<-'END'
			addr add 198.18.0.2/24 dev eth0
			addr add 2001:db8:9::2/64 dev eth0 nodad
			link set eth0 up
		END
		ip -n "$attacker" link set flood up
		guard "$gone" set mode enforce
		# they end, at the latest, when there is nobody to send to
		./send "$attacker" flood to=02:00:00:00:09:02 src=192.0.2.77 dst=198.18.0.2 \
			ms=8000 rate=20000 gather=20 >/dev/null 2>&1 &
		pids=($!)
		./send "$attacker" flood to=02:00:00:00:09:02 src=2001:db8:9::77 \
			dst=2001:db8:9::2 ms=8000 rate=20000 gather=20 >/dev/null 2>&1 &
		pids+=($!)
		busywait 5000 has_dropped "$gone" 100 || fail "no traffic in round $round"
		delete_ns "$gone"
		busywait 10000 is_gone flood || fail "it doesn't go in round $round"
		kill "${pids[@]}" 2>/dev/null
		wait "${pids[@]}" 2>/dev/null
	done
	expect_delta "$honest" echo-request passed 5 -- send_to "$honest" 4 5
}

has_dropped() {
	[[ $(counter "$1" class.echo-request.dropped) -ge $2 ]]
}

# The namespace has been taken apart: its devices went, with their other ends.
is_gone() {
	! ip -n "$attacker" link show "$1" >/dev/null 2>&1
}

# A dump that nobody finishes doesn't keep a namespace, or break anything.
test_delete_with_dump() {
	local gone reader
	setup_ns gone
	ip -n "$attacker" link add flood type veth peer name eth0 netns "$gone"
	guard "$gone" set mode enforce
	mkfifo "$scratch/hold"
	ip netns exec "$gone" ./genl.py stats <"$scratch/hold" >"$scratch/dump" 2>&1 &
	reader=$!
	exec {hold}>"$scratch/hold"
	busywait 10000 grep -q open "$scratch/dump" || fail "no dump: $(cat "$scratch/dump")"
	delete_ns "$gone"
	exec {hold}>&-
	wait "$reader" || fail "the reader's status is $?"
	busywait 10000 is_gone flood || fail "it doesn't go"
}

# ------------------------------------------------------------ no permission

readonly nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs)

as_nobody() {
	"${nobody[@]}" "$@"
}

# refused PATTERN COMMAND...: exit status 2, one line that says why.
refused() {
	local pattern=$1 said status
	shift
	said=$("$@" 2>&1 >/dev/null)
	status=$?
	[[ $status -eq 2 ]] || fail "$*: status $status: $said"
	[[ $said == icmpguard:* && $said != *$'\n'* && $said =~ $pattern ]] ||
		fail "$*: said: $said"
}

test_nobody_reads() {
	local each
	icmpguard exempt add 192.0.2.128/25
	for each in show status stats "stats --all" "-j show" "-j status" "-j stats"; do
		# shellcheck disable=SC2086 # words
		as_nobody icmpguard $each >"$scratch/out" 2>"$scratch/err" ||
			fail "$each: status $?: $(cat "$scratch/err")"
		[[ -s $scratch/out && ! -s $scratch/err ]] || fail "$each: $(cat "$scratch/err")"
		! grep -q 192.0.2.128 "$scratch/out" || fail "$each names an address"
	done
	[[ $(as_nobody icmpguard -j show | jq '."exempt-hidden"') -eq 1 ]] ||
		fail "nobody is told that there is an exemption"
	[[ $(icmpguard show | grep -c 192.0.2.128) -eq 1 ]] || fail "it isn't there"
	as_nobody grep -q '^mode enforce' /proc/net/icmpguard || fail "/proc can't be read"
	[[ $(stat -c %a /proc/net/icmpguard) == 444 ]] ||
		fail "mode $(stat -c %a /proc/net/icmpguard)"
}

test_nobody_changes() {
	local before
	before=$(icmpguard -j show)
	refused CAP_NET_ADMIN as_nobody icmpguard set mode off
	refused CAP_NET_ADMIN as_nobody icmpguard set limit echo-request source 50/s burst 100
	refused CAP_NET_ADMIN as_nobody icmpguard exempt add 198.51.100.0/24
	refused CAP_NET_ADMIN as_nobody icmpguard exempt list
	refused CAP_NET_ADMIN as_nobody icmpguard reset
	refused CAP_NET_ADMIN as_nobody icmpguard stats reset
	refused CAP_NET_ADMIN as_nobody icmpguard monitor
	refused CAP_NET_ADMIN as_nobody icmpguard save
	echo 'max-message 4000' >"$scratch/conf"
	refused CAP_NET_ADMIN as_nobody icmpguard restore "$scratch/conf"
	[[ $(icmpguard -j show) == "$before" ]] || fail "it has changed"
	[[ $(sed -n 's/^resets //p' /proc/net/icmpguard) -eq 0 ]] || fail "counters were reset"
	# what the kernel says to somebody without the tool
	[[ $(as_nobody ./genl.py set max-message=4000) == 'error EPERM'* ]] || fail "genl: it can"
}

# Being root in a user namespace is nothing in a network namespace of another.
test_user_root_outside() {
	local before
	before=$(icmpguard -j show)
	refused CAP_NET_ADMIN as_nobody unshare -Ur icmpguard set mode off
	refused CAP_NET_ADMIN as_nobody unshare -Ur icmpguard exempt list
	refused CAP_NET_ADMIN as_nobody unshare -Ur icmpguard monitor
	[[ $(as_nobody unshare -Ur ./genl.py set mode=1) == 'error EPERM'* ]] || fail "genl: it can"
	[[ $(icmpguard -j show) == "$before" ]] || fail "it has changed"
}

# ------------------------------------------------- a namespace of one's own

# own COMMAND...: as nobody, in the user and network namespace that is nobody's.
own() {
	as_nobody nsenter -t "$own_pid" -U -n --preserve-credentials "$@"
}

setup_own() {
	"${nobody[@]}" unshare -Urn sh -c 'ip link set lo up; echo up; exec sleep infinity' \
		>"$scratch/own" 2>&1 &
	own_pid=$!
	at_exit kill "$own_pid"
	busywait 10000 grep -q up "$scratch/own" || fail "no user namespace: $(cat "$scratch/own")"
}

test_own_guard() {
	setup_own
	[[ $(own icmpguard -j show | jq -r .mode) == off ]] || fail "it doesn't start off"
	own icmpguard set mode enforce || fail "status $?"
	own icmpguard exempt add 203.0.113.0/24 || fail "status $?"
	[[ $(own icmpguard exempt list) == *203.0.113.0/24* ]] || fail "no exemption"
	! icmpguard show | grep -q 203.0.113.0 || fail "it is in the initial namespace"
	own cat /proc/net/icmpguard >"$scratch/out"
	grep -q '^mode enforce' "$scratch/out" || fail "$(head -n 2 "$scratch/out")"
	own icmpguard stats reset || fail "status $?"
	own icmpguard reset || fail "status $?"
}

# 8 MiB in all, with everything beside the table.
test_own_memory() {
	local said='userns_memory'
	own icmpguard set mode off
	own icmpguard set known-first off
	refused "$said" own icmpguard set table-size 8M
	refused "$said" own icmpguard set table-size 1G
	own icmpguard set table-size 7M || fail "7M: status $?"
	own icmpguard set mode enforce || fail "enforce: status $?"
	[[ $(own sed -n 's/^table.size-bytes //p' /proc/net/icmpguard) -eq $((7 << 20)) ]] ||
		fail "the table isn't as large"
	# while it is resized there are two
	refused "$said" own icmpguard set table-size 4M
	[[ $(own icmpguard -j show | jq '."table-size"') -eq $((7 << 20)) ]] ||
		fail "the size has changed"
	own icmpguard set mode off
	own icmpguard set table-size 4M || fail "4M: status $?"
	own icmpguard set mode enforce || fail "enforce: status $?"
	[[ $(own ./genl.py set table-size=8388608) == "error EDQUOT "*$said* ]] ||
		fail "genl: no sentence"
	# known senders take an eighth more, and their candidates
	own icmpguard set mode off
	own icmpguard set candidate-size 4M || fail "candidates of 4M: status $?"
	refused "$said" own icmpguard set known-first on
	own icmpguard set candidate-size 1M || fail "candidates of 1M: status $?"
	own icmpguard set known-first on || fail "known-first: status $?"
	refused "$said" own icmpguard set candidate-size 4M
	[[ $(own ./genl.py set candidate-size=4194304) == "error EDQUOT "*$said* ]] ||
		fail "genl: no sentence"
	own icmpguard set mode enforce || fail "enforce: status $?"
	[[ $(own sed -n 's/^known.*-bytes //p' /proc/net/icmpguard) == $'524288\n1048576' ]] ||
		fail "$(own grep ^known /proc/net/icmpguard)"
}

# Two tables that are as large together as other two are not the same two; and
# what starts anew is refused as anything else is.
test_own_resize() {
	local said='userns_memory'
	own icmpguard set mode off
	own icmpguard set known-first on
	printf '%s\n' 'table-size 4M' 'candidate-size 2560K' | own icmpguard set - ||
		fail "4M and 2560K: status $?"
	own icmpguard set mode monitor || fail "monitor: status $?"
	printf '%s\n' 'table-size 5M' 'candidate-size 1408K' >"$scratch/other"
	refused "$said" own icmpguard set - <"$scratch/other"
	own icmpguard set mode off
	own icmpguard set - <"$scratch/other" || fail "5M and 1408K: status $?"
	own icmpguard set mode monitor || fail "monitor: status $?"
	refused "$said" own icmpguard reset
	[[ $(own icmpguard -j show | jq '."table-size"') -eq $((5 << 20)) ]] ||
		fail "the size has changed"
	own icmpguard set mode off
	own icmpguard reset || fail "reset: status $?"
}

# Exemptions take memory too.
test_own_exemptions() {
	local i
	own icmpguard set mode off
	own icmpguard set known-first off
	own icmpguard set table-size 7700K || fail "status $?"
	{
		echo 'table-size 7700K'
		echo 'known-first off'
		for ((i = 0; i < 9000; i++)); do
			echo "exempt 10.$((i / 256)).$((i % 256)).0/24"
		done
	} >"$scratch/many"
	chmod 644 "$scratch/many"
	refused userns_memory own icmpguard restore "$scratch/many"
	[[ $(own icmpguard -j show | jq '.exempt | length') -eq 0 ]] || fail "some are there"
	sed -i 's/^table-size .*/table-size 1M/' "$scratch/many"
	own icmpguard restore "$scratch/many" || fail "with a smaller table: status $?"
	[[ $(own ./genl.py exemptions) -eq 9000 ]] || fail "not all are there"
	# while they are exchanged there are two lists, and there is room for both
	own icmpguard reset
	sed -i 's/^table-size .*/table-size 6800K/' "$scratch/many"
	refused userns_memory own icmpguard restore "$scratch/many"
	sed -i 's/^table-size .*/table-size 6400K/' "$scratch/many"
	own icmpguard restore "$scratch/many" || fail "with 6400K: status $?"
	own icmpguard set mode enforce || fail "enforce: status $?"
	own icmpguard set max-message 2000 || fail "max-message: status $?"
	# in several messages, the last of which says what it is about
	{ grep ^exempt "$scratch/many"; grep -v ^exempt "$scratch/many"; } >"$scratch/last"
	chmod 644 "$scratch/last"
	own icmpguard restore "$scratch/last" || fail "in enforce: status $?"
	[[ $(own ./genl.py exemptions) -eq 9000 ]] || fail "some are lost"
	own icmpguard set mode off || fail "off: status $?"
	own icmpguard reset
}

# The allowance has become smaller than what there is: nothing grows any more, but
# all else can be changed, and turned off.
test_own_lowered() {
	local said='userns_memory' parameter=/sys/module/icmpguard/parameters/userns_memory
	local before
	before=$(<"$parameter")
	own icmpguard reset
	own icmpguard set mode enforce || fail "enforce: status $?"
	own icmpguard exempt add 203.0.113.0/24 || fail "exempt: status $?"
	echo $((1 << 20)) >"$parameter"
	printf 'exempt 198.51.100.%u\n' {1..100} >"$scratch/more"
	refused "$said" own icmpguard set - <"$scratch/more"
	refused "$said" own icmpguard set candidate-size 64K
	own icmpguard set max-message 2000 || fail "max-message: status $?"
	own icmpguard exempt del 203.0.113.0/24 || fail "exempt del: status $?"
	own icmpguard set mode off || fail "off: status $?"
	refused "$said" own icmpguard set mode monitor
	own icmpguard reset || fail "reset: status $?"
	echo "$before" >"$parameter"
	own icmpguard set mode enforce || fail "enforce again: status $?"
	own icmpguard set mode off
}

# The initial namespace's own administrator may have more.
test_initial_memory() {
	icmpguard set table-size 16M || fail "status $?"
	[[ $(sed -n 's/^table.size-bytes //p' /proc/net/icmpguard) -eq $((16 << 20)) ]] ||
		fail "the table isn't as large"
	guard "$late" set table-size 16M || fail "another namespace: status $?"
	icmpguard reset
}

own_pid='' early='' late=''
scratch=$(mktemp -d)
chmod 755 "$scratch"
at_exit rm -rf "$scratch"
modprobe -r icmpguard 2>/dev/null
setup_ns early
setup_router
setup_ns late
quiet "$router" "$victim" "$honest"
run_tests test_start_off "test_buckets 4" "test_buckets 6" test_configuration \
	test_counters_reset test_notifications \
	test_delete_under_traffic test_delete_with_dump \
	test_nobody_reads test_nobody_changes test_user_root_outside \
	test_own_guard test_own_memory test_own_resize test_own_exemptions test_own_lowered \
	test_initial_memory
