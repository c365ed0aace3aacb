#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: where nothing may come from.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# By the lists of RFC 1122 and RFC 4291. The stack forwards none of them, so only
# the guard's counters can tell; it drops ::1 and groups before the guard.
test_source_martian() {
	local each want=() words=()
	local -A martian=(
		[4]="0.0.0.0 0.0.0.1 127.0.0.1 224.0.0.1 239.1.2.3 240.0.0.1 255.255.255.255"
		[6]=":: ::ffff:192.0.2.9"
	)
	local -A good=([4]="1.0.0.1 126.1.2.3 128.0.0.1 223.255.255.1"
		[6]="::2:3 64:ff9b::1 2001:db8:a000::1")
	family=$1
	configure </dev/null
	for each in ${martian[$1]}; do
		want+=(echo-request source-martian 2)
		words+=(+ "src=$each")
	done
	expect_here "${want[@]}" -- "dst=${own[$1]}" count=2 "${words[@]:1}"
	expect_here "${want[@]//echo-request/fragment}" -- "dst=${own[$1]}" count=2 offset=64 \
		"${words[@]:1}"
	want=() words=()
	for each in ${good[$1]}; do
		want+=(echo-request passed 2)
		words+=(+ "src=$each")
	done
	expect "${want[@]}" -- "dst=${to[$1]}" count=2 "${words[@]:1}"
	configure <<<"check source-address off"
	each=${martian[$1]% *}
	expect_here echo-request passed 1 -- "src=${each##* }" "dst=${own[$1]}"
}

# Who has no address yet may ask for a router and for its own address.
test_source_unspecified() {
	family=4
	configure </dev/null
	expect_here router-discovery passed 1 router-discovery source-martian 1 -- \
		src=0.0.0.0 dst=224.0.0.2 ttl=1 type=10 + type=9
	family=6
	expect_here router-discovery passed 1 neighbour-discovery passed 2 \
		router-discovery source-martian 1 neighbour-discovery source-martian 2 -- \
		src=:: dst=ff02::2 ttl=255 type=133 + type=135 dst=ff02::1:ff00:9 \
		+ type=148 dst=ff02::2 + type=134 dst=ff02::1 + type=136 + type=149
}

test_source_broadcast() {
	family=4
	configure </dev/null
	expect_here echo-request source-broadcast 4 -- dst=192.0.2.1 count=2 \
		src=192.0.2.255 + src=203.0.113.255
	# of a network that isn't connected it can't be known
	expect echo-request passed 2 -- src=10.255.255.255 dst=203.0.113.2 count=2
	configure <<<"check source-address off"
	expect_here echo-request passed 1 -- dst=192.0.2.1 src=192.0.2.255
}

test_source_own() {
	local each
	family=$1
	configure </dev/null
	# of any interface, and twice: the second answer is a remembered one
	for each in "${own[$1]}" "${source_own[$1]}"; do
		expect_here echo-request source-own 2 -- "src=$each" "dst=${own[$1]}" count=2
		expect_here echo-request source-own 2 -- "src=$each" "dst=${to[$1]}" count=2
	done
	# what nothing limits is asked for, too
	expect_here echo-reply source-own 1 -- "src=${own[$1]}" "dst=${to[$1]}" \
		"type=${type_reply[$1]}"
	configure <<<"check source-address off"
	if [[ $1 == 4 ]]; then
		expect_here echo-request passed 1 -- "src=${own[4]}" dst=192.0.2.1
		# the stack takes it if it is told so
		configure </dev/null
		in_ns "$router" sysctl -qw net.ipv4.conf.att.accept_local=1
		expect echo-request passed 1 -- "src=${own[4]}" "dst=${to[4]}"
		in_ns "$router" sysctl -qw net.ipv4.conf.att.accept_local=0
		expect_here echo-request source-own 1 -- "src=${own[4]}" "dst=${to[4]}"
		return
	fi
	expect echo-request passed 1 -- "src=${own[6]}" "dst=${to[6]}"
	configure </dev/null
	# one link's address may be another's on the next
	expect_here echo-request source-own 1 echo-request passed 1 -- dst=fe80::ff:fe00:101 \
		src=fe80::ff:fe00:101 + src=fe80::ff:fe00:301
	# routers that share an address send errors from it
	expect path-mtu passed 1 time-exceeded passed 1 -- "src=${own[6]}" "dst=${to[6]}" \
		type=2 + type=3
	# a second owner must be heard
	expect_here neighbour-discovery passed 1 -- "src=${own[6]}" dst=ff02::1 type=136 ttl=255
}
declare -A type_reply=([4]=0 [6]=129)
declare -A source_own=([4]=203.0.113.1 [6]=2001:db8:3::1)

# An address that comes or goes is one at once.
test_source_own_changes() {
	local bits=32
	family=$1
	[[ $1 == 4 ]] || bits=128
	configure </dev/null
	new_source
	expect echo-request passed 1 -- "src=$src" "dst=${to[$1]}"
	ip -n "$router" addr add "$src/$bits" dev vic nodad || fail "no such address"
	expect_here echo-request source-own 1 -- "src=$src" "dst=${to[$1]}"
	ip -n "$router" addr del "$src/$bits" dev vic
	expect echo-request passed 1 -- "src=$src" "dst=${to[$1]}"
}

# In either mode: IPv4's own stack takes none of them, IPv6's does.
test_monitor_source_own_4() {
	family=4
	configure </dev/null
	expect_here echo-request source-own 2 -- "src=${own[4]}" "dst=${to[4]}" count=2
}

test_monitor_source_own_6() {
	family=6
	configure </dev/null
	expect echo-request source-own 2 -- "src=${own[6]}" "dst=${to[6]}" count=2
}

test_monitor_source_broadcast() {
	family=4
	configure </dev/null
	expect_here echo-request source-broadcast 2 -- src=192.0.2.255 "dst=${own[4]}" count=2
}
