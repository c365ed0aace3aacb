# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What no_harm.sh and no_harm_long.sh do: uses.sh has what people and hosts use
# ICMP for, lab.sh the network where they do it: through the router, to it, and
# over every kind of link and tunnel. All of it is done at once, first without
# any guard, then with one on its defaults in every machine, then under floods,
# and what came of each use is compared. floods.sh has the floods, senders.sh who
# pings what they attack.

scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
. ./no_harm/lab.sh
. ./no_harm/uses.sh
. ./no_harm/floods.sh
. ./no_harm/senders.sh

# as many at the same time; most of them wait most of the time
readonly at_once=10
# of those who ping what will be attacked
readonly peace_rounds=3
# An emulated machine that others keep from running loses a packet now and then, or
# an answer's time, with or without a guard. So many of a phase's uses may be made
# once more; a guard that harms does so twice, or to more of them.
readonly second_tries_most=2

uses=()

list_uses() {
	local family way what
	# those that take longest first
	uses=(lan dhcp "steady direct 4" "steady direct 6")
	for family in 4 6; do
		for way in direct router; do
			for what in mtr ping burst traceroute_udp traceroute_icmp traceroute_tcp; do
				uses+=("$what $way $family")
			done
		done
		uses+=("tracepath direct $family" "tracepath mtu1400 $family" \
			"tracepath router $family" "tcp direct $family" "tcp mtu1400 $family" \
			"tcp mtu1280 $family" "too_large mtu1400 $family" "too_large mtu1280 $family")
		for way in vlan bridge ipip gre wireguard esp_tunnel esp_transport ah_transport \
			vrf masquerade stateful two_routers; do
			uses+=("way $way $family")
		done
	done
	uses+=(related "multicast 4 224.0.0.1" "multicast 6 ff02::1")
}

start_servers() {
	head -c 100000 /dev/urandom >"$scratch/data"
	data_sum=$(cksum <"$scratch/data")
	# it waits as long as the other end, or what is still to be sent would be lost
	in_ns "$server" socat -t $((patience * 8)) TCP6-LISTEN:7,fork,reuseaddr,ipv6only=0,backlog=64 EXEC:cat \
		2>"$scratch/server.log" &
	at_exit kill $!
	cat >"$scratch/radvd.conf" <<-'END'
		interface br0 {
			AdvSendAdvert on;
			MinRtrAdvInterval 3;
			MaxRtrAdvInterval 4;
			prefix 2001:db8:130::/64 { };
		};
	END
	in_ns "$router" radvd -n -C "$scratch/radvd.conf" -p "$scratch/radvd.pid" \
		-m logfile -l "$scratch/radvd.log" &
	at_exit kill $!
	cat >"$scratch/udhcpd.conf" <<-END
		start 198.18.30.100
		end 198.18.30.120
		interface br0
		lease_file $scratch/leases
		pidfile $scratch/udhcpd.pid
		option router 198.18.30.1
		option subnet 255.255.255.0
	END
	: >"$scratch/leases"
	in_ns "$router" busybox udhcpd -f "$scratch/udhcpd.conf" 2>"$scratch/udhcpd.log" &
	at_exit kill $!
	# shellcheck disable=SC2016 # the script's own variables
	printf '#!/bin/sh\n[ "$1" = deconfig ] || echo "$1 $ip router $router"\n' >"$scratch/udhcpc.sh"
	chmod +x "$scratch/udhcpc.sh"
	busywait 10000 is_listening || die "no server"
}

is_listening() {
	in_ns "$server" ss -Htln "sport = :7" | grep -q .
}

# Nobody remembers what was learnt last time, or who is there. What waits for an
# address to be found is lost, so that it comes before those who ping.
forget() {
	local each family
	for each in "${guarded[@]}"; do
		for family in 4 6; do
			printf '%s\n' "route flush cache" "neigh flush nud all" |
				ip -n "$each" "-$family" -batch - || fail "$each does not forget"
		done
	done
}

