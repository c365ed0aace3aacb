#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests/check.sh [--kernel RELEASE | --debug | --long] [TEST...]
#
# Builds everything and tests it, as KTAP, with a last line of its own:
# `N passed, N failed`. A skipped test is a failure here. With names of files
# from TEST_PROGS only these are run. Each test of the module has a machine of its
# own, so that what one leaves behind, or breaks, is not the next one's trouble,
# and runs on each kernel of vm/kernels, or only on the one of that RELEASE.
# A test that takes longer than the `timeout` in selftests/settings says so in a
# comment of its own, `# timeout: SECONDS`; one that needs more on the kernel's
# command line has a comment `# kernel arguments: ARGS`. Two tests run at a time,
# or as many as JOBS says, but for one that has a comment `# alone`.
#
# With --debug all that needs a machine is run on the debug kernel, where any
# report of a bug and any leak is a failure, with the tests of TEST_PROGS_EXTENDED,
# which only it can run. First it has to show that it reports bugs. With --long it
# is the tests of TEST_PROGS_LONG instead, which take too long for every change.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
O=$(realpath -m "${O:-.build}")
export O

number=0 shown=0 running=0
scratch=$(mktemp -d)
tally=$scratch/tally
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# the kernels to run the tests on, what to run them under, how much time they get
mapfile -t kernels < <(sed '/^#/d' selftests/vm/kernels)
debug='' long='' under=() slow=1
case ${1-} in
--debug)
	kernels=(debug) debug=1 under=(vm/leaks.sh) slow=6
	shift ;;
--long)
	long=1
	shift ;;
--kernel)
	kernels=("${2:?--kernel takes a release}")
	shift 2 ;;
esac

# Ends what runs, each with all that it has started, which has a group of its own.
stop() {
	local group
	for group in $(jobs -p); do
		kill -- "-$group" 2>/dev/null
	done
	wait
	rm -rf "$scratch"
}

# Runs one program and counts its results.
run_test() {
	local name=$1 timeout=$2 before=$SECONDS
	shift 2
	number=$((number + 1))
	/usr/bin/python3 selftests/ktap.py run --number $number --name "$name" \
		--timeout "$timeout" --tally "$tally" "$@"
	echo "# $((SECONDS - before)) s $name" >>"$scratch/times"
}

# Prints the tests in lists of selftests/Makefile.
list_tests() {
	make -s -C selftests --eval "list-tests: ; @echo \$(foreach list,$*,\$(\$(list)))" list-tests |
		tr ' ' '\n' | sed '/^$/d'
}

# What a test of the module may take.
test_timeout() {
	local own
	own=$(sed -n 's/^\(#\| \*\) timeout: \([0-9]*\)$/\2/p' "selftests/$1" "selftests/$1.c" \
		2>/dev/null | head -n 1)
	[[ -n $own ]] || own=$(sed -n 's/^timeout=\([0-9]*\)$/\1/p' selftests/settings)
	echo "${own:-120}"
}

# A test that nobody runs proves nothing.
check_listed() {
	local file bad=0
	for file in selftests/*.sh; do
		case ${file##*/} in
		check.sh | demo.sh | lint.sh | lib*.sh) continue ;;
		esac
		if ! list_tests TEST_PROGS TEST_PROGS_EXTENDED TEST_PROGS_LONG | grep -qxF "${file##*/}"; then
			echo "$file is not among the TEST_PROGS of selftests/Makefile"
			bad=1
		fi
	done
	return $bad
}

# start_test LIMIT ARGUMENT...: run_test with these as soon as fewer than that run.
# A lone one is seen as it goes, others when they and those before have ended.
start_test() {
	wait_until_below "$1"
	if [[ $1 -eq 1 ]]; then
		run_test "${@:2}"
		shown=$number
		return
	fi
	set -m
	{
		run_test "${@:2}" >"$scratch/said-$((number + 1))" 2>&1
		touch "$scratch/ended-$number"
	} &
	set +m
	number=$((number + 1)) running=$((running + 1))
}

