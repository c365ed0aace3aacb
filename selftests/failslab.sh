#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each allocation of the module fails once: in every change of the configuration,
# in reading, in a new namespace and while the module is loaded. Nothing breaks,
# a change happens whole or not at all, and a refusal has a sentence. Needs a
# kernel with fault injection, as the debug kernel.
# timeout: 300

. ./lib.sh

readonly debugfs=/sys/kernel/debug

# faults FILE VALUE: a setting of everything that can fail.
faults() {
	local each
	for each in failslab fail_page_alloc; do
		echo "$2" >"$debugfs/$each/$1" || die "no $debugfs/$each/$1"
	done
}

setup_faults() {
	faults verbose 0
	faults ignore-gfp-wait N
	faults stacktrace-depth 32
	faults times -1
	faults task-filter Y
	echo 0 >$debugfs/fail_page_alloc/min-order
	echo N >$debugfs/fail_page_alloc/ignore-gfp-highmem
}

# fail_within START END: only what is allocated while one of these functions runs.
fail_within() {
	faults require-start "$1"
	faults require-end "$2"
}

fail_within_module() {
	local first last
	read -r first last < <(awk '$4 == "[icmpguard]" && tolower($2) == "t" {
			if (!first || $1 < first)
				first = $1
			if ($1 > last)
				last = $1
		}
		END { print first, last }' /proc/kallsyms)
	[[ -n $last ]] || die "no symbols of the module"
	fail_within "0x$first" "$(printf %#x $((0x$last + 4096)))"
}

fail_within_loading() {
	local first next
	# sorted by address
	read -r first next < <(awk '$3 == "do_init_module" { first = $1; next }
		first && $1 != first { print first, $1; exit }' /proc/kallsyms)
	[[ -n $next ]] || die "no do_init_module"
	fail_within "0x$first" "0x$next"
}

fail_anywhere() {
	fail_within 0 0xffffffffffffffff
}

# try ARGUMENT...: in a namespace of its own, of which nothing is left.
try() {
	local box said
	setup_ns box
	said=$(in_ns "$box" /usr/bin/python3 failslab.py "$@" 2>&1) || fail "$*"
	note "$said"
	delete_ns "$box"
}

test_load() {
	local module said
	module=$(modinfo -n icmpguard)
	modprobe -r icmpguard || fail "cannot unload"
	fail_within_loading
	said=$(/usr/bin/python3 failslab.py load "$module" 2>&1) || fail "loading"
	note "$said"
	load_guard
}

test_one() {
	fail_within_module
	try "$@"
}

test_all() {
	fail_anywhere
	try --all "$@"
}

test_random() {
	fail_within_module
	faults probability "$1"
	try --random "$2"
	faults probability 0
}

load_guard
setup_faults
mapfile -t operations < <(/usr/bin/python3 failslab.py)
run_tests test_load "test_one namespace" "test_one proc" "${operations[@]/#/test_one }" \
	"test_all turn-on" "test_all resize" "test_all everything" "test_all transaction" \
	"test_all read" "test_random 10 100" "test_random 50 50"
