#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: [QUICK=1] selftests/bench/run.sh [PART...]
#        selftests/bench/run.sh rehearsal | check | record
#
# Measures the guard beside its peers in virtual machines, and prints a table
# with each goal as met or not met, and how long each part took. The whole also
# writes RESULTS.md, bench.json and the plots beside it, and the headline in
# README.md; a quick one, or one of some parts, leaves them alone. `rehearsal` is
# ten million senders in one large machine, once, and writes its own part of
# RESULTS.md. `check` compares what the guard alone takes with what was recorded
# in the file record, `record` writes that.
#
# Where instructions are counted it doesn't matter what else this machine does,
# so two of these machines run at a time, or as many as JOBS says. Where time is
# measured it does: that comes after them, alone.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
O=$(realpath -m "${O:-$here/../../.build}")
export O
out=$O/bench
# as a machine has it that is started without arguments of ours
readonly arguments="mitigations=auto"
# in two machines, as much work in each
readonly first=(refusals ipv6 passes fragments worst) second=(growth receive memory)
readonly profiles=(one random accepted)

# machine LOG OPTION... -- ARGUMENT...: the lines of the machine go to LOG, and
# after each part how long it took here
machine() {
	local log=$1 options=() line last=$SECONDS name how="processors in threads"
	name=$(basename "$log" .log)
	shift
	[[ $1 != --exact ]] || how="instructions counted"
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	{
		echo "emulator QEMU $(qemu-system-x86_64 --version | sed -n 's/.* version \([0-9.]*\).*/\1/p'), $how"
		"$here/../vm/run" "${options[@]}" --memory "${memory:-3072}" --append "$arguments" \
			--add "$out" --timeout 3000 -- bench/inside.sh "$out" "$@" || echo "status $?"
	} | while IFS= read -r line; do
		echo "$line"
		if [[ $line == "# "* ]]; then
			echo "seconds $name ${line#"# "} $((SECONDS - last))"
			last=$SECONDS
		fi
	done >"$log"
	if grep '^status ' "$log" >&2; then
		tail -n 5 "$log" >&2
		return 1
	fi
}

# exact HALF PART...
exact() {
	local half=$1
	shift
	machine "$out/exact-$half.log" --exact -- ${quick:+"$quick"} "$@"
}

# profile CASE: where the guard's instructions go
profile() {
	local log=$out/profile-$1.log kernel
	machine "$log" --exact --trace "$out/trace-$1" -- --guard "profile_$1"
	kernel=$(sed -n 's/^kernel \([^ ]*\).*/\1/p' "$log")
	"$here/profile.py" --module "$O/kernel-$kernel/icmpguard.ko" \
		--text "$(sed -n 's/^text //p' "$log")" \
		--entry icmpg_hook_prerouting_ipv4 --after icmpg_nl_config_get_dumpit \
		"$out/trace-$1" >"$out/profile-$1"
	rm "$out/trace-$1"
}

# What the limiter's source does with honest senders in floods, simulated.
survival() {
	local before=$SECONDS
	{
		echo "kernel none"
		echo "flags simulated in $(${CC:-cc} --version | head -n 1)"
		"$O/selftests/survival/survival" curve
		echo "seconds survival survival $((SECONDS - before))"
	} >"$out/survival.log"
}

native() {
	local before=$SECONDS
	{
		echo "kernel $(uname -r)"
		echo "flags$(sed -n 's/^model name.*://p' /proc/cpuinfo | head -n 1)," \
			"$(${CC:-cc} --version | head -n 1)"
		"$out/native"
		echo "seconds native native $((SECONDS - before))"
	} >"$out/native.log"
}

# Ends what still runs when something has failed.
stop() {
	local group
	for group in $(jobs -p); do
		kill -- "-$group" 2>/dev/null || true
	done
	wait
}

# Runs commands, as many at a time as there are to be, each a word with its arguments in it.
run_all() {
	local command running=0 bad=0
	for command; do
		if [[ $running -ge $jobs ]]; then
			wait -n || bad=1
			running=$((running - 1))
		fi
		set -m
		$command &
		set +m
		running=$((running + 1))
	done
	while [[ $running -gt 0 ]]; do
		wait -n || bad=1
		running=$((running - 1))
	done
	[[ $bad -eq 0 ]]
}

# wanted PART...: prints those of them that are to be run. Of all that is not what a
# quick run has no time for.
wanted() {
	local part
	for part; do
		if [[ ${#parts[@]} -gt 0 ]]; then
			[[ " ${parts[*]} " != *" $part "* ]] || echo "$part"
		else
			[[ -n $quick && $part == survival ]] || echo "$part"
		fi
	done
}

jobs=${JOBS:-2}
if [[ ! $jobs =~ ^[1-9][0-9]?$ ]]; then
	echo "bench: JOBS is a number of machines, not $jobs" >&2
	exit 2
fi
make -s -C "$here" O="$O" >&2
case ${1-} in
check | record)
	machine "$out/check.log" --exact -- --quick --guard refusals ipv6 passes
	exec "$here/report.py" "--$1" "$here/record" "$out/check.log" ;;
rehearsal)
	memory=4096 machine "$out/rehearsal.log" --exact -- rehearsal
	exec "$here/report.py" --rehearsal "$here/RESULTS.md" "$out/rehearsal.log" ;;
esac

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
parts=("$@") quick='' logs=() results=(--keep "$here" --readme "$here/../../README.md") todo=()
known=" ${first[*]} ${second[*]} profile survival scaling native "
for part in "${parts[@]}"; do
	[[ $known == *" $part "* ]] || {
		echo "bench: no such part: $part; there are:${known% }, rehearsal, check and record" >&2
		exit 2
	}
done
if [[ -n ${QUICK-} || $# -gt 0 ]]; then
	results=()
	[[ -z ${QUICK-} ]] || quick=--quick
fi
for half in first second; do
	declare -n all=$half
	some=$(wanted "${all[@]}")
	[[ -z $some ]] || {
		todo+=("exact $half $some")
		logs+=("$out/exact-$half.log")
	}
done
if [[ -n $(wanted survival) ]]; then
	make -s -C "$here/survival" O="$O" >&2
	todo+=(survival)
	logs+=("$out/survival.log")
fi
if [[ -n $(wanted profile) ]]; then
	for case in "${profiles[@]}"; do
		todo+=("profile $case")
		logs+=("$out/profile-$case.log")
		results+=(--profile "$case=$out/profile-$case")
	done
fi
run_all "${todo[@]}"
if [[ -n $(wanted scaling) ]]; then
	machine "$out/scaling.log" --smp 2 -- ${quick:+"$quick"} scaling
	logs+=("$out/scaling.log")
fi
if [[ -n $(wanted native) ]]; then
	native
	logs+=("$out/native.log")
fi
"$here/report.py" --out "$out" --seconds "$SECONDS" "${results[@]}" "${logs[@]}"
