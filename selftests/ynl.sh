#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel tree's own netlink client, ynl, does every operation and sets every
# attribute by kmod/spec/icmpguard.yaml alone; and specification, uapi header and
# module agree in every number. A new operation or attribute has to be added to
# the tables below.
#
# timeout: 300
# processors: 1

. ./lib.sh

spec=../kmod/spec/icmpguard.yaml header=../kmod/uapi/linux/icmpguard.h
[[ -e $spec ]] || spec=icmpguard.yaml header=icmpguard.h

# what is set, by attribute, and how it is told
declare -A set_value=(
	[mode]='"monitor"'
	[max-message]=4321
	[table-size]=131072
	[candidate-size]=262144
	[known-first]=0
	[randomise]=0
	[bridged]=1
	[class]='[{"id":"redirect","action":"accept"},{"id":"path-mtu","action":"drop","force":true},
		{"id":"other","action":"drop","direction":"transit"}]'
	[limit]='[{"class":"echo-request","scope":"source","count":7,"unit":"minute","burst":3},
		{"class":"all","scope":"total","count":5000,"unit":"second"}]'
	[check]='[{"id":"tiny-fragment","enabled":0},{"id":"broadcast-echo","enabled":1},
		{"id":"quoted-packet","enabled":1,"transit":1}]'
	[type]='[{"family":2,"type":200,"action":"drop"},
		{"family":10,"type":135,"code":1,"action":"drop","force":true}]'
	[width]='[{"scope":"source-net","family":2,"bits":20}]'
	[broadcast-allow]='[{"address":"e0000012","bits":32}]'
	[exemption]='[{"address":"c0000200","bits":24},{"device":"eth0"},
		{"address":"20010db8000000000000000000000000","bits":32,"device":"eth1"}]'
)
# told otherwise than it was set
declare -A told_value=(
	[limit]='[{"class":"echo-request","scope":"source","count":7,"unit":"minute","burst":3},
		{"class":"all","scope":"total","count":5000,"unit":"second","burst":10000}]'
	[broadcast-allow]='[{"address":"224.0.0.18","bits":32}]'
	[exemption]='[{"address":"192.0.2.0","bits":24},{"device":"eth0"},
		{"address":"2001:db8::","bits":32,"device":"eth1"}]'
)
# how to change rather than what: each has a test of its own
readonly how_to_change=(generation replace validate-only transaction)
readonly operations='config-get:do config-get:dump config-set:do config-reset:do
	config-ntf:notify stats-get:dump stats-reset:do status-get:do why-get:do
	path-mtu-ntf:event table-ntf:event'

# ------------------------------------------------------------- the client

# One makes the requests and one listens: who does both gets confused by an event
# that comes before an answer.
declare -A to_client from_client

start_client() {
	local name=$1 to from
	mkfifo "$scratch/to-$name" "$scratch/from-$name"
	in_ns "$router" python3 ./ynl.py ynl "$spec" "$header" \
		<"$scratch/to-$name" >"$scratch/from-$name" 2>"$scratch/errors-$name" &
	at_exit kill "$!"
	exec {to}>"$scratch/to-$name" {from}<"$scratch/from-$name"
	to_client[$name]=$to from_client[$name]=$from
}

# ask_client CLIENT COMMAND...: sets `said` to the answer.
ask_client() {
	local name=$1
	shift
	said=''
	echo "${*//$'\n'/ }" >&"${to_client[$name]}" &&
		IFS= read -r said <&"${from_client[$name]}" ||
		die "the client has ended: $(tail -n 3 "$scratch/errors-$name")"
}

ask() {
	ask_client one "$@"
}

# expect FILTER: what was said is so.
expect() {
	jq -e "$1" <<<"$said" >/dev/null || fail "not $1: ${said:0:600}"
}

# expect_refused ERRNO PATTERN PATH: what was said is a refusal with a sentence.
expect_refused() {
	expect ".errno == \"$1\" and (.extack.msg | test(\"$2\")) and .extack.\"bad-attr\" == \"$3\""
}

reset_all() {
	ask call config-reset
	ask call config-set '{"mode":"off"}'
}

# ------------------------------------------------------------------ tests

