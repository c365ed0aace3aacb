#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: kselftest-source.sh
#
# Unpacks, unless it is there, what building, checking and testing take from the
# kernel's source, and prints the folder that it is in, laid out as the tree:
#
#	tools/testing/selftests		the harness, lib.mk, the runner, net/lib.sh
#	tools/net/ynl			the netlink client that reads specifications
#	Documentation/netlink		specifications and the schemas they follow
#	scripts				checkpatch.pl, kernel-doc, coccinelle's rules
#
# It is kept in ~/.cache/icmpguard, named after the version of Debian's package
# and of the list below. The whole archive has to be read: half a minute or more.

set -euo pipefail
umask 022
cache=${XDG_CACHE_HOME:-$HOME/.cache}/icmpguard
package=linux-source-6.12
archive=/usr/src/$package.tar.xz

# below the tree's top; a folder stands for all that is in it
paths=(
	.clang-format
	Documentation/netlink
	scripts/Makefile.compiler
	scripts/checkpatch.pl
	scripts/coccicheck
	scripts/coccinelle
	scripts/const_structs.checkpatch
	scripts/kernel-doc
	scripts/spelling.txt
	scripts/subarch.include
	tools/build
	tools/include/uapi/linux/netdev.h
	tools/net/ynl
	tools/scripts
	tools/testing/selftests/Makefile
	tools/testing/selftests/gen_kselftest_tar.sh
	tools/testing/selftests/kselftest
	tools/testing/selftests/kselftest.h
	tools/testing/selftests/kselftest_deps.sh
	tools/testing/selftests/kselftest_harness.h
	tools/testing/selftests/kselftest_install.sh
	tools/testing/selftests/lib.mk
	tools/testing/selftests/net/lib
	tools/testing/selftests/net/lib.sh
	tools/testing/selftests/run_kselftest.sh
)

die() {
	echo "kselftest-source: $*" >&2
	exit 1
}

# Fails, naming it, when a path isn't in the archive.
unpack() {
	echo "kselftest-source: unpacking $archive" >&2
	find "$cache" -maxdepth 1 -name 'kselftest-*' -type d -mtime +30 -exec rm -rf {} +
	rm -rf "$tree.new"
	mkdir -p "$tree.new"
	nice -n 19 tar -C "$tree.new" --strip-components=1 -xf "$archive" \
		"${paths[@]/#/$package/}" || die "$archive can't be unpacked"
	mv "$tree.new" "$tree"
}

main() {
	local version key
	[[ $# -eq 0 ]] || die "takes no arguments"
	version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || version=
	[[ -n $version && -r $archive ]] ||
		die "the package $package is missing; \`make deps\` installs it"
	key=$(printf '%s\n' "${paths[@]}" | sha256sum | cut -c 1-8)
	tree=$cache/kselftest-$version-$key
	mkdir -p "$cache"
	exec 9>"$cache/kselftest.lock"
	flock 9
	[[ -e $tree ]] || unpack 9>&-
	touch "$tree"
	echo "$tree"
}

main "$@"
