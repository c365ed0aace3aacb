#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: requests that ask many.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# Without N packets in $1: everything that asks many, to these addresses.
expect_broadcast() {
	local reason=$1 dst=$2 class=timestamp type=13
	shift 2
	new_source
	if [[ $family == 6 ]]; then
		expect_here echo-request "$reason" 2 probe-request "$reason" 2 -- \
			"src=$src" "dst=$dst" count=2 "$@" + "type=${type_probe[6]}"
	else
		expect_here echo-request "$reason" 2 probe-request "$reason" 2 \
			$class "$reason" 2 -- "src=$src" "dst=$dst" count=2 "$@" \
			+ "type=${type_probe[4]}" + type=$type
	fi
}

test_broadcast_echo_4() {
	local dst
	family=4
	in_ns "$router" sysctl -qw net.ipv4.conf.{all,att,vic}.bc_forwarding=1 ||
		fail "no directed broadcasts"
	configure </dev/null
	for dst in 192.0.2.255 203.0.113.255 198.51.100.255 255.255.255.255 0.0.0.0 \
		224.0.0.1 224.0.0.251 239.255.255.250; do
		expect_broadcast broadcast-echo $dst
		expect_broadcast broadcast-echo $dst to=broadcast
	done
	expect_broadcast broadcast-echo 203.0.113.2 to=broadcast
	expect_broadcast broadcast-echo 192.0.2.1 to=broadcast
	# a cluster may have a link-layer multicast address for its own
	new_source
	expect_here echo-request passed 1 -- "src=$src" dst=192.0.2.1 to=03:00:00:00:00:01
	# answers ask for nothing
	expect_here echo-reply passed 2 timestamp passed 2 -- "src=$src" dst=192.0.2.255 \
		count=2 type=0 + type=14
	# what isn't connected can't be told apart
	expect echo-request passed 2 -- "src=$src" dst=10.0.0.255 count=2
}

# Whatever is done with the class, and where nothing else asks for the kind of
# destination.
test_broadcast_echo_always() {
	local dst=203.0.113.255 prefix=0.0.0.0/0
	family=$1
	[[ $1 == 4 ]] || dst=ff02::1 prefix=::/0
	configure_anew < <(only_limits "echo-request pair")
	new_source
	expect_here echo-request broadcast-echo 10 -- "src=$src" "dst=$dst" count=10
	# and it used up nothing
	expect echo-request passed 5 echo-request limit-pair 1 -- "src=$src" \
		"dst=${to[$1]}" count=6
	configure <<<"class echo-request accept"
	expect_here echo-request broadcast-echo 2 -- "src=$src" "dst=$dst" count=2
	configure <<<"exempt $prefix"
	expect_here echo-request broadcast-echo 2 -- "src=$src" "dst=$dst" count=2
}

# It is the guard that stops them.
test_broadcast_echo_off() {
	family=4
	configure <<<"check broadcast-echo off"
	new_source
	expect echo-request passed 2 timestamp passed 2 -- "src=$src" dst=203.0.113.255 \
		count=2 + type=13
	expect_here echo-request passed 6 -- "src=$src" dst=192.0.2.255 count=2 \
		+ dst=255.255.255.255 + dst=203.0.113.2 to=broadcast
	in_ns "$router" sysctl -qw net.ipv4.conf.{all,att,vic}.bc_forwarding=0
	configure </dev/null
	expect_broadcast broadcast-echo 203.0.113.255
}

test_broadcast_echo_6() {
	local dst
	family=6
	configure </dev/null
	for dst in ff02::1 ff02::2 ff05::2 ff0e::1 ff02::1:ff00:1; do
		expect_broadcast broadcast-echo $dst
	done
	expect_broadcast broadcast-echo ff02::1 to=33:33:00:00:00:01
	expect_broadcast broadcast-echo 2001:db8:3::2 to=broadcast
	expect_broadcast broadcast-echo fe80::ff:fe00:101 to=broadcast
	new_source
	expect_here echo-request passed 1 -- "src=$src" "dst=${own[6]}" to=33:33:00:00:00:01
	expect_here echo-reply passed 2 -- "src=$src" dst=ff02::1 count=2 type=129
	configure <<<"check broadcast-echo off"
	expect_here echo-request passed 4 -- "src=$src" dst=ff02::1 count=2 \
		+ "dst=${own[6]}" to=broadcast
}

test_broadcast_allow() {
	local group=224.0.0.18 bits=32 other=224.0.0.19
	family=$1
	[[ $1 == 4 ]] || group=ff02::12 bits=128 other=ff02::13
	configure <<<"broadcast-allow $group/$bits"
	expect_broadcast passed $group
	expect_broadcast broadcast-echo $other
	[[ $1 == 6 ]] || expect_broadcast broadcast-echo 192.0.2.255
}

test_network_address_echo() {
	family=4
	ip -n "$router" -batch - <<-END || fail "no such networks"
		neigh add 203.0.113.0 lladdr 02:00:00:00:03:02 dev vic nud permanent
		addr add 198.18.0.1/31 dev vic
		neigh add 198.18.0.0 lladdr 02:00:00:00:03:02 dev vic nud permanent
		addr add 198.18.1.0/24 dev vic
	END
	configure </dev/null
	expect_broadcast network-address-echo 203.0.113.0
	expect_broadcast network-address-echo 192.0.2.0
	new_source
	expect echo-reply passed 1 -- "src=$src" dst=203.0.113.0 type=0
	# two hosts on a link have no such address (RFC 3021); one of ours is ours;
	# behind another router it can't be known
	expect echo-request passed 3 -- "src=$src" dst=198.18.0.0 count=3
	expect_here echo-request passed 3 -- "src=$src" dst=198.18.1.0 count=3
	expect echo-request passed 3 -- "src=$src" dst=10.0.0.0 count=3
	configure <<<"check network-address-echo off"
	new_source
	expect echo-request passed 2 timestamp passed 2 -- "src=$src" dst=203.0.113.0 \
		count=2 + type=13
}

# In either mode: what the guard refuses would have arrived.
test_asks_many() {
	family=4
	in_ns "$router" sysctl -qw net.ipv4.conf.{all,att,vic}.bc_forwarding=1 ||
		fail "no directed broadcasts"
	configure </dev/null
	new_source
	expect echo-request broadcast-echo 3 echo-request network-address-echo 3 -- \
		"src=$src" dst=203.0.113.255 count=3 + dst=203.0.113.0
	family=6
	expect_here echo-request broadcast-echo 3 -- src=2001:db8:1::2 dst=ff02::1 count=3
	in_ns "$router" sysctl -qw net.ipv4.conf.{all,att,vic}.bc_forwarding=0
}
