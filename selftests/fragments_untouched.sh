#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fragments in transit leave as they came: the guard puts nothing together and
# never has the kernel do it. Where conntrack does, the guard makes no
# difference. Half of a datagram's fragments on another way are no harm:
#
#	attacker eth0 --- router --- eth0 victim
#	         eth1 --- second --- eth1
#
# timeout: 300
# processors: 1

. ./lib.sh

readonly router_mac=02:00:00:00:01:01 second_mac=02:00:00:00:04:01
declare -A src=([4]=192.0.2.2 [6]=2001:db8:1::2)
declare -A dst=([4]=203.0.113.2 [6]=2001:db8:3::2)

# Before anything else asks for it, and after the guard has seen fragments.
test_no_defragmentation() {
	local each depends
	depends=$(modinfo -F depends icmpguard)
	[[ -z $depends ]] || fail "the module depends on $depends"
	for each in nf_defrag_ipv4 nf_defrag_ipv6 nf_conntrack; do
		[[ ! -e /sys/module/$each ]] || fail "$each is loaded"
	done
}

# capture NAME DEVICE: what the router sees there of the datagram that is to
# come; ends with its last fragment.
capture() {
	# what the last one said must not be taken for this one's
	rm -f "$scratch/$1" "$scratch/$1.err"
	ip netns exec "$router" timeout 10 tcpdump -Q "$3" -i "$2" -l -n -v --immediate-mode -t \
		"udp port 4000 or ip[6:2] & 0x3fff != 0 or ip6[6] = 44" \
		>"$scratch/$1" 2>"$scratch/$1.err" &
	captures+=($!)
	busywait 10000 grep -q 'listening on' "$scratch/$1.err" || fail "tcpdump doesn't start"
}

# has_end FILE: the last fragment was seen there.
has_end() {
	grep -qE "offset [1-9][0-9]*, flags \[none\]|frag \(0x[0-9a-f]+:[1-9][0-9]*\|[0-9]+\)" "$1"
}

end_captures() {
	local each
	for each in "$scratch/in" "$scratch/out"; do
		busywait 5000 has_end "$each" || fail "no last fragment: $(cat "$each" "$each.err")"
	done
	kill "${captures[@]}"
	wait "${captures[@]}" 2>/dev/null
	captures=()
}

# What a router may not change: identification, offset, flags, length.
shape() {
	local ipv4='id [0-9]+, offset [0-9]+, flags \[[^]]*\]|length [0-9]+\)'
	local ipv6='frag \(0x[^)]*\)|payload length: [0-9]+'
	grep -oE "$ipv4|$ipv6" "$scratch/$1"
}

# The same without the identification, which IPv6 draws anew.
shape_only() {
	shape "$1" | sed -E 's/id [0-9]+, //; s/0x[0-9a-f]+://'
}

# What the victim's stack has received whole: FAMILY UDP|ECHOS.
whole() {
	local -A name=([4 UDP]=UdpInDatagrams [4 ECHOS]=IcmpInEchos
		[6 UDP]=Udp6InDatagrams [6 ECHOS]=Icmp6InEchos)
	ip netns exec "$victim" nstat -asz | awk -v name="${name[$1 $2]}" '$1 == name { print $2 }'
}

has_whole() {
	[[ $(whole "$1" "$2") -ge $3 ]]
}

# message FAMILY UDP|ECHOS: the words for a message of 4000 bytes.
message() {
	words=("src=${src[$1]}" "dst=${dst[$1]}" total=4000)
	[[ $2 != UDP ]] || words+=(udp=4000)
}

# pass FAMILY UDP|ECHOS ID: a message with captures on both sides. Its fragments
# aren't in order: put together and taken apart again they would be.
pass() {
	local words before
	message "$1" "$2"
	before=$(whole "$1" "$2")
	capture in att in
	capture out vic out
	./send "$attacker" eth0 "to=$router_mac" "${words[@]}" "id=$3" more=1 len=800 \
		+ offset=2200 len=640 + offset=800 len=1400 + offset=2840 len=1160 more=0 ||
		fail "cannot send"
	end_captures
	busywait 3000 has_whole "$1" "$2" $((before + 1)) || fail "the message didn't arrive"
	[[ $(shape in | grep -cE 'offset|frag') -eq 4 ]] || fail "it came as: $(shape in)"
}

# A datagram is nobody's ICMP: no counter moves.
test_untouched() {
	local want=()
	[[ $2 == UDP ]] || want=(echo-request passed 1 fragment passed 3)
	guard "$router" set mode enforce
	expect_delta "$router" "${want[@]}" -- pass "$1" "$2" 1234
	[[ $(shape in) == "$(shape out)" ]] ||
		fail "came as: $(shape in)"$'\n'"left as: $(shape out)"
}

# --------------------------------------------------------------- two routers

