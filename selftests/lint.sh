#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests/lint.sh [CHECK...]
#
# Static checks of all sources, one line each, and why one failed above it.
# Without CHECK: all of them.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
O=$(realpath -m "${O:-.build}")
kdirs=("${KDIR:-}")
if [[ -z ${KDIR:-} ]]; then
	# the kernels that the tests boot
	mapfile -t kdirs < <(sed '/^#/d' selftests/vm/kernels | while read -r release; do
		printf '%s\n' "/lib/modules/$release"[.-]*/build | sort -V | tail -n 1
	done)
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

checks=(gcc gcc-tool sparse shellcheck mandoc spdx version-tests left-overs columns yaml)

# Prints the files of the tree, without what was built. Also in a tree that is
# no git repository.
list_files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files --cached --others --exclude-standard
	else
		find . -path "${O/#$PWD/.}" -prune -o -type f -print | sed 's,^\./,,'
	fi | while read -r file; do
		[[ ! -f $file ]] || echo "$file"
	done
}

list_sources() {
	list_files | grep -E '\.([ch]|sh|py|yaml)$|(^|/)(Makefile|Kbuild|dkms\.conf)$'
	list_scripts
}

list_scripts() {
	list_files | while read -r file; do
		head -c 64 "$file" | head -n 1 | tr -d '\0' |
			grep -qE '^#!.*(/| )(busybox |ba|da)?sh( |$)' && echo "$file"
	done
}

# Builds the module from nothing and fails when the compiler says a word.
build_silently() {
	local log=$scratch/log kdir status
	for kdir in "${kdirs[@]}"; do
		make O="$scratch/build" KDIR="$kdir" module "$@" >"$log" 2>&1
		status=$?
		if [[ $status -ne 0 ]] || grep -qE '(warning|error): ' "$log"; then
			echo "with $kdir:"
			grep -E -A 3 '(warning|error): |\*\*\*' "$log" | head -n 100
			return 1
		fi
	done
}

check_gcc() {
	build_silently W=1 && build_silently W=1 SELFTEST=1
}

check_gcc_tool() {
	local log=$scratch/log
	if ! make O="$scratch/build" CFLAGS='-O2 -Werror' tool >"$log" 2>&1; then
		grep -E -A 3 '(warning|error): |\*\*\*' "$log" | head -n 100
		return 1
	fi
}

check_sparse() {
	build_silently C=2 CF=-D__CHECK_ENDIAN__ SELFTEST=1
}

check_shellcheck() {
	local files
	mapfile -t files < <(list_scripts | grep -v '^selftests/vm/init$')
	shellcheck -x "${files[@]}" && shellcheck -s dash selftests/vm/init
}

check_mandoc() {
	mandoc -T lint -W warning userspace/icmpguard.8
}

check_spdx() {
	local file bad=0
	while read -r file; do
		if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: '; then
			echo "$file: no SPDX line at the top"
			bad=1
		fi
	done < <(list_sources | sort -u)
	return $bad
}

check_version_tests() {
	! list_sources | grep -v '^kmod/compat/' | grep -vx 'selftests/lint.sh' |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION *\('
}

check_left_overs() {
	! list_sources | grep -vx 'selftests/lint.sh' |
		xargs grep -nE '\b(TODO|FIXME|XXX)\b|[[:space:]]$'
}

# A line may be longer for a message: that is what people search for.
check_columns() {
	local file bad=0
	while read -r file; do
		expand "$file" | awk -v file="$file" 'length($0) > 100 && !/"/ {
			print file ":" NR ": " length($0) " columns"
			bad = 1
		}
		END { exit bad }' || bad=1
	done < <(list_files | grep -E '\.([ch]|py)$')
	return $bad
}

check_yaml() {
	/usr/bin/python3 - kmod/spec/*.yaml <<'EOF'
import sys
import yaml

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        yaml.safe_load(file)
EOF
}

describe() {
	case $1 in
	gcc) echo "module compiles at W=1 without a warning" ;;
	gcc-tool) echo "tool compiles without a warning" ;;
	sparse) echo "module passes sparse with endian checks" ;;
	shellcheck) echo "shell scripts pass shellcheck" ;;
	mandoc) echo "manual passes mandoc" ;;
	spdx) echo "sources name their licence" ;;
	version-tests) echo "no test of a kernel's version outside kmod/compat" ;;
	left-overs) echo "nothing left to do, no blank at the end of a line" ;;
	columns) echo "no line beyond 100 columns but for messages" ;;
	yaml) echo "netlink specification is YAML" ;;
	*) return 1 ;;
	esac
}

[[ $# -eq 0 ]] || checks=("$@")
passed=0 failed=0
for check in "${checks[@]}"; do
	if ! text=$(describe "$check"); then
		echo "lint: no such check: $check; there are: ${checks[*]}" >&2
		exit 2
	fi
	if "check_${check//-/_}" >"$scratch/said" 2>&1; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) $check: $text"
	else
		failed=$((failed + 1))
		sed 's/^/# /' "$scratch/said"
		echo "not ok $((passed + failed)) $check: $text"
	fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
