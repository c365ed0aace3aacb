#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian packages that building, checking and the virtual machine
# need: only those that are missing, and it says which. `deps.sh --list` only
# names the missing ones, and fails when there are any. `deps.sh --debug` also
# installs what building the debug kernel takes.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lists=("$here/packages")
if [[ ${1-} == --debug ]]; then
	lists+=("$here/packages-debug")
	shift
fi

# Prints the packages of the list that aren't installed, one a line.
missing() {
	local wanted
	wanted=$(awk '$1 == "host" || $1 == "guest" { print $2 }' \
		"${lists[@]}" | sort -u)
	# shellcheck disable=SC2086 # one word a package
	comm -23 <(echo "$wanted") \
		<(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted \
			2>/dev/null | awk '$1 == "installed" { print $2 }' | sort -u)
}

if ! command -v dpkg-query >/dev/null; then
	echo "deps: this is no Debian system; see ${lists[*]} for what is needed" >&2
	exit 1
fi
mapfile -t packages < <(missing)
if [[ ${1-} == --list ]]; then
	[[ ${#packages[@]} -eq 0 ]] && exit 0
	printf '%s\n' "${packages[@]}"
	exit 1
fi
if [[ ${#packages[@]} -eq 0 ]]; then
	echo "deps: everything is installed"
	exit 0
fi
echo "deps: installing ${packages[*]}"
as_root=()
if [[ $(id -u) -ne 0 ]]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: must be root to install packages" >&2
		exit 1
	fi
	as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
	apt-get install -q -y --no-install-recommends "${packages[@]}"
mapfile -t packages < <(missing)
if [[ ${#packages[@]} -ne 0 ]]; then
	echo "deps: still missing after the installation: ${packages[*]}" >&2
	exit 1
fi
echo "deps: done"
