#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: what comes in fragments.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# An IP packet has 65535 bytes at most: exactly that is one.
test_ping_of_death() {
	local -a good bad
	family=$1
	configure <<<"max-message 65535"
	if [[ $1 == 4 ]]; then
		good=(offset=65512 len=3)
		bad=(offset=65512 len=4)
	else
		good=(offset=65528 len=7)
		bad=(offset=65528 len=8)
	fi
	new_source
	expect fragment passed 3 -- "src=$src" "dst=${to[$1]}" "${good[@]}" count=3
	new_source
	expect fragment ping-of-death 3 -- "src=$src" "dst=${to[$1]}" "${bad[@]}" count=3
	# not only the last fragment can do it, and not only ICMP can
	new_source
	expect fragment ping-of-death 3 -- "src=$src" "dst=${to[$1]}" offset=65528 \
		len=64 more=1 count=3
	new_source
	expect fragment ping-of-death 3 -- uncounted=3 "src=$src" "dst=${to[$1]}" protocol=17 \
		"${good[@]}" count=3 + "${bad[@]}"
	# the other headers count as well
	new_source
	if [[ $1 == 4 ]]; then
		expect fragment passed 1 fragment ping-of-death 1 -- "src=$src" \
			"dst=${to[4]}" options=40 offset=65472 len=3 + len=4 id=2
	else
		expect fragment passed 1 fragment ping-of-death 1 -- "src=$src" \
			"dst=${to[6]}" chain=ddf offset=65512 len=7 + len=8 id=2
	fi
	# the rest of it
	new_source
	expect fragment ping-of-death 1 fragment refused-message 2 -- "src=$src" \
		"dst=${to[$1]}" "${bad[@]}" + offset=64 len=64 more=1 count=2
	[[ $1 == 4 ]] || return
	new_source
	configure <<-END
		max-message 65535
		check ping-of-death off
	END
	expect fragment passed 3 -- "src=$src" "dst=${to[4]}" "${bad[@]}" count=3
}

# The IPv6 message is as long as an offset can say: that is the other limit.
test_ping_of_death_off() {
	family=6
	configure <<-END
		max-message 65535
		check ping-of-death off
	END
	new_source
	expect fragment oversized 3 -- "src=$src" "dst=${to[6]}" offset=65528 len=8 count=3
}

test_oversized() {
	family=$1
	configure </dev/null
	new_source
	expect fragment passed 3 -- "src=$src" "dst=${to[$1]}" offset=9200 len=16 count=3
	new_source
	expect fragment oversized 3 -- "src=$src" "dst=${to[$1]}" offset=9200 len=17 count=3
	new_source
	expect fragment oversized 3 -- "src=$src" "dst=${to[$1]}" offset=9216 len=64 \
		more=1 count=3
	# the whole message, as it is sent; what comes before the excess passes
	new_source
	expect echo-request passed 1 fragment passed 1 fragment oversized 1 -- "src=$src" \
		"dst=${to[$1]}" len=1400 more=1 + offset=1400 + offset=9216 len=8 more=0
	# last fragment first: all of it is refused
	new_source
	expect fragment oversized 1 fragment refused-message 1 echo-request passed 1 -- \
		"src=$src" "dst=${to[$1]}" offset=9216 len=8 \
		+ offset=1400 len=1400 more=1 + offset=0
	# a first fragment can be too long by itself; a whole message can't
	configure <<<"max-message 576"
	new_source
	expect echo-request passed 2 echo-request oversized 1 -- "src=$src" \
		"dst=${to[$1]}" len=576 more=1 + id=2 len=584 + id=3 more=0 len=1400
}

# What has passed in pieces is looked at once more when it is whole. The guard
# sees the pieces first, so it takes a change of the limit on the way.
test_oversized_reassembled_4() {
	local first=(len=1400 total=2400 more=1 count=1)
	local last=(offset=1400 len=1000)
	family=4
	configure <<<"max-message 2400"
	new_source
	expect_here fragment passed 2 echo-request passed 1 -- "src=$src" "dst=${own[4]}" \
		id=1 "${last[@]}" + id=2 + id=1 "${first[@]}" offset=0
	configure <<<"max-message 2399"
	expect_here echo-request passed 1 echo-request oversized-reassembled 1 -- \
		"src=$src" "dst=${own[4]}" id=2 "${first[@]}"
	configure <<<"max-message 65535"
	new_source
	expect_here fragment passed 3 -- "src=$src" "dst=${own[4]}" "${last[@]}" \
		id=1 + id=2 + id=3
	configure <<<"max-message 2000"
	expect_here echo-request passed 3 echo-request oversized-reassembled 3 -- \
		"src=$src" "dst=${own[4]}" "${first[@]}" id=1 + id=2 + id=3
}

