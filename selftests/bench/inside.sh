#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: inside.sh FOLDER [--quick] [--guard] PART...
#
# What the benchmark does inside the machine: puts one filter after the other in
# place, sends all of them the same packets, and prints a line for each
#
#	measured CASE SUBJECT packets=N refused=N instructions=N ...
#
# after it has seen that the filter's own counter says the same as the loop.
# --quick sends fewer, --guard leaves out the others' filters.
#
#	bench0, a dummy device: 192.0.2.1/24, 2001:db8::1/64
#	sources: 16.0.0.0 and up, or all over 16.0.0.0/2; 2001:db8:N::2

cd "$(dirname "$0")" || exit 1
PATH=$PATH:/usr/sbin:/sbin
readonly control=/sys/kernel/debug/icmpguard-bench
budget=2000

die() {
	echo "bench: $*" >&2
	exit 1
}

# Sends what is ordered; the result is in the associative array result. What the
# loop saw refused since the filter is in place adds up in told, which is empty
# after a loop that sees nothing.
declare -A result=()
told=0
send() {
	local word
	echo "dev=bench0 $*" >$control || die "it can't be sent: $*"
	result=()
	for word in $(<$control); do
		result[${word%%=*}]=${word#*=}
	done
	if [[ $* == *loop=hook* ]]; then
		told=${told:+$((told + result[refused] + result[before]))}
	elif [[ $* == *loop=receive* ]]; then
		told=''
	fi
}

# ------------------------------------------------------------- the filters
#
# Each has up_NAME RATE UNIT BURST, which puts it in place with a limit of its
# senders' own, and the budget that all of them share; it is removed by down.
# count_NAME prints how many packets it says it has refused.

declare -A xt=([4]=iptables-legacy [6]=ip6tables-legacy)

up_nothing() { :; }
count_nothing() { echo 0; }

up_off() {
	modprobe icmpguard mode=off
}
count_off() { count_guard; }

up_guard() {
	modprobe icmpguard mode=off
	icmpguard set - <<-END
		limit echo-request pair $1/${2:0:1} burst $3
		limit echo-request router $budget/s burst $budget
		mode enforce
	END
}
count_guard() {
	awk '/^class\..*\.dropped / { n += $2 } END { print n + 0 }' /proc/net/icmpguard
}

# with no more than what row 2 names
up_guard_two() {
	local scope
	modprobe icmpguard mode=off
	{
		for scope in source source-net destination destination-net; do
			echo "limit echo-request $scope off"
		done
		printf '%s\n' "${settings-}"
		echo "limit echo-request pair $1/${2:0:1} burst $3"
		echo "limit echo-request router $budget/s burst $budget"
		echo "mode enforce"
	} | icmpguard set -
}
count_guard_two() { count_guard; }

up_rawdrop() {
	local family
	for family in 4 6; do
		"${xt[$family]}" -t raw -A PREROUTING -p "${icmp_xt[$family]}" -j DROP || return
	done
}
declare -A icmp_xt=([4]=icmp [6]=icmpv6)
declare -A type_xt=([4]="--icmp-type echo-request" [6]="--icmpv6-type echo-request")
count_xt() {
	local family
	for family in 4 6; do
		"${xt[$family]}" -t raw -L PREROUTING -n -v -x
	done 2>/dev/null | awk '$3 == "DROP" { n += $1 } END { print n + 0 }'
}
count_rawdrop() { count_xt; }

up_hashlimit() {
	local family
	declare -A mask=([4]=32 [6]=64)
	for family in 4 6; do
		# shellcheck disable=SC2086 # options
		"${xt[$family]}" -t raw -A PREROUTING -p "${icmp_xt[$family]}" ${type_xt[$family]} \
			-m hashlimit --hashlimit-name own$family --hashlimit-mode srcip \
			--hashlimit-srcmask "${mask[$family]}" --hashlimit-above "$1/$2" \
			--hashlimit-burst "$3" --hashlimit-htable-size "${buckets:-65536}" \
			--hashlimit-htable-max 1048576 --hashlimit-htable-expire 600000 -j DROP &&
		"${xt[$family]}" -t raw -A PREROUTING -p "${icmp_xt[$family]}" ${type_xt[$family]} \
			-m hashlimit --hashlimit-name all$family --hashlimit-above $budget/second \
			--hashlimit-burst $budget -j DROP || return
	done
}
count_hashlimit() { count_xt; }

up_nftdrop() {
	nft -f - <<-END
		table ip bench {
			chain pre {
				type filter hook prerouting priority raw
				icmp type echo-request counter drop
			}
		}
		table ip6 bench {
			chain pre {
				type filter hook prerouting priority raw
				icmpv6 type echo-request counter drop
			}
		}
	END
}
count_nft() { ./nft_counters.py; }
count_nftdrop() { count_nft; }

up_nftmeter() {
	nft -f - <<-END
		table ip bench {
			set own {
				type ipv4_addr
				size 2097152
				flags dynamic,timeout
				timeout 10m
			}
			chain pre {
				type filter hook prerouting priority raw
				icmp type echo-request update @own { ip saddr limit rate over $1/$2 burst $3 packets } counter drop
				icmp type echo-request limit rate over $budget/second burst $budget packets counter drop
			}
		}
		table ip6 bench {
			set own {
				type ipv6_addr
				size 2097152
				flags dynamic,timeout
				timeout 10m
			}
			chain pre {
				type filter hook prerouting priority raw
				icmpv6 type echo-request update @own { ip6 saddr & ffff:ffff:ffff:ffff:: limit rate over $1/$2 burst $3 packets } counter drop
				icmpv6 type echo-request limit rate over $budget/second burst $budget packets counter drop
			}
		}
	END
}
count_nftmeter() { count_nft; }

up_ingress() {
	nft -f - <<-END
		table netdev bench {
			chain in {
				type filter hook ingress device bench0 priority 0
				icmp type echo-request counter drop
				icmpv6 type echo-request counter drop
			}
		}
	END
}
count_ingress() { count_nft; }

# conntrack watches what nobody's rule in PRE_ROUTING asks for
up_conntrack() {
	nft -f - <<-END
		table inet bench {
			chain out {
				type filter hook output priority 0
				ct state invalid
			}
		}
	END
}
count_conntrack() { echo 0; }

up_xdp() {
	ip link set dev bench0 xdpgeneric obj "$files/xdp.o" sec xdp || return
	# period, burst * period, of a sender and of all
	local own shared
	own=$((${seconds[$2]} * 1000000000 / $1))
	shared=$((1000000000 / budget))
	xdp_set 0 "$own" && xdp_set 1 $((own * $3)) &&
		xdp_set 2 "$shared" && xdp_set 3 $((shared * budget))
}
declare -A seconds=([second]=1 [minute]=60)
xdp_set() {
	local bytes
	printf -v bytes '%016x' "$2"
	# shellcheck disable=SC2046 # bytes
	bpftool map update name xdp_rates key "$1" 0 0 0 \
		value hex $(fold -w 2 <<<"$bytes" | tac)
}
count_xdp() {
	bpftool -j map dump name xdp_count | jq '[.[].formatted.values[].value] | add'
}

down() {
	agree
	ip link set dev bench0 xdpgeneric off
	nft flush ruleset
	[[ ! -d /sys/module/icmpguard ]] || modprobe -r icmpguard
	local family module
	for family in 4 6; do
		# asked about a table it would make one
		[[ ! -d /sys/module/${table[$family]} ]] || "${xt[$family]}" -t raw -F
	done
	for module in iptable_raw ip6table_raw xt_hashlimit nf_tables nf_conntrack; do
		[[ ! -d /sys/module/$module ]] || modprobe -r "$module" 2>/dev/null
	done
	for module in iptable_raw ip6table_raw; do
		[[ ! -d /sys/module/$module ]] || die "$module stays"
	done
}
declare -A table=([4]=iptable_raw [6]=ip6table_raw)

# What the loops saw refused since the filter was put in place must be what it has
# counted itself.
agree() {
	local counted
	if [[ -n $told && $told -gt 0 ]]; then
		counted=$("count_$subject")
		[[ $counted -eq $told ]] || die "$subject has counted $counted, not $told"
		echo "counted $subject $counted"
	fi
	told=0
}

# up SUBJECT RATE UNIT BURST; fails if it is not to be measured
up() {
	[[ -z $guard_only || $1 == @(nothing|off|guard|guard_two) ]] || return
	down
	subject=$1
	"up_$1" "$2" "$3" "$4" || die "$1 can't be put in place"
}

# ------------------------------------------------------------- measuring

# measure CASE ORDER...: with whatever is in place. The receive loop sees nothing,
# so that there the filter's counter is the result.
measure() {
	local name=$1 before word
	shift
	if [[ $* == *loop=receive* ]]; then
		before=$("count_$subject")
		send "$@"
		result[refused]=$(($("count_$subject") - before))
	else
		send "$@"
	fi
	printf 'measured %s %s' "$name" "$subject"
	for word in packets refused instructions elapsed ns median p99 p9999 worst; do
		[[ -z ${result[$word]-} ]] || printf ' %s=%s' "$word" "${result[$word]}"
	done
	echo
}

# Of what was measured last all, or nearly all, must have been refused.
all_refused() {
	[[ $((result[refused] * 1000)) -ge $((result[packets] * ${1:-990})) ]] ||
		die "$subject refused ${result[refused]} of ${result[packets]}"
}

# what is sent where it doesn't matter how many
n=200000
million=1000000
growth=(1 2 10 100 1000 10000 100000 524288)
guard_only='' thorough=1
# For how many ms a flood of random sources has gone on before it is measured, with each
# filter: longer than the guard needs to see how large it is, which is two of its 67 ms.
readonly onset=300
filters=(guard rawdrop hashlimit nftdrop nftmeter)

# warm PACKET [LOOP]: 1000 senders have their one packet of this minute, those too for
# whom the budget had none left at first, and it has filled again.
warm() {
	for _ in 1 2; do
		send loop="${2:-hook}" packet="$1" sources=1000 packets=1000
		sleep 1
	done
}

# Senders that have had their one packet of this minute, and random ones while
# the budget is exhausted.
part_refusals() {
	local each
	for each in nothing off "${filters[@]}" guard_two; do
		up "$each" 1 minute 1 || continue
		warm echo4
		measure one loop=hook packet=echo4 sources=1 packets=$n
		[[ $each == @(nothing|off) ]] || all_refused
		measure two loop=hook packet=echo4 sources=2 packets=$n
		[[ $each != nothing ]] || measure harness loop=nothing packet=echo4 sources=1 packets=$n
		measure thousand loop=hook packet=echo4 sources=1000 packets=$n
		[[ $each == @(nothing|off) ]] || all_refused
		measure random loop=hook packet=echo4 sources=0 packets=$n warm=$onset
		[[ $each == @(nothing|off) ]] || all_refused 900
	done
}

part_ipv6() {
	local each
	for each in nothing "${filters[@]}" guard_two; do
		up "$each" 1 minute 1 || continue
		warm echo6
		measure one-ipv6 loop=hook packet=echo6 sources=1 packets=$n
		[[ $each == nothing ]] || all_refused
		measure thousand-ipv6 loop=hook packet=echo6 sources=1000 packets=$n
		[[ $each == nothing ]] || all_refused
		measure random-ipv6 loop=hook packet=echo6 sources=0 packets=$n warm=$onset
		[[ $each == nothing ]] || all_refused 900
	done
}

# What goes on its way: all limits have room; and what is no ICMP at all.
part_passes() {
	local each packet
	for each in nothing off guard guard_two rawdrop hashlimit nftdrop nftmeter conntrack; do
		budget=1000000 up "$each" 1000000 second 1000000 || continue
		[[ $each != guard ]] || guard_wide
		for packet in udp4 udp6; do
			[[ $each != guard_two ]] || continue
			measure $packet loop=hook packet=$packet sources=1 packets=$n
			measure $packet-more loop=hook packet=$packet sources=1 packets=$n extra=1
		done
		[[ $each != @(rawdrop|nftdrop) ]] || continue
		measure accepted loop=hook packet=echo4 sources=1 packets=$n
		measure accepted-ipv6 loop=hook packet=echo6 sources=1 packets=$n
		[[ ${result[refused]} -eq 0 ]] || die "$each refused ${result[refused]}"
	done
}
# Turned off and on again, it has no table from before to look into.
guard_wide() {
	local scope
	{
		for scope in source source-net destination destination-net; do
			echo "limit echo-request $scope 1000000/s burst 1000000"
		done
		echo "table-size ${1:-1M}"
		echo "mode off"
	} | icmpguard set - && icmpguard set mode enforce
}

# As many senders as that, all of which have had their packet.
part_growth() {
	local each sources
	for each in guard hashlimit nftmeter; do
		# as many buckets as senders, or its lists grow
		buckets=524288 budget=1000000 up "$each" 1 minute 1 || continue
		[[ $each != guard ]] || guard_wide 16M
		for sources in "${growth[@]}"; do
			send loop=hook packet=echo4 sources="$sources" packets="$sources"
			measure "sources-$sources" loop=hook packet=echo4 sources="$sources" \
				packets=$((sources > n ? sources : n))
			all_refused
		done
	done
}

# The whole way from the driver on.
part_receive() {
	local each
	for each in nothing guard rawdrop hashlimit nftdrop nftmeter ingress xdp conntrack; do
		up "$each" 1 minute 1 || continue
		warm echo4 receive
		[[ $each != nothing ]] || measure build loop=build packet=echo4 sources=1 packets=$n
		measure receive-one loop=receive packet=echo4 sources=1 packets=$n
		[[ $each == @(nothing|conntrack) ]] || all_refused
		send loop=receive packet=echo4 sources=0 ms=$onset
		measure receive-random loop=receive packet=echo4 sources=0 packets=$n
		[[ $each == @(nothing|conntrack) ]] || all_refused 900
	done
}

# Fragments, each of a message of its own: those that end past what a message
# may have, and others, which wait to be put together with nothing against it.
part_fragments() {
	local each packet family
	sysctl -q net.ipv4.ipfrag_high_thresh=$((1 << 30)) net.ipv6.ip6frag_high_thresh=$((1 << 30)) \
		net.ipv4.ipfrag_time=1 net.ipv6.ip6frag_time=1
	for each in nothing guard conntrack; do
		budget=1000000 up "$each" 1 minute 1 || continue
		[[ $each != guard ]] || for scope in pair source destination router; do
			echo "limit fragment $scope 1000000/s burst 1000000"
		done | icmpguard set -
		for packet in beyond below; do
			for family in 4 6; do
				[[ $family == 4 || $each != conntrack ]] || continue
				measure $packet$family loop=receive packet=$packet$family sources=0 \
					packets=$((n > 20000 ? 20000 : n))
				echo "memory $packet$family $each $(awk '
					/^FRAG/ { n += $5 } /^FRAG6/ { n += $5 }
					END { print n }' /proc/net/sockstat /proc/net/sockstat6)"
				# until all of them have been given up
				sleep 3
			done
		done
	done
}

# Memory of the kernel, in bytes: what is allocated for good, without what caches
# files.
memory() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { n += $2 } END { print n * 1024 }' /proc/meminfo
}

