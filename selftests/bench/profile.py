#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Says where the guard's instructions go, from a log of vm/run --trace.

usage: profile.py --module FILE --text ADDRESS --entry FUNCTION TRACE

FILE is icmpguard.ko with its debugging information, ADDRESS where its .text was
loaded. Prints the instructions that each function took, per call of FUNCTION;
what the compiler put into others is counted as what it was.
"""

import argparse
import collections
import re
import subprocess

BLOCK = re.compile(r"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/")
BACK = re.compile(r"^Stopped execution of TB chain before \S+ \[([0-9a-f]+)\]")
INSN = re.compile(r"^0x([0-9a-f]+): ")


def read_trace(name, first, last):
    """How often each instruction between two addresses was run."""
    blocks, runs, current = {}, collections.Counter(), None
    with open(name, encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("IN:"):
                current = []
            elif current is not None and (found := INSN.match(line)):
                current.append(int(found[1], 16))
            else:
                if current:
                    blocks[current[0]] = current
                current = None
                if found := BLOCK.match(line):
                    runs[int(found[1], 16)] += 1
                elif found := BACK.match(line):
                    runs[int(found[1], 16)] -= 1
    counts = collections.Counter()
    for start, times in runs.items():
        if first <= start < last:
            for address in blocks.get(start, ()):
                counts[address] += times
    return counts


def name_addresses(module, text, addresses):
    """The functions that each address is in, the innermost first."""
    listing = "\n".join(f"{each - text:#x}" for each in addresses)
    out = subprocess.run(["addr2line", "-a", "-f", "-i", "-s", "-j", ".text", "-e", module],
                         input=listing, text=True, check=True, capture_output=True).stdout
    names, current = {}, None
    for line in out.splitlines():
        if line.startswith("0x"):
            current = names.setdefault(int(line, 16) + text, [])
        elif ":" not in line:
            current.append(line.partition(".")[0])
    return names


def main():
    """Reads, adds up, prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", required=True)
    parser.add_argument("--text", required=True, type=lambda text: int(text, 16))
    parser.add_argument("--entry", required=True)
    parser.add_argument("trace")
    args = parser.parse_args()
    size = int(next(line.split()[2] for line in subprocess.run(
        ["objdump", "-h", args.module], text=True, check=True,
        capture_output=True).stdout.splitlines() if line.split()[1:2] == [".text"]), 16)
    counts = read_trace(args.trace, args.text, args.text + size)
    names = name_addresses(args.module, args.text, sorted(counts))
    symbols = subprocess.run(["nm", args.module], text=True, check=True,
                             capture_output=True).stdout.splitlines()
    entry = next(int(line.split()[0], 16) for line in symbols
                 if line.split()[-1].partition(".")[0] == args.entry)
    calls = counts[args.text + entry]
    # what was run for something else was run far less often
    own, whole = collections.Counter(), collections.Counter()
    for address, times in counts.items():
        if times * 2 < calls:
            continue
        chain = names[address]
        own[chain[0]] += times
        for name in set(chain):
            whole[name] += times
    print(f"calls {calls}")
    print(f"total {sum(own.values()) / calls:.1f}")
    for name, times in sorted(whole.items(), key=lambda item: -item[1]):
        print(f"function {name} {own[name] / calls:.1f} {times / calls:.1f}")


if __name__ == "__main__":
    main()
