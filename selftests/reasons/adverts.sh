#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: router advertisements of IPv6.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# expect_advert REASON OPTIONS [WORD...]: as one line of hexadecimal, behind what
# comes before the options.
expect_advert() {
	expect_here router-discovery "$1" 2 -- src=fe80::5 dst=ff02::1 ttl=255 count=2 type=134 \
		"rest=0x40000708" "payload=0000000000000000$2" "${@:3}"
}

test_ra_sanity() {
	local address=20010db8000000000000000000000053 link=0101020000000105 good
	good=${link}05010000000005781903000000000708$address
	family=6
	configure <<<"check ra-sanity on"
	expect_advert passed "$good"
	expect_advert passed ""
	# two resolvers; a search list; an option that nobody knows
	expect_advert passed "190500000000000a$address$address"
	expect_advert passed 1f0200000000000a0361626300000000
	expect_advert passed fe01000000000000
	# CVE-2020-16898: an even length
	expect_advert ra-sanity "190400000000000a$address${address:0:16}"
	expect_advert ra-sanity 190100000000000a
	expect_advert ra-sanity 1f0100000000000a
	# more, or less, than the message has
	expect_advert ra-sanity "190500000000000a$address"
	expect_advert ra-sanity "${link}00"
	expect_advert ra-sanity "${link}0000000000000000"
	expect_advert ra-sanity "" len=12
	expect_advert ra-sanity "$good" src=2001:db8:1::2
	configure </dev/null
	expect_advert passed "190400000000000a$address${address:0:16}"
	expect_advert passed "$good" src=2001:db8:1::2
}
