#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only

usage() {
	cat <<'END'
usage: selftests/demo.sh [--break WHAT]

Shows in a virtual machine what the guard stops and what it leaves alone: six
attacks on a network behind a router, each without and with the guard in the
router, while an honest host goes on working. Exit status 0 only if without
the guard the attacks arrived, with it they didn't, and the honest host lost
nothing. It takes about two minutes; `make demo` installs what it needs first.

  --break WHAT   breaks lab or guard on purpose, after which the demo must fail
END
	break_list | sed 's/^/    /'
}

# shellcheck source-path=SCRIPTDIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/demo/break.sh"
broken=''
case ${1-} in
'') ;;
--break)
	broken=${2-}
	if ! break_is_known "$broken"; then
		{ echo "demo: '$broken' is no way to break it; these are:"; break_list; } >&2
		exit 1
	fi ;;
--help | -h) usage; exit 0 ;;
*) usage >&2; exit 1 ;;
esac

echo "demo: building module and tool, starting a virtual machine"
SECONDS=0 status=0
"$here/vm/run" --smp 2 --timeout 600 -- demo/run.sh "$broken" || status=$?
if [[ $status -eq 0 ]]; then
	echo "demo: passed in $SECONDS s"
else
	echo "demo: FAILED after $SECONDS s (status $status)" >&2
fi
exit $status
