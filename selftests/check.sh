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
# command line has a comment `# kernel arguments: ARGS`; one that two processors
# tell nothing that one doesn't has a comment `# processors: 1`, and two only on the
# debug kernel. Two tests run at a time, or as many as JOBS says. One that has a
# comment `# alone` runs beside nothing, those with a comment `# beside the rest` run
# one after the other beside all others: they mostly wait, or take whatever time
# they get.
#
# With --debug all that needs a machine is run on the debug kernel, where any
# report of a bug and any leak is a failure, with the tests of TEST_PROGS_EXTENDED,
# which only it can run. First it has to show that it reports bugs. With --long it
# is the tests of TEST_PROGS_LONG instead, which take too long for every change.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
O=$(realpath -m "${O:-.build}")
export O

number=0 shown=0
declare -A runs=()
scratch=$(mktemp -d)
tally=$scratch/tally
: >"$tally"
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# the kernels to run the tests on, what to run them under, how much time they get
mapfile -t kernels < <(sed '/^#/d' selftests/vm/kernels)
debug='' long='' under=() slow=1 host_steps='' row=''
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

# run_test NUMBER NAME TIMEOUT ARGUMENT...: runs one program and counts its results.
run_test() {
	local number=$1 name=$2 timeout=$3
	shift 3
	/usr/bin/python3 selftests/ktap.py run --number "$number" --name "$name" \
		--timeout "$timeout" --tally "$tally" --times "$scratch/times" "$@"
}

# The same in the background, with what it says into a file.
run_unseen() {
	run_test "$@" >"$scratch/said-$1" 2>&1
	touch "$scratch/ended-$1"
}

# Prints how many results so far are failures.
count_failed() {
	awk '{ failed += $2 } END { print failed + 0 }' "$tally"
}

# Prints the tests in lists of selftests/Makefile.
list_tests() {
	make -s -C selftests --eval "list-tests: ; @echo \$(foreach list,$*,\$(\$(list)))" list-tests |
		tr ' ' '\n' | sed '/^$/d'
}

