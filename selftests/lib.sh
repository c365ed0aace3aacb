#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests share; to be sourced. A test script names its tests, functions
# that call fail() for what is wrong, and hands them to run_tests:
#
#	. ./lib.sh
#	test_pass() { in_ns "$attacker" ping -c 1 203.0.113.2 >/dev/null || fail "no answer"; }
#	setup_router
#	guard "$router" set mode enforce
#	run_tests test_pass "test_other 4" "test_other 6"
#
# The network that setup_router makes, without a guard (its mode is off):
#
#	attacker                       router                        victim
#	eth0 --------------------- att        vic --------------------- eth0
#	192.0.2.2            192.0.2.1        203.0.113.1        203.0.113.2
#	2001:db8:1::2    2001:db8:1::1        2001:db8:3::1    2001:db8:3::2
#	                                                  behind it, routed:
#	honest                                            10.0.0.0/8
#	eth0 --------------------- hon                    2001:db8:f000::/36
#	198.51.100.2      198.51.100.1
#	2001:db8:2::2    2001:db8:2::1
#
# The router's link-layer addresses are 02:00:00:00:0N:01, those of the hosts
# 02:00:00:00:0N:02 (N is 1 for the attacker's link, 2 honest, 3 victim), and
# link-local addresses come from them: fe80::ff:fe00:N01, fe80::ff:fe00:N02.
# All of them know each other, so nothing has to be resolved first. Sources
# are not checked: what is sent with a foreign source arrives.

readonly ksft_fail=1 ksft_skip=4
PATH=$PATH:/usr/sbin:/sbin

# ---------------------------------------------------------------- results

ktap_planned=0
ktap_done=0
ktap_failed=0
ktap_skipped=0
test_failures=0
test_skip=''

# Says something about the test that runs.
note() {
	local text="$*"
	echo "# ${text//$'\n'/$'\n# '}"
}

# The test that runs has failed; it goes on, to show what else is wrong.
fail() {
	note "FAIL: $*"
	test_failures=$((test_failures + 1))
}

# The test that runs can't be made here; return from it after this.
skip() {
	test_skip=$*
}

# Ends the script at once: without its network there is nothing to test.
die() {
	echo "Bail out! $*"
	exit $ksft_fail
}

# Runs tests, each a function with its arguments in one word, and after each the
# function after_test if there is one. The plan is printed first, so that dying
# on the way can't look like success. TESTS in the environment, a pattern, makes
# it only those whose names match.
run_tests() {
	local each word
	for each in "$@"; do
		shift
		[[ ! $each =~ ${TESTS-} ]] || set -- "$@" "$each"
	done
	ktap_planned=$#
	echo "TAP version 13"
	echo "1..$ktap_planned"
	for each in "$@"; do
		test_failures=0
		test_skip=''
		read -ra word <<<"$each"
		"${word[@]}"
		[[ $(type -t after_test) != function ]] || after_test
		ktap_done=$((ktap_done + 1))
		if [[ $test_failures -gt 0 ]]; then
			ktap_failed=$((ktap_failed + 1))
			echo "not ok $ktap_done ${each#test_}"
		elif [[ -n $test_skip ]]; then
			ktap_skipped=$((ktap_skipped + 1))
			echo "ok $ktap_done ${each#test_} # SKIP $test_skip"
		else
			echo "ok $ktap_done ${each#test_}"
		fi
	done
	echo "# passed $((ktap_done - ktap_failed - ktap_skipped))" \
		"failed $ktap_failed skipped $ktap_skipped, $SECONDS s"
	[[ $ktap_failed -eq 0 ]] || exit $ksft_fail
	[[ $ktap_skipped -lt $ktap_done ]] || exit $ksft_skip
	exit 0
}

# ---------------------------------------------------------------- waiting

# A pipe that nobody writes to: reading it for a while is a sleep without fork. Bash
# may miss the end of its other side, and then waits for that as long as a namespace
# has its process: `wait` is for processes that are named.
exec {nothing}<> <(:)

