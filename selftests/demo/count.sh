# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is measured, at the interfaces of the machines that send and receive:
#   sent      attacker: ICMP packets
#   first     victim: echo requests of the attack, whole or their first fragment
#   later     victim: their other fragments
#   beyond    victim: those fragments that end beyond the guard's max-message
#   reply     bystander: echo replies from the protected network
#   answered  victim: echo requests that were complete

# MACHINE HOOK, and lines of rules; counters first.
count_table() {
	local machine=$1 hook=$2
	ip netns exec "$machine" nft -f - <<-END
		table netdev demo {
			$3
			chain packets {
				type filter hook $hook device eth0 priority 0;
				$4
			}
		}
	END
}

count_create() {
	local attack="ip protocol icmp ip saddr { $lab_attacker, $lab_spoofed, $lab_bystander }"
	count_table attacker egress 'counter sent { }' \
		'ip protocol icmp counter name sent'
	count_table victim ingress $'counter first { }\ncounter later { }' \
		"$attack ip frag-off & 0x1fff == 0 counter name first
		$attack ip frag-off & 0x1fff != 0 counter name later"
	count_table bystander ingress 'counter reply { }' \
		"icmp type echo-reply ip saddr $lab_protected counter name reply"
}

# Echo replies that the victim has sent since it exists.
count_answers() {
	# shellcheck disable=SC2016 # the columns of awk
	ip netns exec victim awk '
		$1 == "Icmp:" && !column { for (i = 1; i <= NF; i++) if ($i == "OutEchoReps") column = i; next }
		$1 == "Icmp:" { print $column }' /proc/net/snmp
}

# Counts from here; $1 is the guard's max-message, $2 the beginning of the
# names of files for what programs say.
count_start() {
	local machine tries
	for machine in attacker victim bystander; do
		ip netns exec "$machine" nft reset counters >/dev/null
	done
	count_answered_before=$(count_answers)
	ip netns exec victim tcpdump -p -n -i eth0 -s 64 -w /dev/null \
		"icmp and not src host $lab_victim and ip[6:2] & 0x3fff != 0 and
		(ip[6:2] & 0x1fff) * 8 + ip[2:2] - (ip[0] & 0xf) * 4 > $1" 2>"$2.tcpdump" &
	count_process=$!
	for ((tries = 0; tries < 500; tries++)); do
		[[ ! -s $2.tcpdump || $(<"$2.tcpdump") != *'listening on'* ]] || return 0
		run_pause
	done
	echo "demo: tcpdump does not start" >&2
	return 1
}

# Ends counting: sets result[$1.NAME] for each of the above.
count_stop() {
	local key=$1 log=$2.tcpdump machine name word value
	kill -INT "$count_process"
	wait "$count_process" || true
	# what the filter chose, also when it was too fast for tcpdump
	value=$(sed -n 's/^\([0-9]*\) packets received by filter$/\1/p' "$log")
	result[$key.beyond]=${value:?tcpdump did not count}
	result[$key.answered]=$(($(count_answers) - count_answered_before))
	for machine in attacker victim bystander; do
		while read -r word value _; do
			case $word in
			counter) name=$value ;;
			packets) result[$key.$name]=$value ;;
			esac
		done < <(ip netns exec "$machine" nft reset counters)
	done
}