# Where conntrack puts IPv6 messages together: the last fragment comes first
# and lies about what it is.
test_oversized_reassembled_6() {
	local last=(offset=1400 len=1000 next=17)
	family=6
	track_ipv6 "$router"
	configure <<<"max-message 2400"
	new_source
	expect_here echo-request passed 1 -- "src=$src" "dst=${own[6]}" "${last[@]}" \
		++ to=02:00:00:00:01:01 "src=$src" "dst=${own[6]}" len=1400 total=2400 more=1
	configure <<<"max-message 2399"
	new_source
	expect_here echo-request passed 3 echo-request oversized-reassembled 3 -- \
		"src=$src" "dst=${own[6]}" "${last[@]}" id=1 + id=2 + id=3 \
		++ to=02:00:00:00:01:01 "src=$src" "dst=${own[6]}" \
		len=1400 total=2400 more=1 id=1 + id=2 + id=3
	in_ns "$router" nft delete table ip6 tracked
}

test_tiny_fragment() {
	family=$1
	configure </dev/null
	new_source
	# 8 bytes at least, in multiples of 8
	expect echo-request tiny-fragment 4 other tiny-fragment 4 echo-request passed 4 -- \
		"src=$src" "dst=${to[$1]}" more=1 count=2 len=4 + len=7 id=2 \
		+ len=0 id=3 + len=1 id=4 + len=8 id=5 + len=16 id=6
	new_source
	expect echo-request tiny-fragment 4 -- "src=$src" "dst=${to[$1]}" more=1 count=2 \
		len=9 + len=1399 id=2
	# only the first has to be
	new_source
	expect fragment passed 2 -- "src=$src" "dst=${to[$1]}" offset=64 len=1 + len=9 id=2
	configure <<<"check tiny-fragment off"
	expect echo-request passed 2 -- "src=$src" "dst=${to[$1]}" more=1 len=4 id=3 \
		+ len=12 id=4
}

# RFC 7112: the first fragment has all headers.
test_tiny_fragment_chain() {
	family=6
	configure </dev/null
	new_source
	# ends after the fragment header, in the next one, after that; hides another
	expect fragment tiny-fragment 4 -- "src=$src" "dst=${to[6]}" more=1 \
		chain=fd cut=8 + cut=12 + chain=fdd cut=16 + chain=ff cut=4294967295
	expect echo-request passed 1 -- "src=$src" "dst=${to[6]}" more=1 chain=fdd id=2
	# the rest of such a message is of no use to anybody
	expect fragment tiny-fragment 1 fragment refused-message 3 -- "src=$src" "dst=${to[6]}" \
		more=1 chain=fd cut=8 id=5 + chain=f cut=4294967295 offset=64 + next=60 + next=17 more=0
	configure <<<"check tiny-fragment off"
	expect -- uncounted=1 "src=$src" "dst=${to[6]}" more=1 chain=fd cut=8 id=3
}

# The rest of a message whose first fragment was refused, whatever it claims to
# be; and of no other message.
test_refused_message() {
	local type=${type_dropped[$1]}
	family=$1
	configure </dev/null
	new_source
	expect "${class_dropped[$family]}" class-drop 1 fragment refused-message 3 fragment passed 1 -- \
		"src=$src" "dst=${to[$1]}" id=7 "type=$type" more=1 \
		+ offset=64 + offset=128 + offset=192 more=0 + id=8
	if [[ $1 == 6 ]]; then
		new_source
		expect "${class_dropped[$family]}" class-drop 1 fragment refused-message 2 -- \
			"src=$src" "dst=${to[6]}" "type=$type" more=1 \
			+ offset=64 next=17 + next=59
	fi
	# another destination, and another source
	expect fragment passed 1 -- "src=$src" "dst=${behind[$1]}" id=7 offset=64
	new_source
	expect fragment passed 1 -- "src=$src" "dst=${to[$1]}" id=7 offset=64
	# of a limit, too
	configure_anew < <(only_limits "echo-request pair")
	new_source
	expect echo-request passed 5 fragment passed 5 \
		echo-request limit-pair 1 fragment refused-message 5 -- \
		"src=$src" "dst=${to[$1]}" count=5 more=1 id=1 + offset=64 \
		+ offset=0 count=1 id=2 + offset=64 count=5
}

# An identification is used again: what its former message was is over.
test_refused_message_again() {
	family=$1
	configure </dev/null
	new_source
	expect "${class_dropped[$family]}" class-drop 1 fragment refused-message 1 echo-request passed 1 \
		fragment passed 1 -- "src=$src" "dst=${to[$1]}" more=1 \
		"type=${type_dropped[$1]}" + offset=64 more=0 \
		+ "type=${type_echo[$1]}" offset=0 more=1 + offset=64 more=0
}