pause_ms() {
	local seconds
	printf -v seconds %d.%03d $(($1 / 1000)) $(($1 % 1000))
	read -rt "$seconds" -u "$nothing"
	return 0
}

# busywait MILLISECONDS COMMAND...: until COMMAND succeeds, at most that long,
# ICMPGUARD_SLOW times that on a slow kernel.
busywait() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000 * ${ICMPGUARD_SLOW:-1}))
	shift
	until "$@"; do
		[[ ${EPOCHREALTIME/./} -lt $end ]] || return 1
		pause_ms 10
	done
}

# ------------------------------------------------------------- namespaces

declare -A ns_pid=()
exit_commands=()

# at_exit COMMAND...: also when the script dies; the last one first.
at_exit() {
	exit_commands=("${*@Q}" "${exit_commands[@]}")
}

lib_cleanup() {
	local status=$? each
	trap - EXIT
	for each in "${exit_commands[@]}"; do
		eval "$each"
	done
	for each in "${!ns_pid[@]}"; do
		delete_ns "$each"
	done
	if [[ $ktap_done -ne $ktap_planned ]]; then
		note "$ktap_done of $ktap_planned tests were run"
		[[ $status -ne 0 ]] || status=$ksft_fail
	fi
	exit $status
}
trap lib_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# setup_ns VARIABLE...: makes a namespace for each, with a name that nobody
# else has, and puts the name into the variable. A process in it keeps
# /proc/PID/net of it readable.
setup_ns() {
	local variable name
	for variable in "$@"; do
		name=$variable-$BASHPID-$RANDOM
		ip netns add "$name" || die "cannot make a network namespace"
		ip netns exec "$name" sleep infinity </dev/null >/dev/null 2>&1 &
		ns_pid[$name]=$!
		disown
		busywait 30000 lib_is_inside "$name" || die "cannot enter $name"
		ip -n "$name" link set lo up
		printf -v "$variable" %s "$name"
	done
}

lib_is_inside() {
	[[ /proc/${ns_pid[$1]}/ns/net -ef /run/netns/$1 ]]
}

# delete_ns NAME: nothing is left in it that setup_ns started.
delete_ns() {
	[[ -z ${ns_pid[$1]-} ]] || kill "${ns_pid[$1]}" 2>/dev/null
	unset "ns_pid[$1]"
	ip netns del "$1" 2>/dev/null
}

in_ns() {
	ip netns exec "$@"
}

# guard NAMESPACE COMMAND...: the tool.
guard() {
	icmpguard -n "$@"
}

# guard_set NAMESPACE <<'END': many settings in one change, or fail.
guard_set() {
	local said
	said=$(guard "$1" set - 2>&1) || fail "icmpguard set: $said"
}

# proc_net NAMESPACE FILE: its path under /proc.
proc_net() {
	echo "/proc/${ns_pid[$1]}/net/$2"
}

load_guard() {
	[[ -e /proc/net/icmpguard ]] || modprobe icmpguard || die "cannot load icmpguard"
}

# ---------------------------------------------------------------- network

# set by setup_ns
router='' attacker='' honest='' victim=''

has_ipv6() {
	[[ -e /proc/net/if_inet6 ]]
}

# lib_batch NAMESPACE: commands of ip; those of IPv6 only where there is one.
lib_batch() {
	if has_ipv6; then
		cat
	else
		sed /::/d
	fi | ip -n "$1" -batch - || die "cannot set up $1"
}

