#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: sends packets and looks at what became of each; changes the
# configuration.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# by family: a host, one of many behind it, and the router
declare -A to=([4]=203.0.113.2 [6]=2001:db8:3::2)
declare -A behind=([4]=10.0.0.1 [6]=2001:db8:f000::1)
declare -A own=([4]=192.0.2.1 [6]=2001:db8:1::1)
declare -A type_echo=([4]=8 [6]=128) type_redirect=([4]=5 [6]=137)
declare -A type_probe=([4]=42 [6]=160)
# of a class that is dropped, also in fragments
declare -A type_dropped=([4]=5 [6]=139) class_dropped=([4]=redirect [6]=node-information)

# what has been sent so far: packets by family, class, reason and ending
declare -A book=()
# "family reason mode" that a test has seen move exactly
declare -A covered=()
sources=0
family=4
mode=enforce

# ---------------------------------------------------------------- sending

# A source that nobody has used: its address, its IPv4 /24 and IPv6 /48 in $src
# and $net, to be completed.
new_source() {
	sources=$((sources + 1))
	if [[ $family == 4 ]]; then
		net=172.$((16 + sources / 256)).$((sources % 256))
		src=$net.1
	else
		printf -v net 2001:db8:%x $((0xa000 + sources))
		src=$net::1
	fi
}

# UDP datagrams that the victim had no use for: the one that is sent last tells
# that everything before it has come or won't.
sentinels() {
	local lines line field
	mapfile -t lines <"/proc/${ns_pid[$victim]}/net/snmp"
	for line in "${lines[@]}"; do
		[[ $line != Udp:* ]] || read -ra field <<<"$line"
	done
	noports=${field[2]}
}

sentinel_came() {
	sentinels
	[[ $noports -gt $1 ]]
}

# Sends from the attacker, or $from: words of ./send.
send_words() {
	local ns=$attacker link=1 source=192.0.2.2
	if [[ ${from-} == honest ]]; then
		ns=$honest link=2 source=198.51.100.2
	fi
	./send "$ns" eth0 "to=02:00:00:00:0$link:01" "$@" \
		++ "to=02:00:00:00:0$link:01" src=$source dst=203.0.113.2 udp=9 len=16
}

# expect CLASS REASON N... -- WORDS...: that is how what send sends ends, and
# what passes arrives at the victim (or $arriving packets do). The packets of a
# first WORD `uncounted=N` arrive and move no counter.
expect() {
	local want=() passing=0 due came ending i failures=$test_failures uncounted=0
	# shellcheck disable=SC2034 # by reference
	local -A before
	while [[ $1 != -- ]]; do
		want+=("$1" "$2" "$3")
		shift 3
	done
	shift
	if [[ $1 == uncounted=* ]]; then
		uncounted=${1#*=}
		shift
	fi
	sentinels
	count_received "$victim" eth0
	came=$came_in
	counters "$router" before
	send_words "$@" || fail "send: status $?"
	busywait 20000 sentinel_came "$noports" || fail "the victim can't be reached"
	expect_moved "$router" before "${want[@]}"
	for ((i = 0; i < ${#want[@]}; i += 3)); do
		case ${want[i + 1]} in
		passed | exempt | quote-passed) ending=passed ;;
		*) ending=dropped ;;
		esac
		[[ $ending == passed || $mode == enforce ]] || ending=would-drop
		[[ $ending == dropped ]] || passing=$((passing + want[i + 2]))
		book_add "$ending" "${want[@]:i:3}"
	done
	due=$((${arriving-passing} + uncounted))
	count_received "$victim" eth0
	came=$((came_in - came - 1))
	[[ $came -eq $due ]] || fail "$came packets arrived at the victim, not $due"
	if [[ $test_failures -ne $failures ]]; then
		note "  at line ${BASH_LINENO[0]}: ${want[*]} -- $*"
	else
		for ((i = 0; i < ${#want[@]}; i += 3)); do
			[[ ${want[i + 2]} -eq 0 ]] || covered["$family ${want[i + 1]} $mode"]=1
		done
	fi
}

# The same for what is addressed to the router, or refused by its stack.
expect_here() {
	local arriving=0
	expect "$@"
}

book_add() {
	local key=ipv$family.$2.$3.$1
	book[$key]=$((${book[$key]-0} + $4))
}

# ---------------------------------------------------------- configuration

# configure <<END: the defaults with these changes; buckets stay as they are.
# Shared limits are exact.
configure() {
	local lines
	mapfile -t lines
	printf '%s\n' "mode $mode" "randomise off" "${lines[@]}" | guard "$router" restore - ||
		fail "the configuration was refused"
}

# The same, and all buckets are full again.
configure_anew() {
	guard "$router" set mode off || fail "it can't be switched off"
	configure
}

# Lines for configure: echo requests have only the limits in $1, one a line,
# and one that nobody reaches.
only_limits() {
	local scope
	for scope in pair source source-net destination-net interface router; do
		echo "limit echo-request $scope off"
	done
	echo "limit echo-request destination 1000000/s burst 1000000"
	printf 'limit %s 1/h burst 5\n' "$@"
}
