#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Manual, completion and schema know every word of the grammar, and the manual
# says of each reason what the module's header says. Prints KTAP.

cd "$(dirname "$0")/.." || exit 1
number=0
failed=0

# result NAME STATUS
result() {
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number $1"
	else
		failed=1
		echo "not ok $number $1"
	fi
}

# The words of a list of words.h: X(SYMBOL, "word").
words() {
	sed -n "/^#define $1(X)/,/^\$/s/.*X([A-Z_]*, \"\\([a-z-]*\\)\").*/\\1/p" \
		../kmod/words.h
}

all_words() {
	for list in MODES CLASSES ACTIONS DIRECTIONS SCOPES UNITS CHECKS; do
		words ICMPG_$list
	done
	# the keys, and the commands, as the tool has them
	sed -n 's/.*\[ICMPG_KEY_[A-Z_]*\] = "\([a-z-]*\)".*/\1/p' names.c
	sed -n 's/^	\.name = "\([a-z]*\)",/\1/p' cmd_*.c
}

# Prints "word sentence" for each reason.
reasons() {
	tr -d '\n\t\134' <../kmod/reasons.h |
		grep -oE 'X\([A-Z_]+, "[a-z-]+", *"[^"]+"\)' |
		sed 's/X([A-Z_]*, "\([a-z-]*\)", *"\(.*\)")/\1 \2/'
}

# has FILE WORD: by itself, not as a part of another
has() {
	grep -qE -- "(^|[^a-z-])$2([^a-z-]|\$)" "$1"
}

manual_has_words() {
	status=0
	for word in $(all_words | sort -u); do
		if ! has icmpguard.8 "$word"; then
			echo "# icmpguard.8 lacks $word"
			status=1
		fi
	done
	return $status
}

completion_has_words() {
	status=0
	# units come behind a number: nothing completes them
	for word in $(all_words | sort -u | grep -vx '[smh]'); do
		if ! has completion/icmpguard.bash "$word"; then
			echo "# icmpguard.bash lacks $word"
			status=1
		fi
	done
	return $status
}

manual_has_reasons() {
	reasons | {
		status=0
		count=0
		while read -r word sentence; do
			count=$((count + 1))
			if ! grep -A 1 "^\\.It Cm $word\$" icmpguard.8 |
				grep -qxF -- "$sentence"; then
				echo "# icmpguard.8 doesn't say of $word: $sentence"
				status=1
			fi
		done
		if [ $count -lt 21 ]; then
			echo "# only $count reasons were found in reasons.h"
			status=1
		fi
		exit $status
	}
}

schema_has_words() {
	status=0
	for word in $({
		for list in MODES CLASSES ACTIONS DIRECTIONS SCOPES UNITS CHECKS; do
			words ICMPG_$list
		done
		reasons | cut -d ' ' -f 1
	} | sort -u); do
		if ! grep -qF "\"$word\"" tests/schema.json; then
			echo "# schema.json lacks $word"
			status=1
		fi
	done
	return $status
}

words_are_found() {
	[ "$(all_words | sort -u | wc -l)" -ge 60 ] && return 0
	echo "# only $(all_words | sort -u | wc -l) words were found"
	return 1
}

echo "TAP version 13"
echo "1..5"
words_are_found
result "words of the grammar are found" $?
manual_has_words
result "manual has all words" $?
manual_has_reasons
result "manual has all reasons" $?
completion_has_words
result "completion has all words" $?
schema_has_words
result "schema has all words" $?
exit $failed
