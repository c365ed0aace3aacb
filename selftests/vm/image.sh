#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: image.sh root FILE              the system inside, from the guest packages
#        image.sh modules FILE FOLDER    the modules of a kernel, .../lib/modules/RELEASE
#        image.sh key root | key modules FOLDER
#
# Makes the read-only ext4 images that all runs share. An image holds what is
# installed here, so no download and no root is needed; its key changes when
# it would come out different.

# shellcheck disable=SC2016 # dpkg-query takes ${...} of its own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PATH=$PATH:/usr/sbin:/sbin

image_guest_packages() {
	awk '$1 == "guest" { print $2 }' "$here/packages"
}

# Prints the guest packages, the essential ones that nothing names, and all that
# these depend on, as dpkg -L takes them.
image_closure() {
	local fields='${Package}\t${binary:Package}\t${db:Status-Status}\t'
	fields+='${Provides}\t${Pre-Depends}, ${Depends}\t${Essential}\n'
	dpkg-query -W -f "$fields" | awk -F '\t' -v wanted="$(image_guest_packages)" '
	function name(text) {
		sub(/^ +/, "", text)
		sub(/[ :(\[].*/, "", text)
		return text
	}
	$3 == "installed" && !($1 in full) {
		full[$1] = $2
		needs[$1] = $5
		if ($6 == "yes")
			wanted = wanted "\n" $1
		n = split($4, list, ",")
		for (i = 1; i <= n; i++)
			provider[name(list[i])] = $1
	}
	END {
		left = split(wanted, queue, "\n")
		for (at = 1; at <= left; at++) {
			package = queue[at]
			if (!(package in full))
				package = provider[package]
			if (package == "" || (package in done))
				continue
			done[package]
			print full[package]
			n = split(needs[package], list, /[,|]/)
			for (i = 1; i <= n; i++)
				queue[++left] = name(list[i])
		}
	}' | sort
}

# Prints the paths of the closure that are worth having inside.
image_paths() {
	image_closure | xargs dpkg -L | grep -vE \
		-e '^/usr/share/(doc|man|info|locale|lintian|zoneinfo|bug|icons|bash-completion)/' \
		-e '^/usr/share/(applications|common-licenses|debconf|menu|pixmaps|fish|zsh)/' \
		-e '^/usr/lib/python3[^/]*/(test|idlelib|lib2to3|ensurepip|pydoc_data|config-[^/]*)/' \
		-e '^/usr/lib/x86_64-linux-gnu/gconv/' \
		-e '^/(boot|proc|sys|dev|run|tmp|var/lib/(dpkg|apt)|usr/lib/systemd)/' \
		-e '^(diverted|package diverts)' -e '^/\.$' |
		sort -u | while read -r path; do
			[[ -e $path || -L $path ]] && printf '%s\n' "${path#/}"
		done
}

# The links of update-alternatives belong to no package.
image_alternatives() {
	local stage=$1 database link name target
	for database in /var/lib/dpkg/alternatives/*; do
		# lines: mode, main link, then pairs of name and link to an empty line
		awk -v main="$(basename "$database")" '
			NR == 2 { print main, $0; next }
			NR > 2 && $0 == "" { exit }
			NR > 2 && NR % 2 { name = $0 }
			NR > 2 && NR % 2 == 0 { print name, $0 }' "$database"
	done | while read -r name link; do
		target=$(readlink "/etc/alternatives/$name") || continue
		if [[ -e $stage$target && -d $stage${link%/*} && ! -e $stage$link ]]; then
			ln -sfn "$target" "$stage/etc/alternatives/$name"
			ln -sfn "/etc/alternatives/$name" "$stage$link"
		fi
	done
}

image_root_stage() {
	local stage=$1 dir
	for dir in bin sbin lib lib64; do
		mkdir -p "$stage/usr/$dir"
		ln -s "usr/$dir" "$stage/$dir"
	done
	image_paths | tar -C / --no-recursion -cf - -T - |
		tar -C "$stage" --keep-directory-symlink --no-same-owner -xpf -
	mkdir -p "$stage"/{proc,sys,dev,run,root,srv,etc/alternatives} \
		"$stage"/{lower,upper} "$stage/usr/lib/modules"
	mkdir -p "$stage/tmp" "$stage/var/tmp"
	chmod 1777 "$stage/tmp" "$stage/var/tmp"
	image_alternatives "$stage"
	awk -F : '$3 < 1000 || $3 == 65534' /etc/passwd >"$stage/etc/passwd"
	awk -F : '$3 < 1000 || $3 == 65534' /etc/group >"$stage/etc/group"
	sed -i -e 's,^\(root:.*:\)[^:]*:[^:]*$,\1/root:/bin/bash,' "$stage/etc/passwd"
	printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 vm\n' >"$stage/etc/hosts"
	echo vm >"$stage/etc/hostname"
	ldconfig -r "$stage"
}

image_modules_stage() {
	local stage=$1/usr/lib/modules modules=$2
	mkdir -p "$stage"
	cp -a "$modules" "$stage/"
	rm -rf "${stage:?}/$(basename "$modules")"/{build,source,updates}
}

image_make() {
	local file=$1 kind=$2 stage
	shift 2
	stage=$(mktemp -d "$file.XXXXXX")
	# shellcheck disable=SC2064 # the name as it is now
	trap "rm -rf '$stage'" EXIT
	mkdir "$stage/root"
	chmod 755 "$stage/root"
	"image_${kind}_stage" "$stage/root" "$@"
	"$here/image.sh" pack "$stage/root" "$stage/image"
	mv "$stage/image" "$file"
}

# Turns a directory into an image. Small: no journal, nothing reserved.
image_pack() {
	local stage=$1 file=$2 inodes kib
	inodes=$(find "$stage" | wc -l)
	kib=$(du -s -k --apparent-size "$stage" | cut -f 1)
	# a block and an inode for each file on top, and some for the tables
	kib=$((kib + inodes * 5 + 4096))
	rm -f "$file"
	mke2fs -q -F -t ext2 -O extent -b 4096 -m 0 -N $((inodes + 64)) \
		-E root_owner=0:0,nodiscard -d "$stage" "$file" "${kib}k" >/dev/null
}

image_key() {
	case $1 in
	root)
		{
			image_closure | xargs dpkg-query -W -f '${binary:Package} ${Version}\n'
			cat "$here/packages" "$here/image.sh"
		} | cksum ;;
	modules)
		stat -c '%n %s %Y' "$2/modules.dep" "$2/kernel" "$here/image.sh" | cksum ;;
	esac | tr ' ' -
}

case ${1-} in
key)		image_key "$2" "${3-}" ;;
root)		image_make "$2" root ;;
modules)	image_make "$2" modules "$3" ;;
pack)		image_pack "$2" "$3" ;;
*)		sed -n '4,6s/^# //p' "$0" >&2; exit 2 ;;
esac
