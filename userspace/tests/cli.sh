#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/cli.sh [FUNCTION...]
#
# The tool with the module: commands that succeed, and what they change;
# commands that fail, with their exit status and one line that names the input,
# and that they change nothing. As root, with `modprobe icmpguard` and the tool
# on PATH; it unloads and loads the module. Prints KTAP. With the names of some
# of its functions, only these are run.
# timeout: 400

shopt -s lastpipe
PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tool=$(command -v icmpguard)
dir=$(mktemp -d)
chmod 755 "$dir"
number=0
failed=0
problems=()
documents=()
checked=()
declare -A verbs
watcher=''
trap 'rm -rf "$dir"; [[ -z $watcher ]] || kill "$watcher" 2>/dev/null; ip netns del cli-test 2>/dev/null' EXIT

wrong() {
	problems+=("$*")
}

# Ends a test: it passed when nothing was wrong.
result() {
	local each
	number=$((number + 1))
	if [[ ${#problems[@]} -eq 0 ]]; then
		echo "ok $number $*"
	else
		failed=1
		for each in "${problems[@]}"; do
			echo "# ${each//$'\n'/$'\n# '}"
		done
		echo "not ok $number $*"
	fi
	problems=()
}

# runs COMMAND...: into $dir/out and $dir/err, its status is $status
runs() {
	"$@" >"$dir/out" 2>"$dir/err"
	status=$?
}

expect_success() {
	[[ $status -eq 0 ]] || wrong "exit status $status: $(cat "$dir/err")"
	[[ ! -s $dir/err ]] || wrong "on stderr: $(cat "$dir/err")"
}

# expect_failure STATUS PATTERN
expect_failure() {
	[[ $status -eq $1 ]] || wrong "exit status $status instead of $1"
	[[ $(wc -l <"$dir/err") -eq 1 ]] || wrong "not one line on stderr: $(cat "$dir/err")"
	grep -q '^icmpguard: ' "$dir/err" || wrong "stderr: $(cat "$dir/err")"
	grep -qF -- "$2" "$dir/err" || wrong "stderr lacks '$2': $(cat "$dir/err")"
	[[ ! -s $dir/out ]] || wrong "on stdout: $(cat "$dir/out")"
}

shows() {
	icmpguard show | grep -qxF -- "$1" || wrong "show lacks: $1"
}

hides() {
	! icmpguard show | grep -qxF -- "$1" || wrong "show has: $1"
}

# becomes LINE ARGUMENT...: `icmpguard ARGUMENT...` succeeds, and then show has
# LINE, or lacks what follows a minus
becomes() {
	local line=$1
	shift
	runs icmpguard "$@"
	expect_success
	[[ ! -s $dir/out ]] || wrong "on stdout: $(cat "$dir/out")"
	case $line in
	-*) hides "${line#-}" ;;
	*) shows "$line" ;;
	esac
	result "$*"
}

# refused STATUS PATTERN COMMAND...: fails and changes nothing, not even by a
# new configuration of the same content
refused() {
	local wanted=$1 pattern=$2 before
	shift 2
	before=$(icmpguard -j show)
	runs "$@"
	expect_failure "$wanted" "$pattern"
	[[ $(icmpguard -j show) == "$before" ]] || wrong "the configuration has changed"
	wanted=${*//"$dir/"/}
	result "refused: ${wanted//"$tool"/icmpguard}"
}

# keep DEFINITION: standard input, to be checked by the schema
keep() {
	documents+=("$1" "$dir/document.$((${#documents[@]} + ${#checked[@]}))")
	cat >"${documents[-1]}"
}

# json DEFINITION ARGUMENT...: what `icmpguard -j ARGUMENT...` writes, to be checked
json() {
	local definition=$1
	shift
	verbs[$1]=1
	icmpguard -j "$@" >"$dir/json.out" || wrong "-j $*: exit status $?"
	keep "$definition" <"$dir/json.out"
}

# All that was kept.
check_documents() {
	local said
	said=$(python3 "$here/schema.py" "${documents[@]}" 2>&1) || wrong "schema: $said"
	checked+=("${documents[@]}")
	documents=()
}

wait_for() {
	local tries
	for tries in {1..100}; do
		"$@" && return 0
		sleep 0.1
	done
	wrong "waited in vain for: $* ($tries tries)"
	return 1
}

has_lines() {
	[[ $(wc -l <"$1") -ge $2 ]]
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"
}

# ------------------------------------------------------------------- tables

table_of_successes() {
	becomes 'mode monitor' set mode monitor
	becomes 'mode off' set mode off
	becomes 'mode enforce' set mode enforce
	becomes 'limit echo-request source 50/s burst 100' \
		set limit echo-request source 50/s burst 100
	becomes 'limit echo-request source-net 50/s burst 7' \
		set limit echo-request source-net 50/s burst 7
	becomes 'limit echo-request pair 5/s burst 10' set limit echo-request pair 5/s
	becomes 'limit echo-request pair 1/h burst 1' set limit echo-request pair 1/h
	becomes 'limit echo-request router off' set limit echo-request router off
	becomes 'limit echo-request interface 1000000/s burst 1000000' \
		set limit echo-request interface 1000000/s burst 1000000
	becomes '-limit echo-request interface off' set limit echo-request interface off
	becomes 'limit all total 5000/s burst 10000' set limit all total 5000/s
	becomes '-limit all total off' set limit all total off
	becomes 'limit all interface 3600000/h burst 2000' set limit all interface 3600000/h
	becomes 'class redirect accept' set class redirect accept
	becomes 'class neighbour-discovery drop force' set class neighbour-discovery drop force
	becomes 'class neighbour-discovery limit' set class neighbour-discovery limit
	becomes 'class redirect drop' set class redirect drop force
	becomes 'check broadcast-echo off' set check broadcast-echo off
	becomes 'check broadcast-echo on' set check broadcast-echo on
	becomes 'max-message 4096' set max-message 4096
	becomes 'width source-net ipv6 56' set width source-net ipv6 56
	becomes 'broadcast-allow 224.0.0.18/32' set broadcast-allow 224.0.0.18/32
	becomes 'broadcast-allow ff02::1/128' set broadcast-allow ff02::1
	becomes '-broadcast-allow ff02::1/128' set broadcast-allow ff02::1 off
	becomes 'table-size 4M' set table-size 4M
	becomes 'candidate-size 4M' set candidate-size 4M
	becomes 'known-first on' set known-first on
	becomes 'randomise off' set randomise off
	becomes 'bridged on' set bridged on
	becomes 'exempt 192.0.2.0/24' exempt add 192.0.2.0/24
	becomes 'exempt 192.0.2.0/24' exempt add 192.0.2.0/24
	becomes 'exempt 192.0.2.0/24 dev eth7' exempt add 192.0.2.0/24 dev eth7
	becomes 'exempt 2001:db8::/32' exempt add 2001:db8::/32
	becomes 'exempt dev wg0' exempt add dev wg0
	becomes '-exempt 192.0.2.0/24' exempt del 192.0.2.0/24
	becomes 'exempt 192.0.2.0/24 dev eth7' exempt del dev wg0
	becomes 'class redirect drop' stats reset
}

table_of_failures() {
	icmpguard reset
	printf 'exempt 192.0.2.0/24\nexempt dev wg0\n' | icmpguard set -
	refused 1 "unknown mode 'enf', one of: off, monitor, enforce" icmpguard set mode enf
	refused 1 "'0/s' is no rate" icmpguard set limit echo-request pair 0/s
	refused 1 "'-5/s' is not a rate" icmpguard set limit echo-request pair -5/s
	refused 1 "unknown unit 'fortnight' in '10/fortnight'" \
		icmpguard set limit echo-request pair 10/fortnight
	refused 1 "'1e9/s' is not a rate" icmpguard set limit echo-request pair 1e9/s
	refused 1 "unknown unit 's5' in '10/s5'" icmpguard set limit echo-request pair 10/s5
	refused 1 "'' is not a rate" icmpguard set limit echo-request pair ''
	refused 1 "'0' is out of range: give a burst" \
		icmpguard set limit echo-request pair 10/s burst 0
	refused 1 "unknown scope of class all 'pair'" icmpguard set limit all pair 5/s
	refused 1 "unknown scope 'total'" icmpguard set limit echo-reply total 5/s
	refused 2 "'class path-mtu drop': class path-mtu is guarded" \
		icmpguard set class path-mtu drop
	refused 2 "'limit echo-reply destination off': class echo-reply has action limit" \
		icmpguard set limit echo-reply destination off
	refused 2 "'class deprecated limit': class deprecated has action limit" \
		icmpguard set class deprecated limit
	refused 2 "'width source ipv4 16': width source-net may not be longer" \
		icmpguard set width source ipv4 16
	refused 2 "'exempt 10.9.0.0/16': there is no such entry" icmpguard exempt del 10.9.0.0/16
	refused 2 "'broadcast-allow 239.0.0.0/8 off': there is no such entry" \
		icmpguard set broadcast-allow 239.0.0.0/8 off
	refused 1 "'8K' is out of range: give 16K to 1G" icmpguard set candidate-size 8K
	refused 1 "'32K' is out of range: give 64K to 1G" icmpguard set table-size 32K
	refused 1 'has bits set beyond /8; meant 10.0.0.0/8?' icmpguard exempt add 10.0.0.1/8
	refused 1 "no such network namespace" icmpguard -n no-such-ns set mode off
	refused 1 "not a network namespace" icmpguard -n /dev/null set mode off
	refused 1 'No such file or directory' icmpguard restore "$dir/none"
	refused 1 ': Is a directory' icmpguard restore "$dir"
	refused 2 'changing the configuration: not permitted' as_nobody "$tool" set mode off
	refused 2 'changing the configuration: not permitted' \
		as_nobody "$tool" exempt add 10.0.0.0/8
	refused 2 'reset: not permitted' as_nobody "$tool" reset
	refused 2 'stats reset: not permitted' as_nobody "$tool" stats reset
	refused 2 'monitor: not permitted' as_nobody "$tool" monitor
	refused 2 'why: not permitted' as_nobody "$tool" why 192.0.2.2
	refused 1 'no route to 2001:db8::1' icmpguard why 2001:db8::1
	refused 1 "'nowhere' is no interface" icmpguard why 192.0.2.2 dev nowhere
	refused 2 "isn't judged: name the device below it" icmpguard why 192.0.2.2 dev lo
	refused 2 'needs CAP_NET_ADMIN' as_nobody "$tool" exempt list
	refused 2 'save: hidden exemptions: 2' as_nobody "$tool" save
	refused 2 "not permitted: entering a namespace" as_nobody "$tool" -n /proc/self/ns/net show
	refused 1 'not a regular file' icmpguard save /dev/null
	refused 1 'No such file or directory; nothing was saved' icmpguard save "$dir/no/conf"
	[[ -c /dev/null ]] || wrong "/dev/null is gone"
	result "save leaves /dev/null alone"
}

from_stdin() {
	icmpguard set - <"$dir/conf"
}

# A file with an error on its line 7 changes nothing, whoever finds the error.
table_of_files() {
	printf '#\nmode off\n\nrandomise on\n\n# six\nmode onn\n' >"$dir/conf"
	refused 1 "conf:7: unknown mode 'onn'" icmpguard restore "$dir/conf"
	printf '#\nmode off\n\nrandomise on\n\n# six\nclass path-mtu drop\nbridged off\n' \
		>"$dir/conf"
	refused 2 "conf:7: 'class path-mtu drop': class path-mtu is guarded" \
		icmpguard restore "$dir/conf"
	refused 2 "conf:7: 'class path-mtu drop': " icmpguard restore --check "$dir/conf"
	refused 2 "stdin:7: 'class path-mtu drop': " \
		from_stdin
	printf 'mode off\nexempt 10.8.0.0/16\nlimit echo-reply destination off' >"$dir/conf"
	refused 2 "stdin:3: 'limit echo-reply destination off': " \
		from_stdin
	printf 'mode off\nbroadcast-allow 239.1.0.0/16 off\n' >"$dir/conf"
	refused 2 "conf:2: 'broadcast-allow 239.1.0.0/16 off': " icmpguard restore "$dir/conf"
	printf 'mode off\nmode \0off\n' >"$dir/conf"
	refused 1 "conf:2: byte 6" icmpguard restore "$dir/conf"
	printf 'mode off\n%1024s\n' x >"$dir/conf"
	refused 1 "conf:2: the line has 1024 bytes" icmpguard restore "$dir/conf"
}

# ------------------------------------------------------------ save, restore

test_round_trip() {
	icmpguard save "$dir/a" || wrong "save"
	icmpguard show >"$dir/shown"
	cmp -s "$dir/a" "$dir/shown" || wrong "show and save differ"
	[[ $(stat -c %a "$dir/a") == 600 ]] || wrong "mode $(stat -c %a "$dir/a")"
	icmpguard reset
	runs icmpguard restore "$dir/a"
	expect_success
	icmpguard save >"$dir/b"
	cmp -s "$dir/a" "$dir/b" || wrong "$(diff "$dir/a" "$dir/b")"
	icmpguard reset
	icmpguard restore - <"$dir/a" || wrong "restore -"
	icmpguard save | cmp -s - "$dir/a" || wrong "differs after restore -"
	result "save, restore and save again are the same"
}

# A limit that is off, and on by default, must stay off.
test_round_trip_off() {
	icmpguard reset
	grep -E '^limit' <(icmpguard show) |
		awk '{ print $1, $2, $3, "off" } !seen[$2]++ { print "class", $2, "accept" }' \
			>"$dir/conf"
	runs icmpguard set - <"$dir/conf"
	expect_success
	icmpguard save "$dir/a"
	[[ $(grep -c '^limit .* off$' "$dir/a") -eq $(grep -c ^limit "$dir/conf") ]] ||
		wrong "not all limits are saved as off"
	icmpguard reset
	icmpguard restore "$dir/a"
	icmpguard save | cmp -s - "$dir/a" || wrong "differs"
	icmpguard reset
	result "limits that were switched off stay so through save and restore"
}

test_restore_defaults() {
	icmpguard reset
	icmpguard set mode monitor
	icmpguard save "$dir/defaults"
	icmpguard set - <<-EOF
		max-message 1000
		exempt 10.0.0.0/8
		broadcast-allow 224.0.0.1
		class redirect accept
		limit all total 7/s
		width source ipv4 30
		check header-chain off
	EOF
	: >"$dir/empty"
	runs icmpguard restore "$dir/empty"
	expect_success
	icmpguard save | cmp -s - "$dir/defaults" || wrong "$(icmpguard save | diff "$dir/defaults" -)"
	shows 'mode monitor'
	result "restore of an empty file gives the defaults, and the mode stays"
	icmpguard set mode enforce
}

test_restore_check() {
	local before
	before=$(icmpguard -j show)
	printf 'mode off\nexempt 10.0.0.0/8\n' >"$dir/conf"
	runs icmpguard restore --check "$dir/conf"
	expect_success
	runs icmpguard restore --check - <"$dir/conf"
	expect_success
	[[ $(icmpguard -j show) == "$before" ]] || wrong "the configuration has changed"
	result "restore --check changes nothing"
}

test_save_file() {
	local inode
	echo old >"$dir/conf"
	chmod 600 "$dir/conf"
	ln -sf conf "$dir/link"
	inode=$(stat -c %i "$dir/conf")
	exec 9<"$dir/conf"
	runs icmpguard save "$dir/link"
	expect_success
	[[ $(cat <&9) == old ]] || wrong "the old file was written to"
	exec 9<&-
	[[ -L $dir/link ]] || wrong "the link was replaced"
	[[ $(stat -c %a "$dir/conf") == 600 ]] || wrong "mode $(stat -c %a "$dir/conf")"
	[[ $(stat -c %i "$dir/conf") != "$inode" ]] || wrong "it was not renamed"
	grep -q '^mode' "$dir/conf" || wrong "nothing was saved"
	[[ $(find "$dir" -name 'conf.*') == '' ]] || wrong "something is left over"
	result "save writes beside and renames"
}

# What a link should point to isn't made up, and the link isn't lost.
test_save_link() {
	ln -s nothing "$dir/dangling"
	refused 1 "dangling: a link to what isn't there (No such file or directory); make that first" \
		icmpguard save "$dir/dangling"
	[[ -L $dir/dangling ]] || wrong "the link was replaced"
	ln -s loop "$dir/loop"
	refused 1 "loop: a link to what isn't there (Too many levels of symbolic links)" \
		icmpguard save "$dir/loop"
	[[ -L $dir/loop ]] || wrong "the loop was replaced"
	: >"$dir/nothing"
	runs icmpguard save "$dir/dangling"
	expect_success
	grep -q '^mode' "$dir/nothing" || wrong "nothing was saved"
	result "save to a link to nothing"
}

# A full disk leaves the old file.
test_save_full() {
	mkdir "$dir/small"
	mount -t tmpfs -o size=8k none "$dir/small" || wrong "mount"
	echo old >"$dir/small/conf"
	head -c 8192 /dev/zero >"$dir/small/rest" 2>/dev/null
	runs icmpguard save "$dir/small/conf"
	expect_failure 4 'No space left on device; nothing was saved'
	[[ $(cat "$dir/small/conf") == old ]] || wrong "the old file is gone"
	[[ $(find "$dir/small" -name 'conf.*') == '' ]] || wrong "something is left over"
	umount "$dir/small"
	result "save to a full disk"
}

# Thousands of exemptions don't fit a message.
test_many() {
	local i
	icmpguard reset
	for ((i = 0; i < 10000; i++)); do
		echo "exempt 10.$((i >> 8)).$((i & 255)).0/24 dev interface-$((i & 63))"
	done >"$dir/many"
	runs icmpguard set - <"$dir/many"
	expect_success
	[[ $(icmpguard exempt list | wc -l) -eq 10000 ]] ||
		wrong "$(icmpguard exempt list | wc -l) exemptions"
	icmpguard save "$dir/a"
	icmpguard reset
	runs icmpguard restore --check "$dir/a"
	expect_success
	[[ $(icmpguard exempt list | wc -l) -eq 0 ]] || wrong "--check has changed something"
	runs icmpguard restore "$dir/a"
	expect_success
	icmpguard save | cmp -s - "$dir/a" || wrong "differs after restore"
	result "10000 exemptions, in a transaction"
	refused 2 "10000 exemptions" icmpguard exempt add 11.0.0.0/8
	sed -i '9000s/.*/class path-mtu drop/' "$dir/many"
	refused 2 "many:9000: 'class path-mtu drop': " icmpguard restore "$dir/many"
	icmpguard reset
}

# -------------------------------------------------------------------- views

test_json() {
	icmpguard set - <<-EOF
		exempt 10.0.0.0/8 dev eth0
		exempt dev eth1
		broadcast-allow ff02::1
		limit echo-request router off
		limit all total 5000/s
	EOF
	ping -c 3 -i 0.2 -q 127.0.0.1 >/dev/null 2>&1
	json show show
	as_nobody "$tool" -j show | keep show
	[[ $(as_nobody "$tool" -j show | jq '."exempt-hidden"') == 2 ]] || wrong "hidden"
	[[ $(icmpguard -j show | jq -c .limit.all.total) == '{"count":5000,"unit":"s","burst":10000}' ]] ||
		wrong "rate: $(icmpguard -j show | jq -c .limit.all.total)"
	[[ $(icmpguard -j show | jq '.limit."echo-request".router') == null ]] || wrong "off"
	json status status
	json stats stats
	json stats stats --all --explain
	json why why 192.0.2.2
	json why why 192.0.2.2 to 192.0.2.1 dev cli0
	json exempt-list exempt list
	json tool-version version
	json change set mode enforce
	printf 'randomise on\nexempt 10.7.0.0/16\n' | json change set -
	json change exempt add 10.7.0.0/16 dev eth7
	json change exempt del dev eth1
	icmpguard show | json change restore -
	icmpguard show | json change restore --check -
	json stats-reset stats reset
	json change reset
	check_documents
	result "JSON follows the schema"
}

test_hidden() {
	icmpguard exempt add 10.0.0.0/8
	runs as_nobody "$tool" show
	[[ $status -eq 0 ]] || wrong "exit status $status"
	grep -q '^# hidden exemptions: 1;' "$dir/out" || wrong "show doesn't say so"
	! grep -q '^exempt' "$dir/out" || wrong "show tells an exemption"
	runs as_nobody "$tool" status
	expect_success
	runs as_nobody "$tool" stats --explain
	expect_success
	icmpguard reset
	runs as_nobody "$tool" save
	expect_success
	result "what an unprivileged user sees"
}

# A namespace with a link over which a router is pinged too often.
setup_link() {
	ip netns add cli-test
	ip link add cli0 type veth peer name eth0 netns cli-test
	ip addr add 192.0.2.1/24 dev cli0
	ip link set cli0 up
	ip -n cli-test addr add 192.0.2.2/24 dev eth0
	ip -n cli-test link set eth0 up
	ip netns exec cli-test ping -c 1 -W 2 -q 192.0.2.1 >/dev/null || wrong "no link"
}

test_status() {
	icmpguard reset
	icmpguard stats reset
	icmpguard set limit echo-request pair 1/s burst 1
	icmpguard set limit echo-request router 50/s
	ip link set cli0 mtu 9500
	ip netns exec cli-test ping -i 0.02 -w 4 -q 192.0.2.1 >/dev/null &
	sleep 0.5
	runs icmpguard status
	expect_success
	kill %% 2>/dev/null
	wait
	[[ $(wc -l <"$dir/out") -le 24 ]] || wrong "$(wc -l <"$dir/out") lines"
	[[ $(wc -L <"$dir/out") -le 80 ]] || wrong "$(wc -L <"$dir/out") columns"
	grep -qE '^  +[0-9]+/s +echo-request +limit-pair$' "$dir/out" || wrong "no refusal"
	grep -q '^  limit echo-request router 50/s: few senders' "$dir/out" || wrong "no warning"
	grep -q '^  interface cli0 has an MTU of 9500' "$dir/out" || wrong "nothing of the MTU"
	[[ ${#problems[@]} -eq 0 ]] || wrong "$(cat "$dir/out")"
	icmpguard stats | grep -qE '^echo-request +limit-pair +0 +[1-9]' ||
		wrong "stats: $(icmpguard stats)"
	ip link set cli0 mtu 1500
	icmpguard reset
	result "status shows what is refused, and warns"
}

test_why() {
	icmpguard reset
	icmpguard set known-first off
	icmpguard set limit all interface 1000000/s burst 1000000
	runs icmpguard why 192.0.2.2
	expect_success
	[[ $(wc -L <"$dir/out") -le 80 ]] || wrong "$(wc -L <"$dir/out") columns"
	grep -qxE 'to +192.0.2.1' "$dir/out" || wrong "no destination"
	grep -qxE 'in on +cli0' "$dir/out" || wrong "no interface"
	grep -qxE 'exempt +no' "$dir/out" || wrong "nothing of exemptions"
	grep -qxE 'redirect +refused: class-drop' "$dir/out" || wrong "no refusal"
	grep -qxE ' +pair +10/s burst 50 +50 left' "$dir/out" || wrong "no limit"
	grep -qxE ' +interface +1000000/s burst 1000000 +1000000 left' "$dir/out" ||
		wrong "no limit of all"
	[[ ${#problems[@]} -eq 0 ]] || wrong "$(cat "$dir/out")"
	icmpguard reset
	result "why tells the limits and what is left"
}

# The most that there can be still fits the screen.
test_status_full() {
	local i
	for i in {1..12}; do
		ip link add "cli-dummy$i" type dummy
		ip link set "cli-dummy$i" mtu 20000 up
	done
	icmpguard set mode monitor
	icmpguard set class neighbour-discovery drop force
	runs icmpguard status
	expect_success
	[[ $(wc -l <"$dir/out") -le 24 ]] || wrong "$(wc -l <"$dir/out") lines"
	[[ $(wc -L <"$dir/out") -le 80 ]] || wrong "$(wc -L <"$dir/out") columns"
	grep -qE '^  and [0-9]+ more$' "$dir/out" || wrong "no: and N more"
	grep -q '^  class neighbour-discovery is dropped by force' "$dir/out" || wrong "no force"
	[[ ${#problems[@]} -eq 0 ]] || wrong "$(cat "$dir/out")"
	for i in {1..12}; do
		ip link del "cli-dummy$i"
	done
	icmpguard reset
	icmpguard set mode enforce
	result "status with many warnings fits a screen"
}

test_namespaces() {
	icmpguard -n cli-test show | grep -qx 'mode off' || wrong "mode of a new namespace"
	icmpguard -n cli-test set mode monitor || wrong "set"
	icmpguard -n cli-test set max-message 1000 || wrong "set"
	shows 'mode enforce'
	hides 'max-message 1000'
	icmpguard -n /run/netns/cli-test show | grep -qx 'max-message 1000' || wrong "by path"
	[[ $(icmpguard -j -n cli-test show | jq -r .netns) == cli-test ]] || wrong "netns in JSON"
	icmpguard -n cli-test -j status | keep status
	icmpguard -n cli-test -j show | keep show
	check_documents
	icmpguard -n cli-test status | grep -q '^namespace    cli-test$' || wrong "status"
	icmpguard save | icmpguard -n cli-test restore - || wrong "restore into it"
	icmpguard -n cli-test save | diff <(icmpguard save) - || wrong "differ"
	icmpguard -n cli-test set mode off
	result "namespaces have guards of their own"
}

test_monitor() {
	icmpguard monitor >"$dir/events" 2>"$dir/err" &
	watcher=$!
	icmpguard -j monitor >"$dir/json" 2>>"$dir/err" &
	local second=$!
	wait_for joined 2
	icmpguard set limit echo-request pair 7/s burst 8
	icmpguard exempt add 10.0.0.0/8 dev eth0
	icmpguard exempt del 10.0.0.0/8 dev eth0
	icmpguard set mode enforce
	printf 'broadcast-allow 224.0.0.1\nlimit all total 9/s\n' | icmpguard set -
	icmpguard reset
	icmpguard -n cli-test set max-message 2000
	wait_for has_lines "$dir/json" 6
	wait_for has_lines "$dir/events" 9
	kill -INT "$watcher"
	wait "$watcher" || wrong "monitor: exit status $?"
	watcher=''
	kill -TERM "$second"
	wait "$second" || wrong "-j monitor: exit status $?"
	[[ ! -s $dir/err ]] || wrong "stderr: $(cat "$dir/err")"
	diff - <(cut -d ' ' -f 3- "$dir/events") >"$dir/diff" <<-EOF || wrong "$(cat "$dir/diff")"
		set limit echo-request pair 7/s burst 8
		exempt add 10.0.0.0/8 dev eth0
		exempt del 10.0.0.0/8 dev eth0
		$(sed -n 's/^[^ ]* [^ ]* \(configuration .*\)/\1/p' "$dir/events")
		set limit all total 9/s burst 18
		set broadcast-allow 224.0.0.1/32
		set limit echo-request pair 10/s burst 50
		set limit all total off
		set broadcast-allow 224.0.0.1/32 off
	EOF
	keep event <"$dir/json"
	check_documents
	[[ $(wc -l <"$dir/json") -eq 6 ]] || wrong "$(wc -l <"$dir/json") JSON lines"
	[[ $(sed -n 3p "$dir/json" | jq -c .removed) == '{"exempt":[{"prefix":"10.0.0.0/8","dev":"eth0"}]}' ]] ||
		wrong "removed: $(sed -n 3p "$dir/json")"
	result "monitor tells what changes"
}

# What it tells can be typed, in that order, and comes to the same.
test_monitor_typed() {
	local line
	icmpguard reset
	icmpguard -n cli-test reset
	printf '%s\n' 'class timestamp limit' 'class timestamp drop transit' \
		'limit timestamp destination 5/s' 'class unreachable accept local' | icmpguard set -
	icmpguard save | icmpguard -n cli-test restore -
	icmpguard monitor >"$dir/events" 2>"$dir/err" &
	watcher=$!
	wait_for joined 1
	printf '%s\n' 'class timestamp accept' 'class timestamp drop transit' \
		'class redirect limit' 'limit redirect destination 5/s' | icmpguard set -
	icmpguard set class unreachable limit
	icmpguard set class echo-reply accept
	icmpguard set limit echo-reply destination off
	wait_for grep -q 'limit echo-reply destination off' "$dir/events"
	kill "$watcher"
	wait "$watcher"
	watcher=''
	while read -r _ _ line; do
		# shellcheck disable=SC2086 # words
		runs icmpguard -n cli-test $line
		expect_success
	done <"$dir/events"
	icmpguard -n cli-test save | diff <(icmpguard save) - >"$dir/diff" ||
		wrong "$(cat "$dir/diff" "$dir/events")"
	icmpguard reset
	icmpguard -n cli-test reset
	result "what monitor tells can be typed"
}

# Stopped, it misses most of what happens; what it has missed it sums up, and tells
# nothing that doesn't hold any more.
test_monitor_lost() {
	local i
	icmpguard reset
	icmpguard monitor >"$dir/events" 2>"$dir/err" &
	watcher=$!
	wait_for joined 1
	kill -STOP "$watcher"
	for ((i = 1; i <= 200; i++)); do
		icmpguard set limit all total "$i/s" burst 500
	done
	kill -CONT "$watcher"
	wait_for grep -q ' 200/s' "$dir/events"
	icmpguard set limit all total 201/s burst 500
	wait_for grep -q ' 201/s' "$dir/events"
	kill "$watcher"
	wait "$watcher"
	watcher=''
	grep -q 'events were lost' "$dir/err" || wrong "nothing was lost: $(cat "$dir/err")"
	sed -n 's,.* total \([0-9]*\)/s .*,\1,p' "$dir/events" >"$dir/told"
	sort -nu "$dir/told" | cmp -s - "$dir/told" || wrong "not in order: $(paste -s "$dir/told")"
	icmpguard reset
	result "monitor sums up what it has missed"
}

# Nobody reads what it writes: it can be ended all the same.
test_monitor_blocked() {
	mkfifo "$dir/unread"
	exec 8<>"$dir/unread"
	icmpguard monitor >"$dir/unread" 2>"$dir/err" &
	watcher=$!
	wait_for joined 1
	for ((i = 0; i < 3000; i++)); do
		echo "exempt 10.$((i / 256)).$((i % 256)).0/24"
	done | icmpguard set -
	wait_for is_writing "$watcher"
	kill "$watcher"
	wait_for has_ended "$watcher"
	kill -KILL "$watcher" 2>/dev/null
	wait "$watcher"
	status=$?
	watcher=''
	exec 8>&-
	: >"$dir/out"
	expect_success
	icmpguard reset
	result "monitor ends although nobody reads it"
}

is_writing() {
	grep -q pipe_write "/proc/$1/wchan"
}

# Nothing that -j writes goes unchecked: no command, no kind of document.
test_json_complete() {
	local verb said
	refused 1 'for JSON use: icmpguard -j show' icmpguard -j save
	for verb in $(icmpguard help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'); do
		case $verb in
		help | save) ;; # for people
		monitor) ;; # writes until it is ended: test_monitor
		*) [[ -n ${verbs[$verb]-} ]] || wrong "nothing has checked: icmpguard -j $verb" ;;
		esac
	done
	said=$(python3 "$here/schema.py" --all "${checked[@]}" 2>&1) || wrong "schema: $said"
	result "JSON of every command was checked"
}

# joined COUNT: so many watchers have joined the group, says netlink
joined() {
	[[ $(awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l) -ge $1 ]]
}

test_output() {
	runs bash -c 'icmpguard show >/dev/full'
	expect_failure 4 'standard output: No space left on device'
	runs bash -c 'icmpguard -j stats --all >/dev/full'
	expect_failure 4 'standard output: '
	# so much that it is written while the socket is open
	icmpguard -j stats --all >&- 2>"$dir/err"
	status=$?
	expect_failure 4 'standard output: Bad file descriptor'
	timeout 20 icmpguard monitor 2>"$dir/err" >/dev/full &
	watcher=$!
	wait_for joined 1
	icmpguard set max-message 1000
	wait "$watcher"
	status=$?
	watcher=''
	: >"$dir/out"
	expect_failure 4 'standard output: No space left on device'
	icmpguard reset
	result "output that can't be written is exit status 4"
}

# ----------------------------------------------------------- others' doings

test_two_writers() {
	local i
	(for ((i = 1; i <= 30; i++)); do
		icmpguard set limit echo-request pair "$i/s" || echo one
		icmpguard exempt add "10.1.$i.0/24" || echo one
	done) >"$dir/one" 2>&1 &
	(for ((i = 1; i <= 30; i++)); do
		icmpguard set limit echo-reply pair "$i/s" || echo two
		icmpguard exempt add "10.2.$i.0/24" || echo two
	done) >"$dir/two" 2>&1 &
	wait
	[[ ! -s $dir/one && ! -s $dir/two ]] || wrong "$(cat "$dir/one" "$dir/two")"
	shows 'limit echo-request pair 30/s burst 60'
	shows 'limit echo-reply pair 30/s burst 60'
	[[ $(icmpguard exempt list | wc -l) -eq 60 ]] || wrong "exemptions are missing"
	icmpguard reset
	result "two writers at once lose nothing"
}

# A transaction that another's change comes between is done once more.
test_two_transactions() {
	local i
	for ((i = 0; i < 3000; i++)); do
		echo "exempt 10.$((i >> 8)).$((i & 255)).0/24"
	done >"$dir/one"
	sed 's/ 10/ 11/' "$dir/one" >"$dir/two"
	for i in one two; do
		(for _ in {1..5}; do icmpguard set - <"$dir/$i" || echo "$i"; done) \
			>"$dir/$i.out" 2>&1 &
	done
	wait
	[[ ! -s $dir/one.out && ! -s $dir/two.out ]] ||
		wrong "$(cat "$dir/one.out" "$dir/two.out")"
	[[ $(icmpguard exempt list | wc -l) -eq 6000 ]] ||
		wrong "$(icmpguard exempt list | wc -l) exemptions"
	icmpguard reset
	result "two transactions at once both get done"
}

# What the manual calls the defaults is what the module does.
test_manual() {
	local page=$here/../icmpguard.8
	# beside this where it is installed
	[[ -e $page ]] || page=$here/icmpguard.8
	icmpguard reset
	icmpguard show | awk '$1 == "limit" {
		sub("/s", "", $4)
		print $2, $3, $4 "/" $6
	}' | sort >"$dir/module"
	sed -n '/^The default limits/,/^\.El/p' "$page" | awk '
		/^\.It [a-z\\]/ {
			if ($2 != "\\&")
				class = $2
			sub(/.* Ta /, "")
			n = split($0, limit, /, */)
			for (i = 1; i <= n; i++)
				if (limit[i] != "")
					print class, limit[i]
		}' | sort >"$dir/manual"
	diff "$dir/module" "$dir/manual" >"$dir/diff" || wrong "limits: $(cat "$dir/diff")"
	[[ $(wc -l <"$dir/module") -ge 30 ]] || wrong "few limits"
	icmpguard show | awk '$1 == "class" { print $2, $3 }' | sort >"$dir/module"
	sed -n '/^Every type of message/,/^\.El/p' "$page" | awk '
		/^\.It Cm / { print $3, $NF }' | sort >"$dir/manual"
	# this one goes on in a second row
	diff "$dir/module" "$dir/manual" >"$dir/diff" || wrong "classes: $(cat "$dir/diff")"
	result "the manual tells the module's defaults"
}

test_unload() {
	icmpguard monitor >"$dir/out" 2>"$dir/err" &
	watcher=$!
	sleep 0.5
	rmmod icmpguard || wrong "rmmod"
	wait_for has_ended "$watcher"
	kill "$watcher" 2>/dev/null
	wait "$watcher"
	status=$?
	watcher=''
	expect_failure 3 'monitor: the module was unloaded'
	result "monitor ends when the module is unloaded"
	for command in status show stats save monitor reset 'exempt list' 'set mode off' \
		'why 192.0.2.2'; do
		# shellcheck disable=SC2086 # the words of a command
		runs timeout 10 icmpguard $command
		expect_failure 3 'module not loaded, try: modprobe icmpguard'
	done
	runs icmpguard version
	expect_success
	grep -qx 'module not loaded' "$dir/out" || wrong "version: $(cat "$dir/out")"
	[[ ! -d /sys/module/icmpguard ]] || wrong "a command has loaded the module"
	result "without a module"
	modprobe icmpguard || wrong "modprobe"
	runs icmpguard version
	expect_success
	grep -qE '^module [0-9]' "$dir/out" || wrong "version: $(cat "$dir/out")"
	result "with the module again"
}

all=(
	table_of_successes
	test_round_trip
	table_of_failures
	table_of_files
	test_round_trip_off
	test_restore_defaults
	test_restore_check
	test_save_file
	test_save_link
	test_save_full
	test_many
	test_json
	test_hidden
	test_status
	test_why
	test_status_full
	test_namespaces
	test_monitor
	test_monitor_typed
	test_monitor_lost
	test_monitor_blocked
	test_json_complete
	test_output
	test_two_writers
	test_two_transactions
	test_manual
	test_unload
)

echo "TAP version 13"
[[ $# -gt 0 ]] || echo "1..114"
if [[ -z $tool ]] || ! modprobe icmpguard; then
	echo "Bail out! icmpguard isn't here"
	exit 1
fi
icmpguard reset
icmpguard set mode enforce
setup_link
[[ $# -gt 0 ]] || set -- "${all[@]}"
for each in "$@"; do
	"$each"
done
[[ $# -eq ${#all[@]} ]] || echo "1..$number"
exit $failed
