# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The attacks: the command of each, bounded in packets and in time, and what
# must be known to judge it. In a virtual machine without hardware help a
# processor carries some 15,000 packets a second from attacker to victim and
# back, so the floods are 8,000 a second for three seconds: four times what the
# guard's default lets through to one address. On a busy machine they are less.

readonly attack_count=6
readonly attack_longest_us=5000000
readonly attack_processor=1

# Describes attack number $1:
#   attack_name      in the table
#   attack_command   sends it
#   attack_kind      flood: to be limited; oversized: never to be completed;
#                    smurf: not to be answered
#   attack_class     of the packets that are limited in a flood
#   attack_packets   what the command sends when nothing ends it early
#   attack_sources   addresses it comes from
#   attack_nets      /24 networks these are in
#   attack_target    machine where it arrives in the end
#   attack_copies    packets that arrive there for each that was sent
attack_describe() {
	attack_class=echo-request attack_sources=1 attack_nets=1
	attack_target=victim attack_copies=1
	case $1 in
	1)
		attack_name='echo flood, one source'
		attack_kind=flood attack_packets=24000
		attack_command=(fping -q -i 0 -p 0.125 -c 24000 -t 100 "$lab_victim") ;;
	2)
		attack_name='echo flood, 10000 sources'
		attack_kind=flood attack_packets=24000
		attack_sources=10000 attack_nets=40
		attack_command=(./send.py spoofed 10000 8000 24000 "$lab_victim") ;;
	3)
		attack_name='ping of death'
		attack_kind=oversized attack_packets=2700
		attack_command=(./send.py ping-of-death 900 2700 "$lab_victim") ;;
	4)
		attack_name='oversized ping'
		attack_kind=oversized attack_packets=420
		attack_command=(ping -q -n -s 20000 -i 0.1 -c 30 -W 1 "$lab_victim") ;;
	5)
		# the victim's address is also the attacker's, see lab.sh
		attack_name='smurf ping'
		attack_kind=smurf attack_packets=300
		attack_target=bystander attack_copies=$lab_answering
		attack_command=(ping -q -n -I "$lab_bystander" -i 0.01 -c 300 -W 0.1 "$lab_broadcast") ;;
	6)
		attack_name='fragment flood'
		attack_kind=flood attack_packets=9000 attack_class=fragment
		attack_command=(./send.py fragments 3000 9000 "$lab_victim") ;;
	esac
}

# A process in the attacker's namespace, whose view of the interface is read.
attack_create() {
	ip netns exec attacker sleep infinity &
	attack_viewer=$!
	until attack_look 2>/dev/null; do
		run_pause
	done
}

# Sets attack_sent to what the attacker's interface has sent so far.
attack_look() {
	local name fields
	attack_sent=''
	while read -r name fields; do
		[[ $name == eth0: ]] || continue
		read -ra fields <<<"$fields"
		attack_sent=${fields[9]}
	done <"/proc/$attack_viewer/net/dev"
	[[ -n $attack_sent ]]
}

# Is a child at work? (kill -0 also finds one that has ended and that bash, in a
# loop without programs, hasn't noticed.)
attack_is_at_work() {
	local state=''
	{ read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null || return
	[[ $state != Z ]]
}

# Sends the attack described; ends it when it takes too long; runs a command
# when its first packet is seen. Sets attack_time_us: from before the first
# packet to the last one.
attack_run() {
	local log=$1 began='' before ended now process sent
	shift
	attack_look
	sent=$attack_sent
	before=${EPOCHREALTIME//[!0-9]/}
	ended=$before
	# a second limit, from the start, holds whatever happens here
	ip netns exec attacker timeout -s INT 30 taskset -c "$attack_processor" \
		"${attack_command[@]}" >"$log" 2>&1 &
	process=$!
	while attack_is_at_work "$process"; do
		run_pause
		now=${EPOCHREALTIME//[!0-9]/}
		attack_look
		if [[ $attack_sent != "$sent" ]]; then
			sent=$attack_sent ended=$now
			if [[ -z $began ]]; then
				began=$before
				"$@"
			fi
		fi
		if ((now - ${began:-$now} > attack_longest_us)); then
			kill -INT "$process" 2>/dev/null || true
		fi
		before=$now
	done
	wait "$process" || true
	attack_time_us=$((ended - ${began:-$ended}))
	[[ -n $began ]] || "$@"
}
