# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the attacker sends to two addresses while everybody goes on: one behind the
# router and one of its own. An emulated processor has no room for 50 times the
# defaults (100,000 packets a second), so flood and limits are both scaled down:
# 5,000 packets a second in all, a quarter of them to each address in each family,
# and the limits that senders share a 50th of what comes at them. What many
# addresses share (destination-net, router) is 5/2 of what one gets, as by default, so
# that those which aren't attacked have room. What a sender has for itself, and what
# nobody attacks, keeps its default.
#
# A slow kernel has no time for anybody else beside 650 packets a second.

readonly flood_slow=${ICMPGUARD_SLOW:-1}
readonly flood_total=$((flood_slow > 1 ? 2500 / flood_slow : 5000)) flood_excess=50
# More than others may send at once to what isn't attacked; a burst of fewer than 64
# isn't divided among known senders and others.
readonly flood_burst=96
# Until all have done what they do; this ends it if nobody else does.
readonly flood_longest_ms=$((400000 * ${ICMPGUARD_SLOW:-1}))
readonly -A flood_targets=([transit 4]=10.66.1.1 [transit 6]=2001:db8:f066:1::1
	[own 4]=10.99.1.1 [own 6]=2001:db8:f099:1::1)
# the sources, each from another network, and none of them twice: in steps of a
# prime from a beginning of its own for all that is sent
readonly -A flood_sources=([4]='src=11.0.0.%u step-src=257'
	[6]='src=2001:db8:1000:%x:: step-net=65537')
readonly -A flood_words=([echoes 4]='type=8' [echoes 6]='type=128'
	[fragments 4]='offset=1480 more=1 len=1000' [fragments 6]='offset=1448 more=1 len=1000'
	[path_mtu 4]='type=3 code=4' [path_mtu 6]='type=2 code=0')

flood_pids=() flood_number=0

flood_name() {
	local IFS=+
	echo "$*"
}

# What comes in has a way back, to where nobody answers. The address that is
# attacked behind the router has a host of its own: what is let through of a flood
# of fragments may fill the memory for them there, with or without a guard.
flood_create() {
	lab_later "$victim" <<-'END'
		route add local 10.66.0.0/16 dev lo
		route add local 2001:db8:f066::/48 dev lo
	END
	lab_later "$router" <<-'END'
		route add 8.0.0.0/5 via 192.0.2.2
		route add 2001:db8::/32 via 2001:db8:1::2
	END
}

# flood_limit CLASS SCOPE PACKETS: a minute, as a second may have too few of them.
flood_limit() {
	echo "limit $1 $2 $(($3 * 60 / flood_excess))/m burst $((flood_burst * $3 / flood_rate))"
}

# flood_limits FLOOD...: the shared limits of what is attacked. The router's is one
# for both families.
flood_limits() {
	local each
	for each in "$@"; do
		case $each in
		echoes)
			flood_limit echo-request destination "$flood_rate"
			flood_limit echo-request destination-net $((flood_rate * 5 / 2))
			flood_limit echo-request router $((flood_rate * 5)) ;;
		fragments)
			flood_limit fragment destination "$flood_rate"
			flood_limit fragment router $((flood_rate * 5)) ;;
		esac
	done | guard_set "$router"
}

# flood_start FLOOD...: all of them at once, to the addresses that are attacked.
# Then the limits have no room left.
flood_start() {
	local target family each sources sent stopped
	flood_rate=$((flood_total / 4 / $#))
	flood_limits "$@"
	flood_count
	flood_before=$sent flood_stopped=$stopped
	flood_pids=()
	for target in "${!flood_targets[@]}"; do
		family=${target#* }
		for each in "$@"; do
			flood_number=$((flood_number + 1))
			# shellcheck disable=SC2059 # a number goes into it
			printf -v sources "${flood_sources[$family]}" $flood_number
			# shellcheck disable=SC2086 # words
			./send "$attacker" eth0 to=02:00:00:00:01:01 $sources \
				"dst=${flood_targets[$target]}" ${flood_words[$each $family]} \
				"rate=$flood_rate" gather=8 "ms=$flood_longest_ms" \
				>"$scratch/flood.$each.${target/ /.}" &
			flood_pids+=($!)
		done
	done
	busywait 10000 flood_is_here || fail "the flood doesn't come"
	flood_count
	flood_from=${EPOCHREALTIME/./} flood_before=$sent flood_stopped=$stopped
}

# A second's packets have been judged.
flood_is_here() {
	local sent stopped
	flood_count
	[[ $((stopped - flood_stopped)) -ge $flood_total ]]
}

# What has been sent, in $sent, and what the router's guard has refused of it or,
# of the forged messages, for which there is no limit, looked at, in $stopped.
flood_count() {
	local lines line field key
	local -A now
	mapfile -t lines <"$(proc_net "$attacker" dev)"
	for line in "${lines[@]}"; do
		read -ra field <<<"$line"
		[[ ${field[0]} != eth0: ]] || sent=${field[10]}
	done
	counters "$router" now
	stopped=0
	for key in reason.limit-destination.dropped reason.limit-destination-net.dropped \
		reason.limit-router.dropped class.path-mtu.passed class.path-mtu.dropped; do
		stopped=$((stopped + now[$key]))
	done
}

# Says how much of a flood it was; it was none when the machine had no time for
# it, or when the guard had nothing to do.
flood_end() {
	local sent stopped rate
	flood_count
	rate=$(((sent - flood_before) * 1000000 / (${EPOCHREALTIME/./} - flood_from)))
	note "$rate packets a second"
	[[ $rate -ge $((flood_total * 8 / 10)) ]] || fail "no flood of $flood_total packets a second"
	kill "${flood_pids[@]}" || fail "the flood has ended too early"
	wait "${flood_pids[@]}" 2>/dev/null
	note "$((stopped - flood_stopped)) of $((sent - flood_before)) judged"
	[[ $((stopped - flood_stopped)) -ge $(((sent - flood_before) * 8 / 10)) ]] ||
		fail "the flood did not come to the guard's limits"
	flood_show
}

# What was dropped, and where, for whoever looks for the cause of a failure.
flood_show() {
	local each key
	local -A now
	for each in "${guarded[@]}"; do
		counters "$each" now
		for key in "${!now[@]}"; do
			[[ $key != *.dropped || ${now[$key]} -eq 0 ]] ||
				note "${each%%-*} $key ${now[$key]}"
		done
	done
}
