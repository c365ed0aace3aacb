#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 300
#
# Ten thousand exemptions, as many as there can be: of all lengths in both
# families, those that lie in each other and those on a device, they are found
# by what they cover and by nothing else; they are exchanged for others in one
# step, whatever comes in meanwhile; and looking for them takes a packet no
# multiple of its time.
#
#	attacker --- router, with the guard --- victim

cd "$(dirname "$0")" || exit 1
. ./lib.sh
. ./reasons/expect.sh

readonly most=10000

# Some classes are dropped by their action, and pass when they are exempt.
try() {
	local reason=$1
	shift
	expect "${class_dropped[$family]}" "$reason" 1 -- "type=${type_dropped[$family]}" \
		"dst=${to[$family]}" "$@"
}

# fill NAME: NAME is in the second byte of all addresses, so that two fills have
# nothing in common. Lengths from 16 to 32 and from 32 to 128.
fill() {
	awk -v name="$1" -v half=$((most / 2 - 10)) 'BEGIN {
		for (i = 0; i < half; i++) {
			bits = 20 + i % 13
			block = i * 4096
			mask = 2 ^ (32 - bits)
			host = int((block + i % 4096) / mask) * mask
			printf "exempt %d.%d.%d.%d/%d\n", 20 + name + int(host / 16777216),
				int(host / 65536) % 256, int(host / 256) % 256, host % 256, bits
		}
		for (i = 0; i < half; i++) {
			bits = 48 + i % 81
			last = bits == 128 ? i % 65536 : 0
			printf "exempt 2001:%x:%x::%x/%d\n", 3328 + name, i, last, bits
		}
	}'
}

# What is looked for: networks in networks, and on devices.
picked() {
	cat <<-'END'
		exempt 172.20.0.0/16
		exempt 172.20.4.0/24
		exempt 172.20.4.9/32
		exempt 172.21.0.0/17
		exempt 172.22.0.0/16 dev att
		exempt 172.22.0.0/24 dev hon
		exempt 2001:db8:b000::/36
		exempt 2001:db8:b000:1::/64
		exempt 2001:db8:c000::7/128
		exempt 2001:db8:d000::/48 dev att
	END
}

# restore_set NAME [FILE]: a whole fill and what is picked
restore_set() {
	{
		echo "mode enforce"
		picked
		fill "$1"
	} >"$scratch/set"
	guard "$router" restore "$scratch/set"
}

test_found() {
	local each
	restore_set 0 || fail "status $?"
	[[ $(guard "$router" exempt list | wc -l) -eq $((most - 10)) ]] ||
		fail "$(guard "$router" exempt list | wc -l) are there"
	family=4
	for each in 172.20.0.1 172.20.255.255 172.20.4.1 172.20.4.9 172.21.127.255 172.22.77.1; do
		try exempt "src=$each"
	done
	for each in 172.19.255.255 172.21.128.0 172.23.0.0 192.0.2.77; do
		try class-drop "src=$each"
	done
	family=6
	for each in 2001:db8:b000::1 2001:db8:bfff::1 2001:db8:b000:1::1 2001:db8:c000::7 \
		2001:db8:d000:ffff::1; do
		try exempt "src=$each"
	done
	for each in 2001:db8:afff::1 2001:db8:c000::6 2001:db8:c000::8 2001:db8:d001::1; do
		try class-drop "src=$each"
	done
	# those on a device count there only
	local from=honest
	try class-drop src=2001:db8:d000::1
	try exempt src=2001:db8:b000::1
	family=4
	try class-drop src=172.22.77.1
	try exempt src=172.22.0.77
}

# Of the thousands, each length once: its first and last address, and the ones
# beside it.
test_edges() {
	local each lengths=0
	# what exempt and drop are expected to sum up to
	restore_set 0 || fail "status $?"
	python3 - "$scratch/set" >"$scratch/edges" <<-'END'
		import ipaddress
		import sys

		nets = [line.split() for line in open(sys.argv[1]) if line.startswith("exempt")]
		nets = [ipaddress.ip_network(words[1]) for words in nets if len(words) == 2]
		seen = set()
		for net in nets[100:]:
		    key = net.version, net.prefixlen
		    if key in seen:
		        continue
		    seen.add(key)
		    for address in (net[0], net[-1], net[0] - 1, net[-1] + 1):
		        covered = any(each.version == net.version and address in each for each in nets)
		        print(net.version, "exempt" if covered else "class-drop", address)
	END
	while read -r family each address; do
		lengths=$((lengths + 1))
		edge "$each" "$address"
	done <"$scratch/edges"
	[[ $lengths -ge 300 ]] || fail "only $lengths addresses were tried"
	edges_done
}

