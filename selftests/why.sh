#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
# processors: 1
#
# What `why` says of the next packet is what becomes of it, in every class of
# both families, and asking changes nothing: the levels it tells are those that
# packets have left, and the limits it lists are those that apply. The network
# is that of lib.sh:
#
#	attacker --- router, with the guard --- victim
#	honest   --/

cd "$(dirname "$0")" || exit 1
. ./lib.sh
. ./reasons/expect.sh
. ./reasons/classes.sh
. ./reasons/ask.sh

# Every type of both families, first when there is something left and then when
# there isn't: each class has a bucket for one packet.
test_verdict() {
	local each class type code ttl
	local -A told=()
	family=$1
	configure_anew < <(
		guard "$router" -j show | jq -r '.class | keys_unsorted[]' | while read -r class; do
			printf "class $class limit\nlimit $class %s\n" "pair off" \
				"source 1/h burst 1" "destination 1000000/s"
		done
		echo "class redirect drop"
	)
	new_source
	for each in ${types[$1]} ${types_dropped[$1]}; do
		IFS=, read -r type code ttl class <<<"$each"
		[[ -n $class ]] || class=$code code=0 ttl=255
		[[ -z ${told[$class]-} ]] || continue
		told[$class]=1
		for _ in 1 2 3; do
			why "$src" to "${to[$1]}" dev att
			expect "$class" "$(jq -r ".class.\"$class\".reason" <<<"$answer")" 1 -- \
				"src=$src" "dst=${to[$1]}" "type=$type" "code=$code" "ttl=$ttl"
		done
		if [[ $class == redirect ]]; then
			said ".class.\"$class\".action" drop
			said ".class.\"$class\".reason" class-drop
		else
			said ".class.\"$class\".reason" limit-source
			said ".class.\"$class\".limit.source.left" 0
		fi
	done
	for _ in 1 2 3; do
		why "$src" to "${to[$1]}" dev att
		expect fragment "$(jq -r '.class.fragment.reason' <<<"$answer")" 1 -- \
			"src=$src" "dst=${to[$1]}" offset=64 len=64
	done
	told[fragment]=1
	[[ $1 == 4 ]] || test_verdict_listener
	# those that were tried are all that there are, whatever the family hasn't
	said '.class | keys | join(" ")' "$(printf '%s\n' "${!told[@]}" | LC_ALL=C sort | paste -sd ' ')"
}

# Listener messages stay on their link.
test_verdict_listener() {
	local from
	for from in fe80::5 "$src"; do
		for _ in 1 2; do
			why "$from" to ff02::16 dev att
			expect_here multicast-listener \
				"$(jq -r '.class."multicast-listener".reason' <<<"$answer")" 1 -- \
				"src=$from" dst=ff02::16 ttl=1 type=143
		done
	done
	said '.class."multicast-listener".reason' listener-source
	why fe80::5 to ff02::16 dev att
	said '.class."multicast-listener".reason' limit-source
	told[multicast-listener]=1
}

# What is left goes down by what was sent, and not by asking.
test_left() {
	local left
	family=$1
	configure_anew <<-END
		limit echo-request pair 1/h burst 7
		limit echo-request source 1/h burst 10
		limit echo-request source-net 1/h burst 20
		limit echo-request destination 1/h burst 30
		limit echo-request destination-net 1/h burst 40
		limit echo-request interface 1/h burst 50
		limit all total 1/h burst 60
	END
	new_source
	for left in 7 6 5 4 3 2 1 0 0; do
		for _ in 1 2; do
			why "$src" to "${to[$1]}" dev att
			said '[.class["echo-request", "all"].limit[].left] | map(tostring) | join(" ")' \
				"$left $((left + 3)) $((left + 13)) $((left + 23)) $((left + 33)) $((left + 43)) $((left + 53))"
		done
		if [[ $left -gt 0 ]]; then
			said '.class."echo-request".reason' passed
			expect echo-request passed 1 -- "src=$src" "dst=${to[$1]}"
		else
			said '.class."echo-request".reason' limit-pair
			expect echo-request limit-pair 1 -- "src=$src" "dst=${to[$1]}"
		fi
	done
	# another's destination
	why "$src" to "${behind[$1]}" dev att
	said '.class."echo-request".limit | "\(.pair.left) \(.source.left) \(.destination.left)"' "7 3 30"
	said '.class."echo-request".limit.source | "\(.count)/\(.unit) \(.burst)"' "1/h 10"
}

# A rate gives back what it says: asked again, there is more left.
test_left_again() {
	family=$1
	configure_anew <<<"limit echo-request pair 20/s burst 3"
	new_source
	expect echo-request passed 3 -- "src=$src" "dst=${to[$1]}" count=3
	busywait 20000 is_left_again "$1" || fail "nothing came back"
}

