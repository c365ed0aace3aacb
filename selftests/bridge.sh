#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a bridge passes on, br_netfilter shows to the guard: it is judged only
# with `set bridged on`. What is addressed to the bridge itself always is, and of
# what is for all the bridge's own copy. The router's links to the attacker and to
# the victim are ports of a bridge.
#
# timeout: 300
# processors: 1

. ./lib.sh

readonly bridge_mac=02:00:00:00:00:99
readonly port_mac=02:00:00:00:01:01
readonly victim_mac=02:00:00:00:03:02
declare -A src=([4]=192.0.2.2 [6]=2001:db8:1::2)
declare -A to_victim=([4]=192.0.2.3 [6]=2001:db8:1::3)
declare -A to_bridge=([4]=192.0.2.1 [6]=2001:db8:1::1)
declare -A to_all=([4]=192.0.2.255 [6]=ff02::1)
declare -A mac_of_all=([4]=ff:ff:ff:ff:ff:ff [6]=33:33:00:00:00:01)

setup_bridge() {
	local dev
	modprobe br_netfilter || die "no br_netfilter"
	for dev in att vic; do
		ip -n "$router" addr flush dev $dev
	done
	lib_batch "$router" <<-END
		link add br0 address $bridge_mac type bridge
		link set att master br0
		link set vic master br0
		link set br0 up
		addr add 192.0.2.1/24 brd + dev br0
		addr add 2001:db8:1::1/64 dev br0 nodad
	END
	lib_batch "$victim" <<-END
		addr flush dev eth0 scope global
		addr add 192.0.2.3/24 brd + dev eth0
		addr add 2001:db8:1::3/64 dev eth0 nodad
	END
	quiet "$router" "$attacker" "$victim"
	call_netfilter 1
	busywait 5000 passes_frames || die "the bridge passes nothing on"
}

call_netfilter() {
	in_ns "$router" sysctl -qw net.bridge.bridge-nf-call-iptables="$1" \
		net.bridge.bridge-nf-call-ip6tables="$1" || fail "no br_netfilter"
}

passes_frames() {
	local before
	before=$(received "$victim" eth0)
	send_frames "$victim_mac" 4 "${to_victim[4]}" 1
	busywait 200 has_received $((before + 1))
}

has_received() {
	[[ $(received "$victim" eth0) -ge $1 ]]
}

# send_frames MAC FAMILY ADDRESS COUNT
send_frames() {
	./send "$attacker" eth0 "to=$1" "src=${src[$2]}" "dst=$3" "count=$4"
}

configure() {
	guard "$router" set mode off
	guard "$router" reset
	guard_set "$router" <<-END
		bridged $1
		limit echo-request pair 1/h burst 10
		mode enforce
	END
}

# test_through FAMILY on|off PASSED: of 60 frames from port to port so many
# arrive; they are counted if they are judged.
test_through() {
	local before want=()
	configure "$2"
	[[ $2 == off ]] || want=(echo-request passed "$3" echo-request limit-pair $((60 - $3)))
	before=$(received "$victim" eth0)
	expect_delta "$router" "${want[@]}" -- \
		send_frames "$victim_mac" "$1" "${to_victim[$1]}" 60
	busywait 3000 has_received $((before + $3))
	[[ $(received "$victim" eth0) -eq $((before + $3)) ]] ||
		fail "$(($(received "$victim" eth0) - before)) arrived, not $3"
}

# test_to_bridge FAMILY on|off [MAC]
test_to_bridge() {
	configure "$2"
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 50 -- \
		send_frames "${3-$bridge_mac}" "$1" "${to_bridge[$1]}" 60
}

