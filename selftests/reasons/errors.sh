#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of reasons.sh: errors, and the packets that they quote.
# shellcheck disable=SC2034,SC2154 # the variables of all parts together

# An address in hexadecimal, in $hex; of IPv6 with one :: in it.
to_hex() {
	local part head=() tail=() parts
	if [[ $1 != *:* ]]; then
		# shellcheck disable=SC2086 # four numbers
		printf -v hex %02x ${1//./ }
		return
	fi
	IFS=: read -ra head <<<"${1%%::*}"
	IFS=: read -ra tail <<<"${1##*::}"
	parts=("${head[@]}")
	for ((part = ${#head[@]} + ${#tail[@]}; part < 8; part++)); do
		parts+=(0)
	done
	printf -v hex %04x "${parts[@]/#/0x}" "${tail[@]/#/0x}"
}

# quote KEY=VALUE...: a packet to be quoted, in hexadecimal, in $quoted. It is one
# that $quoted_src has sent to $src, unless it is told something else.
quote() {
	local -A is=([src]=$quoted_src [dst]=$src [protocol]=17 [length]=1500 [frag]=0
		[first]=45 [upper]=80000035000800000000000000000000)
	local each src_hex
	for each in "$@"; do
		is["${each%%=*}"]=${each#*=}
	done
	to_hex "${is[src]}"
	src_hex=$hex
	to_hex "${is[dst]}"
	if [[ $family == 4 ]]; then
		printf -v quoted %s00%04x0001%04x40%02x0000%s%s%s "${is[first]}" \
			"${is[length]}" "${is[frag]}" "${is[protocol]}" "$src_hex" "$hex" "${is[upper]}"
	else
		[[ ${is[first]} != 45 ]] || is[first]=60
		printf -v quoted %s000000%04x%02x40%s%s%s "${is[first]}" "${is[length]}" \
			"${is[protocol]}" "$src_hex" "$hex" "${is[upper]}"
	fi
}

# Errors of a class by family: class, and the words for it.
declare -A errors=(
	[4]="unreachable,type=3,code=3 path-mtu,type=3,code=4,rest=1280
		time-exceeded,type=11,code=0 parameter-problem,type=12,code=0"
	[6]="unreachable,type=1,code=4 path-mtu,type=2,code=0,rest=1280
		time-exceeded,type=3,code=0 parameter-problem,type=4,code=1"
)

# expect_quote here|there REASON KEY=VALUE...: each error with this quote ends
# so; $only names the classes, $rest is what is in the header behind its checksum.
expect_quote() {
	local where=$1 reason=$2 quoted_src=${to[$family]} each words want=() all=() class quoted
	shift 2
	[[ $where == there ]] || quoted_src=${own[$family]}
	quote "$@"
	for each in ${errors[$family]}; do
		IFS=, read -ra words <<<"$each"
		class=${words[0]}
		[[ ${only-$class} == *$class* ]] || continue
		want+=("$class" "$reason" 1)
		all+=(+ "${words[@]:1}" ${rest:+"rest=$rest"})
	done
	if [[ $where == here ]]; then
		expect_here "${want[@]}" -- "src=$src" "dst=$quoted_src" "payload=$quoted" \
			"${all[@]:1}"
	else
		expect "${want[@]}" -- "src=$src" "dst=$quoted_src" "payload=$quoted" "${all[@]:1}"
	fi
}

# expect_wrong REASON KEY=VALUE...: refused here, and there only if it is to be.
expect_wrong() {
	configure </dev/null
	expect_quote here "$@"
	expect_quote there quote-passed "${@:2}"
	configure <<<"check quoted-packet all"
	expect_quote there "$@"
	configure <<<"check quoted-packet off"
	expect_quote here passed "${@:2}"
	expect_quote there passed "${@:2}"
}

# What is right, everywhere.
expect_right() {
	expect_quote here passed "$@"
	expect_quote there passed "$@"
}

test_quote_right() {
	family=$1
	configure <<<"check quoted-packet all"
	new_source
	expect_right
	expect_right dst="${behind[$1]}"
	if [[ $1 == 4 ]]; then
		expect_right frag=0x2000
		expect_right frag=0x4000 protocol=6
		expect_right protocol=1 upper=0800000000010001
		expect_right protocol=1 upper=0000000000010001
		expect_right first=4f upper="$(printf %0.s00 {1..40})8000003500080000"
		# it may be short by itself, and its length may be left out
		only="unreachable time-exceeded" expect_right length=20 protocol=41 upper=
		only="unreachable time-exceeded" expect_right length=25 protocol=41 upper=0102030405
		only="unreachable time-exceeded" expect_right length=0
		# RFC 4884: 32 words, then extensions; RFC 1812: as much as fits in 576
		only="unreachable time-exceeded" rest=0x00200000 expect_right length=84 \
			upper="$(printf %0.s00 {1..108})2000dfff000801010001e100"
		only="unreachable time-exceeded" expect_right upper="$(printf %0.s00 {1..484})"
	else
		expect_right protocol=58 upper=8000000000010001
		# behind headers; a fragment that isn't the first; encrypted
		expect_right protocol=0 upper=3c00010400000000062200010000000080
		expect_right protocol=44 upper=3a00000800000001010000000000
		expect_right protocol=50 upper=0100000000000000
		expect_right length=0 protocol=59 upper=
		# RFC 4884: 16 words of 8 bytes, then extensions
		only="unreachable time-exceeded" rest=0x10000000 expect_right length=44 \
			upper="$(printf %0.s00 {1..88})2000dfff000801010001e100"
		# two may be about what was sent to a group: RFC 4443 section 2.4
		only="path-mtu" expect_right dst=ff0e::1
	fi
}

test_quote_short() {
	family=$1
	new_source
	expect_wrong quote-short upper=80000035000800
	expect_wrong quote-short upper=
	# none of these is as short as that
	if [[ $1 == 4 ]]; then
		expect_wrong quote-short length=20 upper=
		expect_wrong quote-short length=27 protocol=6 upper=80000035000800
	else
		expect_wrong quote-short length=0 upper=
		expect_wrong quote-short length=7 protocol=6 upper=80000035000800
	fi
	[[ $1 == 6 ]] || expect_wrong quote-short first=4f \
		upper="$(printf %0.s00 {1..40})80000035000800"
}

test_quote_malformed() {
	family=$1
	new_source
	expect_wrong quote-malformed first=00
	expect_wrong quote-malformed first=50
	[[ $1 == 6 ]] || expect_wrong quote-malformed first=44
}

test_quote_fragment() {
	family=4
	new_source
	expect_wrong quote-fragment frag=1
	expect_wrong quote-fragment frag=0x2001
}

test_quote_source() {
	family=$1
	new_source
	expect_wrong quote-source src="$src"
	expect_wrong quote-source src="${behind[$1]}"
	[[ $1 == 4 ]] || return
	# a redirect quotes a packet, too
	quote src="$src"
	configure <<<"class redirect accept"
	expect_here redirect quote-source 1 -- "src=$src" "dst=${own[4]}" "payload=$quoted" type=5
	# to a broadcast address of a connected network, as if that had sent it
	quote src=192.0.2.255
	configure </dev/null
	expect_here unreachable quote-source 2 -- "src=$src" dst=192.0.2.255 \
		"payload=$quoted" type=3 code=3 count=2
	configure <<<"check quoted-packet off"
	expect_here unreachable passed 1 -- "src=$src" dst=192.0.2.255 "payload=$quoted" \
		type=3 code=3
}

test_quote_group() {
	family=$1
	new_source
	if [[ $1 == 4 ]]; then
		expect_wrong quote-group dst=239.1.2.3
		expect_wrong quote-group dst=255.255.255.255
		# of a connected network, on whichever side
		expect_wrong quote-group dst=203.0.113.255
		expect_wrong quote-group dst=192.0.2.255
		# of others it can't be known
		expect_right dst=10.255.255.255
	else
		only="unreachable time-exceeded" expect_wrong quote-group dst=ff0e::1
	fi
}

test_quote_error() {
	family=$1
	new_source
	if [[ $1 == 4 ]]; then
		expect_wrong quote-error protocol=1 upper=0301000000000000
		expect_wrong quote-error protocol=1 upper=0b00000000000000
	else
		expect_wrong quote-error protocol=58 upper=0104000000000000
		expect_wrong quote-error protocol=58 upper=8900000000000000
		expect_wrong quote-error protocol=0 upper=3c000104000000003a000104000000000300
	fi
}

# In all modes, what passes although its quote is wrong.
test_quote_passed() {
	family=$1
	configure </dev/null
	new_source
	expect_quote there quote-passed src="$src"
	# limits are for it, too
	configure_anew <<<"limit time-exceeded destination 1/h burst 5"
	quoted_src=${to[$1]}
	quote src="$src"
	expect time-exceeded quote-passed 5 time-exceeded limit-destination 3 -- "src=$src" \
		"dst=${to[$1]}" "payload=$quoted" count=8 "type=${type_exceeded[$1]}"
}
declare -A type_exceeded=([4]=11 [6]=3)

# RFC 8201 section 4, RFC 791; wherever it goes.
test_path_mtu_size() {
	local words=(type=3 code=4) wrong=(rest=1 + rest=67 + rest=1520 + rest=65535)
	local right=(rest=0 + rest=68 + rest=1499 + rest=1500)
	family=$1
	[[ $1 == 4 ]] || words=(type=2) wrong=(rest=0 + rest=68 + rest=1279 + rest=1) \
		right=(rest=1280 + rest=1499 + rest=9000 + rest=4294967295)
	configure </dev/null
	new_source
	expect path-mtu path-mtu-size 8 path-mtu passed 8 -- "src=$src" "dst=${to[$1]}" count=2 \
		"${words[@]}" "${wrong[@]}" + "${right[@]}"
	expect_here path-mtu path-mtu-size 8 path-mtu passed 8 -- "src=$src" "dst=${own[$1]}" \
		count=2 "${words[@]}" "${wrong[@]}" + "${right[@]}"
	configure <<<"check path-mtu-size off"
	expect path-mtu passed 4 -- "src=$src" "dst=${to[$1]}" "${words[@]}" "${wrong[@]}"
}

# A limit that refuses a path MTU message is counted, warned of and told.
test_path_mtu_harmed() {
	local words=(type=3 code=4) monitor before
	family=$1
	[[ $1 == 4 ]] || words=(type=2)
	configure_anew <<-END
		class path-mtu limit
		limit path-mtu destination 1/h burst 5
	END
	guard "$router" monitor >"$scratch/monitor" 2>&1 &
	monitor=$!
	before=$(counter "$router" path-mtu-harmed)
	busywait 20000 is_listening || fail "no monitor: $(cat "$scratch/monitor")"
	new_source
	expect path-mtu passed 5 path-mtu limit-destination 3 path-mtu path-mtu-size 1 -- \
		"src=$src" "dst=${to[$1]}" "${words[@]}" count=8 + count=1 rest=66
	[[ $(($(counter "$router" path-mtu-harmed) - before)) -eq 3 ]] ||
		fail "counted: $(counter "$router" path-mtu-harmed) after $before"
	busywait 20000 grep -qE " path-mtu-harmed $((before + 3))\$" "$scratch/monitor" ||
		fail "told: $(cat "$scratch/monitor")"
	guard "$router" status | grep -q "$((before + 3)) path MTU messages refused by a limit" ||
		fail "status doesn't warn: $(guard "$router" status)"
	[[ $(guard "$router" -j status | jq '."path-mtu-harmed"') -eq $((before + 3)) ]] ||
		fail "status says $(guard "$router" -j status | jq '."path-mtu-harmed"')"
	kill "$monitor"
	wait "$monitor" 2>/dev/null
	# what monitor lets pass does no harm
	mode=monitor
	configure_anew <<-END
		class path-mtu limit
		limit path-mtu destination 1/h burst 5
	END
	expect path-mtu passed 5 path-mtu limit-destination 3 -- "src=$src" "dst=${to[$1]}" \
		"${words[@]}" count=8
	mode=enforce
	[[ $(counter "$router" path-mtu-harmed) -eq $((before + 3)) ]] || fail "monitor is counted"
}

is_listening() {
	awk '$2 == 16 && $4 !~ /^0+$/ { found = 1 } END { exit !found }' \
		"$(proc_net "$router" netlink)"
}