# What a sender takes that isn't forgotten, all with the same two limits. The
# guard's table is filled until it has forgotten nearly one in a hundred, the
# others get as many senders as that of 4M.
part_memory() {
	local each keys kept
	for each in guard_two ${thorough:+guard_table guard_huge} guard_large hashlimit nftmeter; do
		memory_of "$each"
	done
}
memory_of() {
	local before flood grown least=''
	down
	# a sender's entry, not the code
	[[ $1 != guard* ]] || modprobe icmpguard mode=off
	before=$(memory)
	buckets=$keys budget=1000000 up "$1" 1 minute 1 || return 0
	case $1 in
	guard*) fill ;;
	*) send loop=hook packet=echo4 sources="$keys" packets="$keys" ;;
	esac
	echo "memory taken $1 $(($(memory) - before))"
	echo "memory keys $1 $keys"
	come_again
	echo "memory kept $1 $kept"
	# A page more or less is anything of the kernel's, and not in each of three floods;
	# what a filter allocates for a packet is.
	for flood in 1 2 3; do
		before=$(slab)
		send loop=hook packet=echo4 sources=0 packets=$n
		grown=$(($(slab) - before))
		echo "memory flood$flood $1 $grown"
		[[ -n $least && $least -le $grown ]] || least=$grown
	done
	echo "memory flood $1 $least"
}
up_guard_large() { settings=$'table-size 4M\ncandidate-size 1M' up_guard_two "$@"; }
up_guard_huge() { settings=$'table-size 16M\ncandidate-size 4M' up_guard_two "$@"; }
count_guard_large() { count_guard; }
count_guard_huge() { count_guard; }
count_guard_table() { count_guard; }
up_guard_table() { settings=$'table-size 4M\nknown-first off' up_guard_two "$@"; }

