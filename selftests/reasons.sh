#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# processors: 1
#
# Every way a packet can end: exactly its counter moves, by exactly the number
# sent, in /proc and (by family) in what the tool says; what is refused doesn't
# arrive at the victim, and what passes does. The network is that of lib.sh:
#
#	attacker --- router, with the guard --- victim --- 10.0.0.0/8
#	honest   --/                                       2001:db8:f000::/36
#
# A reason of kmod/reasons.h that no test here has seen fails the last test.

cd "$(dirname "$0")" || exit 1
. ./lib.sh
. ./reasons/expect.sh
. ./reasons/classes.sh
. ./reasons/limits.sh
. ./reasons/fragments.sh
. ./reasons/broadcast.sh
. ./reasons/headers.sh
. ./reasons/links.sh
. ./reasons/errors.sh
. ./reasons/sources.sh
. ./reasons/types.sh
. ./reasons/adverts.sh

# reasons that only one family has
declare -A only_family=([network-address-echo]=4 [hop-limit]=6 [header-chain]=6
	[discovery-fragment]=6 [listener-source]=6 [quote-fragment]=4
	[source-broadcast]=4 [ra-sanity]=6)

# Monitor counts what enforce would drop, and drops nothing: the same tests.
test_monitor() {
	mode=monitor
	"$@"
	mode=enforce
}

# What the tool says by family is what was sent.
test_stats_by_family() {
	local key value
	local -A said=()
	while read -r key value; do
		said["$key"]=$value
	done < <(guard "$router" -j stats | jq -r '
		{ipv4, ipv6} | to_entries[] | .key as $family | .value | to_entries[] |
		.key as $class | .value.reason // {} | to_entries[] | .key as $reason |
		.value | to_entries[] | select(.value != 0) |
		"\($family).\($class).\($reason).\(.key) \(.value)"')
	for key in "${!book[@]}"; do
		[[ ${said[$key]-0} -eq ${book[$key]} ]] ||
			fail "stats say $key ${said[$key]-0}, not ${book[$key]}"
	done
	for key in "${!said[@]}"; do
		[[ -n ${book[$key]-} ]] || fail "stats say $key ${said[$key]}"
	done
}

# Every reason, in each family that has it.
test_every_reason_was_seen() {
	local reason each reasons list=../kmod/reasons.h
	# beside the tests where they are installed without the module's sources
	[[ -e $list ]] || list=reasons.h
	mapfile -t reasons < <(sed -n \
		's/^[[:space:]]*X([A-Z0-9_]*, "\([a-z-]*\)".*/\1/p' "$list")
	[[ ${#reasons[@]} -gt 0 && ${#reasons[@]} -eq $(grep -c '^[[:space:]]*X(' "$list") ]] ||
		fail "$list can't be read"
	for reason in "${reasons[@]}"; do
		for each in ${only_family[$reason]-4 6}; do
			[[ -n ${covered[$each $reason enforce]-} ]] ||
				fail "no test has seen $reason in IPv$each"
			[[ -n ${covered[$each $reason monitor]-} ]] ||
				fail "no test has seen $reason in IPv$each in monitor mode"
		done
	done
}

tests=()
# once for each family
for each in passed passed_not_icmp class_drop class_drop_guarded exempt exempt_dev \
	limit_pair limit_source limit_source_net limit_destination limit_destination_net \
	limit_interface limit_router limit_total limit_all limit_classes \
	limit_charges_nothing limit_raised ping_of_death oversized tiny_fragment \
	refused_message refused_message_again refused_message_not refused_message_ends \
	broadcast_echo_always broadcast_allow truncated discovery_code link_hop_limit \
	quote_right quote_short quote_malformed quote_source quote_group quote_error \
	quote_passed path_mtu_size path_mtu_harmed source_martian source_own source_own_changes \
	overlap no_header type_drop type_accept class_direction type_drop_guarded; do
	tests+=("test_$each 4" "test_$each 6")
done
tests+=(test_passed_hidden test_limit_source_link_local test_ping_of_death_off
	test_oversized_reassembled_4 test_oversized_reassembled_6 test_tiny_fragment_chain
	test_lying_fragments test_atomic_fragment test_broadcast_echo_4
	test_broadcast_echo_off test_broadcast_echo_6 test_network_address_echo
	test_asks_many test_hop_limit test_hop_limit_not test_truncated_chain
	test_header_chain test_discovery_fragment test_listener_source test_quote_fragment
	test_source_unspecified test_source_broadcast test_ra_sanity)
for each in passed class_drop exempt limit_pair limit_source limit_source_net \
	limit_destination limit_destination_net limit_interface limit_router limit_total \
	limit_charges_nothing ping_of_death oversized tiny_fragment refused_message \
	truncated discovery_code link_hop_limit quote_short quote_malformed quote_source \
	quote_group quote_error quote_passed path_mtu_size source_martian type_drop; do
	tests+=("test_monitor test_$each 4" "test_monitor test_$each 6")
done
for each in oversized_reassembled_4 oversized_reassembled_6 asks_many hop_limit \
	header_chain discovery_fragment listener_source quote_fragment monitor_source_own_4 \
	monitor_source_own_6 monitor_source_broadcast ra_sanity; do
	tests+=("test_monitor test_$each")
done
tests+=(test_stats_by_family test_every_reason_was_seen)

scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"
setup_router
quiet "$router" "$attacker" "$honest" "$victim"
run_tests "${tests[@]}"
