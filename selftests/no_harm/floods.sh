# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the attacker sends to one address while everybody goes on. An emulated
# processor has no room for 50 times the defaults (100,000 packets a second), so
# flood and limits are both scaled down: 5,000 packets a second in all, half of
# them in each family, and the limits that senders share a 50th of what comes at
# them. What a sender has for itself, and what nobody attacks, keeps its default.

readonly flood_total=$((5000 / ${ICMPGUARD_SLOW:-1})) flood_excess=50
# more than others may send at once to what isn't attacked
readonly flood_burst=60
readonly flood_longest_ms=$((180000 * ${ICMPGUARD_SLOW:-1}))
readonly -A flood_targets=([4]=10.66.1.1 [6]=2001:db8:f066:1::1)
# the sources, each from another network
readonly -A flood_sources=([4]='src=11.0.0.1 step-src=257' [6]='src=2001:db8:1000:: step-net=65537')
readonly -A flood_words=([echoes 4]='type=8' [echoes 6]='type=128'
	[fragments 4]='offset=1480 more=1 len=1000' [fragments 6]='offset=1448 more=1 len=1000'
	[path_mtu 4]='type=3 code=4' [path_mtu 6]='type=2 code=0')

flood_pids=()

flood_name() {
	local IFS=+
	echo "$*"
}

# What comes in has a way back, to where nobody answers. The address that is
# attacked has a host of its own: what is let through of a flood of fragments may
# fill the memory for them there, with or without a guard.
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

# flood_limits RATE FLOOD...: the shared limits of what is attacked.
flood_limits() {
	local rate=$(($1 / flood_excess)) each
	shift
	for each in "$@"; do
		case $each in
		echoes)
			echo "limit echo-request destination $rate/s burst $flood_burst"
			echo "limit echo-request destination-net $((rate * 5 / 2))/s burst $flood_burst" ;;
		fragments)
			echo "limit fragment destination $rate/s burst $flood_burst" ;;
		esac
	done | guard_set "$router"
}

# flood_start FLOOD...: all of them at once, to the address that is attacked.
flood_start() {
	local family each sent stopped rate=$((flood_total / 2 / $#))
	flood_limits "$rate" "$@"
	flood_pids=()
	for family in 4 6; do
		for each in "$@"; do
			# shellcheck disable=SC2086 # words
			./send "$attacker" eth0 to=02:00:00:00:01:01 ${flood_sources[$family]} \
				"dst=${flood_targets[$family]}" ${flood_words[$each $family]} "rate=$rate" \
				"ms=$flood_longest_ms" >"$scratch/flood.$each.$family" &
			flood_pids+=($!)
		done
	done
	flood_count
	flood_from=${EPOCHREALTIME/./} flood_before=$sent flood_stopped=$stopped
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
		class.path-mtu.passed class.path-mtu.dropped; do
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
