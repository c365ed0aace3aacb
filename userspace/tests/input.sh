#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tests/input.sh TOOL
#
# What the tool says to wrong input, where no module is needed: one line on
# stderr that names the input, the documented exit status, nothing on stdout.
# Prints KTAP. cli.sh has the commands that do reach the module.

tool=${1:?usage: tests/input.sh TOOL}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
number=0
failed=0

# result NAME PROBLEM: without a problem it passed
result() {
	number=$((number + 1))
	if [ -z "$2" ]; then
		echo "ok $number $1"
	else
		failed=1
		echo "# $2"
		sed 's/^/# stderr: /' "$dir/err"
		echo "not ok $number $1"
	fi
}

# judge NAME WANTED STATUS PATTERN: of what was run last
judge() {
	problem=
	if [ "$2" -ne "$3" ]; then
		problem="exit status $3 instead of $2"
	elif [ "$(wc -l <"$dir/err")" -ne 1 ]; then
		problem="not one line on stderr"
	elif ! grep -q '^icmpguard: ' "$dir/err"; then
		problem="stderr doesn't begin with icmpguard:"
	elif ! grep -qF -- "$4" "$dir/err"; then
		problem="stderr lacks: $4"
	elif [ -s "$dir/out" ]; then
		problem="something on stdout"
	fi
	result "$1" "$problem"
}

# fails STATUS PATTERN ARGUMENT...
fails() {
	wanted=$1
	pattern=$2
	shift 2
	"$tool" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	judge "$(printf '%.60s' "refuse: $*" | tr '#\n' '  ')" "$wanted" $? "$pattern"
}

# fails_file STATUS PATTERN NAME TEXT: a file with that text
fails_file() {
	printf '%b' "$4" >"$dir/conf"
	(cd "$dir" && "$tool" restore conf) >"$dir/out" 2>"$dir/err"
	judge "refuse file: $3" "$1" $? "$2"
	"$tool" set - >"$dir/out" 2>"$dir/err" <"$dir/conf"
	judge "refuse on stdin: $3" "$1" $? "stdin${2#conf}"
}

says() {
	pattern=$1
	shift
	"$tool" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	problem=
	if [ $status -ne 0 ]; then
		problem="exit status $status"
	elif [ -s "$dir/err" ]; then
		problem="something on stderr"
	elif ! grep -qF -- "$pattern" "$dir/out"; then
		problem="stdout lacks: $pattern"
	fi
	result "say: $*" "$problem"
}