# A link between the router and a host: DEVICE in the router, NAMESPACE, NUMBER,
# the first three parts of the IPv4 addresses.
lib_link() {
	local dev=$1 host=$2 n=$3 v4=$4 v6=2001:db8:$3::
	local here=02:00:00:00:0$n:01 there=02:00:00:00:0$n:02
	ip -n "$router" link add "$dev" address "$here" type veth \
		peer name eth0 address "$there" netns "$host" || die "cannot make a link"
	lib_batch "$router" <<-END
		addr add $v4.1/24 brd + dev $dev
		addr add ${v6}1/64 dev $dev nodad
		link set $dev up
		neigh add $v4.2 lladdr $there dev $dev nud permanent
		neigh add ${v6}2 lladdr $there dev $dev nud permanent
		neigh add fe80::ff:fe00:${n}02 lladdr $there dev $dev nud permanent
	END
	lib_batch "$host" <<-END
		addr add $v4.2/24 brd + dev eth0
		addr add ${v6}2/64 dev eth0 nodad
		link set eth0 up
		neigh add $v4.1 lladdr $here dev eth0 nud permanent
		neigh add ${v6}1 lladdr $here dev eth0 nud permanent
		neigh add fe80::ff:fe00:${n}01 lladdr $here dev eth0 nud permanent
		route add default via $v4.1
		route add default via ${v6}1
	END
}

lib_has_link_local() {
	! ip -n "$1" -6 -o addr show tentative | grep -q . &&
		ip -n "$1" -6 -o addr show dev "$2" scope link | grep -q .
}

# What a host listens to it says twice when it comes up, soon after each other: some
# have, and nobody goes on.
lib_has_reported() {
	local each name value sum=0
	for each in "$attacker" "$honest" "$victim"; do
		while read -r name value; do
			[[ $name != Icmp6OutMLDv2Reports ]] || sum=$((sum + value))
		done <<<"$(<"$(proc_net "$each" snmp6)")"
	done
	[[ $sum -gt 0 && $sum -eq $lib_reported ]] && return
	lib_reported=$sum
	pause_ms 50
	return 1
}

# setup_router: see the top. Sets router, attacker, honest and victim.
setup_router() {
	local each
	load_guard
	setup_ns router attacker honest victim
	for each in "$router" "$attacker" "$honest" "$victim"; do
		in_ns "$each" sysctl -eqw net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 \
			net.ipv6.conf.default.accept_ra=0 \
			net.ipv6.conf.default.mldv2_unsolicited_report_interval=1 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 ||
			die "cannot set up $each"
	done
	in_ns "$router" sysctl -eqw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 ||
		die "cannot make a router"
	lib_link att "$attacker" 1 192.0.2
	lib_link hon "$honest" 2 198.51.100
	lib_link vic "$victim" 3 203.0.113
	lib_batch "$router" <<-END
		route add 10.0.0.0/8 via 203.0.113.2
		route add 2001:db8:f000::/36 via 2001:db8:3::2
	END
	has_ipv6 || return 0
	for each in "$router vic" "$attacker eth0" "$honest eth0" "$victim eth0"; do
		# shellcheck disable=SC2086 # a name and a device
		busywait 5000 lib_has_link_local $each || die "no link-local address in $each"
	done
	lib_reported=0
	busywait 5000 lib_has_reported || die "the hosts go on to say what they listen to"
}

# quiet NAMESPACE...: its own stack sends nothing any more, so that whatever
# moves a counter is what the test sent (packet sockets still send).
quiet() {
	local each
	for each in "$@"; do
		in_ns "$each" nft -f - <<-'END' || die "cannot make $each quiet"
			table inet quiet {
				chain output {
					type filter hook output priority 0; policy drop;
				}
			}
		END
	done
}

# track_ipv6 NAMESPACE: conntrack puts together there what comes in; ends with
# `nft delete table ip6 tracked`.
track_ipv6() {
	in_ns "$1" nft -f - <<-'END' || fail "no conntrack"
		table ip6 tracked {
			chain prerouting {
				type filter hook prerouting priority 0;
				ct state invalid accept
			}
		}
	END
}

# received NAMESPACE DEVICE: packets that came in there.
received() {
	local came_in
	count_received "$@"
	echo "$came_in"
}