# run_uses PHASE: what came of each into files there. What didn't go as it should is
# made once more when all have been.
run_uses() {
	local started=$SECONDS i again=()
	mkdir "$scratch/$1" "$scratch/$1/first"
	(
		for i in "${!uses[@]}"; do
			[[ $i -lt $at_once ]] || wait -n
			make_use "$1" "$i" &
		done
		wait
	)
	for i in "${!uses[@]}"; do
		went_well "$1" "$i" || again+=("$i")
	done
	if [[ ${#again[@]} -gt 0 && ${#again[@]} -le $second_tries_most ]]; then
		forget
		for i in "${again[@]}"; do
			mv "$scratch/$1/$i" "$scratch/$1/$i.err" "$scratch/$1/first"
			(make_use "$1" "$i")
			note "$1: $i ${uses[$i]} was made twice; the first time:"
			note "$(cat "$scratch/$1/first/$i" "$scratch/$1/first/$i.err")"
		done
	fi
	note "$1: $((SECONDS - started)) s"
}

# went_well PHASE USE: it worked, as without a guard.
went_well() {
	local is
	if [[ $1 == unguarded ]]; then
		read -r is <"$scratch/$1/$2.status"
		[[ $is == 0 ]]
	else
		is_same "$scratch/$1/$2" "$scratch/unguarded/$2"
	fi
}

# is_same FILE FILE: without a process for it, as there are hundreds to compare.
is_same() {
	local one two
	read -rd '' one <"$1"
	read -rd '' two <"$2"
	[[ $one == "$two" ]]
}

make_use() {
	local file=$scratch/$1/$2 word
	read -ra word <<<"${uses[$2]}"
	# the number is part of the addresses
	"use_${word[0]}" "${word[@]:1}" $(($2 + 10)) >"$file" 2>"$file.err"
	echo $? >"$file.status"
}

test_unguarded() {
	note "${#uses[@]} uses, as many as $at_once at the same time"
	forget
	senders_start $peace_rounds 0
	run_uses unguarded
	senders_end unguarded
}

# It works where nothing is in the way: else there would be nothing to compare.
test_works() {
	local file=$scratch/unguarded/$1
	went_well unguarded "$1" || fail "$(<"$file")"$'\n'"$(<"$file.err")"
}

test_peace() {
	local each
	for each in "${guarded[@]}"; do
		guard "$each" set mode enforce || die "no guard in $each"
	done
	# whom a multicast ping may ask
	guard_set "$router" <<-'END'
		broadcast-allow 224.0.0.1/32
		broadcast-allow ff02::1/128
	END
	guard_set "$lan" <<<'broadcast-allow ff02::1/128'
	forget
	senders_start $peace_rounds 0
	run_uses peace
	senders_end peace
}

# test_same PHASE USE
test_same() {
	local file=$scratch/$1/$2 than=$scratch/unguarded/$2
	is_same "$file" "$than" ||
		fail "without a guard:"$'\n'"$(<"$than")"$'\n'"now:"$'\n'"$(<"$file")"$'\n'"$(<"$file.err")"
}

# Nothing was dropped, anywhere.
test_no_drop() {
	local each key
	local -A now
	for each in "${guarded[@]}"; do
		counters "$each" now
		[[ ${now[mode]} == enforce ]] || fail "the mode of $each is ${now[mode]}"
		for key in "${!now[@]}"; do
			[[ $key != *drop* || ${now[$key]} -eq 0 ]] ||
				fail "$each: $key is ${now[$key]}"
		done
	done
}

# expect_seen MACHINE CLASS...: they have passed its guard.
expect_seen() {
	local each
	for each in "${@:2}"; do
		[[ $(counter "${!1}" "class.$each.passed") -gt 0 ]] || fail "$1: no $each has passed"
	done
}

# The guards have judged what it is all about, so that they could have done harm.
test_seen() {
	local each
	expect_seen router echo-request echo-reply fragment time-exceeded unreachable path-mtu \
		neighbour-discovery router-discovery multicast-listener
	expect_seen client echo-reply fragment time-exceeded unreachable path-mtu neighbour-discovery
	expect_seen victim echo-request echo-reply fragment unreachable neighbour-discovery
	expect_seen server echo-request fragment path-mtu neighbour-discovery
	expect_seen firewall echo-request echo-reply time-exceeded unreachable path-mtu
	expect_seen second echo-reply fragment
	[[ $(counted offloaded) -gt 0 ]] ||
		fail "no connection has gone past the firewall's rules"
	for each in "$router" "$client"; do
		! ip -n "$each" -s xfrm state | grep -B 2 ' 0(packets)' ||
			fail "an association has protected nothing"
	done
	expect_seen lan echo-reply neighbour-discovery router-discovery multicast-listener
}

# test_flood GROUP FLOOD...: GROUP are the newcomers.
test_flood() {
	local group=$1 name
	shift
	name=$(flood_name "$@")
	flood_start "$@"
	forget
	senders_start $senders_rounds 0 "$group"
	run_uses "$name"
	senders_end "$name"
	flood_end "$@"
}

# run_no_harm FLOODS...: floods in one word come at the same time.
run_no_harm() {
	local i each name group=0 tests=(test_unguarded)
	setup_router
	lab_create
	start_servers
	list_uses
	note "the network took $SECONDS s"
	for i in "${!uses[@]}"; do
		tests+=("test_works $i ${uses[$i]}")
	done
	tests+=("test_all_answered unguarded $peace_rounds transit" \
		"test_all_answered unguarded $peace_rounds own" test_peace)
	for i in "${!uses[@]}"; do
		tests+=("test_same peace $i ${uses[$i]}")
	done
	tests+=("test_all_answered peace $peace_rounds transit" \
		"test_all_answered peace $peace_rounds own" test_no_drop test_seen)
	for each in "$@"; do
		group=$((group + 1))
		# shellcheck disable=SC2086 # names of floods
		name=$(flood_name $each)
		tests+=("test_flood $group $each")
		for i in "${!uses[@]}"; do
			tests+=("test_same $name $i ${uses[$i]}")
		done
		tests+=("test_known $name transit" "test_known $name own" \
			"test_newcomers $name transit $group" "test_newcomers $name own $group")
	done
	run_tests "${tests[@]}"
}