# Collects packets, to be sent at once; an edge that is wrong makes the sum wrong.
edge() {
	words[family]+=" + src=$2 type=${type_dropped[$family]}"
	[[ $1 == exempt ]] && in_set[family]=$((${in_set[family]-0} + 1))
	[[ $1 == exempt ]] || outside[family]=$((${outside[family]-0} + 1))
}

edges_done() {
	for family in 4 6; do
		note "IPv$family: ${in_set[family]} inside, ${outside[family]} outside"
		# shellcheck disable=SC2086 # words
		expect "${class_dropped[$family]}" exempt "${in_set[family]}" \
			"${class_dropped[$family]}" class-drop "${outside[family]}" -- "dst=${to[$family]}" ${words[family]# +}
	done
}

# One set for the other, under traffic from an address that both have: it is
# never without its exemption. Nor is half a set ever there.
test_exchange() {
	local name sender
	local -A was now
	family=4
	restore_set 0 || fail "status $?"
	counters "$router" was
	./send "$attacker" eth0 to=02:00:00:00:01:01 src=172.20.4.9 "dst=${to[4]}" type=5 \
		rate=2000 ms=60000 >"$scratch/sent" &
	sender=$!
	for name in 1 0 1 0; do
		restore_set "$name" || fail "status $?"
		[[ $(guard "$router" -j status | jq .exemptions) -eq $((most - 10)) ]] ||
			fail "$(guard "$router" -j status | jq .exemptions) exemptions"
	done
	kill "$sender"
	wait "$sender" 2>/dev/null
	counters "$router" now
	[[ ${now[reason.class-drop.dropped]} -eq ${was[reason.class-drop.dropped]} ]] ||
		fail "$((${now[reason.class-drop.dropped]} - ${was[reason.class-drop.dropped]})) were dropped"
	[[ $((${now[reason.exempt.passed]} - ${was[reason.exempt.passed]})) -gt 1000 ]] ||
		fail "only $((${now[reason.exempt.passed]} - ${was[reason.exempt.passed]})) came by"
}

# The best of five, as others may be using the machine: $best ns a packet.
time_packets() {
	local sent ns
	best=''
	for _ in 1 2 3 4 5; do
		read -r sent ns _ < <(./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$1" \
			"dst=$2" "type=$3" rate=1000000 count=5000)
		[[ -n $best && $best -le $((ns / sent)) ]] || best=$((ns / sent))
	done
}

# A sender that no exemption is for has all lengths looked through.
test_time() {
	local without
	family=$1
	local src=198.18.0.1
	[[ $1 == 4 ]] || src=2001:db8:eeee::1
	configure </dev/null
	time_packets "$src" "${to[$1]}" "${type_dropped[$1]}"
	without=$best
	restore_set 0 || fail "status $?"
	time_packets "$src" "${to[$1]}" "${type_dropped[$1]}"
	note "IPv$1: $without ns a packet without exemptions, $best ns with $most"
	# a search for each of up to a hundred lengths costs IPv6 ten to fifteen times
	# as much; one that went through all prefixes would cost a hundred times
	[[ $best -le $((without * ($1 == 4 ? 10 : 30))) ]] || fail "$best ns instead of $without"
}

# One more is refused, and nothing changes.
test_full() {
	local said
	{
		echo "mode enforce"
		picked
		fill 0
		printf 'exempt 10.9.%d.0/24\n' {0..9}
	} | guard "$router" restore - || fail "status $?"
	[[ $(guard "$router" -j status | jq .exemptions) -eq $most ]] ||
		fail "$(guard "$router" -j status | jq .exemptions) exemptions"
	said=$(guard "$router" exempt add 10.10.0.0/16 2>&1) && fail "there are more than $most"
	[[ $said == *"at most $most exemptions"* ]] || fail "said: $said"
	guard "$router" exempt del 172.21.0.0/17 || fail "status $?"
	guard "$router" exempt add 10.10.0.0/16 || fail "in its place: status $?"
}

words=() in_set=() outside=()
scratch=$(mktemp -d) || die "no space"
at_exit rm -rf "$scratch"
setup_router
quiet "$router" "$attacker" "$honest" "$victim"
run_tests test_found test_edges test_exchange "test_time 4" "test_time 6" test_full
