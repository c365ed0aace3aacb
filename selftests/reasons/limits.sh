#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: the limits, by scope.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

test_limit_pair() {
	local first
	family=$1
	configure_anew < <(only_limits "echo-request pair")
	new_source
	expect echo-request passed 5 echo-request limit-pair 15 -- \
		"src=$src" "dst=${to[$1]}" count=20
	# another destination is another pair
	expect echo-request passed 5 echo-request limit-pair 1 -- \
		"src=$src" "dst=${behind[$1]}" count=6
	first=$net
	if [[ $1 == 6 ]]; then
		# a source is its /64
		expect echo-request limit-pair 4 -- "src=$first::2:0:0:1" "dst=${to[6]}" \
			count=4 step-src=1
		expect echo-request passed 5 echo-request limit-pair 1 -- \
			"src=$first:1::1" "dst=${to[6]}" count=6
	else
		expect echo-request passed 5 echo-request limit-pair 1 -- \
			"src=$first.2" "dst=${to[4]}" count=6
	fi
}

test_limit_source() {
	family=$1
	configure_anew < <(only_limits "echo-request source")
	new_source
	expect echo-request passed 5 echo-request limit-source 15 -- \
		"src=$src" "dst=${behind[$1]}" step-dst=1 count=20
	if [[ $1 == 6 ]]; then
		expect echo-request limit-source 4 -- "src=$net::2:0:0:1" \
			"dst=${to[6]}" count=4 step-src=1
		expect echo-request passed 5 echo-request limit-source 1 -- \
			"src=$net:1::1" "dst=${to[6]}" count=6
	else
		expect echo-request passed 5 echo-request limit-source 1 -- \
			"src=$net.2" "dst=${to[4]}" count=6
	fi
}

# Link-local addresses are one host each, on their link.
test_limit_source_link_local() {
	family=6
	configure_anew < <(only_limits "echo-request source" "echo-request source-net")
	expect_here echo-request passed 20 -- src=fe80::1:1 dst=fe80::ff:fe00:101 \
		step-src=1 count=20
	expect_here echo-request passed 4 echo-request limit-source 16 -- \
		src=fe80::1:1 dst=fe80::ff:fe00:101 count=20
	local from=honest
	expect_here echo-request passed 5 echo-request limit-source 2 -- \
		src=fe80::1:1 dst=fe80::ff:fe00:201 count=7
}

test_limit_source_net() {
	local first
	family=$1
	configure_anew < <(only_limits "echo-request source-net")
	new_source
	first=$net
	expect echo-request passed 5 echo-request limit-source-net 15 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=20
	if [[ $1 == 6 ]]; then
		expect echo-request limit-source-net 4 -- "src=$first:77::1" \
			"dst=${to[6]}" step-src=1 count=4
	fi
	new_source
	expect echo-request passed 5 echo-request limit-source-net 1 -- \
		"src=$src" "dst=${to[$1]}" step-src=1 count=6
}

test_limit_destination() {
	family=$1
	configure_anew < <(only_limits "echo-request destination")
	new_source
	expect echo-request passed 5 echo-request limit-destination 15 -- \
		"src=$src" "dst=${to[$1]}" step-src=1 count=20
	expect echo-request passed 20 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=20
}

test_limit_destination_net() {
	local other=10.0.1.1
	family=$1
	[[ $1 == 4 ]] || other=2001:db8:f000:1::1
	configure_anew < <(only_limits "echo-request destination-net")
	new_source
	expect echo-request passed 5 echo-request limit-destination-net 15 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=20
	expect echo-request passed 5 echo-request limit-destination-net 1 -- \
		"src=$src" "dst=$other" step-src=1 step-dst=1 count=6
}

test_limit_interface() {
	local from
	family=$1
	configure_anew < <(only_limits "echo-request interface")
	new_source
	expect echo-request passed 5 echo-request limit-interface 15 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=20
	from=honest
	expect echo-request passed 5 echo-request limit-interface 1 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=6
}

test_limit_router() {
	local other=203.0.113.1 far=198.51.100.1
	family=$1
	[[ $1 == 4 ]] || other=2001:db8:3::1 far=fe80::ff:fe00:101
	configure_anew < <(only_limits "echo-request router")
	new_source
	# all of its addresses together, and nothing that goes on
	expect_here echo-request passed 5 echo-request limit-router 15 -- \
		"src=$src" "dst=${own[$1]}" step-src=1 count=20
	expect_here echo-request limit-router 6 -- \
		"src=$src" "dst=$other" step-src=1 count=3 + "dst=$far"
	expect echo-request passed 20 -- \
		"src=$src" "dst=${to[$1]}" step-src=1 count=20
}