# Runs a test on a kernel.
start_in_machine() {
	local program=$1 kernel=$2 limit=$jobs timeout arguments
	if [[ $tests -eq 1 ]] || grep -qx '# alone' "selftests/$program" 2>/dev/null; then
		limit=1
	fi
	timeout=$(($(test_timeout "$program") * slow))
	arguments=$(sed -n 's/^# kernel arguments: //p' "selftests/$program" 2>/dev/null)
	# time to build and to boot comes on top
	start_test "$limit" "$program on $kernel" $((timeout + 180 * slow)) -- \
		selftests/vm/run --kernel "$kernel" --timeout "$timeout" \
		${arguments:+--append "$arguments"} -- "${under[@]}" "./$program"
}

# Waits for tests to end, until less than so many run.
wait_until_below() {
	while [[ $running -gt 0 && $running -ge $1 ]]; do
		wait -n
		running=$((running - 1))
		while [[ -e $scratch/ended-$((shown + 1)) ]]; do
			shown=$((shown + 1))
			cat "$scratch/said-$shown"
		done
	done
}

jobs=${JOBS:-$(($(nproc) < 2 ? 1 : 2))}
if [[ ! $jobs =~ ^[1-9][0-9]?$ ]]; then
	echo "check.sh: JOBS is a number of tests, not $jobs" >&2
	exit 2
fi

export -f check_listed list_tests
if [[ $# -gt 0 ]]; then
	programs=("$@")
elif [[ -n $long ]]; then
	mapfile -t programs < <(list_tests TEST_PROGS_LONG)
else
	mapfile -t programs < <(list_tests TEST_PROGS TEST_GEN_PROGS ${debug:+TEST_PROGS_EXTENDED})
fi

echo "TAP version 13"
tests=$((${#programs[@]} * ${#kernels[@]}))
if [[ $# -eq 0 && -n $debug ]]; then
	echo "1..$((tests + 2))"
	run_test "debug kernel" 7200 --plain -- selftests/vm/debug-kernel.sh
	run_test "planted bugs" 3600 -- selftests/vm/planted.sh
	shown=$number
elif [[ $# -eq 0 && -z $long ]]; then
	echo "1..$((tests + 12))"
	run_test "reading of test results" 60 -- selftests/ktap.py self-check
	run_test "reading of what is measured" 60 -- selftests/bench/test_report.py
	run_test "all tests are listed" 60 --plain -- bash -c check_listed
	shown=$number
	start_test "$jobs" "virtual machine" 600 -- selftests/vm/check.sh
	start_test "$jobs" "module without a warning" 600 --plain -- selftests/lint.sh gcc
	start_test "$jobs" "fit to kernels" 600 -- selftests/compat/check.sh
	start_test "$jobs" "tool" 600 --plain -- make -s tool
	start_test "$jobs" "unit tests" 900 -- make -s -C selftests/unit O="$O" check
	start_test "$jobs" "survival of floods" 600 -- \
		make -s -C selftests/bench/survival O="$O" check
	start_test "$jobs" "commands for people" 1200 -- selftests/documented.py outside
	start_test "$jobs" "kselftest" 600 -- selftests/kselftest/check.sh
	start_test "$jobs" "tests of the tool" 600 -- make -s -C userspace O="$O/userspace" check
else
	echo "1..$tests"
fi
for program in "${programs[@]}"; do
	for kernel in "${kernels[@]}"; do
		start_in_machine "$program" "$kernel"
	done
done
wait_until_below 1

cat "$scratch/times"
echo "# $SECONDS s in all, $jobs at a time"
# a program whose report broke off has left no line
awk -v due=$number '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		if (NR != due)
			failed += due - NR
		printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
		exit failed || skipped || !passed
	}' "$tally"