# The specification is valid by the schema of the kernel's source.
test_schema() {
	in_ns "$router" ynl/cli.py --spec "$spec" --schema ynl/genetlink-legacy.yaml \
		--do status-get --output-json >"$scratch/out" 2>&1 ||
		fail "$(tail -n 3 "$scratch/out")"
	[[ $(jq -r .mode "$scratch/out") == off ]] || fail "$(cat "$scratch/out")"
	# and would be refused if it weren't
	sed 's/value-start: 1/value-begin: 1/' "$spec" >"$scratch/wrong.yaml"
	! in_ns "$router" ynl/cli.py --spec "$scratch/wrong.yaml" \
		--schema ynl/genetlink-legacy.yaml --do status-get >"$scratch/out" 2>&1 ||
		fail "a wrong specification is taken"
	grep -q value-begin "$scratch/out" || fail "$(tail -n 3 "$scratch/out")"
}

# test_agreement numbers|policies
test_agreement() {
	ask "$1"
	[[ $said == '[]' ]] || fail "$said"
}

# Nothing of the specification is missing in the tables above.
test_complete() {
	local expected
	ask operations
	expected=$(tr -s ' \t\n' '\n' <<<"$operations" | sort)
	[[ $(jq -r 'to_entries[] | "\(.key):\(.value[])"' <<<"$said" | sort) == "$expected" ]] ||
		fail "operations: $said"
	ask attributes config-set
	expected=$(printf '%s\n' "${!set_value[@]}" "${how_to_change[@]}" | sort)
	[[ $(jq -r '.[]' <<<"$said" | sort) == "$expected" ]] || fail "attributes: $said"
}

# Every attribute alone: the answer of the change, and a dump, tell it.
test_set() {
	local each told
	for each in "${!set_value[@]}"; do
		reset_all
		told=${told_value[$each]-${set_value[$each]}}
		ask call config-set "{\"$each\":${set_value[$each]}}"
		case $each in
		exemption) expect '."exemption-count" == 3' ;;
		broadcast-allow) expect '.generation > 0' ;;
		class | type | limit | check | width) expect "($told - .\"$each\") == []" ;;
		*) expect ".\"$each\" == $told" ;;
		esac
		ask dump config-get
		if [[ ${told:0:1} == '[' ]]; then
			expect "($told - [.[].\"$each\" // [] | .[]]) == []"
		else
			expect ".[0].\"$each\" == $told"
		fi
	done
}

# All at once is what each alone is; a reset takes all back but the mode.
test_set_all() {
	local each all='' defaults
	reset_all
	ask call config-get
	defaults=$said
	for each in "${!set_value[@]}"; do
		all+=",\"$each\":${set_value[$each]}"
	done
	ask call config-set "{${all#,}}"
	expect '.mode == "monitor" and ."max-message" == 4321 and ."exemption-count" == 3'
	ask call config-get
	expect '.mode == "monitor" and ."max-message" == 4321 and ."exemption-count" == 3'
	ask call config-reset
	[[ $(jq -cS 'del(.mode, .generation)' <<<"$said") == \
		"$(jq -cS 'del(.mode, .generation)' <<<"$defaults")" ]] || fail "$said"
	expect '.mode == "monitor"'
}

# What is refused says why, and which attribute it is.
test_refused() {
	reset_all
	ask call config-set '{"max-message":12}'
	expect_refused ERANGE 'out of range' .max-message
	ask call config-set '{"limit":[{"class":"all","scope":"pair","count":1,"unit":"hour"}]}'
	expect_refused EINVAL 'interface, router or total' .limit
	ask call config-set '{"limit":[{"class":"other","scope":"router","count":2000000,"unit":"second"}]}'
	expect_refused ERANGE '1000000/s' .limit.count
	ask call config-set '{"exemption":[{"device":"a/b"}]}'
	expect_refused EINVAL 'no device' .exemption
}