# Sets kept to how many of the senders are refused when they come again: who has
# been forgotten passes. The last first, as one that passes takes the place of one that
# came early, and such a one would be missed when it comes later.
come_again() {
	local at step=$((keys / 64))
	kept=0
	for ((at = keys; at > 0; at -= step)); do
		[[ $at -ge $step ]] || step=$at
		send loop=hook packet=echo4 sources=$at from=$((at - step)) packets=$step
		kept=$((kept + result[refused]))
	done
}

# A new sender may look like another: up to three, and one in a thousand.
few_refused() {
	[[ $((result[refused] * 1000)) -le $((result[packets] + 3000)) ]] ||
		die "${result[refused]} of ${result[packets]} new senders were refused"
}

# Sets keys to how many senders it was.
fill() {
	local step
	step=$(awk '/^table.size-bytes / { print int($2 / 4000) }' /proc/net/icmpguard)
	keys=$((200 * step))
	send loop=hook packet=echo4 sources=$keys packets=$keys
	while [[ $(evictions) -lt $((keys * 93 / 10000)) ]]; do
		few_refused
		send loop=hook packet=echo4 sources=$((keys + step)) from=$keys packets="$step"
		keys=$((keys + step))
	done
}
evictions() {
	awk '/^table.*evict/ { n += $2 } END { print n + 0 }' /proc/net/icmpguard
}
slab() {
	awk '/^SUnreclaim:/ { print $2 * 1024 }' /proc/meminfo
}

