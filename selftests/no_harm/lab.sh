# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The network of no_harm.sh, on top of what setup_router of lib.sh makes. Between the
# client (lib.sh's honest) and the server behind the victim there are many
# ways, and the number N in an address says which one is taken, both ways:
#
#	client    198.51.(100+N).2     2001:db8:c0NN::2
#	server    10.N.0.0/16          2001:db8:f0NN::/48    every address of it
#
#	client --- router --- victim --- server          one link and one tunnel of
#	  |  \                 |  |  \__ 1400 __|         each kind between router
#	  |   second ----------'  |  \__ 1280 __|         and victim
#	  '-- firewall -----------'
#
#	lan --- router    a bridge that asks for listeners, with DHCP and
#	                  advertisements; attacker --- router, as in lib.sh
#
# A link NN has the addresses 198.18.N.1 and .2, 2001:db8:1NN::1 and ::2. All
# addresses below 10.99.0.0/16 and 2001:db8:f099::/48 are the router's. All
# machines but the attacker have a guard.

readonly -A lab_ways=([direct]=1 [mtu1400]=2 [mtu1280]=3 [vlan]=11 [bridge]=12 [ipip]=13
	[gre]=14 [wireguard]=15 [esp_tunnel]=16 [esp_transport]=17 [ah_transport]=18 [vrf]=19
	[masquerade]=20 [stateful]=21 [two_routers]=23 [router]=99)
readonly -A lab_mtu=([mtu1400]=1400 [mtu1280]=1280 [masquerade]=1280 [stateful]=1400)

client='' server='' second='' firewall='' switch='' lan=''

# lab_target WAY FAMILY USE: an address of it, in $target, that no other use has,
# so that nobody shares what the guard counts by destination or by pair. What is
# protected from end to end has one only.
lab_target() {
	local n=${lab_ways[$1]}
	[[ $1 != *_transport ]] || set -- "$1" "$2" 1
	target=10.$n.$3.1
	[[ $2 == 4 ]] || printf -v target 2001:db8:f0%02d:%d::1 "$n" "$3"
}

# lab_client_address WAY: in both families, in ${address[FAMILY]}.
lab_client_address() {
	local n=${lab_ways[$1]}
	address=([4]=198.51.$((100 + n)).2)
	printf -v 'address[6]' 2001:db8:c0%02d::2 "$n"
}

# lab_prefix WAY: all that is behind it, in ${prefix[FAMILY]}.
lab_prefix() {
	local n=${lab_ways[$1]}
	prefix=([4]=10.$n.0.0/16)
	printf -v 'prefix[6]' 2001:db8:f0%02d::/48 "$n"
}

# lab_later NAMESPACE <<END: commands of ip for the end, when all links are there,
# so that there is one ip for many of them.
lab_later() {
	cat >>"$scratch/later.$1"
}

lab_sysctl() {
	nsenter "--net=/run/netns/$1" sysctl -eqw "${@:2}" || die "cannot set up $1: ${*:2}"
}

# The kernel's own limits of errors would differ from time to time, so that they
# don't exist here.
lab_machines() {
	local each
	local -a forwards
	setup_ns server second firewall switch lan
	guarded=("$router" "$client" "$victim" "$server" "$second" "$firewall" "$switch" "$lan")
	for each in "${guarded[@]}"; do
		forwards=()
		case $each in
		"$victim" | "$second" | "$firewall")
			forwards=(net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1) ;;
		esac
		lab_sysctl "$each" net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratemask=255 \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.conf.all.send_redirects=0 \
			net.ipv4.conf.default.send_redirects=0 "${forwards[@]}"
	done
}

# lab_wire N NAMESPACE DEVICE NAMESPACE DEVICE
lab_wire() {
	ip -n "$2" link add "$3" type veth peer name "$5" netns "$4" || die "cannot make link $1"
	lab_addresses "$@"
}