test_how_to_change() {
	local generation
	reset_all
	ask call config-get
	generation=$(jq .generation <<<"$said")
	ask call config-set "{\"generation\":$generation,\"max-message\":1111}"
	expect '."max-message" == 1111'
	ask call config-set "{\"generation\":$generation,\"max-message\":2222}"
	expect_refused EBUSY 'changed since' .generation
	ask call config-set '{"validate-only":true,"max-message":2222}'
	expect '."max-message" == 2222'
	ask call config-set '{"transaction":"begin","bridged":1}'
	expect '."max-message" == 1111 and .bridged == 0'
	ask call config-set '{"transaction":"add","randomise":0}'
	ask call config-set '{"transaction":"commit"}'
	expect '."max-message" == 1111 and .bridged == 1 and .randomise == 0'
	ask call config-set '{"replace":true,"bridged":1}'
	expect '."max-message" == 9216 and .bridged == 1 and .randomise == 1'
}

test_stats() {
	reset_all
	ask call config-set '{"mode":"enforce"}'
	expect_delta "$router" echo-request passed 5 redirect class-drop 2 -- send_some
	ask dump stats-get
	expect 'length == 40 and all(.dropped + .passed >= 0)'
	expect '[.[] | select(.family == 2 and .class == "echo-request")][0] |
		.passed == 5 and .dropped == 0 and .reason == [{"id":"passed","passed":5,"dropped":0,
		"would-drop":0}]'
	expect '[.[] | select(.family == 2 and .class == "redirect")][0] |
		.passed == 0 and .dropped == 2 and .reason[0].id == "class-drop"'
	ask call stats-reset
	expect '. == null'
	ask dump stats-get
	expect 'all(.passed == 0 and .dropped == 0 and ."would-drop" == 0 and .reason == null)'
}

send_some() {
	./send "$attacker" eth0 to=02:00:00:00:01:01 src=192.0.2.77 dst=203.0.113.2 count=5
	./send "$attacker" eth0 to=02:00:00:00:01:01 src=192.0.2.77 dst=203.0.113.2 count=2 type=5
}

test_status() {
	reset_all
	ask call status-get
	expect '.mode == "off" and ."table-size" == 0 and (.version | length) > 0'
	ask call config-set '{"mode":"enforce"}'
	ask call status-get
	expect '.mode == "enforce" and ."table-size" == 1048576 and ."table-fill" >= 0 and
		.resets >= 0 and ."table-evictions" == 0 and .generation > 0'
	if has_ipv6; then
		expect '.ipv6 == 1'
	else
		expect '.ipv6 == 0'
	fi
}

# What would become of a packet.
test_why() {
	reset_all
	ask call config-set '{"mode":"enforce"}'
	ask call why-get '{"source":"c000024d","destination":"cb007102","device":"att"}'
	expect '.source == "192.0.2.77" and .destination == "203.0.113.2" and .device == "att" and
		.mode == "enforce" and .exempt == 0'
	expect '[.class[] | select(.id == "redirect")][0] | .action == "drop" and
		.reason == "class-drop"'
	expect '[.class[] | select(.id == "echo-request")][0] | .reason == "passed" and
		([.limit[] | select(.scope == "pair")][0] | .count == 10 and .unit == "second" and
		.burst == 50 and .left == 50)'
	ask call config-set '{"known-first":1}'
	ask call why-get '{"source":"c000024d","destination":"cb007102","device":"att"}'
	expect '.known == "no" and ."known-for" == null'
	ask call status-get
	expect '."history-size" == 131072 and ."candidate-size" == 1048576 and .overloaded == 0 and
		."history-fill" == 0'
	ask call why-get '{"source":"c000024d","destination":"cb007102","device":"none"}'
	expect_refused ENODEV 'no such device' .device
}

# What the guard tells unasked, whoever makes the change.
test_notifications() {
	reset_all
	ask_client listener listen
	guard "$router" set max-message 3333
	ask call config-set '{"bridged":1}'
	ask_client listener heard
	expect 'length == 2 and all(.name == "config-ntf")'
	expect '.[0].msg."max-message" == 3333 and .[0].msg.bridged == 0'
	expect '.[1].msg."max-message" == 3333 and .[1].msg.bridged == 1'
}

scratch=$(mktemp -d)
at_exit rm -rf "$scratch"
setup_router
quiet "$victim" "$router"
start_client one
start_client listener
run_tests test_schema "test_agreement numbers" "test_agreement policies" test_complete \
	test_set test_set_all test_refused test_how_to_change test_stats test_status \
	test_why test_notifications
