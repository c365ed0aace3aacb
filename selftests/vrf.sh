#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A packet that comes in on a device of a VRF goes through the stack a second
# time on the VRF's own device, and what a host sends to a group comes back to
# it: each is judged once or not at all. The attacker's and the victim's links
# are in the VRF red, the honest host's is in blue.
#
# timeout: 300
# processors: 1

. ./lib.sh

declare -A src=([4]=192.0.2.77 [6]=2001:db8:1::77)
declare -A to_router=([4]=192.0.2.1 [6]=2001:db8:1::1)
declare -A to_router_too=([4]=203.0.113.1 [6]=2001:db8:3::1)
declare -A to_victim=([4]=203.0.113.2 [6]=2001:db8:3::2)
declare -A blue_router=([4]=198.51.100.1 [6]=2001:db8:2::1)
declare -A unreachable=([4]=3 [6]=1)

# send_from HOST WORD...: to the router's end of the host's link.
send_from() {
	local -A number=([$attacker]=1 [$honest]=2 [$victim]=3)
	./send "$1" eth0 "to=02:00:00:00:0${number[$1]}:01" "${@:2}"
}

# A device moves to a VRF: what it had is lost. DEVICE, VRF, NUMBER, the first
# three parts of the IPv4 addresses.
move_to_vrf() {
	local dev=$1 vrf=$2 n=$3 v4=$4 v6=2001:db8:$3::
	local there=02:00:00:00:0$n:02
	ip -n "$router" addr flush dev "$dev"
	lib_batch "$router" <<-END
		link set $dev master $vrf
		addr add $v4.1/24 brd + dev $dev
		addr add ${v6}1/64 dev $dev nodad
		neigh replace $v4.2 lladdr $there dev $dev nud permanent
		neigh replace ${v6}2 lladdr $there dev $dev nud permanent
	END
}

setup_vrf() {
	local each
	modprobe vrf || die "no VRF"
	for each in red:10 blue:20; do
		lib_batch "$router" <<-END
			link add ${each%:*} type vrf table ${each#*:}
			link set ${each%:*} up
		END
	done
	move_to_vrf att red 1 192.0.2
	move_to_vrf vic red 3 203.0.113
	move_to_vrf hon blue 2 198.51.100
	busywait 5000 passes 4 || die "no IPv4 through the VRF"
	busywait 5000 passes 6 || die "no IPv6 through the VRF"
}

passes() {
	local before
	before=$(received "$victim" eth0)
	send_from "$attacker" "src=${src[$1]}" "dst=${to_victim[$1]}"
	busywait 200 has_received $((before + 1))
}

has_received() {
	[[ $(received "$victim" eth0) -ge $1 ]]
}

# Buckets and settings as from the start, but for what standard input says.
configure() {
	guard "$router" set mode off
	guard "$router" reset
	guard_set "$router"
	guard "$router" set mode enforce
}

# Pings to a group and a broadcast address come back to who sends them.
test_own_multicast() {
	local each
	in_ns "$victim" sysctl -qw net.ipv4.icmp_echo_ignore_broadcasts=1
	guard "$victim" set mode enforce
	for each in "-4 -I eth0 224.0.0.1" "-4 -b 203.0.113.255" "-6 -I eth0 ff02::1"; do
		expect_delta "$victim" -- ping_group "$victim" "$each"
	done
	guard "$victim" set mode off
	# from here on nobody answers
	quiet "$attacker" "$victim"
}

# ping_group NAMESPACE ARGUMENTS: two of them, which nobody has to answer; they
# have come back before ping ends.
ping_group() {
	# shellcheck disable=SC2086 # they are several
	in_ns "$1" ping -q -n -c 2 -i 0.02 -W 0.1 $2 >/dev/null 2>&1
	return 0
}

# That they do come back at all is seen on the way in.
test_own_multicast_is_real() {
	local seen
	in_ns "$victim" nft -f - <<-'END' || fail "no nft"
		table ip seen {
			counter loops { }
			chain input {
				type filter hook prerouting priority 0;
				ip daddr 224.0.0.1 icmp type echo-request counter name loops
			}
		}
	END
	ping_group "$victim" "-4 -I eth0 224.0.0.1"
	seen=$(in_ns "$victim" nft -j list counters table ip seen |
		jq '.nftables[] | select(.counter) | .counter.packets')
	[[ $seen -eq 2 ]] || fail "$seen of 2 came back"
	in_ns "$victim" nft delete table ip seen
}

test_vrf_multicast() {
	local each
	configure </dev/null
	for each in "-4 -I vic 224.0.0.1" "-6 -I vic ff02::1"; do
		expect_delta "$router" -- ping_group "$router" "$each"
	done
	# from here on there is only what tests send
	quiet "$router"
}

# test_same_source yes|no: without VRFs a sender has one bucket wherever its
# packets come in, and in two VRFs it is two senders.
test_same_source() {
	local passed=10 limited=6
	if [[ $1 == shared ]]; then
		passed=5
		limited=11
	fi
	configure <<-'END'
		limit echo-request pair 1/h burst 5
		limit unreachable source 1/h burst 5
	END
	expect_delta "$router" echo-request passed "$passed" echo-request limit-pair "$limited" -- \
		send_two "$2"
	expect_delta "$router" unreachable passed "$passed" unreachable limit-source "$limited" -- \
		send_two "$2" "type=${unreachable[$2]}" code=1
}

# The same packets, 8 on each of two links.
send_two() {
	send_from "$attacker" "src=${src[$1]}" "dst=${to_victim[$1]}" "${@:2}" count=8 &&
		send_from "$honest" "src=${src[$1]}" "dst=${to_victim[$1]}" "${@:2}" count=8
}

# Of this host are the addresses in the VRF, and no other's.
test_source_own() {
	configure </dev/null
	expect_delta "$router" echo-request source-own 4 -- \
		send_from "$attacker" "src=${to_router_too[$1]}" "dst=${to_victim[$1]}" count=2 \
		+ "src=${to_router[$1]}"
	expect_delta "$router" echo-request passed 2 -- \
		send_from "$attacker" "src=${blue_router[$1]}" "dst=${to_victim[$1]}" count=2
}

test_once_to_router() {
	configure </dev/null
	expect_delta "$router" echo-request passed 20 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router[$1]}" count=20
	expect_delta "$router" echo-request passed 20 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router_too[$1]}" count=20
}

