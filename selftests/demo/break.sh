# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Ways to break lab or guard, after each of which the demo must fail: it would
# be worth nothing if it passed whatever happened.

break_list() {
	cat <<'END'
route           the attacks don't reach the victim, with or without the guard
mode            the guard isn't switched on
echo-limit      the guard limits the honest host's pings too
path-mtu        the guard drops the messages of path MTU discovery
time-exceeded   the guard drops what traceroute needs
broadcast-echo  the guard lets echo requests to a broadcast address pass
oversized       the guard lets messages of any size pass
END
}

break_is_known() {
	break_list | cut -d ' ' -f 1 | grep -qxF -e "$1"
}

break_lab() {
	case $broken in
	route) ip -n router route add blackhole "$lab_victim" ;;
	esac
}

break_guard() {
	local set=(icmpguard -n router set)
	case $broken in
	mode) "${set[@]}" mode off ;;
	echo-limit) "${set[@]}" limit echo-request pair 1/s burst 5 ;;
	path-mtu) "${set[@]}" class path-mtu drop force ;;
	time-exceeded) "${set[@]}" class time-exceeded drop ;;
	broadcast-echo) "${set[@]}" check broadcast-echo off ;;
	oversized)
		"${set[@]}" max-message 65535
		"${set[@]}" check ping-of-death off ;;
	esac
}
