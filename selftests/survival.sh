#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 600
# beside the rest
#
# Who survives a flood from random sources: honest pings that pass while it
# lasts, with this guard, with an nft meter and a limit, with hashlimit and a
# limit, each in the same network, with the same budget, senders and flood, as a
# table. And what comes in an honest sender's name costs it what its own limits
# are, and nobody else anything.
#
# The scale: the case that this stands for is a router with a budget of 10,000
# echo requests a second under a million a second from random sources, among
# them 1000 honest senders with one ping a second each. A machine without hardware
# help carries some 25,000 packets a second, so all is a hundredth of that: a
# budget of 100 a second, a flood of 10,000, 5 honest senders known before it and 5
# that come while it lasts. What decides is kept: a flood of 100 times the
# budget, honest senders who need a tenth of it, one ping a second from each,
# and table sizes that the flood fills within seconds. On a kernel that is slow
# because it checks itself, budget and flood are less by the same factor, which is
# more than that kernel is slower: it carries 800 of them a second beside nft.
#
#	attacker, the flood ------\
#	                           router, with a guard or a peer --- victim
#	honest, several senders --/

cd "$(dirname "$0")" || exit 1
. ./lib.sh

readonly slow=${ICMPGUARD_SLOW:-1}
readonly less=$((slow > 1 ? 2 * slow : 1))
readonly budget=$((100 / less))
readonly flood=$((budget * 100))
# the least that the guard divides among senders, or two seconds' packets
readonly burst=$((budget > 32 ? 2 * budget : 64))
readonly senders=$((slow > 1 ? 2 : 5)) warm=4
# pings of each while a flood lasts; what comes in somebody's name shows it sooner
rounds=20
# of a peer: as many senders as the guard's default table has lines of memory for
readonly peer_senders=8192

declare -A victim_is=([4]=203.0.113.2 [6]=2001:db8:3::2)

# honest_source GROUP NUMBER: groups are 0, known before the flood, and 1, new
honest_source() {
	if [[ $family == 4 ]]; then
		honest_is=172.31.$1.$2
	else
		honest_is=2001:db8:b00$1:$2::1
	fi
}

# The words of ./send for one ping of each sender of the groups.
pings() {
	local group i
	words=()
	for group in "$@"; do
		for ((i = 1; i <= senders; i++)); do
			honest_source "$group" "$i"
			words+=(+ "src=$honest_is")
		done
	done
	words=("${words[@]:1}")
}

# rounds COUNT GROUP...: a ping of each, once a second.
ping_rounds() {
	local count=$1 i next now
	shift
	pings "$@"
	next=${EPOCHREALTIME/./}
	for ((i = 0; i < count; i++)); do
		./send "$honest" eth0 to=02:00:00:00:02:01 "dst=${victim_is[$family]}" \
			"${words[@]}" || fail "send: status $?"
		next=$((next + 1000000))
		now=${EPOCHREALTIME/./}
		[[ $now -ge $next ]] || pause_ms $(((next - now) / 1000))
	done
}

# The victim counts what comes of each sender.
count_at_victim() {
	in_ns "$victim" nft -f - <<-'END' || die "the victim can't count"
		table inet honest {
			set v4 {
				type ipv4_addr
				counter
				flags dynamic
			}
			set v6 {
				type ipv6_addr
				counter
				flags dynamic
			}
			chain input {
				type filter hook prerouting priority -400
				icmp type echo-request ip saddr 172.31.0.0/16 update @v4 { ip saddr }
				icmpv6 type echo-request ip6 saddr 2001:db8:b000::/44 update @v6 { ip6 saddr }
			}
		}
	END
}

forget_counts() {
	in_ns "$victim" nft "flush set inet honest v4; flush set inet honest v6"
}