# The same for a link that is there.
lab_addresses() {
	local end=1 v6
	printf -v v6 2001:db8:1%02d:: "$1"
	for each in "$2 $3" "$4 $5"; do
		lib_batch "${each% *}" <<-END
			addr add 198.18.$1.$end/24 dev ${each#* }
			addr add $v6$end/64 dev ${each#* } nodad
			link set ${each#* } up
		END
		end=2
	done
}

# lab_way WAY LINK DEVICE BACK [DEVICE6 BACK6]: what goes WAY the router sends
# into DEVICE, an end of LINK, and what comes back the victim into BACK.
lab_way() {
	lab_ends=("$router" eth0 198.51.100 2001:db8:2:: main)
	lab_way_between "$@"
}

# lab_way_over NAMESPACE DEVICE LINK TABLE, then as lab_way: not the router but
# NAMESPACE does, and the client reaches it by its DEVICE, an end of LINK.
lab_way_over() {
	local v6
	printf -v v6 2001:db8:1%02d:: "$3"
	lab_ends=("$1" "$2" "198.18.$3" "$v6" "$4")
	shift 4
	lab_way_between "$@"
}

lab_way_between() {
	local way=$1 link=$2 out=$3 back=$4 out6=${5-$3} back6=${6-$4}
	local ns=${lab_ends[0]} near=${lab_ends[1]} v4=${lab_ends[2]} v6=${lab_ends[3]}
	local table=${lab_ends[4]} address prefix link6
	printf -v link6 2001:db8:1%02d:: "$link"
	lab_client_address "$way"
	lab_prefix "$way"
	lab_later "$client" <<-END
		addr add ${address[4]}/32 dev lo
		addr add ${address[6]}/128 dev lo nodad
		route add ${prefix[4]} via $v4.1 dev $near src ${address[4]}
		route add ${prefix[6]} via ${v6}1 dev $near src ${address[6]}
	END
	lab_later "$ns" <<-END
		route add ${address[4]} via $v4.2 table $table
		route add ${address[6]} via ${v6}2 table $table
		route add ${prefix[4]} via 198.18.$link.2 dev $out table $table
		route add ${prefix[6]} via ${link6}2 dev $out6 table $table
	END
	lab_later "$victim" <<-END
		route add ${address[4]} via 198.18.$link.1 dev $back
		route add ${address[6]} via ${link6}1 dev $back6
	END
}

# The way straight on, without a link of its own.
lab_way_direct() {
	local address prefix
	lab_client_address "$1"
	lab_prefix "$1"
	lab_later "$client" <<-END
		addr add ${address[4]}/32 dev lo
		addr add ${address[6]}/128 dev lo nodad
		route add ${prefix[4]} via 198.51.100.1 src ${address[4]}
		route add ${prefix[6]} via 2001:db8:2::1 src ${address[6]}
	END
	lab_later "$router" <<-END
		route add ${address[4]} via 198.51.100.2
		route add ${address[6]} via 2001:db8:2::2
	END
}

# The last link, in three sizes. The server's ends all take 1500, so that nobody
# tells the sender before; what comes back takes the first.
lab_server() {
	local way
	lab_wire 1 "$victim" s1500 "$server" eth0
	lab_wire 2 "$victim" s1400 "$server" eth1
	lab_wire 3 "$victim" s1280 "$server" eth2
	ip -n "$victim" link set s1400 mtu 1400
	ip -n "$victim" link set s1280 mtu 1280
	lab_later "$server" <<-'END'
		route add default via 198.18.1.1
		route add default via 2001:db8:101::1
		route add local 10.0.0.0/8 dev lo
		route add local 2001:db8:f000::/36 dev lo
	END
	lab_later "$victim" <<-'END'
		route add 10.0.0.0/8 via 198.18.1.2
		route add 10.2.0.0/16 via 198.18.2.2
		route add 10.3.0.0/16 via 198.18.3.2
		route add 10.20.0.0/16 via 198.18.3.2
		route add 10.21.0.0/16 via 198.18.2.2
		route add 2001:db8:f000::/36 via 2001:db8:101::2
		route add 2001:db8:f002::/48 via 2001:db8:102::2
		route add 2001:db8:f003::/48 via 2001:db8:103::2
		route add 2001:db8:f020::/48 via 2001:db8:103::2
		route add 2001:db8:f021::/48 via 2001:db8:102::2
	END
	for way in direct mtu1400 mtu1280 router; do
		lab_way_direct "$way"
	done
	lab_later "$router" <<-'END'
		route add local 10.99.0.0/16 dev lo
		route add local 2001:db8:f099::/48 dev lo
	END
}

lab_vlan() {
	ip -n "$router" link add vlan link vic type vlan id 11 &&
		ip -n "$victim" link add vlan link eth0 type vlan id 11 || die "no VLAN"
	lab_addresses 11 "$router" vlan "$victim" vlan
	lab_way vlan 11 vlan vlan
}

# br_netfilter shows its hooks what the switch passes on.
lab_bridge() {
	local each
	modprobe br_netfilter || die "no br_netfilter"
	ip -n "$switch" link add br0 type bridge && ip -n "$switch" link set br0 up ||
		die "no bridge"
	for each in "$router" "$victim"; do
		ip -n "$each" link add switch type veth peer name "${each%%-*}" netns "$switch" &&
			ip -n "$switch" link set "${each%%-*}" master br0 up ||
			die "cannot make a port"
	done
	lab_sysctl "$switch" net.bridge.bridge-nf-call-iptables=1 \
		net.bridge.bridge-nf-call-ip6tables=1
	lab_addresses 12 "$router" switch "$victim" switch
	lab_way bridge 12 switch switch
}

# lab_tunnel DEVICE FAMILY OPTION...: between the ends of the link of router and
# victim.
lab_tunnel() {
	local device=$1 ends=203.0.113.
	[[ $2 == 4 ]] || ends=2001:db8:3::
	shift 2
	ip -n "$router" link add "$device" type "$@" local "${ends}1" remote "${ends}2" &&
		ip -n "$victim" link add "$device" type "$@" local "${ends}2" remote "${ends}1" ||
		die "no tunnel of type $1"
}

# A tunnel of IPv4 in IPv4, and one of IPv6 in IPv6.
lab_ipip() {
	lab_tunnel ipip 4 ipip
	lab_tunnel ip6ip6 6 ip6tnl mode ip6ip6 encaplimit none
	lib_batch "$router" <<-'END'
		addr add 198.18.13.1/24 dev ipip
		addr add 2001:db8:113::1/64 dev ip6ip6 nodad
		link set ipip up
		link set ip6ip6 up
	END
	lib_batch "$victim" <<-'END'
		addr add 198.18.13.2/24 dev ipip
		addr add 2001:db8:113::2/64 dev ip6ip6 nodad
		link set ipip up
		link set ip6ip6 up
	END
	lab_way ipip 13 ipip ipip ip6ip6 ip6ip6
}

lab_gre() {
	lab_tunnel gre 4 gre
	lab_addresses 14 "$router" gre "$victim" gre
	lab_way gre 14 gre gre
}

lab_wireguard() {
	local each
	umask 077
	for each in router victim; do
		ip -n "${!each}" link add wg type wireguard || die "no wireguard"
		wg genkey >"$scratch/$each.key"
		wg pubkey <"$scratch/$each.key" >"$scratch/$each.pub"
	done
	in_ns "$router" wg set wg private-key "$scratch/router.key" listen-port 51820 \
		peer "$(<"$scratch/victim.pub")" endpoint 203.0.113.2:51820 allowed-ips 0.0.0.0/0,::/0 &&
		in_ns "$victim" wg set wg private-key "$scratch/victim.key" listen-port 51820 \
			peer "$(<"$scratch/router.pub")" endpoint 203.0.113.1:51820 \
			allowed-ips 0.0.0.0/0,::/0 || die "cannot set up wireguard"
	lab_addresses 15 "$router" wg "$victim" wg
	lab_way wireguard 15 wg wg
}

readonly lab_esp='enc cbc(aes) 0x000102030405060708090a0b0c0d0e0f
	auth-trunc hmac(sha256) 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128'
readonly lab_ah='auth-trunc hmac(sha256) 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128'

# lab_xfrm NUMBER MODE PROTOCOL, then at each end: NAMESPACE ADDRESS PREFIX FORWARDS
# What goes from one end's prefix to the other's is protected by a pair of
# associations between their addresses.
lab_xfrm() {
	local number=$1 mode=$2 state=lab_$3 here there prefix_here prefix_there ns end ends
	ends=("$4" "$5" "$6" "$7" "$8" "$9")
	for end in 0 3; do
		ns=${ends[$end]} here=${ends[$((end + 1))]} prefix_here=${ends[$((end + 2))]}
		there=${ends[$((4 - end))]} prefix_there=${ends[$((5 - end))]}
		ip -n "$ns" -batch - <<-END || die "no IPsec $mode"
			xfrm state add src $here dst $there proto $3 spi $((0x1000 + number * 2 + end / 3)) mode $mode reqid $number ${!state//$'\n'/ }
			xfrm state add src $there dst $here proto $3 spi $((0x1001 + number * 2 - end / 3)) mode $mode reqid $number ${!state//$'\n'/ }
			xfrm policy add src $prefix_here dst $prefix_there dir out tmpl src $here dst $there proto $3 mode $mode reqid $number
			xfrm policy add src $prefix_there dst $prefix_here dir in tmpl src $there dst $here proto $3 mode $mode reqid $number
		END
		[[ $mode != tunnel ]] || ip -n "$ns" xfrm policy add src "$prefix_there" \
			dst "$prefix_here" dir fwd tmpl src "$there" dst "$here" proto "$3" \
			mode "$mode" reqid "$number" || die "no IPsec $mode"
	done
}

# Between the routers a tunnel, from end to end the other two. Newer kernels take
# no error about what the tunnel protects from outside of it, so that all that comes
# to the client's address has to be inside.
lab_ipsec() {
	local way family address prefix target number=1
	local -A any=([4]=0.0.0.0/0 [6]=::/0) outer=([4 router]=203.0.113.1 [4 victim]=203.0.113.2
		[6 router]=2001:db8:3::1 [6 victim]=2001:db8:3::2)
	for way in esp_tunnel esp_transport ah_transport; do
		lab_way_direct "$way"
		lab_client_address "$way"
		lab_prefix "$way"
		for family in 4 6; do
			lab_target "$way" "$family" 1
			if [[ $way == esp_tunnel ]]; then
				lab_xfrm $number tunnel esp \
					"$router" "${outer[$family router]}" "${address[$family]}" \
					"$victim" "${outer[$family victim]}" "${any[$family]}"
			else
				lab_xfrm $number transport "${way%_*}" \
					"$client" "${address[$family]}" "${address[$family]}" \
					"$server" "$target" "$target"
			fi
			number=$((number + 1))
		done
	done
}

# A second pair of links of the router, in a routing domain of its own.
lab_vrf() {
	ip -n "$router" link add red type vrf table 19 && ip -n "$router" link set red up ||
		die "no VRF"
	lab_wire 29 "$router" red_client "$client" red
	lab_wire 19 "$router" red_victim "$victim" red
	ip -n "$router" link set red_client master red
	ip -n "$router" link set red_victim master red
	# it has lost its IPv6 addresses on the way
	ip -n "$router" -6 addr replace 2001:db8:129::1/64 dev red_client nodad
	ip -n "$router" -6 addr replace 2001:db8:119::1/64 dev red_victim nodad
	lab_way_over "$router" red 29 19 vrf 19 red_victim red
}

# What is new comes from the client, and TCP takes the short way. The source is
# rewritten for one of the two ways.
lab_firewall() {
	lab_wire 20 "$firewall" victim "$victim" firewall
	lab_wire 21 "$firewall" client "$client" firewall
	lab_way_over "$firewall" firewall 21 main stateful 20 victim firewall
	lab_way_over "$firewall" firewall 21 main masquerade 20 victim firewall
	lab_rules | in_ns "$firewall" nft -f - || die "no firewall"
}

lab_rules() {
	cat <<-'END'
		table inet state {
			counter related { }
			counter offloaded { }
			flowtable fast { hook ingress priority 0; devices = { client, victim }; }
			chain forward {
				type filter hook forward priority 0; policy drop;
				tcp dport 7 flow add @fast counter name offloaded
				ct state related counter name related accept
				ct state established accept
				iif client ct state new accept
			}
			chain postrouting {
				type nat hook postrouting priority 100;
				oif victim ip daddr 10.20.0.0/16 masquerade
				oif victim ip6 daddr 2001:db8:f020::/48 masquerade
			}
		}
	END
}

# Of what the client sends, all fragments but the first take the second router,
# and all that comes back does.
lab_second() {
	local mac each
	lab_wire 23 "$second" victim "$victim" second
	lab_wire 24 "$second" client "$client" second
	lab_way_over "$second" second 24 main two_routers 23 victim second
	lab_later "$client" <<-'END'
		route replace 10.23.0.0/16 via 198.51.100.1 dev eth0 src 198.51.123.2
		route del 2001:db8:f023::/48
		route add 2001:db8:f023::/48 via 2001:db8:2::1 dev eth0 src 2001:db8:c023::2
	END
	lab_later "$router" <<-'END'
		route add 198.51.123.2 via 198.51.100.2
		route add 2001:db8:c023::2 via 2001:db8:2::2
	END
	mac=$(ip -n "$second" -j link show dev client | jq -r '.[0].address')
	in_ns "$client" tc qdisc add dev eth0 clsact || die "no tc"
	for each in 'ip 10.23.0.0/16' 'ipv6 2001:db8:f023::/48'; do
		in_ns "$client" tc filter add dev eth0 egress protocol "${each% *}" flower \
			dst_ip "${each#* }" ip_flags frag/nofirstfrag \
			action pedit ex munge eth dst set "$mac" pipe \
			action mirred egress redirect dev second || die "cannot split fragments"
	done
}

# What a router is to its own hosts.
lab_lan() {
	ip -n "$router" link add br0 type bridge forward_delay 0 mcast_snooping 1 mcast_querier 1 \
		mcast_query_interval 100 mcast_query_response_interval 30 mcast_mld_version 2 \
		mcast_startup_query_interval 100 mcast_membership_interval 250 || die "no bridge"
	ip -n "$router" link add lan type veth peer name eth0 netns "$lan" &&
		ip -n "$router" link set lan master br0 up || die "no LAN"
	lib_batch "$router" <<-'END'
		addr add 198.18.30.1/24 dev br0
		addr add 2001:db8:130::1/64 dev br0 nodad
		link set br0 up
	END
	# what the bridge itself gets comes to its hooks as from any other link
	lab_sysctl "$router" net.ipv4.icmp_echo_ignore_broadcasts=0 \
		net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
	lab_sysctl "$lan" net.ipv6.conf.eth0.accept_ra=1 net.ipv6.conf.eth0.accept_dad=1 \
		net.ipv6.conf.eth0.dad_transmits=1 net.ipv6.conf.eth0.router_solicitations=3 \
		net.ipv6.conf.eth0.router_solicitation_interval=1 \
		net.ipv6.conf.eth0.router_solicitation_delay=0
	lib_batch "$lan" <<-'END'
		addr add 198.18.30.2/24 dev eth0
		link set eth0 up
	END
}

# What segments are made of what is sent, is decided by the sender, not on the way.
lab_plain() {
	local each
	for each in "$client eth0" "$client red" "$client firewall" "$client second" \
		"$server eth0"; do
		nsenter "--net=/run/netns/${each% *}" ethtool -K "${each#* }" \
			tso off gso off gro off >/dev/null || die "cannot turn offloading off"
	done
}

lab_apply() {
	local each
	for each in "${guarded[@]}"; do
		[[ ! -e $scratch/later.$each ]] || ip -n "$each" -batch "$scratch/later.$each" ||
			die "cannot set up $each"
		ip -n "$each" neigh flush nud all
	done
}

# Packets come first, as on a router, and wait for programs: that many of these share
# an emulated processor must not be what loses packets.
lab_hurry() {
	# Who wants the time of packets switches a static key, and the last one switches
	# it off again: under an emulator that is not safe while packets come.
	ping -q -i 3600 127.0.0.1 >/dev/null &
	at_exit kill $!
	sysctl -qw net.core.netdev_max_backlog=20000 net.core.rmem_default=4194304 &&
		pgrep ksoftirqd | xargs renice -n -20 -p >/dev/null || die "cannot hurry"
}

lab_create() {
	client=$honest
	lab_hurry
	lab_machines
	lab_server
	lab_vlan
	lab_bridge
	lab_ipip
	lab_gre
	lab_wireguard
	lab_ipsec
	lab_vrf
	lab_firewall
	lab_second
	lab_lan
	flood_create
	senders_create
	lab_plain
	lab_apply
}