# Whatever class it is, but not what the network needs.
test_limit_total() {
	local mtu=3 code=4
	family=$1
	[[ $1 == 4 ]] || mtu=2 code=0
	configure_anew < <(only_limits "all total")
	new_source
	expect echo-request passed 3 probe-request passed 2 \
		echo-request limit-total 10 probe-request limit-total 5 -- \
		"src=$src" "dst=${behind[$1]}" step-src=1 step-dst=1 count=3 \
		+ "type=${type_probe[$1]}" count=2 \
		+ "type=${type_echo[$1]}" count=10 \
		+ "type=${type_probe[$1]}" count=5
	expect path-mtu passed 10 -- "src=$src" "dst=${to[$1]}" count=10 \
		"type=$mtu" "code=$code"
}

# The other two scopes that all classes together can have.
test_limit_all() {
	family=$1
	configure_anew < <(only_limits "all router")
	new_source
	expect_here echo-request passed 3 probe-request passed 2 probe-request limit-router 3 -- \
		"src=$src" "dst=${own[$1]}" count=3 + "type=${type_probe[$1]}" count=5
	expect echo-request passed 6 -- "src=$src" "dst=${to[$1]}" count=6
	configure_anew < <(only_limits "all interface")
	new_source
	expect echo-request passed 3 probe-request passed 2 probe-request limit-interface 3 -- \
		"src=$src" "dst=${to[$1]}" count=3 + "type=${type_probe[$1]}" count=5
	local from=honest
	expect echo-request passed 5 echo-request limit-interface 1 -- \
		"src=$src" "dst=${to[$1]}" count=6
}

# Each class has its own buckets.
test_limit_classes() {
	local class=timestamp type=13 error=3 code=3
	family=$1
	[[ $1 == 4 ]] || class=mobility type=144 error=1 code=4
	configure_anew <<-END
		$(only_limits "echo-request pair" "probe-request pair" "$class pair")
	END
	new_source
	expect echo-request passed 5 echo-request limit-pair 5 \
		probe-request passed 5 probe-request limit-pair 5 \
		"$class" passed 5 "$class" limit-pair 5 -- \
		"src=$src" "dst=${to[$1]}" count=10 \
		+ "type=${type_probe[$1]}" + "type=$type"
	# port unreachable that nobody has asked for, from anywhere
	configure_anew <<<"limit unreachable destination 1/h burst 5"
	new_source
	expect unreachable passed 5 unreachable limit-destination 15 -- "src=$src" \
		"dst=${to[$1]}" "type=$error" code="$code" step-src=1 count=20
}

# A packet that a later scope refuses doesn't use up the earlier ones.
test_limit_charges_nothing() {
	family=$1
	configure_anew <<-END
		$(only_limits "echo-request pair" "echo-request source")
		limit echo-request destination 1/h burst 2
	END
	new_source
	expect echo-request passed 2 echo-request limit-destination 10 -- \
		"src=$src" "dst=${to[$1]}" count=12
	configure < <(only_limits "echo-request pair" "echo-request source")
	expect echo-request passed 3 echo-request limit-pair 2 -- \
		"src=$src" "dst=${to[$1]}" count=5
	expect echo-request limit-source 2 -- "src=$src" "dst=${behind[$1]}" count=2

	configure_anew <<-END
		$(only_limits "echo-request router" "echo-request interface")
		limit all total 1/h burst 2
	END
	new_source
	expect_here echo-request passed 2 echo-request limit-total 10 -- \
		"src=$src" "dst=${own[$1]}" count=12
	configure < <(only_limits "echo-request router" "echo-request interface")
	expect_here echo-request passed 3 echo-request limit-router 2 -- \
		"src=$src" "dst=${own[$1]}" count=5
	expect echo-request limit-interface 2 -- "src=$src" "dst=${to[$1]}" count=2
}

# A limit that is raised is in force at once, whatever the old one is owed.
test_limit_raised() {
	family=$1
	configure_anew < <(only_limits "echo-request source" "echo-request router" "all total")
	new_source
	expect_here echo-request passed 5 echo-request limit-source 5 -- \
		"src=$src" "dst=${own[$1]}" count=10
	configure <<-END
		limit echo-request source 1000/s burst 1000
		limit echo-request router 1000/s burst 1000
		limit all total 1000/s burst 1000
	END
	expect_here echo-request passed 20 -- "src=$src" "dst=${own[$1]}" count=20
}
