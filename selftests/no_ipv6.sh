#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel that was started without IPv6 gets the whole IPv4 guard.
# kernel arguments: ipv6.disable=1
# timeout: 300
# processors: 1

. ./lib.sh

readonly router_mac=02:00:00:00:01:01

send_echo() {
	./send "$attacker" eth0 "to=$router_mac" src=192.0.2.2 dst=203.0.113.2 "count=$1"
}

test_no_ipv6() {
	! has_ipv6 || fail "this kernel has IPv6: start it with ipv6.disable=1"
	[[ $(icmpguard -j status | jq -r .ipv6) == false ]] ||
		fail "status says: $(icmpguard -j status | jq -c .ipv6)"
}

test_initial_guard() {
	[[ $(sed -n 's/^mode //p' /proc/net/icmpguard) == enforce ]] ||
		fail "$(head -n 2 /proc/net/icmpguard)"
}

test_limit() {
	guard "$router" set mode enforce
	guard "$router" set limit echo-request pair 1/h burst 10
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 90 -- send_echo 100
}

test_broadcast() {
	expect_delta "$router" echo-request broadcast-echo 5 -- \
		./send "$attacker" eth0 "to=$router_mac" src=192.0.2.2 dst=203.0.113.255 count=5
}

test_large_ping() {
	expect_delta "$router" echo-request passed 1 fragment passed 1 \
		fragment oversized 1 fragment refused-message 1 -- \
		./send "$attacker" eth0 "to=$router_mac" src=192.0.2.2 dst=192.0.2.1 \
		len=1400 total=12000 more=1 id=3 + offset=1400 + offset=8400 + offset=2800
}

# Its settings are there for both families, as always.
test_settings() {
	local said
	said=$(guard "$router" exempt add 2001:db8::/32 2>&1) || fail "$said"
	guard "$router" show | grep -qx 'exempt 2001:db8::/32' || fail "the exemption is missing"
}

# Nobody can ask about the family that isn't there.
test_why() {
	local said
	said=$(guard "$router" why 192.0.2.2 to 203.0.113.2 dev att) || fail "IPv4: status $?"
	said=$(guard "$router" why 2001:db8::7 to 2001:db8::1 dev att 2>&1) && fail "IPv6: $said"
	[[ $said == *"started without IPv6"* ]] || fail "IPv6: $said"
}

test_modes() {
	local mode
	for mode in off monitor off enforce off; do
		guard "$router" set mode "$mode" || fail "set mode $mode: status $?"
	done
	expect_delta "$router" -- send_echo 100
}

test_unload() {
	rmmod icmpguard || fail "status $?"
	modprobe icmpguard || fail "status $?"
}

setup_router
quiet "$victim"
run_tests test_no_ipv6 test_initial_guard test_limit test_broadcast test_large_ping \
	test_settings test_why test_modes test_unload
