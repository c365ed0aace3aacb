#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: headers that are cut, too many, or from off the link.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

test_hop_limit() {
	local type class want=() good=() words=()
	family=6
	configure <<<"class redirect accept"
	new_source
	for type in 133 134 135 136 137 141 142 148 149; do
		class=neighbour-discovery
		[[ $type -gt 134 ]] || class=router-discovery
		[[ $type -ne 137 ]] || class=redirect
		want+=("$class" hop-limit 4)
		good+=("$class" passed 2)
		words+=(+ "type=$type")
	done
	expect "${want[@]}" -- "src=$src" "dst=${to[6]}" count=2 ttl=254 "${words[@]:1}" \
		+ ttl=2 "${words[@]:1}"
	expect "${good[@]}" -- "src=$src" "dst=${to[6]}" count=2 ttl=255 "${words[@]:1}"
}

# IPv4 has no such rule.
test_hop_limit_not() {
	family=4
	configure </dev/null
	new_source
	expect router-discovery passed 4 -- "src=$src" dst=203.0.113.2 count=2 ttl=254 \
		type=9 + type=10
}

test_truncated() {
	family=$1
	configure </dev/null
	new_source
	expect echo-request truncated 6 other truncated 4 echo-request passed 2 -- \
		"src=$src" "dst=${to[$1]}" count=2 len=2 + len=4 + len=7 + len=0 + len=1 + len=8
}

test_truncated_chain() {
	family=6
	configure </dev/null
	new_source
	# ends in a header, and before the next one; a whole message in a fragment
	expect other truncated 3 echo-request truncated 1 -- "src=$src" "dst=${to[6]}" \
		chain=d cut=4 + cut=7 + chain=dd cut=8 + chain=f cut=12
}

test_header_chain() {
	family=6
	configure </dev/null
	new_source
	expect echo-request passed 3 other header-chain 3 -- "src=$src" "dst=${to[6]}" count=3 \
		chain=dddddddd + chain=ddddddddd
	expect echo-request passed 2 other header-chain 2 -- "src=$src" "dst=${to[6]}" \
		chain=hdrddfdd + chain=dddddddr + chain=hdrddfddd + chain=dddddddddddddddd
	configure <<<"check header-chain off"
	expect -- uncounted=2 "src=$src" "dst=${to[6]}" count=2 chain=ddddddddd
}
