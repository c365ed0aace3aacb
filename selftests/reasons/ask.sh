#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Part of why.sh and known.sh: asks what would become of a packet, and looks at
# the answer.
# shellcheck disable=SC2154 # the variables of all parts together

# why WORD...: asks, keeps the answer for said and listed.
why() {
	answer=$(guard "$router" -j why "$@" 2>&1) || fail "why $*: $answer"
}

# said FILTER WANTED
said() {
	local value
	value=$(jq -r "$1" <<<"$answer" 2>&1)
	[[ $value == "$2" ]] || fail "at line ${BASH_LINENO[0]}: $1 is $value, not $2"
}

# listed CLASS WANTED: the scopes that it is measured by
listed() {
	said ".class.\"$1\".limit | keys_unsorted | join(\" \")" "$2"
}
