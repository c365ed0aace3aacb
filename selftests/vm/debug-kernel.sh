#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: debug-kernel.sh
#
# Builds the debug kernel from Debian's source package unless it is there, and
# prints the folder that it is in:
#
#	release		its release
#	vmlinuz		what the machine boots
#	lib/modules	its modules, as below /
#	build		what modules are built against
#
# Folders are kept in ~/.cache/icmpguard, named after what goes into the kernel:
# kernel.config and debug.config on top of tinyconfig, the version of the source
# package, the compiler and this script. It takes 2 GB and some minutes.

set -euo pipefail
umask 022
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/icmpguard
fragments=("$here/kernel.config" "$here/debug.config")
package=linux-source-6.12
archive=/usr/src/$package.tar.xz
# of the source nothing is built that is in here: other processors, big drivers
unwanted=('*/arch/[!x]*/*.[chS]' '*/boot/dts/*/*.dts*' '*/drivers/gpu/drm/*.[ch]'
	'*/drivers/media/*.[ch]' '*/drivers/net/ethernet/*/*.[ch]'
	'*/drivers/net/wireless/*/*.[ch]' '*/sound/*.[ch]' '*/tools/testing/*')

say() {
	echo "debug-kernel: $*" >&2
}

die() {
	say "$@"
	exit 1
}

# make, on the kernel: of what the caller's make has set nothing is meant for it
kernel_make() {
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u MAKELEVEL -u O -u KDIR -u M -u W -u C \
		nice -n 19 make -s -C "$source" O="$stage/build" -j "$(nproc)" "$@" >&2
}

# Unpacks what is needed of the source.
unpack() {
	[[ ! -e $source/Makefile ]] || return 0
	say "unpacking $archive"
	find "$cache" -maxdepth 1 -name 'source-*' -mtime +30 -exec rm -rf {} +
	rm -rf "$source.new"
	mkdir -p "$source.new"
	nice -n 19 tar -C "$source.new" --strip-components=1 \
		"${unwanted[@]/#/--exclude=}" -xf "$archive"
	mv "$source.new" "$source"
}

# Writes the configuration; every line of the fragments must have come to pass.
configure() {
	local config=$stage/build/.config line option missing=()
	mkdir -p "$stage/build"
	kernel_make tinyconfig
	cat "${fragments[@]}" >>"$config"
	echo "CONFIG_LOCALVERSION=\"-debug-$key\"" >>"$config"
	# it says of every second setting that the first one is overridden
	kernel_make olddefconfig 2> >(grep -v 'override: reassigning' >&2)
	while read -r line; do
		option=${line#\# }
		option=${option%%[= ]*}
		case $line in
		'# CONFIG_'*) ! grep -q "^$option=" "$config" || missing+=("no $option") ;;
		CONFIG_*) grep -qxF "$line" "$config" || missing+=("$line") ;;
		esac
	done < <(cat "${fragments[@]}")
	[[ ${#missing[@]} -eq 0 ]] ||
		die "the kernel's configuration can't be had with: ${missing[*]}"
}

build() {
	local release
	stage=$kernel.new
	rm -rf "$stage"
	configure
	say "building the kernel"
	kernel_make bzImage modules
	release=$(<"$stage/build/include/config/kernel.release")
	kernel_make INSTALL_MOD_PATH="$stage" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$stage/lib/modules/$release"/{build,source}
	cp "$stage/build/arch/x86/boot/bzImage" "$stage/vmlinuz"
	# modules are built against headers, symbols and tools only
	find "$stage/build" -path "$stage/build/tools" -prune -o -path "$stage/build/scripts" -prune \
		-o -type f \( -name '*.o' -o -name '*.a' -o -name '*.ko' -o -name '.*.cmd' \
		-o -name 'vmlinux*' -o -name '*bzImage' -o -name '*.mod.c' \) -exec rm -f {} +
	echo "$release" >"$stage/release"
	# what was built knows its own place by name
	mv "$stage" "$kernel"
}

main() {
	local version
	[[ $# -eq 0 ]] || die "takes no arguments"
	version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) || version=
	[[ -n $version && -r $archive ]] ||
		die "the package $package is missing; \`make deps-debug\` installs it"
	key=$({
		echo "$version"
		gcc --version
		cat "${fragments[@]}" "$here/debug-kernel.sh"
	} | sha256sum | cut -c 1-8)
	source=$cache/source-$version-$(printf '%s\n' "${unwanted[@]}" | sha256sum | cut -c 1-8)
	kernel=$cache/debug-$key
	mkdir -p "$cache"
	exec 9>"$cache/debug.lock"
	flock 9
	if [[ ! -e $kernel/release ]]; then
		SECONDS=0
		find "$cache" -maxdepth 1 -name 'debug-*' -type d -mtime +7 -exec rm -rf {} +
		unpack 9>&-
		build 9>&-
		say "done in $SECONDS s"
	fi
	touch "$kernel" "$source"
	echo "$kernel"
}

main "$@"