is_left_again() {
	why "$src" to "${to[$1]}" dev att
	[[ $(jq '.class."echo-request".limit.pair.left' <<<"$answer") -eq 3 ]]
}

# The router's limit is for what is addressed to it, the others' for what goes on.
test_router() {
	family=$1
	configure_anew <<-END
		limit all router 1/h burst 4
		limit echo-request router 1/h burst 2
		limit echo-request interface off
	END
	new_source
	why "$src" to "${to[$1]}" dev att
	listed echo-request "pair source source-net destination destination-net"
	said '.class | has("all")' true
	listed all ""
	why "$src" to "${own[$1]}" dev att
	listed echo-request "pair source source-net destination destination-net router"
	listed all "router"
	expect_here echo-request passed 2 -- "src=$src" "dst=${own[$1]}" count=2
	why "$src" to "${own[$1]}" dev att
	said '.class."echo-request".reason' limit-router
	said '.class.other.reason' passed
	said '.class.all.limit.router.left' 2
	why "$src" to "${to[$1]}" dev att
	said '.class."echo-request".reason' passed
}

# What is no rate is said too.
test_checks() {
	family=$1
	configure_anew </dev/null
	new_source
	if [[ $1 == 4 ]]; then
		why "$src" to 203.0.113.255 dev att
		said '.class."echo-request".reason' broadcast-echo
		why "$src" to 203.0.113.0 dev att
		said '.class."echo-request".reason' network-address-echo
	else
		why "$src" to ff02::1 dev att
		said '.class."echo-request".reason' broadcast-echo
	fi
	said '.class."echo-reply".reason' passed
	why "${own[$1]}" to "${to[$1]}" dev att
	said '.class."echo-request".reason' source-own
}

# A type and a direction have their own actions.
test_actions() {
	family=$1
	configure_anew <<-END
		type $([[ $1 == 4 ]] && echo icmp 0 || echo icmpv6 129) drop
		class probe-request drop local
	END
	new_source
	why "$src" to "${to[$1]}" dev att
	said '.class."echo-reply" | "\(.action) \(.reason)"' "drop type-drop"
	said '.class."probe-request" | "\(.action) \(.reason)"' "limit passed"
	why "$src" to "${own[$1]}" dev att
	said '.class."probe-request" | "\(.action) \(.reason)"' "drop class-drop"
}

test_exempt() {
	local bits=32
	family=$1
	[[ $1 == 4 ]] || bits=128
	new_source
	configure_anew <<-END
		exempt $src/$bits dev att
	END
	why "$src" to "${to[$1]}" dev att
	said .exempt true
	said '.class.redirect.reason' exempt
	listed echo-request ""
	expect redirect exempt 1 -- "src=$src" "dst=${to[$1]}" "type=${type_redirect[$1]}" ttl=255
	why "$src" to "${to[$1]}" dev hon
	said .exempt false
	said '.class.redirect.reason' class-drop
	listed redirect ""
}

# A link-local address is another one on another link.
test_link_local() {
	family=6
	configure_anew <<<"limit echo-request source 1/h burst 5"
	expect_here echo-request passed 4 -- src=fe80::1:1 dst=fe80::ff:fe00:101 count=4
	why fe80::1:1 to fe80::ff:fe00:101 dev att
	said '.class."echo-request".limit.source.left' 1
	why fe80::1:1 to fe80::ff:fe00:201 dev hon
	said '.class."echo-request".limit.source.left' 5
}

# What isn't said is what this host would answer by.
test_completed() {
	local host
	family=$1
	configure_anew </dev/null
	host=192.0.2.2
	[[ $1 == 4 ]] || host=2001:db8:1::2
	why "$host"
	said '"\(.source) \(.destination) \(.dev)"' "$host ${own[$1]} att"
	why "$host" to "${to[$1]}"
	said '"\(.destination) \(.dev)"' "${to[$1]} att"
	host=198.51.100.2
	[[ $1 == 4 ]] || host=2001:db8:2::2
	why "$host" dev hon
	said '"\(.destination) \(.dev)"' "$([[ $1 == 4 ]] && echo 198.51.100.1 || echo 2001:db8:2::1) hon"
	answer=$(guard "$router" why "$([[ $1 == 4 ]] && echo 100.64.0.1 || echo 2001:db8:9999::1)" 2>&1) &&
		fail "there is no route, and yet: $answer"
	[[ $answer == *"no route to"*"say to ADDRESS dev IFNAME" ]] || fail "said: $answer"
}

