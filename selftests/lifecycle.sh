#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading, unloading and every change of configuration are ordinary events while
# packets come in at full speed: nothing breaks, nothing leaks, and counters never
# go back. A machine whose kernel complains of any of it fails the whole run.
#
# timeout: 300

. ./lib.sh

readonly cycles=20 changes=50
readonly router_mac=02:00:00:00:01:01

# ---------------------------------------------------------------- self-tests

# The module refuses to load when a self-test of its own fails.
test_self_test_build() {
	modprobe -r icmpguard
	insmod /lib/icmpguard-selftest/icmpguard.ko || fail "status $?: $(dmesg | tail -n 5)"
	[[ -e /proc/net/icmpguard ]] || fail "it isn't there"
	rmmod icmpguard || fail "status $?"
	[[ ! -e /proc/net/icmpguard ]] || fail "it is still there"
}

# ------------------------------------------------------------------- traffic

# Both families, pings and fragments, faster than any limit, until stop_flood or
# for some minutes.
start_flood() {
	local each
	for each in "src=192.0.2.77 dst=203.0.113.2" "src=2001:db8:1::77 dst=2001:db8:3::2" \
		"src=192.0.2.77 dst=192.0.2.1 len=1000 more=1" \
		"src=2001:db8:1::77 dst=2001:db8:3::2 len=1000 offset=1000 protocol=58"; do
		# shellcheck disable=SC2086 # words
		./send "$attacker" eth0 "to=$router_mac" $each rate=500 gather=5 ms=200000 step-src=1 \
			>/dev/null 2>&1 &
		flood+=($!)
	done
}

