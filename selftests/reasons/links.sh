#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: what belongs on one link, and is no such message. Through
# the router where a packet can go there, so that it is seen to arrive.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# RFC 4861 sections 6.1, 7.1, 8.1; RFC 1256, RFC 5944.
test_discovery_code() {
	local type class want=() good=() words=()
	family=$1
	configure <<<"class redirect accept"
	new_source
	if [[ $1 == 4 ]]; then
		expect router-discovery discovery-code 6 router-discovery passed 8 -- \
			"src=$src" "dst=${to[4]}" count=2 type=9 code=1 + code=15 + type=10 \
			+ type=9 code=0 + code=16 + type=10 + code=0
		return
	fi
	for type in 133 134 135 136 137 141 142 148 149; do
		class=neighbour-discovery
		[[ $type -gt 134 ]] || class=router-discovery
		[[ $type -ne 137 ]] || class=redirect
		want+=("$class" discovery-code 2)
		words+=(+ "type=$type")
	done
	expect "${want[@]}" -- "src=$src" "dst=${to[6]}" ttl=255 code=1 "${words[@]:1}" \
		+ code=16 "${words[@]:1}"
}

# RFC 6980 section 5: not even in a single fragment, but for what may be long.
test_discovery_fragment() {
	local type class want=() words=()
	family=6
	configure <<<"class redirect accept"
	new_source
	for type in 133 134 135 136 137 148; do
		class=neighbour-discovery
		[[ $type -gt 134 ]] || class=router-discovery
		[[ $type -ne 137 ]] || class=redirect
		want+=("$class" discovery-fragment 2)
		words+=(+ "type=$type")
	done
	expect "${want[@]}" -- "src=$src" "dst=${to[6]}" ttl=255 chain=f count=2 \
		"${words[@]:1}"
	# several are no better, and the rest of them goes the same way
	expect neighbour-discovery discovery-fragment 1 fragment refused-message 1 -- \
		"src=$src" "dst=${to[6]}" ttl=255 type=135 more=1 id=2 + offset=64 more=0
	expect neighbour-discovery passed 3 -- "src=$src" "dst=${to[6]}" ttl=255 chain=f \
		type=141 + type=142 + type=149
}

# RFC 3810, RFC 4286; RFC 1256 where it goes to a group.
test_link_hop_limit() {
	local type good=() words=()
	family=$1
	configure </dev/null
	new_source
	if [[ $1 == 4 ]]; then
		expect_here router-discovery link-hop-limit 4 router-discovery passed 3 -- \
			"src=$src" dst=224.0.0.1 ttl=2 count=2 type=9 + type=10 dst=224.0.0.2 \
			+ type=9 dst=224.0.0.1 ttl=1 count=1 + code=16 + type=10 code=0
		# to a host it may come from afar
		expect router-discovery passed 1 -- "src=$src" "dst=${to[4]}" type=9
		return
	fi
	for type in 130 131 132 143 151 152 153; do
		good+=(multicast-listener passed 1)
		words+=(+ "type=$type")
	done
	expect_here "${good[@]//passed/link-hop-limit}" "${good[@]//passed/link-hop-limit}" -- \
		src=fe80::5 dst=ff02::1 ttl=2 "${words[@]:1}" + ttl=255 "${words[@]:1}"
	expect_here "${good[@]}" -- src=fe80::5 dst=ff02::1 ttl=1 "${words[@]:1}"
}

test_listener_source() {
	family=6
	configure </dev/null
	new_source
	expect_here multicast-listener listener-source 7 -- "src=$src" dst=ff02::1 ttl=1 \
		type=130 + type=131 + type=132 + type=143 + type=151 + type=152 + type=153
	# who has no address yet may report, and nothing else
	expect_here multicast-listener passed 3 multicast-listener listener-source 4 -- \
		src=:: dst=ff02::16 ttl=1 type=131 + type=132 + type=143 \
		+ type=130 + type=151 + type=152 + type=153
}
