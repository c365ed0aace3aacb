#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What people and hosts use ICMP for works with the defaults, in both families,
# through the router and to it: ping, traceroute, tracepath, path MTU discovery,
# neighbour discovery. Every namespace has a guard, and none of them drops
# anything: so requests, answers and errors are all seen in transit and at
# their end. Behind the victim there is a link with a smaller MTU:
#
#	attacker --- router --- victim ----------- server
#	             1500 bytes        1400 bytes  10.0.0.2
#	                                           2001:db8:f000::2
#
# timeout: 300

. ./lib.sh

readonly small_mtu=1400
declare -A through=([4]=203.0.113.2 [6]=2001:db8:3::2)
declare -A to=([4]=192.0.2.1 [6]=2001:db8:1::1)
declare -A far=([4]=10.0.0.2 [6]=2001:db8:f000::2)

setup_server() {
	setup_ns server
	ip -n "$victim" link add far type veth peer name eth0 netns "$server" ||
		die "cannot make a link"
	# the server's own end takes 1500, so that nobody tells the sender before
	lib_batch "$victim" <<-END
		link set far mtu $small_mtu up
		addr add 10.0.0.1/24 dev far
		addr add 2001:db8:f000::1/64 dev far nodad
	END
	lib_batch "$server" <<-END
		addr add 10.0.0.2/24 dev eth0
		addr add 2001:db8:f000::2/64 dev eth0 nodad
		link set eth0 up
		route add default via 10.0.0.1
		route add default via 2001:db8:f000::1
	END
	in_ns "$victim" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 ||
		die "cannot make the victim a router"
	# the address can be used, and so can the route
	busywait 5000 in_ns "$victim" ping -6 -c 1 -W 1 2001:db8:f000::2 >/dev/null ||
		die "no way to the server"
}

# Nobody is known in advance, and the kernel's own limit of errors isn't in the
# way of what is tested: a guard.
setup_hosts() {
	local each
	for each in "${guarded[@]}"; do
		in_ns "$each" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 ||
			die "cannot set up $each"
		ip -n "$each" neigh flush nud all
		guard "$each" set mode enforce || die "no guard in $each"
	done
}

# Nothing was dropped, anywhere.
expect_no_drop() {
	local each key
	local -A now
	for each in "${guarded[@]}"; do
		counters "$each" now
		[[ ${now[mode]} == enforce ]] || fail "the mode of $each is ${now[mode]}"
		for key in "${!now[@]}"; do
			[[ $key != *drop* || ${now[$key]} -eq 0 ]] ||
				fail "$each: $key is ${now[$key]}"
		done
	done
}

# The packets that a test is about did pass the guard of NAMESPACE, so that
# it had a chance to do harm.
expect_seen() {
	local ns=$1 class
	shift
	for class in "$@"; do
		[[ $(counter "$ns" "class.$class.passed") -gt 0 ]] ||
			fail "$ns: no $class has passed"
	done
}

reset_counters() {
	local each
	for each in "${guarded[@]}"; do
		guard "$each" stats reset || fail "cannot reset the counters of $each"
	done
}

# The address for `through`, `to` or `far` and a family.
target() {
	local -n addresses=$1
	echo "${addresses[$2]}"
}

test_ping() {
	local said
	reset_counters
	said=$(in_ns "$attacker" ping "-$2" -n -c 5 -i 0.02 -W 2 "$(target "$1" "$2")") &&
		[[ $said == *" 0% packet loss"* ]] || fail "$said"
	expect_seen "$router" echo-request
	expect_seen "$attacker" echo-reply
	expect_no_drop
}

# Six fragments each way.
test_large_ping() {
	local said
	reset_counters
	said=$(in_ns "$attacker" ping "-$2" -n -c 3 -i 0.02 -W 2 -s 8000 \
		"$(target "$1" "$2")") && [[ $said == *" 0% packet loss"* ]] || fail "$said"
	expect_seen "$router" echo-request fragment
	expect_seen "$attacker" echo-reply fragment
	expect_no_drop
}

# Every probe of every hop is answered, and the last one by the target.
trace() {
	local address said
	address=$(target "$1" "$2")
	said=$(in_ns "$attacker" traceroute "-$2" -n -q 2 -w 2 "${@:3}" "$address") ||
		fail "status $?"
	[[ $said == *$'\n '*"  $address  "* && $said != *'*'* && $said != *!* ]] ||
		fail "$said"
}

test_traceroute_udp() {
	reset_counters
	trace "$@"
	[[ $1 == to ]] || expect_seen "$attacker" time-exceeded
	expect_seen "$attacker" unreachable
	expect_no_drop
}

test_traceroute_icmp() {
	reset_counters
	# one after the other: then none goes beyond the target
	trace "$@" -I -N 1
	[[ $1 == to ]] || expect_seen "$attacker" time-exceeded
	expect_seen "$router" echo-request
	expect_seen "$attacker" echo-reply
	expect_no_drop
}

test_tracepath() {
	local said mtu=1500
	reset_counters
	if [[ $1 == far ]]; then
		mtu=$small_mtu
		forget_mtu "$2"
	fi
	said=$(in_ns "$attacker" tracepath "-$2" -n "$(target "$1" "$2")") || fail "status $?"
	[[ $said == *reached* && $said == *"Resume: pmtu $mtu "* &&
		$said != *'no reply'* ]] || fail "$said"
	[[ $1 != far ]] || expect_seen "$router" path-mtu
	expect_no_drop
}