# How many packets in a time, on one processor and on two. The filter is put in place
# anew for each, as hashlimit's table, which can't be larger, would be full after some
# tries, and it doesn't count what it refuses then. The fastest try is the one that was
# disturbed least by what else this machine does. The budget is small, as it fills
# between them.
part_scaling() {
	local each cpus try tries=${thorough:+5}
	for each in guard guard_two hashlimit ${thorough:+rawdrop nftdrop nftmeter}; do
		for ((try = 0; try < ${tries:-3}; try++)); do
			for cpus in 1 2; do
				budget=100 up "$each" 1 minute 1 || continue
				scaling one 1 "$cpus"
				scaling random 0 "$cpus"
			done
		done
	done
}

# scaling NAME SOURCES CPUS
scaling() {
	measure "scaling-$1-$3" loop=hook packet=echo4 sources="$2" cpus="$3" warm=$onset ms=250
	all_refused
}

# Run with vm/run --trace, which sees what is run here; see profile.py. What was
# before `icmpguard show` doesn't count.
profile() {
	send loop=hook packet=echo4 sources="$1" packets=3000
	echo "text $(<"/sys/module/icmpguard/sections/.text")"
	icmpguard show >/dev/null
	send loop=hook packet=echo4 sources="$1" packets=5000
}
part_profile_one() {
	up guard_two 1 minute 1
	profile 1
	all_refused
}
# With few candidates some thousand packets are a large flood, once two times 67 ms
# have gone by: of its first sightings few are written down.
part_profile_random() {
	settings="candidate-size 16K" up guard_two 1 minute 1
	for _ in 1 2; do
		send loop=hook packet=echo4 sources=0 packets=20000
		sleep 0.1
	done
	profile 0
	all_refused
}
part_profile_accepted() {
	budget=1000000 up guard 1000000 second 1000000
	guard_wide
	profile 1
	[[ ${result[refused]} -eq 0 ]] || die "${result[refused]} were refused"
}