test_once_through() {
	configure </dev/null
	expect_delta "$router" echo-request passed 20 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_victim[$1]}" count=20
}

# Fragments of a message for the router: each once, and the whole not again.
test_once_fragments() {
	configure </dev/null
	expect_delta "$router" echo-request passed 1 fragment passed 2 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router[$1]}" id=5 \
		len=1400 total=4000 more=1 + offset=1400 + offset=2800 len=1200 more=0
}

# Link-local addresses, too.
test_once_link_local() {
	configure </dev/null
	expect_delta "$router" echo-request passed 20 -- \
		send_from "$attacker" src=fe80::ff:fe00:102 dst=fe80::ff:fe00:101 count=20
}

# The limit is one of the link, not one of the VRF.
test_interface_limit() {
	configure <<-'END'
		randomise off
		limit echo-request interface 1/h burst 5
	END
	expect_delta "$router" echo-request passed 5 echo-request limit-interface 3 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router[$1]}" count=8
	expect_delta "$router" echo-request passed 5 echo-request limit-interface 3 -- \
		send_from "$victim" "src=${to_victim[$1]}" "dst=${to_router[$1]}" count=8
}

# What is addressed to the router on any link of the VRF is; what has the same
# destination in another VRF isn't.
test_router_limit() {
	configure <<-'END'
		randomise off
		limit echo-request router 1/h burst 5
	END
	expect_delta "$router" echo-request passed 5 echo-request limit-router 3 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router[$1]}" count=8
	expect_delta "$router" echo-request limit-router 8 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_router_too[$1]}" count=8
	expect_delta "$router" echo-request passed 8 -- \
		send_from "$attacker" "src=${src[$1]}" "dst=${to_victim[$1]}" count=8
	expect_delta "$router" echo-request passed 8 -- \
		send_from "$honest" "src=${src[$1]}" "dst=${to_router_too[$1]}" count=8
}

# A connected network is one of its VRF.
test_broadcast_echo() {
	configure </dev/null
	expect_delta "$router" echo-request broadcast-echo 10 -- \
		send_from "$attacker" src=192.0.2.77 dst=203.0.113.255 count=5 \
		+ dst=192.0.2.255
	expect_delta "$router" echo-request network-address-echo 5 -- \
		send_from "$attacker" src=192.0.2.77 dst=203.0.113.0 count=5
	expect_delta "$router" echo-request passed 10 -- \
		send_from "$honest" src=192.0.2.77 dst=203.0.113.255 count=5 \
		+ dst=203.0.113.0
	expect_delta "$router" echo-request broadcast-echo 5 -- \
		send_from "$honest" src=192.0.2.77 dst=198.51.100.255 count=5
}

test_broadcast_echo_6() {
	configure </dev/null
	expect_delta "$router" echo-request broadcast-echo 10 -- \
		send_from "$attacker" src=2001:db8:1::77 dst=ff02::1 count=5 + dst=ff0e::1
}

test_setup() {
	in_ns "$router" nft delete table inet quiet
	guard "$router" set mode off
	setup_vrf
}

setup_router
quiet "$router" "$honest"
run_tests test_own_multicast_is_real test_own_multicast \
	"test_same_source shared 4" "test_same_source shared 6" \
	test_setup test_vrf_multicast \
	"test_once_to_router 4" "test_once_to_router 6" \
	"test_once_through 4" "test_once_through 6" \
	"test_once_fragments 4" "test_once_fragments 6" test_once_link_local \
	"test_same_source apart 4" "test_same_source apart 6" \
	"test_source_own 4" "test_source_own 6" \
	"test_interface_limit 4" "test_interface_limit 6" \
	"test_router_limit 4" "test_router_limit 6" \
	test_broadcast_echo test_broadcast_echo_6