# came GROUP: pings of it that the victim has seen, in $came; the fewest of one
# sender in $fewest
count_came() {
	local i n counts
	came=0 fewest=$rounds
	counts=$(in_ns "$victim" nft -j list set inet honest "v$family" |
		jq -r '.nftables[].set?.elem[]?.elem | "\(.val) \(.counter.packets)"')
	for ((i = 1; i <= senders; i++)); do
		honest_source "$1" "$i"
		n=$(sed -n "s/^$honest_is //p" <<<"$counts")
		came=$((came + ${n:-0}))
		[[ ${n:-0} -ge $fewest ]] || fewest=${n:-0}
	done
}

# Every source once: the step is odd, and none of them is honest.
flood_start() {
	local source=11.0.0.1 step=7919
	[[ $family == 4 ]] || source=2001:db8:cccc::1
	./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$source" "step-src=$step" \
		"dst=${victim_is[$family]}" "rate=$flood" gather=20 "ms=$(((rounds + 1) * 1000))" \
		>"$scratch/flood" &
	flood_pid=$!
}

# A flood that was held up is no test: says how many times the budget it was, and
# for how many seconds.
flood_end() {
	local sent ns
	wait "$flood_pid" || fail "the flood: status $?"
	read -r sent ns _ <"$scratch/flood"
	lasted=$((ns / 1000000000))
	times=$((sent * 1000 / (ns / 1000000) / budget))
	[[ $times -ge 90 ]] || fail "the flood was only $times times the budget: $sent in $ns ns"
}

# What is in the way of the flood is set up; one row of the table.
row() {
	local known known_fewest sent=$((rounds * senders))
	# those of the first group are known before it begins
	ping_rounds "$warm" 0
	forget_counts
	flood_start
	pause_ms 500
	ping_rounds "$rounds" 0 1
	flood_end
	count_came 0
	known=$came known_fewest=$fewest
	count_came 1
	rows+=("$(printf '%-22s %6s %11s %11s %9s' "$1" "$times" \
		"$(percent "$known" "$sent")" "$(percent "$came" "$sent")" "$((rounds - fewest))")")
	passed_known=$known passed_new=$came lost_new=$((rounds - fewest))
	lost_known=$((rounds - known_fewest))
	note "$1: $known and $came of $sent, the worst lost $lost_known and $lost_new of $rounds"
}

# percent PART WHOLE
percent() {
	printf '%d.%d' $(($1 * 100 / $2)) $(($1 * 1000 / $2 % 10))
}

# guard_on BUDGET BURST
guard_on() {
	guard "$router" set mode off
	guard "$router" restore - <<-END || fail "the guard can't be configured"
		mode enforce
		known-first on
		width source ipv6 128
		limit echo-request source off
		limit echo-request source-net off
		limit echo-request destination-net off
		limit echo-request router off
		limit echo-request destination $1/s burst $2
	END
}

# Nobody known is lost, and who is new loses only what it takes to be recognised.
test_guard() {
	local sent=$((rounds * senders))
	family=$1
	guard_on "$budget" "$burst"
	row "icmpguard, IPv$1"
	guard "$router" set mode off
	[[ $passed_known -ge $((sent * 99 / 100)) ]] || fail "known: $passed_known of $sent"
	[[ $lost_known -le 1 ]] || fail "one that was known lost $lost_known"
	# at most 3 each
	[[ $lost_new -le 3 ]] || fail "one that was new lost $lost_new"
}

# That the overload is one is seen where nobody comes first: few pass. More than
# the budget's share of the flood, as a machine without hardware help sends it in
# bursts, with pauses in between.
test_nft() {
	local sent=$((rounds * senders))
	family=4
	in_ns "$router" nft -f - <<-END || fail "nft: status $?"
		table ip peer {
			set seen {
				type ipv4_addr
				size $peer_senders
				flags dynamic,timeout
				timeout 10s
			}
			chain prerouting {
				type filter hook prerouting priority raw
				icmp type echo-request update @seen { ip saddr limit rate over 10/second burst 50 packets } drop
				icmp type echo-request limit rate over $budget/second burst $burst packets drop
			}
		}
	END
	row "nft meter + limit"
	in_ns "$router" nft delete table ip peer
	[[ $passed_known -le $((sent / 2)) && $passed_new -le $((sent / 2)) ]] ||
		fail "no overload: $passed_known and $passed_new of $sent passed"
}