stop_flood() {
	[[ ${#flood[@]} -eq 0 ]] || kill "${flood[@]}" 2>/dev/null
	wait "${flood[@]}" 2>/dev/null
	flood=()
}

# Limits that the flood is above of.
guard_router() {
	guard_set "$router" <<-'END'
		mode enforce
		randomise off
		limit echo-request router 50/s burst 50
		limit echo-request destination 50/s burst 50
		limit fragment destination 50/s burst 50
	END
}

# All classes together have come to as many.
has_judged() {
	local key sum=0
	local -A now
	counters "$router" now
	for key in "${!now[@]}"; do
		[[ $key != class.*.$1 ]] || sum=$((sum + ${now[$key]}))
	done
	[[ $sum -ge $2 ]]
}

is_flooded() {
	busywait 60000 has_judged dropped 20 ||
		fail "nothing is dropped:" "$(grep -v ' 0$' "$(proc_net "$router" icmpguard)")"
}

# ------------------------------------------------------------------- cycles

cycle() {
	modprobe icmpguard || fail "modprobe: status $?"
	guard_router
	guard "$router" exempt add 203.0.113.0/28
	is_flooded
	rmmod icmpguard || fail "rmmod: status $?"
	[[ ! -e /sys/module/icmpguard ]] || fail "it is still there"
}

test_cycles_under_traffic() {
	local i
	modprobe -r icmpguard
	start_flood
	for ((i = 1; i <= cycles; i++)); do
		cycle
		[[ $test_failures -eq 0 ]] || break
	done
	stop_flood
	modprobe -r icmpguard
}

# Kilobytes of kernel memory that a leak would add to: small objects, whole
# pages of vmalloc, and what is per CPU.
kernel_memory() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# All that takes memory, once.
use_memory() {
	modprobe icmpguard || fail "modprobe: status $?"
	guard_router
	guard_set "$router" <<-'END'
		exempt 203.0.113.0/28
		exempt 2001:db8:77::/48 dev att
		broadcast-allow 224.0.0.18
		table-size 256K
	END
	guard "$router" set mode monitor
	guard "$router" show >/dev/null || fail "show: status $?"
	guard "$router" stats >/dev/null || fail "stats: status $?"
	./send "$attacker" eth0 "to=$router_mac" src=192.0.2.77 dst=203.0.113.2 count=200 step-src=1
	guard "$router" reset
	rmmod icmpguard || fail "rmmod: status $?"
}

# use_rounds COUNT
use_rounds() {
	local i
	for ((i = 1; i <= $1 && test_failures == 0; i++)); do
		use_memory
	done
}

# With traffic that leaves nothing in the kernel's own queues. Caches that fill come
# to an end, sooner or later; a leak doesn't. A debug kernel finds leaks itself, and
# keeps what was freed.
test_memory() {
	local span before grown
	if [[ -e /sys/kernel/debug/kmemleak ]]; then
		use_memory
		return
	fi
	use_rounds 5
	for span in 1 2 3; do
		before=$(kernel_memory)
		use_rounds 15
		grown=$(($(kernel_memory) - before))
		note "$span: kernel memory has grown by $grown KiB in 15 rounds"
		[[ $grown -ge 100 ]] || return 0
	done
	fail "kernel memory grows and grows"
}

# As good as the first time.
test_reload() {
	modprobe icmpguard || fail "modprobe: status $?"
	[[ $(counter "$router" mode) == off ]] || fail "it remembers its mode"
	guard_set "$router" <<-'END'
		limit echo-request pair 1/h burst 10
		mode enforce
	END
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 20 -- \
		./send "$attacker" eth0 "to=$router_mac" src=192.0.2.9 dst=203.0.113.2 count=30
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 20 -- \
		./send "$attacker" eth0 "to=$router_mac" src=2001:db8:1:9::9 dst=2001:db8:3::2 count=30
}

# Without a module, without a guard.
test_unloaded() {
	local before
	modprobe -r icmpguard
	before=$(received "$victim" eth0)
	./send "$attacker" eth0 "to=$router_mac" src=192.0.2.9 dst=203.0.113.2 count=300
	busywait 5000 have_arrived $((before + 300)) || fail "not all arrived"
	[[ ! -e $(proc_net "$router" icmpguard) ]] || fail "the file is still there"
	modprobe icmpguard || fail "modprobe: status $?"
}

have_arrived() {
	[[ $(received "$victim" eth0) -ge $1 ]]
}

# ------------------------------------------------------------------- dumps

# test_dump stats|hold: while a reader isn't done, the module stays.
test_dump() {
	local reader said
	# what the last one said must not be taken for this one's
	rm -f "$scratch/hold" "$scratch/dump"
	mkfifo "$scratch/hold"
	ip netns exec "$router" ./genl.py "$1" <"$scratch/hold" >"$scratch/dump" 2>&1 &
	reader=$!
	exec {hold}>"$scratch/hold"
	busywait 20000 grep -q open "$scratch/dump" || fail "no dump: $(cat "$scratch/dump")"
	! said=$(rmmod icmpguard 2>&1) || fail "it could be unloaded"
	[[ $said == *"in use"* ]] || fail "said: $said"
	[[ $(counter "$router" version) -eq 1 ]] || fail "it is broken"
	exec {hold}>&-
	wait "$reader" || fail "the reader's status is $?: $(cat "$scratch/dump")"
	rmmod icmpguard || fail "still in use"
	modprobe icmpguard || fail "modprobe: status $?"
}

# ----------------------------------------------------------------- changes

# No counter is below what ARRAY says, which then says what they are now.
expect_monotonic() {
	local key
	local -n was=$1
	local -A now
	counters "$router" now
	for key in "${!now[@]}"; do
		[[ $key == class.* || $key == reason.* || $key == table.evictions ]] || continue
		[[ ${now[$key]} -ge ${was[$key]-0} ]] ||
			fail "$key went back from ${was[$key]} to ${now[$key]}"
		was["$key"]=${now[$key]}
	done
}

# change_under_traffic LINE...: each of them over and over.
change_under_traffic() {
	local i line
	# shellcheck disable=SC2034 # by reference
	local -A seen=()
	guard_router
	start_flood
	is_flooded
	for ((i = 0; i < changes; i++)); do
		for line in "$@"; do
			guard_set "$router" <<<"$line"
		done
		expect_monotonic seen
		[[ $test_failures -eq 0 ]] || break
	done
	guard_router
	expect_monotonic seen
	# it still does its work
	guard "$router" stats reset
	is_flooded
	stop_flood
}

test_mode_under_traffic() {
	change_under_traffic "mode off" "mode monitor" "mode enforce"
}

test_table_size_under_traffic() {
	change_under_traffic "table-size 64K" "table-size 2M"
	[[ $(counter "$router" table.size-bytes) -eq $((2 << 20)) ]] ||
		fail "the table has $(counter "$router" table.size-bytes) bytes"
}

# Limits that come and go, the clock that goes with them, exemptions.
test_limits_under_traffic() {
	change_under_traffic \
		$'limit all total 100000/s burst 1\nlimit echo-request pair 1/h burst 1' \
		$'limit all total off\nlimit echo-request pair off\nexempt 192.0.2.0/24' \
		$'max-message 600\nwidth destination-net ipv4 16' \
		$'limit echo-request pair 10/s burst 50\nmax-message 9216'
}

# What a change does not touch keeps its debts, whatever happens to the table.
test_debt_survives() {
	local each
	guard "$router" reset
	guard_set "$router" <<-'END'
		limit echo-request pair 1/h burst 10
		mode enforce
	END
	expect_delta "$router" echo-request passed 10 echo-request limit-pair 20 -- \
		./send "$attacker" eth0 "to=$router_mac" src=192.0.2.9 dst=203.0.113.2 count=30
	for each in "table-size 64K" "mode monitor" "mode enforce" \
		"max-message 4000" "limit echo-request source 500/s burst 1" \
		"limit echo-request source off"; do
		guard_set "$router" <<<"$each"
		expect_delta "$router" echo-request limit-pair 5 -- \
			./send "$attacker" eth0 "to=$router_mac" src=192.0.2.9 dst=203.0.113.2 count=5
	done
}

flood=()
at_exit stop_flood
scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
setup_router
quiet "$victim" "$router"
run_tests test_self_test_build test_memory test_cycles_under_traffic test_reload test_unloaded \
	"test_dump stats" "test_dump hold" \
	test_mode_under_traffic test_table_size_under_traffic test_limits_under_traffic \
	test_debt_survives
