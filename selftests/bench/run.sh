#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: [QUICK=1] selftests/bench/run.sh [PART...]
#
# Measures the guard beside its peers in virtual machines that count
# instructions, and prints a table with each goal as met or not met. The whole
# also writes RESULTS.md; a quick one, or one of some parts, leaves it alone.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
O=$(realpath -m "${O:-$here/../../.build}")
export O
out=$O/bench
quick=()
[[ -z ${QUICK-} ]] || quick=(--quick)
all=(refusals ipv6 passes fragments growth receive worst)
parts=("${@:-${all[@]}}")
# as a machine has it that is started without arguments of ours
readonly arguments="mitigations=auto"

make -s -C "$here" O="$O" >&2
log=$out/exact.log
"$here/../vm/run" --exact --memory 3072 --append "$arguments" --add "$out" --timeout 3000 -- \
	bench/inside.sh "$out" "${quick[@]}" "${parts[@]}" | tee "$log" | sed -n 's/^#/bench:/p' >&2
results=()
[[ -n ${QUICK-} || $# -gt 0 ]] || results=(--results "$here/RESULTS.md")
kernel=$(sed -n 's/^kernel //p' "$log")
flags=$(sed -n 's/^flags //p' "$log")
"$here/report.py" --out "$out" --kernel "$kernel" --flags "$flags" "${results[@]}" "$log"
