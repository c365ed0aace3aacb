#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: [QUICK=1] selftests/bench/run.sh [PART...]
#        selftests/bench/run.sh check | record
#
# Measures the guard beside its peers in virtual machines, and prints a table
# with each goal as met or not met. The whole also writes RESULTS.md, and the
# headline in README.md; a quick one, or one of some parts, leaves them alone.
# `check` compares what the guard alone takes with what was recorded in the file
# record, `record` writes that.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
O=$(realpath -m "${O:-$here/../../.build}")
export O
out=$O/bench
# as a machine has it that is started without arguments of ours
readonly arguments="mitigations=auto"
readonly exact=(refusals ipv6 passes fragments growth receive memory worst)

# machine LOG OPTION... -- ARGUMENT...: the lines of the machine go to LOG
machine() {
	local log=$1 options=()
	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	"$here/../vm/run" "${options[@]}" --memory 3072 --append "$arguments" --add "$out" \
		--timeout 3000 -- bench/inside.sh "$out" "$@" >"$log" || {
		tail -n 5 "$log" >&2
		return 1
	}
}

make -s -C "$here" O="$O" >&2
case ${1-} in
check | record)
	machine "$out/check.log" --exact -- --quick --guard refusals ipv6 passes
	exec "$here/report.py" "--$1" "$here/record" "$out/check.log" ;;
esac

# Where the guard's instructions go: prints the files with it.
profiles() {
	local case log kernel
	for case in one random; do
		log=$out/profile-$case.log
		machine "$log" --smp 1 --trace "$out/trace" -- --guard "profile_$case"
		kernel=$(sed -n 's/^kernel \([^ ]*\).*/\1/p' "$log")
		"$here/profile.py" --module "$O/kernel-$kernel/icmpguard.ko" \
			--text "$(sed -n 's/^text //p' "$log")" \
			--entry icmpg_hook_prerouting_ipv4 "$out/trace" >"$out/profile-$case"
		rm "$out/trace"
		echo "--profile" "$case=$out/profile-$case"
	done
}

quick=() results=(--results "$here/RESULTS.md" --readme "$here/../../README.md") logs=() parts=()
if [[ -n ${QUICK-} || $# -gt 0 ]]; then
	results=()
	[[ -z ${QUICK-} ]] || quick=(--quick)
fi
for part in "${@:-${exact[@]}}"; do
	[[ $part == @(scaling|native|profile) ]] || parts+=("$part")
done
if [[ ${#parts[@]} -gt 0 ]]; then
	machine "$out/exact.log" --exact -- "${quick[@]}" "${parts[@]}"
	logs+=("$out/exact.log")
fi
if [[ $# -eq 0 || " $* " == *" scaling "* ]]; then
	machine "$out/scaling.log" --smp 2 -- "${quick[@]}" scaling
	logs+=("$out/scaling.log")
fi
if [[ $# -eq 0 || " $* " == *" native "* ]]; then
	"$out/native" >"$out/native.log"
	logs+=("$out/native.log")
fi
if [[ $# -eq 0 || " $* " == *" profile "* ]]; then
	mapfile -t words < <(profiles | tr ' ' '\n')
	results+=("${words[@]}")
fi
"$here/report.py" --out "$out" "${results[@]}" "${logs[@]}"