# A fragment of which the limits have enough says nothing about its message.
test_refused_message_not() {
	family=$1
	configure_anew <<<"limit fragment pair 1/h burst 5"
	new_source
	expect fragment passed 5 fragment limit-pair 3 echo-request passed 1 -- \
		"src=$src" "dst=${to[$1]}" offset=64 more=1 count=8 + offset=0 count=1
	configure </dev/null
	expect fragment passed 1 -- "src=$src" "dst=${to[$1]}" offset=64
}

# A mark is over after a second.
test_refused_message_ends() {
	family=$1
	configure </dev/null
	new_source
	expect "${class_dropped[$family]}" class-drop 1 fragment refused-message 1 -- "src=$src" \
		"dst=${to[$1]}" more=1 "type=${type_dropped[$1]}" + offset=64
	pause_ms 1010
	expect fragment passed 1 -- "src=$src" "dst=${to[$1]}" offset=64
}

# Only the first fragment of an IPv6 message says truthfully what it is.
test_lying_fragments() {
	family=6
	configure </dev/null
	new_source
	expect echo-request passed 1 fragment passed 2 fragment oversized 1 \
		fragment refused-message 1 -- \
		"src=$src" "dst=${to[6]}" more=1 + offset=64 next=17 + next=59 offset=128 \
		+ offset=9216 next=17 more=0 + offset=192 next=17
	# and if there was none, or it isn't ICMP, they aren't ours
	new_source
	expect -- uncounted=3 "src=$src" "dst=${to[6]}" offset=64 next=17 \
		+ offset=9216 + id=2 protocol=17 next=17 offset=0 more=1
}

test_atomic_fragment() {
	family=6
	configure </dev/null
	new_source
	expect echo-request passed 3 -- "src=$src" "dst=${to[6]}" chain=f + len=12 + len=9
	expect "${class_dropped[$family]}" class-drop 1 fragment passed 1 -- "src=$src" "dst=${to[6]}" \
		chain=f "type=${type_dropped[6]}" id=3 + offset=64
}

# Messages that the router's own stack has put together, in $together.
count_together() {
	local names values i
	if [[ $family == 6 ]]; then
		together=$(awk '$1 == "Ip6ReasmOKs" { print $2 }' "$(proc_net "$router" snmp6)")
		return
	fi
	{
		read -ra names
		read -ra values
	} < <(grep ^Ip: "$(proc_net "$router" snmp)")
	for i in "${!names[@]}"; do
		[[ ${names[i]} != ReasmOKs ]] || together=${values[i]}
	done
}

is_together() {
	count_together
	[[ $together -eq $1 ]]
}

# Overlapping fragments are the kernel's to discard, with all of their message
# (RFC 5722 section 4); the guard passes the fragments. An exact copy is ignored
# (RFC 8200 section 4.5).
test_overlap() {
	local together before
	family=$1
	configure </dev/null
	new_source
	count_together
	before=$together
	expect_here echo-request passed 1 fragment passed 2 -- "src=$src" "dst=${own[$1]}" \
		total=48 id=1 len=16 more=1 + offset=16 + offset=32 more=0
	busywait 5000 is_together $((before + 1)) || fail "$together messages, not $((before + 1))"
	expect_here echo-request passed 1 fragment passed 3 -- "src=$src" "dst=${own[$1]}" \
		total=48 id=2 len=16 more=1 + offset=16 + + offset=32 more=0
	busywait 5000 is_together $((before + 2)) || fail "$together messages, not $((before + 2))"
	# each begins 8 bytes too early
	expect_here echo-request passed 2 fragment passed 4 -- "src=$src" "dst=${own[$1]}" \
		total=48 id=3 len=16 more=1 + offset=8 + offset=24 len=24 more=0 \
		+ id=4 offset=0 len=16 more=1 + offset=32 len=16 more=0 + offset=8 len=24 more=1
	# and one more, which is whole: by then those before it would be, too
	expect_here echo-request passed 1 fragment passed 1 -- "src=$src" "dst=${own[$1]}" \
		total=32 id=6 len=16 more=1 + offset=16 more=0
	busywait 5000 is_together $((before + 3)) || fail "$together messages, not $((before + 3))"
	pause_ms 100
	is_together $((before + 3)) || fail "$together messages, not $((before + 3))"
}

# What is behind the first fragment is never taken for a header (RFC 1858,
# RFC 3128), at whatever offset it is.
test_no_header() {
	local type=5 class=redirect
	family=$1
	[[ $1 == 4 ]] || type=139 class=node-information
	configure </dev/null
	new_source
	expect fragment passed 3 "$class" class-drop 1 -- "src=$src" "dst=${to[$1]}" "type=$type" \
		offset=8 len=16 + offset=16 + offset=8 more=1 + offset=0 id=2
}
