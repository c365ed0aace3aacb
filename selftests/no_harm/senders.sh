# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who pings the addresses that are attacked, and what it loses by the attack: groups
# of senders for each address, with one ping in an interval. Group 0 is there from
# the beginning, and known when the first flood comes; each flood has a group of
# newcomers. All are addresses of the client, which counts the answers.

# Known is who comes back within a minute. All together need half of what the
# limits in a flood of three kinds let through: on a slow kernel there is less of it.
readonly senders_count=$((${ICMPGUARD_SLOW:-1} > 1 ? 6 : 12)) senders_rounds=6
readonly senders_interval_us=$((5000000 * ${ICMPGUARD_SLOW:-1}))
# at most: pings of a hundred of known senders, and pings of each newcomer
readonly senders_known_lose=1 senders_newcomer_loses=3

# senders_address GROUP TARGET NUMBER: in both families, in ${sender[FAMILY]}. A
# newcomer that pings two addresses at once doesn't look as if it came back.
senders_address() {
	local n=$(($1 * 32 + $3))
	[[ $2 != own ]] || n=$((n + 16))
	sender=([4]=198.51.166.$n)
	printf -v 'sender[6]' 2001:db8:c066:%x::2 "$n"
}

senders_create() {
	lab_later "$client" <<-'END'
		route add local 198.51.166.0/24 dev lo
		route add local 2001:db8:c066::/48 dev lo
	END
	lab_later "$router" <<-'END'
		route add 198.51.166.0/24 via 198.51.100.2
		route add 2001:db8:c066::/48 via 2001:db8:2::2
	END
	in_ns "$client" nft -f - <<-'END' || die "the client can't count"
		table inet answers {
			set v4 {
				type ipv4_addr . ipv4_addr
				counter
				size 4096
				flags dynamic
			}
			set v6 {
				type ipv6_addr . ipv6_addr
				counter
				size 4096
				flags dynamic
			}
			chain input {
				type filter hook input priority 0
				icmp type echo-reply ip daddr 198.51.166.0/24 update @v4 { ip daddr . ip saddr }
				icmpv6 type echo-reply ip6 daddr 2001:db8:c066::/48 update @v6 { ip6 daddr . ip6 saddr }
			}
		}
	END
}

# senders_start ROUNDS GROUP...
senders_start() {
	in_ns "$client" nft "flush set inet answers v4; flush set inet answers v6" ||
		fail "the client can't forget"
	senders_ping "$@" &
	senders_pid=$!
}

# One sender of each group after the other, evenly.
senders_ping() {
	local rounds=$1 next=${EPOCHREALTIME/./} round i now group target words sender
	shift
	for ((round = 0; round < rounds; round++)); do
		for ((i = 1; i <= senders_count; i++)); do
			words=()
			for group in "$@"; do
				for target in "${!flood_targets[@]}"; do
					senders_address "$group" "${target% *}" $i
					words+=(+ "src=${sender[${target#* }]}"
						"dst=${flood_targets[$target]}")
				done
			done
			now=${EPOCHREALTIME/./}
			[[ $now -ge $next ]] || pause_ms $(((next - now) / 1000))
			next=$((next + senders_interval_us / senders_count))
			./send "$client" eth0 to=02:00:00:00:02:01 "${words[@]:1}" || return
		done
	done
}

# senders_end PHASE: what came of them into a file there, lines of
# "SENDER ADDRESS ANSWERS".
senders_end() {
	local each
	wait "$senders_pid" || fail "the senders: status $?"
	# the last answers are on their way
	pause_ms $((1000 * ${ICMPGUARD_SLOW:-1}))
	for each in 4 6; do
		in_ns "$client" nft -j list set inet answers v$each |
			jq -r '.nftables[].set?.elem[]?.elem |
				"\(.val.concat | join(" ")) \(.counter.packets)"'
	done >"$scratch/$1.senders"
}

# senders_count_lost PHASE ROUNDS GROUP TARGET: pings without an answer in both
# families, in $lost, and of the sender that lost most in one, in $worst.
senders_count_lost() {
	local family i sender answers missing each=()
	lost=0 worst=0
	for family in 4 6; do
		for ((i = 1; i <= senders_count; i++)); do
			senders_address "$3" "$4" $i
			answers=$(sed -n "s/^${sender[$family]} ${flood_targets[$4 $family]} //p" \
				"$scratch/$1.senders")
			missing=$(($2 - ${answers:-0}))
			lost=$((lost + missing))
			each+=("$missing")
			[[ $missing -le $worst ]] || worst=$missing
		done
	done
	note "$lost of $((2 * $2 * senders_count)) lost, at most $worst by one: ${each[*]}"
}

# Without a flood nobody loses any: test_all_answered PHASE ROUNDS TARGET
test_all_answered() {
	local lost worst
	senders_count_lost "$1" "$2" 0 "$3"
	[[ $lost -eq 0 ]] || fail "some have no answer"
}

# test_known PHASE TARGET
test_known() {
	local lost worst
	senders_count_lost "$1" $senders_rounds 0 "$2"
	[[ $((lost * 100)) -le $((senders_known_lose * 2 * senders_rounds * senders_count)) ]] ||
		fail "known senders lose more than $senders_known_lose %"
}

# test_newcomers PHASE TARGET GROUP
test_newcomers() {
	local lost worst
	senders_count_lost "$1" $senders_rounds "$3" "$2"
	[[ $worst -le $senders_newcomer_loses ]] ||
		fail "a newcomer loses more than $senders_newcomer_loses pings"
}
