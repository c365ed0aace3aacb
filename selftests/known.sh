#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 400
# beside the rest
#
# Known senders come first, with real packets, in both families: who comes back
# is known, who sends twice at once isn't, who does so in an attack is a junior;
# of every shared limit a known sender may use more; it isn't pushed out by
# newcomers, and stays known through a change of sizes under load. What is known
# is asked with `why`. The network is that of lib.sh:
#
#	attacker --- router, with the guard --- victim
#	honest   --/

cd "$(dirname "$0")" || exit 1
. ./lib.sh
. ./reasons/expect.sh
. ./reasons/ask.sh

# Of a burst of 160, what debt leaves to a sender: 159 of them in sixteenths.
readonly burst=160 unknown=80 junior=90 known=110 known_minute=120

# only SCOPE [RATE]: the one limit, and none of the sender's own. Every address
# is a sender, also in IPv6, so that a flood may count them up.
only() {
	local each
	configure_anew < <(
		echo "known-first on"
		echo "width source ipv6 128"
		for each in pair source source-net destination destination-net interface router; do
			echo "limit echo-request $each off"
		done
		# a class with limits must have one of its own
		echo "limit echo-request destination 1000000/s burst 1000000"
		case $1 in
		total) echo "limit all total ${2:-1/h} burst $burst" ;;
		*) echo "limit echo-request $1 ${2:-1/h} burst $burst" ;;
		esac
	)
}

# Where its packets go: only the router's own are measured by its limit.
aim() {
	dst=${to[$family]}
	[[ $1 != router ]] || dst=${own[$family]}
	through=expect
	[[ $1 != router ]] || through=expect_here
}

# come_back: a packet from $src now, and one after a while.
come_back() {
	"$through" echo-request passed 1 -- "src=$src" "dst=$dst"
	pause_ms 1200
	"$through" echo-request passed 1 -- "src=$src" "dst=$dst"
}

# knows WORD: what is known of $src
knows() {
	why "$src" to "$dst" dev att
	said .known "$1"
}

# has_left N SCOPE: may it use so much of the limit?
has_left() {
	local class=echo-request
	[[ $2 != total ]] || class=all
	said ".class.\"$class\".limit.\"$2\".left" "$1"
}

test_promotion() {
	family=$1
	only destination 1000/s
	aim destination
	new_source
	knows no
	has_left "$unknown" destination
	come_back
	knows yes
	has_left "$known" destination
	said '."known-for"' 0
	# nobody else is
	src=${src%1}2
	knows no
	has_left "$unknown" destination
}

# Twice at once, or three times, is no coming back.
test_double_tap() {
	local first
	family=$1
	only destination 1000/s
	aim destination
	new_source
	first=$src
	expect echo-request passed 3 -- "src=$src" "dst=$dst" count=3
	why "$src" to "$dst" dev att
	said '.known == "yes"' false
	# also while it counts: what an unknown sender may use, and no more
	only destination
	expect echo-request passed "$unknown" echo-request limit-destination $((400 - unknown)) -- \
		"src=$src" "dst=$dst" step-src=1 count=200 + "src=$first" count=200
}

# Who comes back in an attack comes after those that were known, and after it
# is known as they are.
test_junior() {
	family=$1
	only destination 1000/s
	aim destination
	new_source
	guard "$router" set limit echo-request destination 1/h burst "$burst" || fail "status $?"
	expect echo-request passed "$unknown" echo-request limit-destination $((200 - unknown)) -- \
		"src=${net}$(last 9)" "dst=$dst" step-src=1 count=200
	guard "$router" -j status | jq -e .known.overloaded >/dev/null || fail "not overloaded"
	"$through" echo-request limit-destination 1 -- "src=$src" "dst=$dst"
	pause_ms 1200
	knows junior
	has_left $((junior - unknown)) destination
	"$through" echo-request passed 1 -- "src=$src" "dst=$dst"
	# ten seconds after the last that was too much
	only_raise
	pause_ms 11500
	come_back
	knows yes
}

last() {
	[[ $family == 4 ]] && echo ".$1" || echo "::$1"
}

# The limit is far from full again; what is known stays.
only_raise() {
	guard "$router" set limit echo-request destination 1000000/s burst 1000000 ||
		fail "status $?"
}

