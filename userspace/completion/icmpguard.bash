# SPDX-License-Identifier: GPL-2.0-only
#
# bash completion for icmpguard(8): the words of its grammar. Sourced by
# bash-completion; it asks the system for names only, never the module.
# shellcheck shell=bash

_icmpguard_classes='echo-request echo-reply probe-request probe-reply path-mtu
	unreachable time-exceeded parameter-problem redirect source-quench
	timestamp router-discovery neighbour-discovery multicast-listener
	mobility low-power node-information deprecated other fragment'
_icmpguard_scopes='pair source source-net destination destination-net interface
	router'
_icmpguard_checks='ping-of-death tiny-fragment broadcast-echo
	network-address-echo header-chain path-mtu-size quoted-packet
	source-address ra-sanity'
_icmpguard_keys='mode limit class type check max-message width broadcast-allow
	table-size candidate-size known-first randomise bridged'
_icmpguard_commands='status show set exempt stats monitor why reset save
	restore help version'

_icmpguard_interfaces() {
	local path
	for path in /sys/class/net/*; do
		echo "${path##*/}"
	done
}

_icmpguard_namespaces() {
	local path
	for path in /run/netns/*; do
		[[ ! -e $path ]] || echo "${path##*/}"
	done
}

# What may follow the words after `set limit`.
_icmpguard_limit() {
	case $# in
	0) echo "$_icmpguard_classes all" ;;
	1)
		if [[ $1 == all ]]; then
			echo interface router total
		else
			echo "$_icmpguard_scopes"
		fi
		;;
	2) echo off ;;
	3) [[ $3 == off ]] || echo burst ;;
	esac
}

# What may follow the words after `set`.
_icmpguard_set() {
	local key=${1-} count=$#
	[[ $count -gt 0 ]] || { echo "$_icmpguard_keys -"; return; }
	shift
	case $key.$count in
	limit.*) _icmpguard_limit "$@" ;;
	mode.1) echo off monitor enforce ;;
	class.1) echo "$_icmpguard_classes" ;;
	class.2) echo accept limit drop ;;
	class.3)
		echo local transit
		[[ $2 != drop ]] || echo force
		;;
	class.4) [[ $2 != drop || $3 == force ]] || echo force ;;
	type.1) echo icmp icmpv6 ;;
	type.3) echo code accept limit drop off ;;
	type.4) [[ $3 != drop ]] || echo force ;;
	type.5) [[ $3 != code ]] || echo accept limit drop off ;;
	type.6) [[ $3 != code || $5 != drop ]] || echo force ;;
	check.1) echo "$_icmpguard_checks" ;;
	check.2)
		[[ $1 == quoted-packet ]] && echo off local all || echo on off
		;;
	known-first.1 | randomise.1 | bridged.1) echo on off ;;
	width.1) echo source source-net destination-net ;;
	width.2) echo ipv4 ipv6 ;;
	broadcast-allow.2) echo off ;;
	esac
}

# What may follow the words after `exempt`. An IPv6 prefix is several words to
# bash, which breaks them at colons.
_icmpguard_exempt() {
	case $#.${1-} in
	0.) echo add del list ;;
	*.list) ;;
	*)
		if [[ ${!#} == dev ]]; then
			_icmpguard_interfaces
		elif [[ " ${*:1:$#-1} " != *' dev '* ]]; then
			echo dev
		fi
		;;
	esac
}

# What may follow the words after `why`: each of two, once.
_icmpguard_why() {
	if [[ ${!#-} == dev ]]; then
		_icmpguard_interfaces
	elif [[ $# -gt 0 && ${!#} != to ]]; then
		[[ " $* " == *' to '* ]] || echo to
		[[ " $* " == *' dev '* ]] || echo dev
	fi
}

# What may follow the words after the options.
_icmpguard_next() {
	local command=${1-} count=$#
	[[ $count -gt 0 ]] || { echo "$_icmpguard_commands"; return; }
	shift
	case $command.$count in
	set.*) _icmpguard_set "$@" ;;
	exempt.*) _icmpguard_exempt "$@" ;;
	why.*) _icmpguard_why "$@" ;;
	stats.1) echo --explain --all reset ;;
	stats.2) [[ $1 == reset ]] || echo --explain --all ;;
	restore.1) echo --check - ;;
	help.1) echo "$_icmpguard_commands" ;;
	esac
}

_icmpguard() {
	local current=${COMP_WORDS[COMP_CWORD]} words=() i=1
	while [[ $i -lt $COMP_CWORD && ${COMP_WORDS[i]} == -* ]]; do
		if [[ ${COMP_WORDS[i]} == -n ]]; then
			i=$((i + 1))
			if [[ $i -eq $COMP_CWORD ]]; then
				mapfile -t COMPREPLY < <(compgen \
					-W "$(_icmpguard_namespaces)" -- "$current")
				return
			fi
		fi
		i=$((i + 1))
	done
	words=("${COMP_WORDS[@]:i:COMP_CWORD-i}")
	if [[ ${#words[@]} -eq 0 && $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "-j -n" -- "$current")
		return
	fi
	mapfile -t COMPREPLY < <(compgen \
		-W "$(_icmpguard_next "${words[@]}")" -- "$current")
	case ${words[0]-} in
	save | restore)
		compopt -o filenames
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
		;;
	esac
}

complete -F _icmpguard icmpguard
