# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What was measured, as lines for a reader.

# NUMBER unless it is 1: $2 or $3
table_word() {
	if (($1)); then echo "$2"; else echo "$3"; fi
}

# One half of an attack, as soon as it is over.
table_progress() {
	local key=$1
	printf '  %-7s  %5d packets in %d.%d s, %d reached the %s; honest: %d/%d pings lost, traceroute %s, TCP %s\n' \
		"${key#*.}" "${result[$key.sent]}" \
		$((result[$key.time_us] / 1000000)) $((result[$key.time_us] / 100000 % 10)) \
		"${result[$key.reached]}" "$attack_target" \
		"${result[$key.lost]}" "${result[$key.pings]}" \
		"$(table_word "result[$key.traceroute]" works fails)" \
		"$(table_word "result[$key.tcp]" works fails)"
}

table_print() {
	local attack sent
	echo "                                       reached victim   answered by it  honest lost"
	echo "attack                     packets    without   with   without   with  w/out  with"
	for ((attack = 1; attack <= attack_count; attack++)); do
		attack_describe "$attack"
		sent=${result[$attack.without.sent]}
		[[ $sent == "${result[$attack.with.sent]}" ]] || sent+=/${result[$attack.with.sent]}
		printf '%-25s %11s %8s %6s  %8s %6s  %5s %5s\n' "$attack_name" "$sent" \
			"${result[$attack.without.reached]}" "${result[$attack.with.reached]}" \
			"${result[$attack.without.answered]}" "${result[$attack.with.answered]}" \
			"${result[$attack.without.lost]}/${result[$attack.without.pings]}" \
			"${result[$attack.with.lost]}/${result[$attack.with.pings]}"
	done
}
