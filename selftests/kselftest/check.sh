#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests/kselftest/check.sh
#
# Takes the tests for what they look like: a target of the kernel's own selftests.
# They are built and installed from a kernel's tools/testing/selftests, with its
# lib.mk, and run_kselftest.sh runs some of them in a machine, far from their
# sources. Prints KTAP.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
selftests=$PWD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
kernel=$scratch/linux/tools/testing/selftests
installed=$scratch/installed
number=0 failed=0

# result STATUS NAME
result() {
	local verdict=ok
	number=$((number + 1))
	if [[ $1 -ne 0 ]]; then
		verdict="not ok" failed=1
	fi
	echo "$verdict $number $2"
}

# make, in the kernel's selftests: nothing of what the caller's make has set
kernel_make() {
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL -u KDIR \
		make -s -C "$kernel" O="$scratch/out" TARGETS=icmpguard FORCE_TARGETS=1 \
		KSELFTEST_DIR="$kernel" KSFT_INSTALL_PATH="$installed" "$@"
}

# A kernel tree with these tests in it.
plant() {
	local source
	source=$(vm/kselftest-source.sh) || return
	cp -r "$source" "$scratch/linux" && ln -s "$selftests" "$kernel/icmpguard"
}

# Every test must be in the list, and with what it needs beside it.
check_list() {
	local each bad=0
	# shellcheck disable=SC2016 # make's variables
	for each in $(make -s --eval 'list: ; @echo $(TEST_PROGS) $(TEST_GEN_PROGS)' list); do
		if ! grep -qx "icmpguard:$each" "$installed/kselftest-list.txt" ||
			[[ ! -x $installed/icmpguard/$each ]]; then
			echo "# not installed: $each"
			bad=1
		fi
	done
	return $bad
}

echo "TAP version 13"
echo "1..3"
plant && kernel_make install >"$scratch/said" 2>&1
status=$?
[[ $status -eq 0 ]] || tail -n 20 "$scratch/said" | sed 's/^/# /'
result $status "lib.mk builds and installs the tests"
check_list
result $? "all of them are in the list, with their files"
echo "# Subtest: run_kselftest.sh"
vm/run --add "$installed" --timeout 300 -- "$installed/run_kselftest.sh" \
	-t icmpguard:genl_sockets -t icmpguard:vrf.sh 2>&1 | sed 's/^/  /'
result $? "run_kselftest.sh runs installed tests"
exit $failed