setup_second() {
	setup_ns second
	in_ns "$second" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	ip -n "$second" link add att address 02:00:00:00:04:01 type veth \
		peer name eth1 address 02:00:00:00:04:02 netns "$attacker"
	ip -n "$second" link add vic address 02:00:00:00:05:01 type veth \
		peer name eth1 address 02:00:00:00:05:02 netns "$victim"
	lib_batch "$second" <<-'END'
		addr add 198.18.1.1/24 dev att
		addr add 198.18.2.1/24 dev vic
		addr add 2001:db8:4::1/64 dev att nodad
		addr add 2001:db8:5::1/64 dev vic nodad
		link set att up
		link set vic up
		route add 203.0.113.0/24 via 198.18.2.2 dev vic
		route add 2001:db8:3::/64 via 2001:db8:5::2 dev vic
		neigh add 198.18.2.2 lladdr 02:00:00:00:05:02 dev vic nud permanent
		neigh add 2001:db8:5::2 lladdr 02:00:00:00:05:02 dev vic nud permanent
	END
	ip -n "$attacker" link set eth1 up
	ip -n "$victim" link set eth1 up
}

# The first and third fragment of each message by the router, the second and last
# one by the other.
test_two_ways() {
	local before id words
	message "$1" "$2"
	guard "$router" set mode enforce
	guard "$second" set mode enforce
	before=$(whole "$1" "$2")
	for id in {101..110}; do
		./send "$attacker" eth0 "to=$router_mac" "${words[@]}" "id=$id" len=1000 more=1 \
			+ offset=2000 || fail "cannot send"
		./send "$attacker" eth1 "to=$second_mac" "${words[@]}" "id=$id" len=1000 more=1 \
			offset=1000 + offset=3000 more=0 || fail "cannot send"
	done
	busywait 3000 has_whole "$1" "$2" $((before + 10))
	[[ $(whole "$1" "$2") -eq $((before + 10)) ]] ||
		fail "$(($(whole "$1" "$2") - before)) of 10 arrived"
}

# ---------------------------------------------------------------- conntrack

# conntrack puts together and takes apart again, with or without the guard.
test_conntrack() {
	local without
	if [[ ! -e /sys/module/nf_conntrack ]]; then
		in_ns "$router" nft -f - <<-'END' || fail "no conntrack"
			table inet tracked {
				chain forward {
					type filter hook forward priority 0;
					ct state invalid counter drop
				}
			}
		END
	fi
	guard "$router" set mode off
	pass "$1" "$2" 2000
	without=$(shape_only out)
	[[ $(shape_only in) != "$without" ]] || fail "nothing is put together here"
	guard "$router" set mode enforce
	pass "$1" "$2" 2001
	[[ $(shape_only out) == "$without" ]] ||
		fail "left without the guard as: $without"$'\n'"with it as: $(shape_only out)"
}

start_receivers() {
	ip netns exec "$victim" timeout $((110 * ${ICMPGUARD_SLOW:-1})) socat -u UDP4-RECV:4000 /dev/null &
	at_exit kill $!
	ip netns exec "$victim" timeout $((110 * ${ICMPGUARD_SLOW:-1})) socat -u UDP6-RECV:4000,ipv6only=1 /dev/null &
	at_exit kill $!
	busywait 10000 are_bound || die "no receivers"
}

are_bound() {
	[[ $(in_ns "$victim" ss -Hunl "sport = :4000" | wc -l) -eq 2 ]]
}

# What is refused never comes to conntrack, so a flood fills no table of connections.
test_refused_not_tracked() {
	local before
	in_ns "$router" nft list tables | grep -q tracked || fail "nothing is tracked"
	in_ns "$router" nft -f - <<-'END' || fail "nft: status $?"
		table ip before {
			counter come { }
			chain prerouting {
				type filter hook prerouting priority -201;
				icmp type echo-request counter name come
			}
		}
	END
	guard "$router" set mode off
	guard_set "$router" <<-'END'
		mode enforce
		randomise off
		limit echo-request destination 1/h burst 5
	END
	before=$(tracked)
	expect_delta "$router" echo-request passed 5 echo-request limit-destination 45 -- \
		./send "$attacker" eth0 "to=$router_mac" src=192.0.2.10 step-src=1 count=50 \
		dst=203.0.113.2
	# some of those before may be over
	[[ $(($(tracked) - before)) -le 5 ]] || fail "$before, then $(tracked) connections"
	in_ns "$router" nft list counter ip before come | grep -q 'packets 5 ' ||
		fail "conntrack saw: $(in_ns "$router" nft list counter ip before come)"
	in_ns "$router" nft delete table ip before
	guard "$router" reset
}

# Connections that the router knows.
tracked() {
	in_ns "$router" cat /proc/sys/net/netfilter/nf_conntrack_count
}

captures=()
second=''
scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
setup_router
setup_second
quiet "$victim"
start_receivers
run_tests test_no_defragmentation \
	"test_untouched 4 UDP" "test_untouched 6 UDP" \
	"test_untouched 4 ECHOS" "test_untouched 6 ECHOS" \
	"test_two_ways 4 UDP" "test_two_ways 6 UDP" \
	"test_two_ways 4 ECHOS" "test_two_ways 6 ECHOS" \
	test_no_defragmentation \
	"test_conntrack 4 UDP" "test_conntrack 6 UDP" \
	"test_conntrack 4 ECHOS" "test_conntrack 6 ECHOS" test_refused_not_tracked