test_burst() {
	local said
	reset_counters
	said=$(in_ns "$attacker" fping -q -c 20 -p 2 -t 3000 "$(target "$1" "$2")" 2>&1)
	[[ $said == *" = 20/20/0%"* ]] || fail "$said"
	expect_seen "$router" echo-request
	expect_no_drop
}

learnt_mtu() {
	ip -n "$attacker" "-$1" route get "${far[$1]}" | grep -q " mtu $small_mtu"
}

forget_mtu() {
	ip -n "$attacker" "-$1" route flush cache
	! learnt_mtu "$1" || fail "the path's MTU can't be forgotten"
}

# The first packet is too large, the answer says so, and the next one fits.
test_frag_needed() {
	local said size=1472
	[[ $1 == 4 ]] || size=1452
	reset_counters
	forget_mtu "$1"
	said=$(in_ns "$attacker" ping "-$1" -n -M "do" -c 1 -W 2 -s "$size" "${far[$1]}")
	[[ ${said,,} =~ (frag needed|too big).*mtu\ ?=\ ?$small_mtu ]] || fail "$said"
	learnt_mtu "$1" || fail "the path's MTU was not learnt"
	expect_seen "$router" path-mtu
	expect_seen "$attacker" path-mtu
	said=$(in_ns "$attacker" ping "-$1" -n -M "do" -c 1 -W 2 -s $((size - 100)) "${far[$1]}") ||
		fail "$said"
	expect_no_drop
}

is_listening() {
	in_ns "$1" ss -Htln "sport = :$2" | grep -q .
}

# A transfer of whole segments over the smaller MTU arrives whole.
test_tcp() {
	local bytes=1000000 file=$scratch/arrived server_pid
	reset_counters
	forget_mtu "$1"
	in_ns "$server" timeout 20 nc "-$1" -l 4000 >"$file" &
	server_pid=$!
	busywait 5000 is_listening "$server" 4000 || fail "no server"
	head -c "$bytes" /dev/urandom >"$scratch/sent"
	in_ns "$attacker" timeout 20 nc "-$1" -N "${far[$1]}" 4000 <"$scratch/sent" ||
		fail "the sender's status is $?"
	wait "$server_pid" || fail "the server's status is $?"
	cmp "$scratch/sent" "$file" || fail "what arrived is not what was sent"
	learnt_mtu "$1" || fail "the path's MTU was not learnt"
	expect_seen "$router" path-mtu
	expect_seen "$attacker" path-mtu
	expect_no_drop
}

test_neighbours() {
	local each said
	reset_counters
	for each in "$attacker" "$router" "$victim"; do
		ip -n "$each" -6 neigh flush nud all
		[[ -z $(ip -n "$each" -6 neigh show) ]] || fail "$each still knows somebody"
	done
	said=$(in_ns "$attacker" ping -6 -n -c 2 -i 0.02 -W 2 "${through[6]}") || fail "$said"
	for each in "$attacker" "$router" "$victim"; do
		ip -n "$each" -6 neigh show | grep -q lladdr || fail "$each has found nobody"
		expect_seen "$each" neighbour-discovery
	done
	expect_no_drop
}

is_address() {
	ip -n "$attacker" -6 -o addr show dev eth0 to "$1" | grep -v tentative | grep -q "${2-}"
}

# An address that is free can be had, one that the router has can't.
test_duplicates() {
	local free=2001:db8:1::99
	reset_counters
	in_ns "$attacker" sysctl -qw net.ipv6.conf.eth0.accept_dad=1
	ip -n "$attacker" addr add "$free/64" dev eth0 || fail "status $?"
	busywait 5000 is_address "$free" || fail "the free address can't be had"
	! is_address "$free" dadfailed || fail "the free address is somebody else's"
	expect_seen "$router" neighbour-discovery
	ip -n "$attacker" addr add "${to[6]}/64" dev eth0 || fail "status $?"
	busywait 5000 dad_failed "${to[6]}" || fail "the router's address was not defended"
	expect_no_drop
	ip -n "$attacker" addr del "$free/64" dev eth0
	ip -n "$attacker" addr del "${to[6]}/64" dev eth0
}

dad_failed() {
	ip -n "$attacker" -6 -o addr show dev eth0 to "$1" | grep -q dadfailed
}

# A router that is asked says that it is one.
test_router_discovery() {
	local said
	reset_counters
	# nobody advertises here: the question itself must arrive
	said=$(in_ns "$attacker" timeout 5 rdisc6 -1 -r 1 -w 200 eth0 2>&1)
	[[ $said == *Solicit* ]] || fail "$said"
	expect_seen "$router" router-discovery
	expect_no_drop
}

server=''
scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
setup_router
setup_server
guarded=("$attacker" "$router" "$victim" "$server")
setup_hosts

tests=()
for family in 4 6; do
	for where in through to; do
		for what in ping large_ping traceroute_udp traceroute_icmp tracepath burst; do
			tests+=("test_$what $where $family")
		done
	done
	tests+=("test_frag_needed $family" "test_tcp $family" "test_tracepath far $family")
done
run_tests "${tests[@]}" test_neighbours test_duplicates test_router_discovery