# As many senders as the largest networks have. Time is the machine's: a
# nanosecond for each instruction.
part_rehearsal() {
	local before started scope keys=10000000 kept
	down
	modprobe icmpguard mode=off
	before=$(memory)
	budget=1000000 up guard 1 hour 1
	{
		echo "mode off"
		for scope in source source-net destination destination-net; do
			echo "limit echo-request $scope 1000000/s burst 1000000"
		done
		echo "table-size 168M"
		echo "candidate-size 16M"
	} | icmpguard set -
	started=${EPOCHREALTIME/./}
	icmpguard set mode enforce
	echo "rehearsal build_us $((${EPOCHREALTIME/./} - started))"
	echo "rehearsal taken $(($(memory) - before))"
	sed -n 's/^table.size-bytes /rehearsal table /p
		s/^known.candidate-bytes /rehearsal candidates /p' /proc/net/icmpguard
	measure rehearsal-new loop=hook packet=echo4 sources=$keys packets=$keys
	few_refused
	echo "rehearsal keys $keys"
	echo "rehearsal evictions $(evictions)"
	come_again
	echo "rehearsal kept $kept"
	measure rehearsal-again loop=hook packet=echo4 sources=$keys from=$((keys - n)) packets=$n
	all_refused
	icmpguard set limit echo-request router 2000/s burst 2000
	before=$(slab)
	measure rehearsal-random loop=hook packet=echo4 sources=0 packets=$n warm=$onset
	all_refused
	echo "rehearsal slab $(($(slab) - before))"
	sed -n 's/^table.fill-permille /rehearsal fill /p' /proc/net/icmpguard
	# while the old table is still read, and then without it
	started=${EPOCHREALTIME/./}
	icmpguard set table-size 192M
	echo "rehearsal resize_us $((${EPOCHREALTIME/./} - started))"
	measure rehearsal-resized loop=hook packet=echo4 sources=$keys from=$((keys - n)) packets=$n
	all_refused
}

