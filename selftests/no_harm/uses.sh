# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What people and hosts use ICMP for, and what can't do without it. A use prints
# what came of it, in words that are the same whenever it went the same, and
# fails when it didn't work. All of them may be made at the same time.

# in TCG on a busy machine an answer can take this long
readonly patience=$((5 * ${ICMPGUARD_SLOW:-1}))

in_client() {
	nsenter "--net=/run/netns/$client" "$@"
}

# echoes OPTION...: one request and its answer. Of several, ping waits for the last
# answer only as long as it would be usual.
echoes() {
	local said
	said=$(in_client ping -n -q -c 1 -W "$patience" "$@" 2>&1)
	[[ $said =~ ([0-9]+)\ received ]]
	echo "ping $*: ${BASH_REMATCH[1]-none}"
	[[ ${BASH_REMATCH[1]-} == 1 ]] || show "$said"
}

# Says what went wrong where the outcome can't be told from others.
show() {
	echo "$*" >&2
	return 1
}

use_ping() {
	local size bad=0 target
	lab_target "$@"
	for size in 0 8 56 1472 1473 2000 4000 8000; do
		echoes -s $size "$target" || bad=1
	done
	return $bad
}

use_burst() {
	local said target
	lab_target "$@"
	said=$(in_client fping -q -c 20 -p 2 -t $((patience * 1000)) "$target" 2>&1)
	[[ $said =~ =\ ([0-9]+)/([0-9]+)/ ]]
	echo "${BASH_REMATCH[2]-} of ${BASH_REMATCH[1]-}"
	[[ ${BASH_REMATCH[2]-} == 20 ]] || show "$said"
}

# As fast as one sender may for long. Unlike fping, ping doesn't make up for the time
# in which the whole machine stood still, with more at once than anybody may send.
use_steady() {
	local said target
	lab_target "$@"
	said=$(in_client ping -n -q -c 80 -i 0.$((${ICMPGUARD_SLOW:-1})) -W "$patience" "$target" 2>&1)
	[[ $said =~ ([0-9]+)\ packets\ transmitted,\ ([0-9]+)\ received ]]
	echo "${BASH_REMATCH[2]-} of ${BASH_REMATCH[1]-}"
	[[ ${BASH_REMATCH[2]-} == 80 ]] || show "$said"
}

use_mtr() {
	local said target
	lab_target "$@"
	said=$(in_client mtr "-$2" -n -r -w -c 4 -i 0.25 -G "$patience" -Z "$patience" "$target" 2>&1)
	said=$(awk '$1 ~ /^[0-9]+\./ { print $1, $2, $3, $4 }' <<<"$said")
	echo "$said"
	[[ $said == *0.0%* && $said != *'???'* && $said != *[1-9].[0-9]%* && $said != *[1-9]0.0%* ]]
}

# hops WAY FAMILY USE OPTION...: who is on the way, and who doesn't say so.
hops() {
	local said target
	lab_target "$@"
	said=$(in_client traceroute "-$2" -n -q 2 -w $patience -N 6 \
		"${@:4}" "$target" 2>&1) || show "$said"
	said=$(sed -E '1d; s/ +[0-9.]+ ms//g' <<<"$said")
	echo "$said"
	[[ $said != *'*'* && $said != *'!'* && -n $said ]]
}

use_traceroute_udp() {
	hops "$@"
}

use_traceroute_icmp() {
	hops "$@" -I
}

use_traceroute_tcp() {
	hops "$@" -T -p 81
}

use_tracepath() {
	local said target
	lab_target "$@"
	said=$(in_client tracepath "-$2" -n "$target" 2>&1)
	said=$(sed -E 's/ +[0-9.]+ms//; s/ +/ /g' <<<"$said")
	echo "$said"
	[[ $said == *reached* && $said == *"pmtu ${lab_mtu[$1]-}"* && $said != *'no reply'* ]]
}

# transfer TARGET FAMILY: to the server and back, in whole segments. What has been
# lost twice is sent again only after seconds.
transfer() {
	local sum
	sum=$(in_client timeout $((patience * 12)) socat -t $((patience * 8)) - \
		"TCP$2:${1/#*:*/[$1]}:7" <"$scratch/data" 2>&1 | cksum)
	echo "$sum"
	[[ $sum == "$data_sum" ]]
}

# The path's MTU that the client has learnt.
learnt() {
	[[ $(ip -n "$client" route get "$1") =~ \ mtu\ ([0-9]+) ]]
	echo "mtu ${BASH_REMATCH[1]-}"
	[[ -n ${BASH_REMATCH[1]-} ]]
}

use_tcp() {
	local target bad=0 said
	lab_target "$@"
	transfer "$target" "$2" || bad=1
	said=$(learnt "$target")
	echo "$said"
	[[ $said == "mtu ${lab_mtu[$1]-}" ]] && return $bad
}

# too_large TARGET: one packet of 1500 bytes that may not be cut, and what was said.
too_large() {
	local said size=1472
	[[ $1 != *:* ]] || size=1452
	said=$(in_client ping -n -M "do" -c 1 -W "$patience" -s $size "$1" 2>&1)
	if [[ ${said,,} =~ (frag needed|too big).*mtu\ ?=\ ?([0-9]+) ]]; then
		echo "whole packet: at most ${BASH_REMATCH[2]}"
	elif [[ $said == *" 0% packet loss"* ]]; then
		echo "whole packet: fits"
	else
		show "$said"
	fi
}

