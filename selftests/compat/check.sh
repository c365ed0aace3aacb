#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests of how the module is fitted to the kernel that it is built for: that a
# probe which can't tell doesn't tell, that what it tells is so, and that the
# module builds without a warning where what it asks for is missing.

set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
probe=$top/kmod/compat/probe.sh
out=$(realpath -m "${O:-$top/.build}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
number=0 bad=0

mapfile -t kernels < <(sed '/^#/d' "$here/../vm/kernels")

# Runs a test; what it says is why it failed.
check() {
	local name=$1 said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1); then
		echo "ok $number $name"
	else
		echo "# ${said//$'\n'/$'\n'# }"
		echo "not ok $number $name"
		bad=1
	fi
}

# A compiler whose every answer is the same, and what the probe must say of it.
refuses() {
	local said
	if said=$("$probe" "$1" 2>&1 >/dev/null); then
		echo "there is an answer"
		return 1
	fi
	[[ $said == *"$2"* ]] || { echo "$said"; return 1; }
}

# The headers of a kernel, as modules are built with them.
headers() {
	printf '%s\n' /lib/modules/"$1"[.-]*/build | sort -V | tail -n 1
}

# build OUT KERNEL: the module; not a word from the compiler, where anything has to be
# built (lint does it with more warnings). The answers are then in $answers.
build() {
	local said release
	said=$(make -s -C "$top" O="$1" KDIR="$2" module 2>&1) ||
		{ echo "$said"; return 1; }
	if grep -E '(warning|error): ' <<<"$said"; then
		return 1
	fi
	release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$2/include/generated/utsrelease.h")
	answers=$(cat "$1/kernel-$release/kmod/compat/autoconf.h")
}

# The kernel's headers say the same as the probe.
builds() {
	local kdir include name pattern
	kdir=$(headers "$1")
	include=${kdir%build}source/include
	build "$out" "$kdir" || return
	while read -r name pattern; do
		if grep -rqE "$pattern" "$include/net/genetlink.h" "$include/net/netlink.h"; then
			grep -qx "#define $name 1" <<<"$answers"
		else
			grep -qF "/* $name is not set */" <<<"$answers"
		fi || { echo "$name is wrong:"; echo "$answers"; return 1; }
	done <<-'EOF2'
	ICMPG_HAVE_GENL_MCAST_CAP_NET_ADMIN ^#define GENL_MCAST_CAP_NET_ADMIN
	ICMPG_HAVE_NLA_POLICY_CONST_RANGE [[:space:]]const struct netlink_range_validation \*range;
	EOF2
}

# The newest kernel, made to lack all that is probed.
builds_without() {
	local kdir common
	kdir=$(headers "${kernels[-1]}")
	common=$(realpath "${kdir%build}source")
	kdir=$(realpath "$kdir")
	cp -rs "$common" "$scratch/common"
	cp -rs "$kdir" "$scratch/build"
	rm "$scratch/build/Makefile" "$scratch/common/include/net/"{genetlink,netlink}.h
	echo "include $scratch/common/Makefile" >"$scratch/build/Makefile"
	sed '/define GENL_MCAST_CAP_NET_ADMIN/d' "$common/include/net/genetlink.h" \
		>"$scratch/common/include/net/genetlink.h"
	sed 's/const \(struct netlink_range_validation \*range;\)/\1/' \
		"$common/include/net/netlink.h" >"$scratch/common/include/net/netlink.h"
	build "$scratch/out" "$scratch/build" || return
	! grep ICMPG_HAVE <<<"$answers" | grep -v 'is not set'
}

echo "TAP version 13"
echo "1..$((3 + ${#kernels[@]}))"
check "no answer from a compiler that passes everything" refuses true "can't be known, but is"
check "no answer from a compiler that fails everything" refuses false "must be known, but is not"
for kernel in "${kernels[@]}"; do
	check "builds for $kernel, whose headers say what the probe says" builds "$kernel"
done
check "builds for a kernel without anything that is probed" builds_without
exit $bad
