#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: single types, codes and directions.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

declare -A protocol=([4]=icmp [6]=icmpv6)

test_type_drop() {
	local name=${protocol[$1]}
	family=$1
	configure <<-END
		type $name ${type_probe[$1]} drop
		type $name 200 drop
		type $name 200 code 7 accept
		type $name 201 code 0 drop
	END
	new_source
	expect probe-request type-drop 3 other type-drop 2 other passed 2 other passed 2 \
		other type-drop 2 echo-request passed 2 -- "src=$src" "dst=${to[$1]}" count=3 \
		"type=${type_probe[$1]}" + count=2 type=200 + code=7 + type=201 code=1 \
		+ code=0 + "type=${type_echo[$1]}"
	# the rest of a message whose type is refused
	expect other type-drop 1 fragment refused-message 1 -- "src=$src" "dst=${to[$1]}" \
		type=200 code=1 more=1 + offset=64 more=0
	# not of another family, and not of what has no type
	configure <<<"type ${protocol[$((10 - $1))]} 200 drop"
	expect other passed 1 -- "src=$src" "dst=${to[$1]}" type=200
	configure <<<"type $name 0 drop"
	expect fragment passed 1 -- "src=$src" "dst=${to[$1]}" offset=64 id=9
}

# A type comes before its class, whatever that says, and before a direction.
test_type_accept() {
	local name=${protocol[$1]} class=redirect
	family=$1
	[[ $1 == 4 ]] || class=node-information
	configure <<-END
		type $name ${type_dropped[$1]} code 1 accept
		class $class drop local
	END
	new_source
	expect "$class" passed 2 "$class" class-drop 2 -- "src=$src" "dst=${to[$1]}" count=2 \
		"type=${type_dropped[$1]}" code=1 + code=0
	expect_here "$class" passed 2 -- "src=$src" "dst=${own[$1]}" count=2 \
		"type=${type_dropped[$1]}" code=1
	# what accepts it skips limits, what limits it takes those of its class
	configure_anew <<-END
		$(only_limits "echo-request pair")
		type $name ${type_echo[$1]} code 1 accept
		class other accept
		type $name 200 limit
		limit other pair 1/h burst 5
	END
	new_source
	expect echo-request passed 5 echo-request limit-pair 3 echo-request passed 8 \
		other passed 5 other limit-pair 3 other passed 8 -- \
		"src=$src" "dst=${to[$1]}" count=8 + code=1 + type=200 code=0 + type=201
}

test_class_direction() {
	local class=timestamp type=13
	family=$1
	[[ $1 == 4 ]] || class=probe-request type=160
	configure <<<"class $class drop local"
	new_source
	expect "$class" passed 2 -- "src=$src" "dst=${to[$1]}" "type=$type" count=2
	expect_here "$class" class-drop 2 -- "src=$src" "dst=${own[$1]}" "type=$type" count=2
	configure <<<"class $class drop transit"
	expect "$class" class-drop 2 -- "src=$src" "dst=${to[$1]}" "type=$type" count=2
	expect_here "$class" passed 2 -- "src=$src" "dst=${own[$1]}" "type=$type" count=2
	# a group is many, this host among them
	configure <<-END
		check broadcast-echo off
		class $class drop local
	END
	[[ $1 == 6 ]] || expect_here "$class" class-drop 2 -- "src=$src" dst=224.0.0.1 \
		"type=$type" count=2
	[[ $1 == 4 ]] || expect_here "$class" class-drop 2 -- "src=$src" dst=ff02::1 \
		"type=$type" count=2
	# drop, but limit in one direction; what is said of all ends it
	configure_anew <<-END
		class $class drop
		class $class limit transit
		limit $class pair 1/h burst 5
	END
	new_source
	expect "$class" passed 5 "$class" limit-pair 2 -- "src=$src" "dst=${to[$1]}" \
		"type=$type" count=7
	expect_here "$class" class-drop 2 -- "src=$src" "dst=${own[$1]}" "type=$type" count=2
	configure <<-END
		class $class accept local
		class $class drop
	END
	expect_here "$class" class-drop 2 -- "src=$src" "dst=${own[$1]}" "type=$type" count=2
}

# A guarded class, type or code takes a word more.
test_type_drop_guarded() {
	local type=3 code=4 said words
	family=$1
	[[ $1 == 4 ]] || type=2 code=0
	configure </dev/null
	for words in "type ${protocol[$1]} $type" "type ${protocol[$1]} $type code $code" \
		"class path-mtu"; do
		[[ $words != class* ]] || words+=' drop local'
		[[ $words == *local ]] || words+=' drop'
		# shellcheck disable=SC2086 # words
		said=$(guard "$router" set $words 2>&1) && fail "set $words is taken"
		[[ $said == *"'$words'"*guarded*force* ]] || fail "set $words says: $said"
	done
	configure <<<"type ${protocol[$1]} $type code $code drop force"
	new_source
	expect path-mtu type-drop 2 -- "src=$src" "dst=${to[$1]}" count=2 "type=$type" \
		"code=$code"
	guard "$router" status | grep -q "type ${protocol[$1]} $type code $code drop force: networks" ||
		fail "status doesn't warn: $(guard "$router" status)"
	configure <<<"class path-mtu drop local force"
	guard "$router" status | grep -q "class path-mtu is dropped by force" ||
		fail "status doesn't warn: $(guard "$router" status)"
}