# Every single packet.
part_worst() {
	local each
	for each in guard guard_two hashlimit nftmeter; do
		up "$each" 1 minute 1 || continue
		measure worst-one loop=hook packet=echo4 sources=1 packets=$million each=1
		measure worst-random loop=hook packet=echo4 sources=0 packets=$million each=1
	done
}

# ------------------------------------------------------------- the start

retpolines() {
	grep -qi retpoline /sys/devices/system/cpu/vulnerabilities/spectre_v2 && echo on || echo off
}

files=$1
shift
while [[ ${1-} == --* ]]; do
	case $1 in
	--quick) thorough='' n=20000 million=100000 growth=(1 2 1000 100000) ;;
	--guard) guard_only=1 ;;
	*) die "no such option: $1" ;;
	esac
	shift
done
[[ -n ${ICMPGUARD_VM-} ]] || die "this is for the virtual machine only"
modprobe dummy numdummies=0
ip link add bench0 type dummy
ip link set bench0 address 02:00:00:00:00:01 up
ip address add 192.0.2.1/24 dev bench0
ip address add 2001:db8::1/64 dev bench0 nodad
ip route add default via 192.0.2.2
ip route add default via 2001:db8::2
insmod "$files/icmpguard-bench.ko" || die "the module can't be loaded"
echo "kernel $(uname -r) ($(uname -v | grep -o '[0-9][0-9.]*-[0-9]*' | head -n 1))"
echo "flags $(nproc) processor(s), retpolines $(retpolines)"
for part; do
	started=$SECONDS
	"part_$part"
	agree
	echo "# $part: $((SECONDS - started)) s of the machine's time"
done
echo "complete"
