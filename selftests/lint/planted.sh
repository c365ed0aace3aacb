#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: selftests/lint/planted.sh [CHECK...]
#
# Shows that the checks of lint.sh can fail: plants in a copy of the tree what a
# check is there for, runs it there, and expects it to fail and to name each thing
# that was planted. A line for each check; without CHECK for all that are listed
# at the end.

set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
O=$(realpath -m "${O:-.build}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
tree=$scratch/tree
planted=()

# plant FILE PATTERN: appends standard input to the file; the check has to say
# what matches PATTERN.
plant() {
	planted+=("$2")
	cat >>"$tree/$1"
}

plant_gcc() {
	plant kmod/main.c 'icmpg_planted.* defined but not used' <<-'EOF'
		static void icmpg_planted(void) { }
	EOF
}

plant_sparse() {
	plant kmod/main.c 'main.c.*incorrect type in return' <<-'EOF'
		__be16 icmpg_planted(u16 port);
		__be16 icmpg_planted(u16 port)
		{
			return port;
		}
	EOF
}

plant_checkpatch() {
	plant kmod/main.c 'kmod/main.c:.*CODE_INDENT' <<<'        int icmpg_planted;'
	plant kmod/nl.h 'kmod/nl.h:.*SPACING' <<<'int icmpg_planted=1;'
	plant selftests/lint/checkpatch.txt 'not needed any more: LINE_SPACING kmod/nl.h' \
		<<<'LINE_SPACING kmod/nl.h no reason'
}

plant_kernel-doc() {
	plant kmod/main.c "kmod/main.c:.*'flags' not described" <<-'EOF'
		/**
		 * icmpg_main_planted() - lacks a parameter
		 *
		 * Return: 0.
		 */
		int icmpg_main_planted(int flags)
		{
			return 0;
		}
	EOF
	plant kmod/main.c "return value of 'icmpg_main_other'" <<-'EOF'
		/**
		 * icmpg_main_other() - lacks what it returns
		 */
		int icmpg_main_other(void)
		{
			return 0;
		}
	EOF
}

plant_coccinelle() {
	plant kmod/settings.c 'here:.*return -EINVAL; /\* silent \*/' <<-'EOF'
		int icmpg_settings_planted(struct icmpg_settings *set, struct netlink_ext_ack *extack)
		{
			if (set->mode > 7) {
				NL_SET_ERR_MSG(extack, "this one says why");
				return -EINVAL;
			}
			if (set->mode > 5)
				return -EINVAL; /* silent */
			return 0;
		}
	EOF
	plant kmod/nl_set.c 'here:.*err = -EBUSY; /\* silent \*/' <<-'EOF'
		int icmpg_nl_set_planted(struct icmpg_net *guard, struct genl_info *info)
		{
			int err = 0;

			if (!list_empty(&guard->drafts))
				err = -EBUSY; /* silent */
			return err;
		}
	EOF
	plant kmod/policy.c 'here:.*return NF_DROP; /\* not here \*/' <<-'EOF'
		unsigned int icmpg_policy_planted(void)
		{
			return NF_DROP; /* not here */
		}
	EOF
	plant kmod/destination.c 'here:.*kept->there = skb_header_pointer' <<-'EOF'
		void icmpg_destination_planted(const struct sk_buff *skb, struct kept *kept)
		{
			kept->there = skb_header_pointer(skb, 0, 4, kept->buffer);
		}
	EOF
	plant kmod/destination.c 'here:.*first->type; /\* gone \*/' <<-'EOF'
		int icmpg_destination_other(const struct sk_buff *skb)
		{
			const struct icmphdr *first, *second;
			struct icmphdr buffer;

			first = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);
			second = skb_header_pointer(skb, 8, sizeof(buffer), &buffer);
			return second->type ==
				first->type; /* gone */
		}
	EOF
	plant kmod/fragment.c 'here:.*IPCB\(skb\)->flags' <<-'EOF'
		int icmpg_fragment_planted(const struct sk_buff *skb)
		{
			return IPCB(skb)->flags;
		}
	EOF
	plant kmod/fragment.c 'here:.*kmalloc\(64, GFP_ATOMIC)' <<-'EOF'
		void *icmpg_fragment_other(const struct icmpg_pkt *pkt)
		{
			if (pkt->class)
				return NULL;
			return kmalloc(64, GFP_ATOMIC);
		}
	EOF
	plant kmod/main.c 'does not understand int icmpg_main_planted' <<-'EOF'
		int icmpg_main_planted(void)
		{
			icmpg_planted ( [ ) ];
		}
	EOF
}

