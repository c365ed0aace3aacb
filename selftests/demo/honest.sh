# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the honest machine does during an attack: pings an address that isn't
# attacked, traceroutes, and sends TCP through the link with the small MTU.

readonly honest_pings=30 # one every 0.1 s: three seconds
readonly honest_port=7
readonly honest_bytes=300000

# The server sends back what it gets.
honest_create() {
	head -c "$honest_bytes" /dev/urandom >"$work/data"
	ip netns exec server socat -t 8 "TCP-LISTEN:$honest_port,fork,reuseaddr" EXEC:cat &
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		[[ -z $(ip netns exec server ss -Hltn "sport = $honest_port") ]] || return 0
		run_pause
	done
	echo "demo: the server does not listen" >&2
	return 1
}

# Forgets the path MTU that is known from last time.
honest_prepare() {
	ip -n honest route flush cache
	ip -n server route flush cache
}

honest_start() {
	local files=$1
	ip netns exec honest timeout 20 ping -q -n -i 0.1 -c "$honest_pings" -W 3 \
		"$lab_other" >"$files.ping" 2>&1 &
	honest_processes=($!)
	ip netns exec honest timeout 20 traceroute -n -w 3 \
		"$lab_server" >"$files.traceroute" 2>&1 &
	honest_processes+=($!)
	ip netns exec honest timeout 10 socat -t 8 - "TCP:$lab_server:$honest_port" \
		<"$work/data" >"$files.tcp" 2>"$files.socat" &
	honest_processes+=($!)
}

# Were all on the way, in this order?
honest_traced() {
	local address hop=0
	for address in "${lab_hops[@]}"; do
		hop=$((hop + 1))
		grep -qE "^ *$hop .*\b${address//./\\.}( |\$)" "$1" || return
	done
}

# Sets result[$1.NAME]: pings and lost; traceroute and tcp, 1 when they worked.
# A TCP transfer worked when all bytes came back, and the small MTU was found.
honest_wait() {
	local key=$1 files=$2 process received
	for process in "${honest_processes[@]}"; do
		wait "$process" || true
	done
	result[$key.pings]=$(sed -n 's/ packets transmitted.*//p' "$files.ping")
	received=$(sed -n 's/.*, \([0-9]*\) received.*/\1/p' "$files.ping")
	result[$key.lost]=$((result[$key.pings] - received))
	result[$key.traceroute]=0 result[$key.tcp]=0
	if honest_traced "$files.traceroute"; then
		result[$key.traceroute]=1
	fi
	if cmp -s "$work/data" "$files.tcp" &&
		ip -n honest route get "$lab_server" | grep -q "mtu $lab_path_mtu"; then
		result[$key.tcp]=1
	fi
}