use_too_large() {
	local target
	lab_target "$@"
	too_large "$target" && learnt "$target"
}

# All that a way through something else than a plain link has to stand. The
# transfer comes first: both ends have to learn what fits, and it is the one
# that sends again what was lost by that.
use_way() {
	local target bad=0 size
	lab_target "$@"
	transfer "$target" "$2" || bad=1
	learnt "$target"
	for size in 56 1473 4000 8000; do
		echoes -s $size "$target" || bad=1
	done
	# what is encrypted from end to end can't be traced
	[[ $1 == *_transport ]] || hops "$@" || bad=1
	return $bad
}

# ------------------------------------------------------------ with the router

in_lan() {
	nsenter "--net=/run/netns/$lan" "$@"
}

# lan_has PATTERN COMMAND...
lan_has() {
	local pattern=$1
	shift
	ip -n "$lan" "$@" | grep -qE "$pattern"
}

# MLD counters of the host: [NAME]=VALUE
lan_counters() {
	local name value
	counters=()
	while read -r name value; do
		[[ $name != Icmp6* ]] || counters[$name]=$value
	done <"$(proc_net "$lan" snmp6)"
}

# The router asks, the host says, the router remembers. (Of a group of wider scope a
# bridge of Linux asks from an address that RFC 3810 section 6.2 has hosts refuse.)
lan_listens() {
	local -A counters
	lan_counters
	[[ ${counters[Icmp6InGroupMembQueries]} -gt ${lan_before[0]} &&
		${counters[Icmp6OutMLDv2Reports]} -gt ${lan_before[1]} ]] &&
		bridge -n "$router" mdb show dev br0 | grep -q ff02::4321
}

# step WHAT COMMAND...: says whether it could be waited for.
step() {
	if busywait 10000 "${@:2}"; then
		echo "$1"
	else
		echo "not $1"
		bad=1
	fi
}

# A host comes up, finds the router, makes itself an address that is its own, and
# is asked what it listens to; then it finds out that an address is taken.
use_lan() {
	local bad=0 lan_before
	local -A counters
	ip -n "$lan" link set eth0 down
	ip -n "$lan" -6 addr flush dev eth0
	ip -n "$lan" link set eth0 up
	step "advertised" lan_has 'default via fe80' -6 route
	step "own address" lan_has dynamic -6 -o addr show dev eth0 to 2001:db8:130::/64 -tentative
	ip -n "$lan" addr add 2001:db8:130::99/64 dev eth0
	ip -n "$lan" addr add 2001:db8:130::1/64 dev eth0
	in_lan rdisc6 -1 -q -r 3 -w 4000 eth0 || bad=1
	step "free address" lan_has ::99/64 -6 -o addr show dev eth0 -tentative -dadfailed
	step "taken address" lan_has '130::1/64' -6 -o addr show dev eth0 dadfailed
	ip -n "$lan" addr del 2001:db8:130::1/64 dev eth0
	ip -n "$lan" -6 neigh flush nud all
	ip -n "$router" -6 neigh flush dev br0 nud all
	in_lan ping -6 -n -q -c 1 -W $patience 2001:db8:130::1 >/dev/null || bad=1
	step "neighbour" lan_has '2001:db8:130::1 .*lladdr' -6 neigh show
	lan_counters
	# shellcheck disable=SC2034 # lan_listens reads it
	lan_before=("${counters[Icmp6InGroupMembQueries]}" "${counters[Icmp6OutMLDv2Reports]}")
	ip -n "$lan" addr add ff02::4321/128 dev eth0 autojoin
	step "listener" lan_listens
	ip -n "$lan" addr del ff02::4321/128 dev eth0
	return $bad
}

use_dhcp() {
	local said
	said=$(in_lan busybox udhcpc -i eth0 -f -q -n -t 8 -T 1 -s "$scratch/udhcpc.sh" 2>/dev/null)
	echo "$said"
	[[ $said == *'bound 198.18.30.1'*' router 198.18.30.1'* ]]
}

# The router is in a group that may be asked, and answers: FAMILY GROUP.
use_multicast() {
	local said address
	address=$(ip -n "$router" -j "-$1" addr show dev br0 |
		jq -r '.[].addr_info[].local' | grep -E '^(198|fe80)')
	said=$(in_lan ping "-$1" -n -c 3 -i 0.3 -W "$patience" -I eth0 "$2" 2>&1)
	[[ $said == *"bytes from $address"[:%]* ]] && echo "the router answers" || show "$said"
}

# ------------------------------------------------------------ in the middle

# A port that nobody listens on, asked through the firewall: what says so is
# related to the question. It counts both families.
use_related() {
	local said target family before
	before=$(counted related)
	for family in 4 6; do
		lab_target stateful $family "$1"
		said=$(in_client socat -t "$patience" - "UDP$family:${target/#*:*/[$target]}:9" \
			2>&1 <<<'?')
		grep -o refused <<<"$said" || show "$said" || return
	done
	[[ $(counted related) -ge $((before + 2)) ]] || show "nothing was related"
}

# counted NAME: what the firewall has counted.
counted() {
	nsenter "--net=/run/netns/$firewall" nft -j list counter inet state "$1" |
		jq '.nftables[] | .counter? | select(.) | .packets'
}
