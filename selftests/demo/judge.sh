# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What must hold, computed from what was measured. result[] has it under
# ATTACK.HALF.NAME, see count.sh and honest.sh.

judge_failed=0 judge_passed=0

# WORDS CONDITION: an arithmetic condition that must be true.
judge_expect() {
	if (($2)); then
		echo "    PASS  $1"
		judge_passed=$((judge_passed + 1))
	else
		echo "    FAIL  $1"
		judge_failed=$((judge_failed + 1))
	fi
}

# Prints how many packets of CLASS may pass in MICROSECONDS by the guard's limits,
# rate x time + burst and 5 %: of the scopes that see transit the strictest,
# each for as many buckets as the attack fills. Nothing if there is no limit.
judge_bound() {
	jq -r --arg class "$1" --argjson us "$2" \
		--argjson sources "$attack_sources" --argjson nets "$attack_nets" '
		{ "pair": $sources, "source": $sources, "source-net": $nets,
		  "destination": 1, "destination-net": 1, "interface": 1, "total": 1 } as $buckets
		| { "s": 1, "m": 60, "h": 3600 } as $seconds
		| [ (.limit[$class], .limit.all) // {} | to_entries[]
		    | select(.value and $buckets[.key])
		    | $buckets[.key] * (.value.burst +
		      .value.count * $us / 1000000 / $seconds[.value.unit]) ]
		| min | values * 1.05 | floor' "$work/config.json"
}

# Prints how many packets must have been sent for the attack to show anything: a
# quarter of the plan, and in a flood more than the guard lets through.
judge_needed() {
	local needed=$(((attack_packets + 3) / 4)) bound
	if [[ $attack_kind == flood ]]; then
		bound=$(judge_bound "$attack_class" "${result[$1.time_us]}")
		needed=$((${bound:-0} + 1 > needed ? bound + 1 : needed))
	fi
	echo "$needed"
}

judge_sent() {
	local key=$1 needed
	needed=$(judge_needed "$key")
	judge_expect "${key#*.}: ${result[$key.sent]} packets were sent, it takes $needed to show anything" \
		"result[$key.sent] >= needed"
}

judge_limit() {
	local key=$1 what=$2 class=$3 reached=$4 bound
	bound=$(judge_bound "$class" "${result[$key.time_us]}")
	judge_expect "with: $reached $what reached the victim, at most ${bound:-?} may" \
		"${bound:--1} >= reached"
}

judge_without() {
	local key=$1.without
	local reached=${result[$key.reached]}
	local expected=$((result[$key.sent] * attack_copies))
	judge_sent "$key"
	judge_expect "without: $reached of $expected reached the $attack_target, at least 90 % must" \
		"expected > 0 && 10 * reached >= 9 * expected"
	[[ $attack_kind != oversized ]] ||
		judge_expect "without: ${result[$key.beyond]} fragments beyond byte $max_message were among them" \
			"result[$key.beyond] > 0"
}

judge_with() {
	local key=$1.with
	local first=${result[$key.first]} later=${result[$key.later]}
	judge_sent "$key"
	case $attack_kind in
	flood | oversized)
		if ((result[$1.without.first] + first)); then
			judge_limit "$key" 'echo requests' echo-request "$first"
		fi
		if ((result[$1.without.later] + later)); then
			judge_limit "$key" 'later fragments' fragment "$later"
		fi ;;&
	oversized)
		judge_expect "with: ${result[$key.answered]} of them were completed and answered" \
			"result[$key.answered] == 0" ;;
	smurf)
		judge_expect "with: ${result[$key.reply]} smurf replies reached the bystander" \
			"result[$key.reply] == 0"
		judge_expect "with: $first broadcast requests reached a protected host" \
			"first == 0" ;;
	esac
	judge_expect "with: ${result[$key.beyond]} fragments beyond byte $max_message reached the victim" \
		"result[$key.beyond] == 0"
}

judge_honest() {
	local key=$1.with
	judge_expect "with: honest host lost ${result[$key.lost]} of ${result[$key.pings]} pings, at most 1 % may be" \
		"result[$key.pings] == honest_pings && 100 * result[$key.lost] <= result[$key.pings]"
	judge_expect "with: its traceroute saw every router and the server" \
		"result[$key.traceroute]"
	judge_expect "with: its TCP found the MTU of $lab_path_mtu, all $honest_bytes bytes came back" \
		"result[$key.tcp]"
}