case $tool in
/*) ;;
*) tool=$PWD/$tool ;;
esac
loaded=
[ ! -d /sys/module/icmpguard ] || loaded=1

echo "TAP version 13"
echo "1..124"

# commands and options
fails 1 'a command is needed, one of: status, show, set'
fails 1 "unknown command 'stat', one of: status, show" stat
fails 1 "unknown command 'STATUS'" STATUS
fails 1 "unknown command ''" ''
fails 1 "unknown option '-x', one of: -j, -n NETNS" -x show
fails 1 "unknown option '--json'" --json show
fails 1 '-n needs a network namespace' -n
fails 1 "a command is needed" -j
fails 1 "show: unexpected 'all'" show all
fails 1 '-j comes before the command, as in: icmpguard -j show' show -j
fails 1 "status: unexpected '1'" status 1
fails 1 "reset: unexpected 'now'" reset now
fails 1 "monitor: unexpected" monitor x
fails 1 "version: unexpected" version x
fails 1 "help: unknown command 'wy', one of: status" help wy
fails 1 'why needs an address, as in: icmpguard why 192.0.2.1' why
fails 1 "why: '192.0.2' is not an address" why 192.0.2
fails 1 "why: '192.0.2.1/32' is not an address" why 192.0.2.1/32
fails 1 "why: '' is not an address" why ''
fails 1 "why: 'x' is not an address" why 192.0.2.1 to x
fails 1 "why: to needs an address" why 192.0.2.1 to
fails 1 "why: dev needs an interface" why 192.0.2.1 to 192.0.2.2 dev
fails 1 "why: 'nowhere' is no interface" why 192.0.2.1 dev nowhere
fails 1 "why: 'sixteen-bytes-xx' is no interface" why 192.0.2.1 dev sixteen-bytes-xx
fails 1 "why: unexpected 'from'" why 192.0.2.1 from 192.0.2.2
fails 1 "why: unexpected 'to'" why 192.0.2.1 to 192.0.2.2 to 192.0.2.3
fails 1 'why: 192.0.2.1 and 2001:db8::1 are not of one family' why 192.0.2.1 to 2001:db8::1
fails 1 "help: unexpected" help set limit
fails 1 "stats: unknown word '--al', one of: --explain, --all, reset" stats --al
fails 1 "stats: unexpected '--all'" stats reset --all
fails 1 'restore needs a FILE, or - for stdin' restore
fails 1 'restore needs a FILE' restore --check
fails 1 "restore: unknown option '--chek', the only one is --check" restore --chek x
fails 1 "restore: unexpected 'b'" restore a b
fails 1 "save: unexpected 'b'" save a b
fails 1 "save: '-x' is no FILE" save -x
fails 1 'save writes what restore reads; for JSON use: icmpguard -j show' -j save
fails 1 "set: unexpected 'mode'" set - mode off
fails 1 "set has no key 'exempt' here: use icmpguard exempt add" set exempt 10.0.0.0/8
fails 1 'exempt needs one of: add, del, list' exempt
fails 1 "exempt: unknown word 'ad', one of: add, del, list" exempt ad 10.0.0.0/8
fails 1 "exempt: unexpected 'x'" exempt list x
fails 1 "'exempt' needs a prefix" exempt add

# words and values
fails 1 'needs a key, one of: mode' set
fails 1 "unknown key 'foo', one of: mode, max-message" set foo
fails 1 "unknown key ''" set ''
fails 1 "unknown class 'echo', one of: echo-request" set limit echo pair 1/s
fails 1 "'0/s' is no rate: the count is at least 1" set limit echo-request pair 0/s
fails 1 "'-5/s' is not a rate: give COUNT/UNIT" set limit echo-request pair -5/s
fails 1 "unknown unit 'fortnight' in '10/fortnight', one of: s, m, h" \
	set limit echo-request pair 10/fortnight
fails 1 "'1e9/s' is not a rate" set limit echo-request pair 1e9/s
fails 1 "unknown unit 's5' in '10/s5'" set limit echo-request pair 10/s5
fails 1 "'' is not a rate" set limit echo-request pair ''
fails 1 "'0' is out of range: give a burst, 1 to 1000000" \
	set limit echo-request pair 10/s burst 0
fails 1 "'99999999999999999999/s' is too fast: at most 1000000" \
	set limit echo-request pair 99999999999999999999/s
fails 1 "'99999999999999999999' is out of range: give a number of bytes, 576 to 65535" \
	set max-message 99999999999999999999
fails 1 "'4294967873' is out of range" set max-message 4294967873
fails 1 "unexpected 'mode' after 'mode off'" set mode off mode monitor
fails 1 "'10.0.0.1/8' has bits set beyond /8; meant 10.0.0.0/8?" exempt add 10.0.0.1/8
fails 1 "unknown mode 'off\\x0amode monitor'" set mode 'off
mode monitor'
fails 1 "unknown mode '\\x1b[31m'" set mode "$(printf '\033[31m')"
fails 1 "...', one of: off" set mode "$(printf '%2000s' x)"

# files
fails 1 'none.conf: No such file or directory' restore "$dir/none.conf"
fails 1 ': Is a directory' restore "$dir"
fails_file 1 "conf:7: unknown mode 'of', one of: off, monitor, enforce" 'error on line 7' \
	'# one\n\nmode off\n\nrandomise on\n\nmode of\nclass redirect drop\n'
fails_file 1 "conf:1: unknown key 'set'" 'the word set' 'set mode off\n'
fails_file 1 'conf:2: byte 6 of the line is 0x00' 'a NUL' 'mode off\nmode \0off\n'
fails_file 1 'conf:2: the line has 1024 bytes; at most 1023 are allowed' 'overlong line' \
	"mode off\n$(printf '%1024s' x)\n"
fails_file 1 "conf:2: 'limit all' needs a scope of class all" 'a line that breaks off' \
	'mode off\nlimit all'
head -c 9000000 /dev/zero >"$dir/large"
fails 1 'large: too large, at most 8 MiB' restore "$dir/large"

# namespaces
fails 1 "-n 'no-such-ns': no such network namespace" -n no-such-ns show
fails 1 "-n '': no such network namespace" -n '' show
fails 1 "-n '..': no such network namespace" -n .. show
fails 1 "-n '/no/such': no such file; a path is one like /proc/PID/ns/net" -n /no/such show
fails 1 "-n '/dev/null': not a network namespace" -n /dev/null show

# output
says 'icmpguard [-j] [-n NETNS] COMMAND' help
says 'icmpguard [-j] [-n NETNS] COMMAND' --help
for command in status show set exempt stats monitor reset save restore help version; do
	says "icmpguard $command" help $command
done
says 'icmpguard ' version
says '"module": null' -j version
"$tool" help 2>"$dir/err" >/dev/full
status=$?
: >"$dir/out"
judge 'stdout is full' 4 $status 'standard output: No space left on device'
"$tool" help >&- 2>"$dir/err"
judge 'stdout is closed' 4 $? 'standard output: Bad file descriptor'

"$tool" restore - >"$dir/out" 2>"$dir/err" <&-
judge 'stdin is closed' 1 $? 'stdin: Bad file descriptor'
"$tool" restore - >"$dir/out" 2>"$dir/err" </dev/null
judge 'stdin is empty' 1 $? 'stdin: is empty; if defaults are wanted: icmpguard reset'
"$tool" restore /dev/null >"$dir/out" 2>"$dir/err"
judge 'a device is empty' 1 $? '/dev/null: is empty; if defaults are wanted: icmpguard reset'
printf ' \n\n' | "$tool" restore - >"$dir/out" 2>"$dir/err"
judge 'stdin is blank' 1 $? 'stdin: is empty; if defaults are wanted: icmpguard reset'
mkfifo "$dir/fifo"
printf 'mode monitor\nlimit echo-request pair 10/s burst 5' >"$dir/fifo" &
"$tool" restore --check "$dir/fifo" >"$dir/out" 2>"$dir/err"
judge 'a pipe broke off' 1 $? "fifo: the last line has no end, something may be missing"
"$tool" -n "$dir/fifo" show >"$dir/out" 2>"$dir/err"
judge 'a pipe is no namespace' 1 $? "fifo': not a network namespace"

# no module: the input is right, and the kernel doesn't know the family
no_module() {
	if [ -n "$loaded" ]; then
		number=$((number + 1))
		echo "ok $number no module: $* # SKIP it is loaded here"
		return
	fi
	fails 3 'module not loaded, try: modprobe icmpguard' "$@"
}
no_module status
no_module show
no_module set mode monitor
no_module set limit echo-request source 50/s burst 100
no_module exempt add 192.0.2.0/24 dev eth0
no_module exempt del dev eth0
no_module exempt list
no_module stats
no_module stats --all --explain
no_module stats reset
no_module monitor
no_module why 192.0.2.1 to 192.0.2.2
no_module reset
no_module save
no_module save "$dir/saved"
no_module -j show
no_module set -
printf 'mode off\r\n# comment\nlimit all total 5/s' >"$dir/conf"
no_module restore "$dir/conf"
no_module restore --check "$dir/conf"
no_module -n /proc/self/ns/net show
if [ -e "$dir/saved" ]; then
	result 'save without a module leaves no file' 'there is one'
else
	result 'save without a module leaves no file' ''
fi
exit $failed
