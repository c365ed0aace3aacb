# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The attacks: the command of each, bounded in packets and in time, and what
# must be known to judge it. In a virtual machine without hardware help a
# processor carries some 15,000 packets a second from attacker to victim and
# back, so the floods are 8,000 a second for four seconds: four times what the
# guard's default lets through to one address.

readonly attack_count=6
readonly attack_longest=5 # seconds
readonly attack_processor=1

# Describes attack number $1:
#   attack_name      in the table
#   attack_command   sends it
#   attack_kind      flood: to be limited; oversized: never to be completed;
#                    smurf: not to be answered
#   attack_packets   what the command sends when nothing ends it early
#   attack_sources   addresses it comes from
#   attack_nets      /24 networks these are in
#   attack_target    machine where it arrives in the end
#   attack_copies    packets that arrive there for each that was sent
attack_describe() {
	attack_sources=1 attack_nets=1 attack_target=victim attack_copies=1
	case $1 in
	1)
		attack_name='echo flood, one source'
		attack_kind=flood attack_packets=32000
		attack_command=(fping -q -i 0 -p 0.125 -c 32000 -t 100 "$lab_victim") ;;
	2)
		attack_name='echo flood, 10000 sources'
		attack_kind=flood attack_packets=32000
		attack_sources=10000 attack_nets=40
		attack_command=(./send.py spoofed 10000 8000 32000 "$lab_victim") ;;
	3)
		attack_name='ping of death'
		attack_kind=oversized attack_packets=3600
		attack_command=(./send.py ping-of-death 900 3600 "$lab_victim") ;;
	4)
		attack_name='oversized ping'
		attack_kind=oversized attack_packets=560
		attack_command=(ping -q -n -s 20000 -i 0.1 -c 40 -W 1 "$lab_victim") ;;
	5)
		attack_name='smurf ping'
		attack_kind=smurf attack_packets=400
		attack_target=bystander attack_copies=$lab_answering
		attack_command=(hping3 -q --icmp -a "$lab_bystander" -i u10000 -c 400 "$lab_broadcast") ;;
	6)
		attack_name='fragment flood'
		attack_kind=flood attack_packets=12000
		attack_command=(hping3 -q --icmp -x -g 1480 -d 1400 -i u200 -c 12000 "$lab_victim") ;;
	esac
}

# Starts the attack described; its process is $attack_process.
attack_start() {
	ip netns exec attacker timeout -s INT "$attack_longest" \
		taskset -c "$attack_processor" "${attack_command[@]}" >"$1" 2>&1 &
	attack_process=$!
}

# Sets attack_sent_now to what the attacker's interface has sent so far; false
# when the attack is over.
attack_look() {
	local name fields
	while read -r name fields; do
		[[ $name == eth0: ]] || continue
		read -ra fields <<<"$fields"
		attack_sent_now=${fields[9]}
	done 2>/dev/null <"/proc/$attack_process/net/dev"
}

# Waits for the attack to end, and runs a command when its first packet is
# seen. Sets attack_time_us: from before the first packet to the last.
attack_watch() {
	local began='' ended now previous sent
	attack_sent_now=''
	until [[ -n $attack_sent_now ]]; do
		attack_look || break
	done
	sent=$attack_sent_now previous=${EPOCHREALTIME//[!0-9]/}
	ended=$previous
	while attack_look; do
		now=${EPOCHREALTIME//[!0-9]/}
		if [[ $attack_sent_now != "$sent" ]]; then
			sent=$attack_sent_now ended=$now
			if [[ -z $began ]]; then
				began=$previous
				"$@"
			fi
		fi
		previous=$now
		run_pause
	done
	wait "$attack_process" || true
	attack_time_us=$((ended - ${began:-$ended}))
}