# Each shared limit lets a known sender use more of it than others.
test_scope() {
	local scope=$2 flood
	family=$1
	only "$scope" 1000/s
	aim "$scope"
	new_source
	come_back
	knows yes
	has_left "$known" "$scope"
	flood=$src
	case $scope in
	total) guard "$router" set limit all total 1/h burst "$burst" ;;
	*) guard "$router" set limit echo-request "$scope" 1/h burst "$burst" ;;
	esac || fail "status $?"
	"$through" echo-request passed "$unknown" echo-request "limit-$scope" $((200 - unknown)) -- \
		"src=${flood%1}2" "dst=$dst" step-src=1 count=200
	knows yes
	has_left $((known - unknown)) "$scope"
	"$through" echo-request passed $((known - unknown)) echo-request "limit-$scope" 5 -- \
		"src=$src" "dst=$dst" count=$((known - unknown + 5))
}

# Off, everybody may use all, and nothing is remembered.
test_off() {
	family=$1
	only destination 1000/s
	aim destination
	new_source
	come_back
	knows yes
	guard "$router" set known-first off || fail "status $?"
	knows null
	has_left "$burst" destination
	[[ $(counter "$router" known.history-bytes) -eq 0 ]] || fail "it keeps its memory"
	guard "$router" set known-first on || fail "status $?"
	knows no
	[[ $(counter "$router" known.history-bytes) -eq $((1 << 17)) ]] || fail "no memory"
	[[ $(counter "$router" known.candidate-bytes) -eq $((1 << 20)) ]] || fail "no memory"
}

# Thousands of newcomers push out each other, not who has been known for longer.
test_eviction() {
	local i
	family=$1
	only destination
	only_raise
	aim destination
	guard "$router" set table-size 64K || fail "status $?"
	new_source
	come_back
	# to be worth more than a newcomer it must have some age
	for i in 1 2; do
		pause_ms 5500
		"$through" echo-request passed 1 -- "src=$src" "dst=$dst"
	done
	knows yes
	for i in 1 2; do
		./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$(crowd)" "dst=$dst" \
			step-src=1 count=6000 rate=1000000
		pause_ms 1200
	done
	[[ $(counter "$router" known.history-permille) -ge 900 ]] ||
		fail "$(counter "$router" known.history-permille) permille of the history"
	knows yes
	said '."known-for" >= 8' true
}

crowd() {
	[[ $family == 4 ]] && echo 100.64.0.1 || echo 2001:db8:aaaa::1
}

# Sizes change while many send: a known sender loses nothing by it.
test_resize() {
	local size sender i
	family=$1
	only destination
	only_raise
	aim destination
	new_source
	come_back
	pause_ms 5500
	"$through" echo-request passed 1 -- "src=$src" "dst=$dst"
	knows yes
	./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$(crowd)" "dst=$dst" \
		step-src=1 rate=3000 gather=10 ms=9000 >/dev/null &
	sender=$!
	for size in "table-size 4M" "candidate-size 64K" "table-size 64K" "candidate-size 2M" \
		"table-size 1M"; do
		# shellcheck disable=SC2086 # key and value
		guard "$router" set $size || fail "$size: status $?"
		knows yes
		said '."known-for" >= 4' true
		# what is read from the old history gets into the new one
		./send "$attacker" eth0 to=02:00:00:00:01:01 "src=$src" "dst=$dst"
		pause_ms 200
	done
	wait "$sender" || fail "the sender: status $?"
	# when the old tables are gone it is known all the same
	pause_ms 11500
	knows yes
}

# A minute later it may use more, without having been here all the time.
test_age() {
	local i start=$EPOCHSECONDS
	local -A src_of
	# both families at once
	only destination 1000/s
	for family in 4 6; do
		aim destination
		new_source
		src_of[$family]=$src
		come_back
	done
	for i in 1 2; do
		pause_ms 31000
		for family in 4 6; do
			aim destination
			src=${src_of[$family]}
			expect echo-request passed 1 -- "src=$src" "dst=$dst"
		done
	done
	for family in 4 6; do
		aim destination
		src=${src_of[$family]}
		knows yes
		has_left "$known_minute" destination
		said '."known-for" >= 56' true
		said ".\"known-for\" <= $((EPOCHSECONDS - start + 1))" true
	done
}

setup_router
quiet "$router" "$attacker" "$honest" "$victim"
tests=()
for each in promotion double_tap junior off eviction resize; do
	tests+=("test_$each 4" "test_$each 6")
done
for each in source-net destination destination-net interface router total; do
	tests+=("test_scope 4 $each" "test_scope 6 $each")
done
run_tests "${tests[@]}" test_age