# What is for all goes to the other ports unless it is judged on its way there, and
# to the bridge itself only if it may: each is judged once.
test_to_all() {
	local before passed=7
	configure "$2"
	[[ $2 == off ]] || passed=0
	before=$(received "$victim" eth0)
	expect_delta "$router" echo-request broadcast-echo 7 -- \
		send_frames "${mac_of_all[$1]}" "$1" "${to_all[$1]}" 7
	busywait 3000 has_received $((before + passed))
	[[ $(received "$victim" eth0) -eq $((before + passed)) ]] ||
		fail "$(($(received "$victim" eth0) - before)) arrived, not $passed"
	guard "$router" set broadcast-allow "${to_all[$1]}" || fail "status $?"
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 50 -- \
		send_frames "${mac_of_all[$1]}" "$1" "${to_all[$1]}" 60
}

# A message for all comes up in one piece, where its size is all that its fragments
# haven't been asked: IPv4's own reassembly or conntrack's has been there before.
test_to_all_oversized() {
	local most
	configure off
	track_ipv6 "$router"
	guard "$router" set broadcast-allow "${to_all[$1]}" || fail "status $?"
	for most in 2400 2399; do
		guard "$router" set max-message "$most" || fail "status $?"
		expect_delta "$router" echo-request \
			"$([[ $most -eq 2400 ]] && echo passed || echo oversized-reassembled)" 1 -- \
			./send "$attacker" eth0 "to=${mac_of_all[$1]}" "src=${src[$1]}" \
			"dst=${to_all[$1]}" "id=$most" len=1400 total=2400 more=1 + offset=1400 len=1000 more=0
	done
	guard "$router" set max-message 9216
	in_ns "$router" nft delete table ip6 tracked
}

# What is for one address is no less judged because its frame is for a group.
test_hidden() {
	configure off
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 50 -- \
		send_frames 33:33:00:00:00:01 "$1" "${to_bridge[$1]}" 60
}

# In a VRF the stack shows us once more what comes up through the bridge.
test_vrf() {
	local each family
	modprobe vrf || die "no VRF"
	lib_batch "$router" <<-END
		link add red type vrf table 10
		link set red up
		link set br0 master red
		addr replace 192.0.2.1/24 brd + dev br0
		addr replace 2001:db8:1::1/64 dev br0 nodad
	END
	for each in off on; do
		for family in 4 6; do
			test_to_bridge "$family" "$each"
			test_to_all "$family" "$each"
		done
	done
	for family in 4 6; do
		test_through "$family" off 60
		test_hidden "$family"
	done
	lib_batch "$router" <<-END
		link del red
		addr replace 192.0.2.1/24 brd + dev br0
		addr replace 2001:db8:1::1/64 dev br0 nodad
	END
}

# A frame that the bridge passes on isn't its own because of its IP address.
test_foreign_mac() {
	configure off
	expect_delta "$router" -- send_frames "$victim_mac" "$1" "${to_bridge[$1]}" 60
}

# Without br_netfilter frames don't come to the guard at all.
test_not_called() {
	local before
	configure on
	call_netfilter 0
	before=$(received "$victim" eth0)
	expect_delta "$router" -- send_frames "$victim_mac" "$1" "${to_victim[$1]}" 60
	busywait 3000 has_received $((before + 60)) ||
		fail "$(($(received "$victim" eth0) - before)) arrived, not 60"
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 50 -- \
		send_frames "$bridge_mac" "$1" "${to_bridge[$1]}" 60
	call_netfilter 1
}

setup_router
setup_bridge
run_tests "test_through 4 off 60" "test_through 6 off 60" \
	"test_through 4 on 10" "test_through 6 on 10" \
	"test_to_bridge 4 off" "test_to_bridge 6 off" "test_to_bridge 4 on" "test_to_bridge 6 on" \
	"test_to_bridge 4 off $port_mac" "test_to_bridge 6 off $port_mac" \
	"test_to_all 4 off" "test_to_all 6 off" "test_to_all 4 on" "test_to_all 6 on" \
	"test_to_all_oversized 4" "test_to_all_oversized 6" \
	"test_hidden 4" "test_hidden 6" "test_foreign_mac 4" "test_foreign_mac 6" \
	"test_not_called 4" "test_not_called 6" test_vrf
