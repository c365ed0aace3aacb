#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: results.sh PROGRAMS RESULTS
#
# Runs all of the simulation and writes its part of RESULTS, between two marks.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly programs=$1 results=$2
readonly begin='<!-- survival: begin -->' end='<!-- survival: end -->'

grep -qF "$begin" "$results" && grep -qF "$end" "$results" || {
	echo "$results has no marks '$begin' and '$end'" >&2
	exit 1
}
part=$(mktemp)
trap 'rm -f "$part"' EXIT
{
	echo "Run on $(date -u +%Y-%m-%d), $(${CC:-cc} --version | head -n 1), from revision" \
		"$(git describe --always --dirty 2>/dev/null || echo unknown)."
	echo
	"$programs/survival"
	echo
	echo "### Newcomers during an attack from a pool: what has been tried"
	echo
	echo "Known / newcomers as above, in 30 s at 1 Mpps. The limiter is built with one change in each of \`survival/ways/\`."
	echo
	echo "| who is a junior in an attack | pool of 100 k | in order | pool of 1 M |"
	echo "|---|---|---|---|"
	"$programs/survival" way 'as it is: back after 0.4 s, sooner begins anew; two levels, from three times on'
	for way in ways/*.sed; do
		"$programs/way-$(basename "$way" .sed)" way "$(sed -n '2s/^# //p' "$way")"
	done
	echo
	echo "Fairness by prefix gives nothing here, as no two addresses of a random pool share a /24; first come gives nothing either, as the"
	echo "pool comes first. A ping doesn't wait longer after a loss, so a challenge can't ask for that: it can only ask for patience."
	echo "Pools that are as patient as pings, of a million in order at 1 Mpps, can't be told from them."
} >"$part"
awk -v part="$part" -v begin="$begin" -v end="$end" '
	index($0, end) { inside = 0 }
	!inside { print }
	index($0, begin) {
		inside = 1
		while ((getline line < part) > 0)
			print line
	}' "$results" >"$part.new"
cat "$part.new" >"$results"
rm -f "$part.new"
