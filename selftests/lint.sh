#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests/lint.sh [CHECK...]
#        selftests/lint.sh --self-check [CHECK...]
#
# Static checks of all sources, one line each with the time it took, and why one
# failed above it. Without CHECK: all of them. What linters are not to say stands
# with the reason in selftests/lint/ and kmod/.clang-tidy; rules of our own are
# selftests/lint/*.cocci.
#
# With --self-check each check has to find what is planted for it in a copy of
# the tree (selftests/lint/planted.sh).

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

checks=(gcc sparse checkpatch kernel-doc coccinelle clang-tidy gcc-tool analyzer cppcheck
	shellcheck mandoc spdx version-tests left-overs columns yaml lengths self-check)

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
	return 0
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

check_gcc-tool() {
	local log=$scratch/log
	if ! make O="$scratch/build" CFLAGS='-O2 -Werror' tool >"$log" 2>&1; then
		grep -E -A 3 '(warning|error): |\*\*\*' "$log" | head -n 100
		return 1
	fi
}

check_sparse() {
	build_silently C=2 CF=-D__CHECK_ENDIAN__ SELFTEST=1
}

# Prints the sources of the module.
list_module() {
	list_files | grep -E '^kmod/.*\.[ch]$'
}

# checkpatch leaves a file where it runs, so that isn't the tree.
check_checkpatch() {
	local source files said=$scratch/checkpatch
	source=$(selftests/vm/kselftest-source.sh) || return
	mapfile -t files < <(list_module)
	files=("${files[@]/#/$PWD/}")
	(cd "$scratch" && perl "$source/scripts/checkpatch.pl" --no-tree --strict --emacs \
		--show-types --color=never -f "${files[@]}") 2>&1 |
		sed "s,^$PWD/,," >"$said"
	awk -v files=${#files[@]} '
		FNR == NR {
			if (NF && !/^#/)
				excused[$1 " " $2] = 1
			next
		}
		/^total: / { checked++ }
		/^[^:]+:[0-9]+: (ERROR|WARNING|CHECK):[A-Z0-9_]+:/ {
			split($0, part, ":")
			key = part[4] " " part[1]
			if (key in excused) {
				used[key] = 1
			} else {
				print
				bad = 1
			}
		}
		END {
			for (key in excused)
				if (!(key in used)) {
					print "selftests/lint/checkpatch.txt: not needed any more: " key
					bad = 1
				}
			if (checked != files) {
				print "checkpatch has looked at " checked + 0 " files of " files
				bad = 1
			}
			exit bad
		}' selftests/lint/checkpatch.txt "$said"
}

check_kernel-doc() {
	local source files
	source=$(selftests/vm/kselftest-source.sh) || return
	mapfile -t files < <(list_module)
	perl "$source/scripts/kernel-doc" -none -Wall -Werror "${files[@]}"
}

# Prints the files that a rule is for.
list_rule_files() {
	local word words
	read -ra words < <(sed -n 's,^// files: ,,p' "$1")
	for word in "${words[@]}"; do
		# shellcheck disable=SC2086 # a pattern
		[[ $word == !* ]] || printf '%s\n' $word
	done | grep -vxFf <(printf '%s\n' "${words[@]}" | sed -n 's,^!,,p')
}

# A function that coccinelle can't read is one that it silently leaves out.
check_coccinelle() {
	local rule file files bad=0
	spatch --macro-file selftests/lint/macros.h --parse-c kmod/*.c >"$scratch/parsed" 2>&1
	if ! grep -q '^NB total files = ' "$scratch/parsed"; then
		tail -n 5 "$scratch/parsed"
		return 1
	fi
	awk '
		/^(bad|BAD:!!!!!): ?\{/ {
			sub(/^[^:]*: */, "", before)
			print "coccinelle does not understand " before
			bad = 1
		}
		{ before = $0 }
		END { exit bad }' "$scratch/parsed" || bad=1
	for rule in selftests/lint/*.cocci; do
		mapfile -t files < <(list_rule_files "$rule")
		# all at once would be one program to it, and take minutes
		for file in "${files[@]}"; do
			spatch --very-quiet --no-includes --macro-file selftests/lint/macros.h \
				--sp-file "$rule" "$file" || echo "$rule: failed on $file"
		done >"$scratch/diff" 2>&1
		if [[ -s $scratch/diff || ${#files[@]} -eq 0 ]]; then
			sed -n '3,/^\/\/$/s,^// ,,p' "$rule"
			sed "s/^-\([^-]\)/here: \1/" "$scratch/diff"
			bad=1
		fi
	done
	return $bad
}

check_clang-tidy() {
	make -s -C selftests/unit tidy
}

# An optimiser would take the errors away before they are looked for.
check_analyzer() {
	make -s O="$scratch/analyzer" CFLAGS='-O0 -Werror -fanalyzer' tool &&
		make -s -C selftests O="$scratch/analyzer" "$scratch/analyzer/selftests/send" \
			CFLAGS='-std=gnu11 -O0 -Wall -Wextra -Werror -fanalyzer'
}

check_cppcheck() {
	cppcheck --std=c11 --platform=unix64 --library=posix,gnu --quiet --error-exitcode=1 \
		--enable=warning,style,performance,portability \
		--suppressions-list=selftests/lint/cppcheck.txt \
		-DICMPG_VERSION='"0"' -I kmod/uapi -I userspace \
		userspace/*.c userspace/tests/*.c selftests/*.c selftests/vm/*.c
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

# Fails, showing where, when a pattern occurs in the files on standard input, and
# when there are none.
absent() {
	local files
	mapfile -t files < <(sort -u)
	grep -nE -- "$1" "${files[@]}" /dev/null
	[[ $? -eq 1 && ${#files[@]} -gt 0 ]]
}

check_version-tests() {
	list_sources | grep -v '^kmod/compat/' | grep -vx 'selftests/lint.sh' |
		absent 'LINUX_VERSION_CODE|KERNEL_VERSION *\('
}

check_left-overs() {
	list_sources | grep -vx 'selftests/lint.sh' |
		absent '\b(TODO|FIXME|XXX)\b|[[:space:]]$'
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

# A report, not a judgement: prints the functions that are longer than a screen
# and the files that are longer than people read.
check_lengths() {
	local files
	mapfile -t files < <(list_files | grep -E '^(kmod|userspace)/[^/]*\.[ch]$')
	awk '
		FNR == 1 {
			if (lines > 500)
				print file ": " lines " lines"
			start = 0
		}
		{ file = FILENAME; lines = FNR }
		/^[a-zA-Z_].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
		/^\{/ { start = FNR }
		/^\}$/ && start {
			length_of[count++] = FNR - start - 1
			if (FNR - start - 1 > 40)
				print FILENAME ":" start ": " name "(): " FNR - start - 1 " lines"
			start = 0
		}
		END {
			if (lines > 500)
				print file ": " lines " lines"
			for (i = 1; i < count; i++)
				for (j = i; j && length_of[j - 1] > length_of[j]; j--) {
					swap = length_of[j]
					length_of[j] = length_of[j - 1]
					length_of[j - 1] = swap
				}
			print count " functions: half of them have at most " length_of[int(count / 2)] \
				" lines, nine in ten at most " length_of[int(count * 9 / 10)] \
				", the longest has " length_of[count - 1]
			exit !count
		}' "${files[@]}"
}

check_self-check() {
	selftests/lint/planted.sh
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
	checkpatch) echo "module passes checkpatch --strict" ;;
	kernel-doc) echo "kernel-doc of the module is whole" ;;
	coccinelle) echo "module obeys the rules in selftests/lint" ;;
	clang-tidy) echo "pure code passes clang-tidy" ;;
	analyzer) echo "tool passes gcc's analyzer" ;;
	cppcheck) echo "tool passes cppcheck" ;;
	lengths) echo "lengths of functions and files, for information" ;;
	self-check) echo "each check finds what is planted for it" ;;
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

if [[ ${1-} == --self-check ]]; then
	shift
	exec selftests/lint/planted.sh "$@"
fi
[[ $# -eq 0 ]] || checks=("$@")
passed=0 failed=0
for check in "${checks[@]}"; do
	if ! text=$(describe "$check"); then
		echo "lint: no such check: $check; there are: ${checks[*]}" >&2
		exit 2
	fi
	begun=$SECONDS verdict=ok
	"check_$check" >"$scratch/said" 2>&1 || verdict="not ok"
	if [[ $verdict == ok ]]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	if [[ $verdict != ok || $check == lengths || $check == self-check ]]; then
		sed 's/^/# /' "$scratch/said"
	fi
	echo "$verdict $((passed + failed)) $check: $text ($((SECONDS - begun)) s)"
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