# The same, in $came_in.
count_received() {
	local lines line field
	mapfile -t lines <"/proc/${ns_pid[$1]}/net/dev"
	came_in=0
	for line in "${lines[@]}"; do
		read -ra field <<<"$line"
		[[ ${field[0]} != "$2:" ]] || came_in=${field[2]}
	done
}

# --------------------------------------------------------------- counters

# Files of /proc are read whole, by mapfile: after each line that `read` takes,
# it goes back to its end, and the kernel makes the file anew.

# counter NAMESPACE KEY: a line of /proc/net/icmpguard.
counter() {
	local lines line
	mapfile -t lines <"/proc/${ns_pid[$1]}/net/icmpguard"
	for line in "${lines[@]}"; do
		if [[ ${line% *} == "$2" ]]; then
			echo "${line#* }"
			return 0
		fi
	done
	return 1
}

# counters NAMESPACE ARRAY: all of them into an associative array.
counters() {
	local lines line
	local -n lib_counters=$2
	mapfile -t lines <"/proc/${ns_pid[$1]}/net/icmpguard"
	lib_counters=()
	for line in "${lines[@]}"; do
		# shellcheck disable=SC2034 # it is the caller's
		lib_counters["${line% *}"]=${line#* }
	done
}

# lib_ending REASON MODE: what a packet that ends so counts as, in $ending.
lib_ending() {
	ending=dropped
	case $1 in
	passed | exempt | quote-passed) ending=passed ;;
	*) [[ $2 != monitor ]] || ending=would-drop ;;
	esac
}

# Have as many packets been counted since ARRAY was filled?
lib_have_come() {
	local key sum=0
	local -A lib_now
	local -n lib_then=$2
	counters "$1" lib_now
	for key in "${!lib_now[@]}"; do
		[[ $key == class.* ]] || continue
		sum=$((sum + ${lib_now[$key]} - ${lib_then[$key]}))
	done
	[[ $sum -ge $3 ]]
}

# expect_moved NAMESPACE ARRAY CLASS REASON N...: since ARRAY was filled, of the
# counters of classes and reasons these moved by exactly N, and no other.
expect_moved() {
	local ns=$1 key moved ending
	local -A lib_want=() lib_now
	local -n lib_then=$2
	shift 2
	while [[ $# -ge 3 ]]; do
		lib_ending "$2" "${lib_then[mode]}"
		lib_want[class.$1.$ending]=$((${lib_want[class.$1.$ending]-0} + $3))
		lib_want[reason.$2.$ending]=$((${lib_want[reason.$2.$ending]-0} + $3))
		shift 3
	done
	counters "$ns" lib_now
	for key in "${!lib_want[@]}"; do
		[[ -n ${lib_now[$key]-} ]] || fail "there is no counter $key"
	done
	for key in "${!lib_now[@]}"; do
		[[ $key == class.* || $key == reason.* ]] || continue
		moved=$((${lib_now[$key]} - ${lib_then[$key]-0}))
		[[ $moved -eq ${lib_want[$key]-0} ]] ||
			fail "$key moved by $moved, not by ${lib_want[$key]-0}"
	done
}

# expect_delta NAMESPACE CLASS REASON N... -- COMMAND...: COMMAND makes exactly
# these counters move by exactly N, and no other. More than one line of CLASS
# REASON N may be given. Waits until all packets have been counted.
expect_delta() {
	local ns=$1 want=() sum=0 i
	# shellcheck disable=SC2034 # by reference
	local -A lib_before
	shift
	while [[ $# -gt 0 && $1 != -- ]]; do
		want+=("$1")
		shift
	done
	shift
	for ((i = 2; i < ${#want[@]}; i += 3)); do
		sum=$((sum + want[i]))
	done
	counters "$ns" lib_before
	"$@" || fail "status $?: $*"
	busywait 3000 lib_have_come "$ns" lib_before $sum ||
		note "after 3 s not all of $sum packets have been counted"
	expect_moved "$ns" lib_before "${want[@]}"
}