# Its full table keeps out the flood, and with it who is new, until entries end
# and the flood comes through.
test_hashlimit() {
	local sent=$((rounds * senders))
	family=4
	in_ns "$router" iptables-restore <<-END || fail "iptables: status $?"
		*raw
		-A PREROUTING -p icmp --icmp-type echo-request -m hashlimit --hashlimit-above 10/sec --hashlimit-burst 50 --hashlimit-mode srcip --hashlimit-name icmp --hashlimit-htable-max $peer_senders -j DROP
		-A PREROUTING -p icmp --icmp-type echo-request -m limit --limit $budget/sec --limit-burst $burst -j ACCEPT
		-A PREROUTING -p icmp --icmp-type echo-request -j DROP
		COMMIT
	END
	row "hashlimit + limit"
	in_ns "$router" iptables -t raw -F
	[[ $((passed_known + passed_new)) -le $((2 * sent * 9 / 10)) ]] ||
		fail "no overload: $passed_known and $passed_new of $sent passed"
}

test_table() {
	local each
	note "honest pings that passed, in percent: of senders known before the flood, and new"
	note "$(printf '%-22s %6s %11s %11s %9s' '' 'flood/' known new 'new lost,')"
	note "$(printf '%-22s %6s %11s %11s %9s' '' budget % % worst)"
	for each in "${rows[@]}"; do
		note "$each"
	done
	[[ ${#rows[@]} -eq 4 ]] || fail "${#rows[@]} rows"
}

# In the name of one of those that are known: it may lose all of its own limit,
# the others lose nothing, and nobody remembers it afterwards.
test_in_its_name() {
	local rounds=8 i others=0 n counts
	local sent=$((rounds * senders))
	family=$1
	# room for its own limit, on a slow kernel too
	guard_on 100 200
	ping_rounds "$warm" 0
	forget_counts
	honest_source 0 1
	./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$honest_is" \
		"dst=${victim_is[$family]}" "rate=$flood" gather=20 "ms=$(((rounds + 1) * 1000))" \
		>"$scratch/flood" &
	flood_pid=$!
	ping_rounds "$rounds" 0
	flood_end
	counts=$(in_ns "$victim" nft -j list set inet honest "v$family" |
		jq -r '.nftables[].set?.elem[]?.elem | "\(.val) \(.counter.packets)"')
	for ((i = 1; i <= senders; i++)); do
		honest_source 0 "$i"
		n=$(sed -n "s/^$honest_is //p" <<<"$counts")
		note "sender $i: ${n:-0}"
		if [[ $i -eq 1 ]]; then
			# its pair's 10 a second and burst, whoever sent them
			[[ $n -ge $((10 * rounds)) && $n -le $((10 * (lasted + 3) + 60)) ]] ||
				fail "$n in its name, not its own limit"
		else
			others=$((others + ${n:-0}))
		fi
	done
	[[ $others -eq $((sent - rounds)) ]] ||
		fail "the others lost $((sent - rounds - others)) by it"
	# a burst of its own is enough for all of these, as soon as the flood has ended
	pause_ms 6000
	forget_counts
	ping_rounds 3 0
	count_came 0
	[[ $came -eq $((3 * senders)) ]] || fail "$came of $((3 * senders)) afterwards"
	honest_source 0 1
	[[ $(guard "$router" -j why "$honest_is" to "${victim_is[$family]}" dev hon | jq -r .known) == yes ]] ||
		fail "it isn't known any more"
	guard "$router" set mode off
}

rows=()
scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"
setup_router
sysctl -qw net.core.netdev_max_backlog=100000 || die "no larger backlog"
quiet "$router" "$attacker" "$honest" "$victim"
count_at_victim
run_tests "test_guard 4" "test_guard 6" test_nft test_hashlimit test_table \
	"test_in_its_name 4" "test_in_its_name 6"
