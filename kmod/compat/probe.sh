#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: probe.sh COMPILER [FLAG...]
#
# Asks the kernel that the module is built for what it has, by compiling a few
# lines with the kernel's own flags, and prints the answers as a header. The
# headers in include/ go by it. A version would not tell: what is new is brought
# to old kernels too.
#
# With each probe go two controls on the same header, one that every kernel
# must pass and one that none can. When either is wrong it is not the kernel
# that answers but a broken compiler or flag, and there is no header.

set -u
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# compiles HEADER CODE COMPILER...
compiles() {
	header=$1 code=$2
	shift 2
	printf '#include <%s>\n%s\n' "$header" "$code" |
		"$@" -Werror -fsyntax-only -x c - >"$said" 2>&1
}

# probe NAME HEADER STRUCT CODE COMPILER...
# STRUCT is one that HEADER has always had: sizeof asks for all of it.
probe() {
	name=$1 wanted=$2 struct=$3 probed=$4
	shift 4
	if ! compiles "$wanted" "int icmpg_control[sizeof(struct $struct)];" "$@"; then
		echo "probe.sh: $name: struct $struct must be known, but is not:" >&2
		cat "$said" >&2
		exit 1
	fi
	if compiles "$wanted" "int icmpg_control[sizeof(struct ${struct}_of_no_kernel)];" "$@"; then
		echo "probe.sh: $name: struct ${struct}_of_no_kernel can't be known, but is" >&2
		exit 1
	fi
	if compiles "$wanted" "$probed" "$@"; then
		echo "#define ICMPG_HAVE_$name 1"
	else
		echo "/* ICMPG_HAVE_$name is not set */"
	fi
}

[ $# -gt 0 ] || { echo "usage: probe.sh COMPILER [FLAG...]" >&2; exit 2; }
echo "/* SPDX-License-Identifier: GPL-2.0-only */"
echo "/* Written by kmod/compat/probe.sh. */"

probe GENL_MCAST_CAP_NET_ADMIN net/genetlink.h genl_multicast_group '
const struct genl_multicast_group icmpg_probe = {
	.flags = GENL_MCAST_CAP_NET_ADMIN,
};' "$@"

probe NLA_POLICY_CONST_RANGE net/netlink.h nla_policy '
static const struct netlink_range_validation icmpg_probe_range = { .max = 1 };
const struct nla_policy icmpg_probe =
	NLA_POLICY_FULL_RANGE(NLA_U32, &icmpg_probe_range);' "$@"
