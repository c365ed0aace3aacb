#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Says where the guard's instructions go, from a log of vm/run --trace.

usage: profile.py --module FILE --text ADDRESS --entry FUNCTION [--after FUNCTION] TRACE

FILE is icmpguard.ko with its debugging information, ADDRESS where its .text was
loaded. Prints the instructions that each function and each source file took, per
call of --entry; what the compiler put into others is counted as what it was. What
counts is run between the first call of --entry after the last one of --after, and
its last call: so it is whole packets, and nothing of what reads counters.
"""

import argparse
import collections
import pathlib
import re
import subprocess
import sys

OURS = {each.name for each in (pathlib.Path(__file__).parent / "../../kmod").glob("*.[ch]")}
BLOCK = re.compile(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
BACK = re.compile(r"^Stopped execution of TB chain before \S+ \[([0-9a-f]+)\]")
INSN = re.compile(r"^0x([0-9a-f]+): ")


def read_trace(name, first, last, entry, after=None):
    """How often each instruction from the first to the last address was run, in whole
    calls of an entry since the address after."""
    blocks, runs, packet, current = {}, collections.Counter(), None, None
    seen = after is None
    with open(name, encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("IN:"):
                current = []
            elif current is not None and (found := INSN.match(line)):
                current.append(int(found[1], 16))
            else:
                # where the clock has to tick a block is cut, once
                if current and len(current) > len(blocks.get(current[0], ())):
                    blocks[current[0]] = current
                current = None
                if found := BLOCK.match(line):
                    start = int(found[1], 16)
                    if start == after:
                        runs.clear()
                        seen, packet = True, None
                    elif start == entry:
                        runs.update(packet or ())
                        packet = collections.Counter()
                    if packet is not None:
                        packet[start] += 1
                elif packet is not None and (found := BACK.match(line)):
                    packet[int(found[1], 16)] -= 1
    if not seen:
        sys.exit("profile: the mark was never run")
    counts = collections.Counter()
    for start, times in runs.items():
        if first <= start < last:
            for address in blocks.get(start, ()):
                counts[address] += times
    return counts


def name_addresses(module, text, addresses):
    """The functions that each address is in, the innermost first, and for which of our files."""
    listing = "\n".join(f"{each - text:#x}" for each in addresses)
    out = subprocess.run(["addr2line", "-a", "-f", "-i", "-s", "-j", ".text", "-e", module],
                         input=listing, text=True, check=True, capture_output=True).stdout
    names, files, address = {}, {}, 0
    for line in out.splitlines():
        if line.startswith("0x"):
            address = int(line, 16) + text
            names[address] = []
        elif ":" in line:
            # what the kernel's headers do, they do for whom they are in
            if line.partition(":")[0] in OURS:
                files.setdefault(address, line.partition(":")[0])
        else:
            names[address].append(line.partition(".")[0])
    return names, files


def main():
    """Reads, adds up, prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", required=True)
    parser.add_argument("--text", required=True, type=lambda text: int(text, 16))
    parser.add_argument("--entry", required=True)
    parser.add_argument("--after")
    parser.add_argument("trace")
    args = parser.parse_args()
    size = int(next(line.split()[2] for line in subprocess.run(
        ["objdump", "-h", args.module], text=True, check=True,
        capture_output=True).stdout.splitlines() if line.split()[1:2] == [".text"]), 16)
    symbols = {line.split()[-1].partition(".")[0]: args.text + int(line.split()[0], 16)
               for line in subprocess.run(["nm", args.module], text=True, check=True,
                                          capture_output=True).stdout.splitlines()
               if line.split()[-2] in "tT"}
    counts = read_trace(args.trace, args.text, args.text + size, symbols[args.entry],
                        symbols[args.after] if args.after else None)
    names, files = name_addresses(args.module, args.text, sorted(counts))
    calls = counts[symbols[args.entry]]
    # what was run for something else was run far less often
    own, whole, stages = collections.Counter(), collections.Counter(), collections.Counter()
    for address, times in counts.items():
        if times * 20 < calls:
            continue
        chain = names[address]
        own[chain[0]] += times
        stages[files.get(address, "?")] += times
        for name in set(chain):
            whole[name] += times
    print(f"calls {calls}")
    print(f"total {sum(own.values()) / calls:.1f}")
    for name, times in stages.most_common():
        print(f"file {name} {times / calls:.1f}")
    for name, times in sorted(whole.items(), key=lambda item: -item[1]):
        print(f"function {name} {own[name] / calls:.1f} {times / calls:.1f}")


if __name__ == "__main__":
    main()
