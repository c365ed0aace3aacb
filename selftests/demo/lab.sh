# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The network that the demo plays in, one namespace for each machine:
#
#  attacker  192.0.2.2 ----- atk0 .----------.        .---- victim  203.0.113.2
#   spoofs 198.18.0.0/16          |          |        |
#                                 |  router  | pro0 --+---- other   203.0.113.3
#  honest    198.51.100.2 --.     | (guard)  | bridge |
#                           +---- |          |        +---- third   203.0.113.4
#  bystander 198.51.100.3 --' hon0'----------'        |
#                           bridge                    '---- branch  203.0.113.5
#                                                             | 10.0.0.1
#                                                             | MTU 1300
#                                                             | 10.0.0.2
#                                           server --------- exit
#                                           10.1.0.2   10.1.0.1
#
# Two things in it are as nobody should have them, so that there is something
# to stop: the router forwards directed broadcasts, and the protected hosts
# answer echo requests that come as a broadcast.

readonly lab_attacker=192.0.2.2
readonly lab_spoofed=198.18.0.0/16
readonly lab_bystander=198.51.100.3
readonly lab_protected=203.0.113.0/24
readonly lab_victim=203.0.113.2
readonly lab_other=203.0.113.3
readonly lab_third=203.0.113.4
readonly lab_broadcast=203.0.113.255
# protected hosts that answer a broadcast
readonly lab_answering=3
readonly lab_server=10.1.0.2
readonly lab_path_mtu=1300
# what a traceroute from honest to server meets
readonly lab_hops=(198.51.100.1 203.0.113.5 10.0.0.2 "$lab_server")
readonly lab_machines=(router attacker honest bystander victim other third branch exit server)

# Two wires end in each line. What the router calls a wire to a bridge is the
# name of the machine at its end.
lab_wires() {
	local machine
	printf 'netns add %s\n' "${lab_machines[@]}"
	for machine in honest bystander victim other third branch; do
		echo "link add eth0 netns $machine type veth peer $machine netns router"
	done
	echo "link add eth0 netns attacker type veth peer atk0 netns router"
	echo "link add small netns branch mtu $lab_path_mtu type veth" \
		"peer small netns exit mtu $lab_path_mtu"
	echo "link add eth0 netns server type veth peer lan netns exit"
}

lab_router() {
	local bridge port
	for bridge in hon0 pro0; do
		echo "link add $bridge type bridge forward_delay 0 mcast_snooping 0"
	done
	for port in hon0:honest hon0:bystander pro0:victim pro0:other pro0:third pro0:branch; do
		echo "link set ${port#*:} master ${port%:*} up"
	done
	for bridge in hon0 pro0 atk0; do
		echo "link set $bridge up"
	done
	echo "address add 192.0.2.1/24 broadcast + dev atk0"
	echo "address add 198.51.100.1/24 broadcast + dev hon0"
	echo "address add 203.0.113.1/24 broadcast + dev pro0"
	echo "route add $lab_spoofed via $lab_attacker"
	echo "route add 10.0.0.0/8 via 203.0.113.5"
}

# A machine with one wire: ADDRESS/LENGTH GATEWAY
lab_host() {
	echo "link set lo up"
	echo "link set eth0 up"
	echo "address add $1 broadcast + dev eth0"
	echo "route add default via $2"
}

# It takes the bystander's address too, so that ping can spoof it.
lab_attacker() {
	lab_host "$lab_attacker/24" 192.0.2.1
	echo "address add $lab_bystander/32 dev lo"
}

lab_branch() {
	lab_host 203.0.113.5/24 203.0.113.1
	echo "link set small up"
	echo "address add 10.0.0.1/30 dev small"
	echo "route add 10.1.0.0/24 via 10.0.0.2"
}

lab_exit() {
	echo "link set small up"
	echo "link set lan up"
	echo "address add 10.0.0.2/30 dev small"
	echo "address add 10.1.0.1/24 dev lan"
	echo "route add default via 10.0.0.1"
}

# Applies the lines that a function prints to a machine: MACHINE FUNCTION...
lab_apply() {
	local machine=$1
	shift
	"$@" | ip -n "$machine" -batch -
}

# MACHINE VALUE...: sysctls, without net.ipv4.
lab_sysctl() {
	local machine=$1
	shift
	ip netns exec "$machine" sysctl -qw "${@/#/net.ipv4.}"
}

lab_sysctls() {
	local machine
	lab_sysctl router ip_forward=1 icmp_ratelimit=0 \
		conf.all.rp_filter=0 conf.atk0.rp_filter=0 \
		conf.all.bc_forwarding=1 conf.atk0.bc_forwarding=1
	# path MTU discovery and traceroute shall depend on the guard, not on the
	# routers' own rate limit of ICMP errors
	for machine in branch exit; do
		lab_sysctl "$machine" ip_forward=1 icmp_ratelimit=0
	done
	lab_sysctl server icmp_ratelimit=0
	for machine in victim other third; do
		lab_sysctl "$machine" icmp_echo_ignore_broadcasts=0
	done
}

# Waits until a machine can reach an address, 10 s at most.
lab_await() {
	local tries
	for ((tries = 0; tries < 20; tries++)); do
		ip netns exec "$1" ping -q -n -c 1 -W 0.5 "$2" >/dev/null && return
	done
	echo "demo: $1 cannot reach $2 in the lab" >&2
	return 1
}

lab_create() {
	local address machine
	# what a sender has sent waits here for a processor, it isn't lost
	sysctl -qw net.core.netdev_max_backlog=20000
	# the demo is about IPv4; nothing else on the wires (for new namespaces)
	sysctl -qw net.core.devconf_inherit_init_net=1 \
		net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	lab_wires | ip -batch -
	lab_apply router lab_router
	lab_apply attacker lab_attacker
	lab_apply honest lab_host 198.51.100.2/24 198.51.100.1
	lab_apply bystander lab_host "$lab_bystander/24" 198.51.100.1
	lab_apply victim lab_host "$lab_victim/24" 203.0.113.1
	lab_apply other lab_host "$lab_other/24" 203.0.113.1
	lab_apply third lab_host "$lab_third/24" 203.0.113.1
	lab_apply branch lab_branch
	lab_apply exit lab_exit
	lab_apply server lab_host "$lab_server/24" 10.1.0.1
	lab_sysctls
	# TCP's segments are cut where they are sent, so that the MTU matters
	for machine in honest server; do
		ip netns exec "$machine" ethtool -K eth0 tso off gso off gro off tx off >/dev/null
	done
	for address in "$lab_victim" "$lab_other" "$lab_third"; do
		lab_await attacker "$address"
	done
	lab_await victim "$lab_bystander"
	lab_await honest "$lab_server"
}

# Machines that are there go, their wires with them.
lab_destroy() {
	local machine
	for machine in "${lab_machines[@]}"; do
		[[ ! -e /run/netns/$machine ]] || echo "netns delete $machine"
	done | ip -batch -
}