# Addresses that are this host's by a route are so as long as that is there, and not
# much longer: IPv6 doesn't say when a route goes. Each processor remembers for itself.
test_local_route() {
	local route=10.9.0.0/24 to_it=10.9.0.7 i processors
	family=$1
	processors=$(taskset -pc $$)
	taskset -pc 0 $$ >/dev/null || fail "cannot stay on one processor"
	[[ $1 == 4 ]] || route=2001:db8:f009::/64 to_it=2001:db8:f009::7
	configure_anew <<<"class echo-request drop local"
	new_source
	ip -n "$router" "-$1" route add local "$route" dev lo || fail "no route"
	why "$src" to "$to_it" dev att
	said '.class."echo-request".action' drop
	ip -n "$router" "-$1" route del local "$route" dev lo || fail "the route stays"
	for ((i = 0; i < 45; i++)); do
		is_dropped "$to_it" || break
		pause_ms 1000
	done
	why "$src" to "$to_it" dev att
	said '.class."echo-request".action' limit
	taskset -pc "${processors##*: }" $$ >/dev/null
}

is_dropped() {
	guard "$router" why "$src" to "$1" dev att | grep -q '^ *echo-request.*drop'
}

test_modes() {
	local mode=monitor
	family=4
	configure_anew <<<"limit echo-request pair 1/h burst 1"
	new_source
	expect echo-request passed 1 -- "src=$src" "dst=${to[4]}"
	guard "$router" why "$src" to "${to[4]}" dev att >"$scratch/text" || fail "status $?"
	grep -q '^echo-request  *would be refused: limit-pair$' "$scratch/text" ||
		fail "$(cat "$scratch/text")"
	expect echo-request limit-pair 1 -- "src=$src" "dst=${to[4]}"
	guard "$router" set mode enforce
	guard "$router" why "$src" to "${to[4]}" dev att >"$scratch/text"
	grep -q '^echo-request  *refused: limit-pair$' "$scratch/text" ||
		fail "$(cat "$scratch/text")"
	guard "$router" set mode off
	why "$src" to "${to[4]}" dev att
	said '"\(.mode) \(.class | length)"' "off 0"
	guard "$router" why "$src" to "${to[4]}" dev att >"$scratch/text"
	grep -q '^mode  *off: nothing is judged$' "$scratch/text" || fail "$(cat "$scratch/text")"
}

# Levels and addresses are for who may change them. The kernel refuses the rest.
test_refused() {
	local said
	family=4
	configure_anew </dev/null
	said=$(in_ns "$router" setpriv --reuid 65534 --clear-groups ./genl.py why 10.0.0.1 10.0.0.2 att)
	[[ $said == 'error EPERM'* ]] || fail "nobody is told: $said"
	said=$(in_ns "$router" ./genl.py why 10.0.0.1 10.0.0.2 att)
	[[ $said == ok ]] || fail "said: $said"
	said=$(in_ns "$router" ./genl.py why 10.0.0.1 10.0.0.2 nowhere)
	[[ $said == 'error ENODEV there is no such device' ]] || fail "said: $said"
	said=$(in_ns "$router" ./genl.py why 10.0.0.1 10.0.0.2 lo)
	[[ $said == "error EINVAL what comes in on a loopback device"* ]] || fail "said: $said"
	said=$(in_ns "$router" ./genl.py why 10.0.0.1 2001:db8::1 att)
	[[ $said == 'error EINVAL source and destination must be of one family' ]] ||
		fail "said: $said"
	said=$(in_ns "$router" ./genl.py why 10.0.0.1 10.0.0.2)
	[[ $said == 'error EINVAL needs source, destination and device' ]] || fail "said: $said"
}

# All limits that there can be, of all classes, are told.
test_all_limits() {
	local class
	configure_anew < <(
		# so that all of a burst is left to anybody
		echo "known-first off"
		guard "$router" -j show | jq -r '.class | keys_unsorted[]' | while read -r class; do
			echo "class $class limit"
			for scope in pair source source-net destination destination-net \
				interface router; do
				echo "limit $class $scope 1000000/s burst 1000000"
			done
		done
		printf 'limit all %s 1000000/s burst 1000000\n' interface router total
	)
	why 2001:db8:1::2
	# IPv6 has none of source-quench, timestamp, deprecated
	said '[.class[].limit[]] | length' $((17 * 7 + 3))
	said '[.class[].limit[].left] | unique | map(tostring) | join(" ")' 1000000
	guard "$router" why 2001:db8:1::2 >"$scratch/text"
	[[ $(wc -L <"$scratch/text") -le 80 ]] || fail "$(wc -L <"$scratch/text") columns"
}

scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"
setup_router
quiet "$router" "$attacker" "$honest" "$victim"
run_tests "test_verdict 4" "test_verdict 6" "test_left 4" "test_left 6" \
	"test_left_again 4" "test_left_again 6" "test_router 4" "test_router 6" \
	"test_checks 4" "test_checks 6" "test_actions 4" "test_actions 6" "test_exempt 4" "test_exempt 6" test_link_local \
	"test_completed 4" "test_completed 6" "test_local_route 4" "test_local_route 6" test_modes test_refused test_all_limits
