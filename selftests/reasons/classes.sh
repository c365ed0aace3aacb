#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: what passes, class actions, exemptions.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# One message of each class passes: type, code, hop limit, class.
declare -A types=(
	[4]="8,0,64,echo-request 0,0,64,echo-reply 42,0,64,probe-request 43,0,64,probe-reply
		3,4,64,path-mtu 3,3,64,unreachable 3,0,64,unreachable 11,0,64,time-exceeded
		12,0,64,parameter-problem 13,0,64,timestamp 14,0,64,timestamp
		9,0,64,router-discovery 10,0,64,router-discovery
		1,0,64,other 40,0,64,other 255,0,64,other"
	[6]="128,0,64,echo-request 129,0,64,echo-reply 160,0,64,probe-request
		161,0,64,probe-reply 2,0,64,path-mtu 1,4,64,unreachable
		3,0,64,time-exceeded 4,0,64,parameter-problem
		133,0,255,router-discovery 134,0,255,router-discovery
		135,0,255,neighbour-discovery 136,0,255,neighbour-discovery
		141,0,255,neighbour-discovery 142,0,255,neighbour-discovery
		148,0,255,neighbour-discovery 149,0,255,neighbour-discovery
		144,0,64,mobility 145,0,64,mobility
		146,0,64,mobility 147,0,64,mobility 154,0,64,mobility
		155,0,64,low-power 157,0,64,low-power 158,0,64,low-power 159,0,64,low-power
		100,0,64,other 150,0,64,other 255,0,64,other"
)

test_passed() {
	local each type code ttl class want=() words=()
	family=$1
	configure </dev/null
	new_source
	for each in ${types[$1]}; do
		IFS=, read -r type code ttl class <<<"$each"
		want+=("$class" passed 2)
		words+=(+ "type=$type" "code=$code" "ttl=$ttl")
	done
	expect "${want[@]}" -- "src=$src" "dst=${to[$1]}" count=2 "${words[@]:1}"
}

test_passed_not_icmp() {
	family=$1
	configure </dev/null
	new_source
	expect -- uncounted=4 "src=$src" "dst=${to[$1]}" udp=7 \
		+ protocol=6 \
		+ protocol=17 len=64 more=1 + more=0 offset=64
}

# What AH and ESP carry comes by on its own.
test_passed_hidden() {
	family=6
	configure </dev/null
	new_source
	expect -- uncounted=3 "src=$src" "dst=${to[6]}" chain=e + chain=a + chain=de
}

# Those that don't: type, class.
declare -A types_dropped=(
	[4]="5,redirect 4,source-quench 6,deprecated 15,deprecated 16,deprecated
		17,deprecated 18,deprecated 30,deprecated 39,deprecated"
	[6]="137,redirect 138,node-information 139,node-information 140,node-information"
)

test_class_drop() {
	local each type class want=() words=()
	family=$1
	configure <<<"class echo-reply drop"
	new_source
	for each in ${types_dropped[$1]}; do
		IFS=, read -r type class <<<"$each"
		want+=("$class" class-drop 3)
		words+=(+ "type=$type")
	done
	expect "${want[@]}" -- "src=$src" "dst=${to[$1]}" count=3 ttl=255 "${words[@]:1}"
	words=()
	for each in ${types_dropped[$1]}; do
		words+=(+ "type=${each%,*}")
	done
	expect_here "${want[@]}" -- "src=$src" "dst=${own[$1]}" count=3 ttl=255 "${words[@]:1}"
	# not by default, but when asked
	type=0
	[[ $1 == 4 ]] || type=129
	expect echo-reply class-drop 4 -- "src=$src" "dst=${to[$1]}" "type=$type" count=4
}

# A guarded class takes a word more.
test_class_drop_guarded() {
	local type=3 code=4
	family=$1
	[[ $1 == 4 ]] || type=2 code=0
	configure <<<"class path-mtu drop force"
	new_source
	expect path-mtu class-drop 3 -- "src=$src" "dst=${to[$1]}" count=3 \
		"type=$type" "code=$code"
}

# Limits and class actions are skipped, checks aren't.
test_exempt() {
	local other bits=24
	family=$1
	[[ $1 == 4 ]] || bits=48
	new_source
	other=$src
	new_source
	configure_anew <<-END
		$(only_limits "echo-request destination" "all total")
		max-message 1400
		exempt ${net}$([[ $1 == 4 ]] && echo .0 || echo ::)/$bits
	END
	expect echo-request exempt 20 -- "src=$src" "dst=${to[$1]}" count=20
	expect redirect exempt 3 -- "src=$src" "dst=${to[$1]}" count=3 \
		"type=${type_redirect[$1]}" ttl=255
	expect fragment exempt 2 fragment oversized 2 -- "src=$src" "dst=${to[$1]}" \
		count=2 offset=1336 len=64 + len=65 id=2
	# nobody else is, and what is exempt has used up nothing
	expect echo-request passed 5 echo-request limit-destination 3 -- \
		"src=$other" "dst=${to[$1]}" count=8
}

test_exempt_dev() {
	local bits=32
	family=$1
	[[ $1 == 4 ]] || bits=128
	new_source
	configure <<-END
		exempt dev att
		exempt $src/$bits dev hon
	END
	expect redirect exempt 3 -- "src=${net}$([[ $1 == 4 ]] && echo .9 || echo ::9)" \
		"dst=${to[$1]}" "type=${type_redirect[$1]}" ttl=255 count=3
	local from=honest
	expect redirect exempt 3 -- "src=$src" "dst=${to[$1]}" \
		"type=${type_redirect[$1]}" ttl=255 count=3
	new_source
	expect redirect class-drop 3 -- "src=$src" "dst=${to[$1]}" \
		"type=${type_redirect[$1]}" ttl=255 count=3
}