# What a test of the module may take.
test_timeout() {
	local own
	own=$(says_of "$1" timeout)
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

# start_test LIMIT ARGUMENT...: a test, as soon as fewer than that run. A lone one is
# seen as it goes, others when they and those before have ended.
start_test() {
	wait_until_below "$1"
	number=$((number + 1))
	if [[ $1 -eq 1 ]]; then
		run_test $number "${@:2}"
		shown=$number
		return
	fi
	set -m
	run_unseen $number "${@:2}" &
	set +m
	runs[$number]=1
}

# start_row PROGRAM...: tests of the module on each kernel, one after the other,
# beside whatever else runs. They have the numbers after all of that.
start_row() {
	local program kernel
	local next=$((planned - ($# + ${#alone[@]}) * ${#kernels[@]}))
	set -m
	for program in "$@"; do
		for kernel in "${kernels[@]}"; do
			next=$((next + 1))
			in_machine "$program" "$kernel" run_unseen $next
		done
	done &
	set +m
	row=$!
}

# in_machine PROGRAM KERNEL COMMAND...: COMMAND with the arguments of run_test for
# a test on a kernel.
in_machine() {
	local program=$1 kernel=$2 timeout arguments processors
	shift 2
	timeout=$(($(test_timeout "$program") * slow))
	arguments=$(says_of "$program" 'kernel arguments')
	[[ -n $debug ]] || processors=$(says_of "$program" processors)
	# time to boot comes on top
	"$@" "$program on $kernel" $((timeout + 120 * slow)) -- \
		selftests/vm/run --kernel "$kernel" --built --timeout "$timeout" \
		${arguments:+--append "$arguments"} ${processors:+--smp "$processors"} \
		-- "${under[@]}" "./$program"
}

# says PROGRAM COMMENT
says() {
	grep -qx "# $2" "selftests/$1" 2>/dev/null
}

# says_of PROGRAM WORD: what a comment `WORD: ...` says, of a script or of C.
says_of() {
	sed -n "s/^\(#\| \*\) $2: //p" "selftests/$1" "selftests/$1.c" 2>/dev/null | head -n 1
}

# Waits for tests to end, until less than so many run.
wait_until_below() {
	while end_tests && [[ ${#runs[@]} -gt 0 && ${#runs[@]} -ge $1 ]]; do
		# one that was killed has left no word of its end
		wait -n || [[ $? -ne 127 ]] || break
	done
}

# Takes note of what has ended, and shows all whose turn it is.
end_tests() {
	local each
	for each in "${!runs[@]}"; do
		[[ ! -e $scratch/ended-$each ]] || unset "runs[$each]"
	done
	while [[ -e $scratch/ended-$((shown + 1)) ]]; do
		shown=$((shown + 1))
		cat "$scratch/said-$shown"
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

tests=$((${#programs[@]} * ${#kernels[@]}))
# which of them need the machine for themselves, and which go with anything
alone=() beside=() others=()
for program in "${programs[@]}"; do
	if [[ $tests -eq 1 ]] || says "$program" alone; then
		alone+=("$program")
	elif [[ $jobs -gt 1 && -z $debug ]] && says "$program" 'beside the rest'; then
		beside+=("$program")
	else
		others+=("$program")
	fi
done

planned=$((tests + ${#kernels[@]}))
if [[ $# -eq 0 && -n $debug ]]; then
	planned=$((planned + 2))
elif [[ $# -eq 0 && -z $long ]]; then
	planned=$((planned + 11))
fi

echo "TAP version 13"
echo "1..$planned"
if [[ $# -eq 0 && -n $debug ]]; then
	start_test 1 "debug kernel" 7200 --plain -- selftests/vm/debug-kernel.sh
	start_test 1 "planted bugs" 3600 -- selftests/vm/planted.sh
elif [[ $# -eq 0 && -z $long ]]; then
	start_test 1 "reading of test results" 60 -- selftests/ktap.py self-check
	start_test 1 "reading of what is measured" 60 -- selftests/bench/test_report.py
	start_test 1 "all tests are listed" 60 --plain -- bash -c check_listed
	host_steps=1
fi
before=$(count_failed)
for kernel in "${kernels[@]}"; do
	start_test "$jobs" "module for $kernel" $((600 * slow)) --plain -- \
		selftests/vm/run --kernel "$kernel" -- modprobe icmpguard
done
wait_until_below 1
# what was built before would be tested, as if it were what is here
if [[ $(count_failed) -ne $before ]]; then
	echo "Bail out! there is nothing to test"
	programs=() host_steps='' beside=() others=() alone=()
fi
[[ ${#beside[@]} -eq 0 ]] || start_row "${beside[@]}"
if [[ -n $host_steps ]]; then
	start_test "$jobs" "virtual machine" 600 -- selftests/vm/check.sh
	start_test "$jobs" "fit to kernels" 600 -- selftests/compat/check.sh
	start_test "$jobs" "tool" 600 --plain -- make -s tool
	start_test "$jobs" "unit tests" 900 -- make -s -C selftests/unit O="$O" check
	start_test "$jobs" "survival of floods" 600 -- \
		make -s -C selftests/bench/survival O="$O" check
	start_test "$jobs" "commands for people" 1200 -- selftests/documented.py outside
	start_test "$jobs" "kselftest" 600 -- selftests/kselftest/check.sh
	start_test "$jobs" "tests of the tool" 600 -- make -s -C userspace O="$O/userspace" check
fi
for program in "${others[@]}"; do
	for kernel in "${kernels[@]}"; do
		in_machine "$program" "$kernel" start_test "$jobs"
	done
done
wait_until_below 1
[[ -z $row ]] || wait "$row"
end_tests
number=$((number + ${#beside[@]} * ${#kernels[@]}))
for program in "${alone[@]}"; do
	for kernel in "${kernels[@]}"; do
		in_machine "$program" "$kernel" start_test 1
	done
done

cat "$scratch/times"
echo "# $SECONDS s in all, $jobs at a time"
# a program whose report broke off has left no line
awk -v due=$planned '
	{ passed += $1; failed += $2; skipped += $3 }
	END {
		if (NR != due)
			failed += due - NR
		printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
		exit failed || skipped || !passed
	}' "$tally"