plant_clang-tidy() {
	plant kmod/policy.c 'clang-analyzer-core.NullDereference' <<-'EOF'
		int icmpg_policy_planted(const int *address)
		{
			return address ? 0 : *address;
		}
	EOF
	plant kmod/bucket.h 'bugprone-sizeof-expression' <<-'EOF'
		static inline unsigned long icmpg_bucket_planted(void)
		{
			return sizeof(sizeof(int));
		}
	EOF
}

plant_gcc-tool() {
	plant userspace/main.c 'icmpg_planted.* defined but not used' <<-'EOF'
		static void icmpg_planted(void) { }
	EOF
}

plant_analyzer() {
	plant userspace/out.c 'out.c.*analyzer-double-free' <<-'EOF'
		void icmpg_planted(unsigned int size);
		void icmpg_planted(unsigned int size)
		{
			char *bytes = malloc(size);

			free(bytes);
			free(bytes);
		}
	EOF
}

plant_cppcheck() {
	plant userspace/out.c 'out.c.*nullPointerRedundantCheck' <<-'EOF'
		int icmpg_planted(const int *address)
		{
			int value = *address;

			return address ? value : 0;
		}
	EOF
}

plant_shellcheck() {
	plant selftests/lib.sh 'SC2154' <<<"echo \$planted_nowhere"
}

plant_mandoc() {
	plant userspace/icmpguard.8 'unknown macro' <<<'.Planted'
}

plant_spdx() {
	plant kmod/planted.h 'kmod/planted.h: no SPDX' <<<'/* nobody knows */'
}

# The words are put together here, so that this file hasn't got them.
plant_version-tests() {
	plant kmod/main.c 'kmod/main.c:.*LINUX_' <<<"#if LINUX_""VERSION_CODE > 5"
}

plant_left-overs() {
	plant kmod/main.c 'kmod/main.c:.*later' <<<"/* TO""DO later */"
	plant kmod/net.c 'kmod/net.c:.*blank' <<<'/* blank */ '
}

plant_columns() {
	plant kmod/main.c 'kmod/main.c:.*107 columns' < <(printf '/* %101d */\n' 1)
}

plant_yaml() {
	plant kmod/spec/icmpguard.yaml 'yaml' <<<$'\t- [ }'
}

# This one reports and passes.
plant_lengths() {
	plant kmod/main.c 'kmod/main.c:.*icmpg_main_planted\(\): 50 lines' < <(
		printf 'int icmpg_main_planted(void)\n{\n'
		printf '\tcall(%d);\n' {1..50}
		printf '}\n')
}

# Says what is wrong with what the check said.
judge() {
	local check=$1 status=$2 pattern
	[[ $status -ne 0 || $check == lengths ]] || echo "it has passed"
	for pattern in "${planted[@]}"; do
		grep -qE -- "$pattern" "$scratch/said" || echo "nothing in it matches: $pattern"
	done
}

checks=(gcc sparse checkpatch kernel-doc coccinelle clang-tidy gcc-tool analyzer cppcheck
	shellcheck mandoc spdx version-tests left-overs columns yaml lengths)
[[ $# -eq 0 ]] || checks=("$@")
number=0 failed=0
echo "TAP version 13"
echo "1..${#checks[@]}"
for check in "${checks[@]}"; do
	number=$((number + 1)) planted=()
	rm -rf "$tree"
	mkdir "$tree"
	tar --exclude-vcs --exclude="${O/#$PWD/.}" --exclude=.build -cf - . | tar -C "$tree" -xf -
	"plant_$check"
	O=$scratch/build "$tree/selftests/lint.sh" "$check" >"$scratch/said" 2>&1
	wrong=$(judge "$check" $?)
	if [[ -n $wrong ]]; then
		failed=1
		echo "# ${wrong//$'\n'/$'\n# '}"
		sed 's/^/#     /' "$scratch/said"
		echo "not ok $number $check"
	else
		echo "ok $number $check names the ${#planted[@]} planted"
	fi
done
exit $failed
