#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reads what the machine printed and says what it means.

usage: report.py --out FOLDER [--keep FOLDER] [--readme FILE] LOG...
       report.py --rehearsal FILE LOG
       report.py --check RECORD | --record RECORD LOG

Writes bench.json and the plots into FOLDER, and prints the table and each goal as
met or not met. With --keep all of it goes there too, the table into the marked
part of RESULTS.md, with --readme a headline into that of FILE. With --rehearsal it
does that with what the rehearsal has measured. With --check it only compares with
what was recorded, and fails if anything grew by more than 2 %; with --record it
records.
"""

import argparse
import datetime
import json
import pathlib
import shutil
import sys

import plot

SUBJECTS = {
    "nothing": "nothing",
    "off": "guard off",
    "guard": "guard",
    "guard_two": "guard, pair and router only",
    "rawdrop": "iptables raw drop",
    "hashlimit": "iptables hashlimit",
    "nftdrop": "nft drop",
    "nftmeter": "nft meter",
    "ingress": "nft at netdev ingress",
    "conntrack": "conntrack",
    "xdp": "XDP, generic mode",
}

CASES = {
    "one": "one sender over its limit",
    "two": "two senders in turn",
    "thousand": "1000 senders over their limit",
    "random": "random sources, budget exhausted",
    "one-ipv6": "IPv6, one sender over its limit",
    "thousand-ipv6": "IPv6, 1000 senders over their limit",
    "random-ipv6": "IPv6, random sources, budget exhausted",
    "accepted": "accepted",
    "accepted-ipv6": "IPv6, accepted",
    "udp4": "not ICMP, IPv4, as the only hook",
    "udp4-more": "not ICMP, IPv4, beside another hook",
    "udp6": "not ICMP, IPv6, as the only hook",
    "udp6-more": "not ICMP, IPv6, beside another hook",
    "receive-one": "from the driver on, one sender over its limit",
    "receive-random": "from the driver on, random sources",
    "beyond4": "from the driver on, fragment past the limit",
    "beyond6": "from the driver on, IPv6 fragment past the limit",
    "below4": "from the driver on, fragment within the limit",
    "below6": "from the driver on, IPv6 fragment within the limit",
}

MEMORY = {
    "guard_two": "guard, table-size and candidate-size as they are by default",
    "guard_large": "guard, table-size 4M, candidate-size 1M",
    "guard_huge": "guard, table-size 16M, candidate-size 4M",
    "guard_table": "guard, the table alone: table-size 4M, known-first off",
    "hashlimit": "iptables hashlimit",
    "nftmeter": "nft meter",
}

PROFILES = {
    "one": ("one sender over its limit", "one", "guard_two"),
    "random": ("random sources", "random", "guard_two"),
    "accepted": ("accepted, default limits", "accepted", "guard"),
}


class Results:
    """What was measured, by case and subject."""

    def __init__(self, logs):
        self.rows = {}
        self.setups = {}
        self.memory = {}
        self.survived = {}
        self.rehearsal = {}
        self.counted = []
        self.seconds = []
        self.kernel = self.flags = self.emulator = ""
        for log in logs:
            text = pathlib.Path(log).read_text(encoding="utf-8")
            if "\ncomplete\n" not in text:
                sys.exit(f"bench: {log} is not complete")
            self.emulator = ""
            for line in text.splitlines():
                self.read(line.split())

    def read(self, words):
        """Takes one line of the machine's."""
        if words[:1] == ["measured"]:
            row = {key: int(value) for key, value in (each.split("=") for each in words[3:])}
            row["each"] = row["instructions"] / row["packets"]
            self.setups[words[1]] = (self.kernel, self.flags)
            # of several tries the one that was disturbed least
            other = self.rows.setdefault(words[1], {}).get(words[2])
            if not other or row["ns"] * other["packets"] < other["ns"] * row["packets"]:
                self.rows[words[1]][words[2]] = row
        elif words[:1] in (["kernel"], ["emulator"]):
            setattr(self, words[0], " ".join(words[1:]))
        elif words[:1] == ["flags"]:
            self.flags = ", ".join(filter(None, (self.emulator, " ".join(words[1:]))))
        elif words[:1] == ["memory"]:
            self.memory.setdefault(words[1], {})[words[2]] = int(words[3])
            self.setups["memory"] = (self.kernel, self.flags)
        elif words[:1] == ["rehearsal"]:
            self.rehearsal[words[1]] = int(words[2])
        elif words[:1] == ["counted"]:
            self.counted.append((words[1], int(words[2])))
        elif words[:1] == ["survived"]:
            point = {key: float(value) for key, value in (each.split("=") for each in words[2:])}
            self.survived.setdefault(words[1], []).append(point)
            self.setups["survived"] = (self.kernel, self.flags)
        elif words[:1] == ["seconds"]:
            self.seconds.append((words[1], words[2].rstrip(":"), int(words[-1])))

    def setup(self, case):
        """With what a case was measured, in words."""
        kernel, flags = self.setups.get(case, ("", ""))
        return f"Linux {kernel}, {flags}" if kernel and kernel != "none" else flags

    def counts(self):
        """How many senders there were, from few to many."""
        return sorted(int(case.split("-")[1]) for case in self.rows if case.startswith("sources-"))

    def get(self, case, subject, key="each"):
        """A figure, or None where there is none."""
        return self.rows.get(case, {}).get(subject, {}).get(key)

    def rate(self, case, subject):
        """Packets a second."""
        ns = self.get(case, subject, "ns")
        return None if not ns else self.get(case, subject, "packets") * 1e9 / ns

    def scaling(self, case, subject):
        """How much more two processors do than one."""
        one, two = (self.rate(f"{case}-{cpus}", subject) for cpus in (1, 2))
        return None if not one or not two else two / one

    def bytes_per_key(self, subject):
        """What a sender takes that isn't forgotten."""
        taken, kept = (self.memory.get(what, {}).get(subject) for what in ("taken", "kept"))
        return None if not taken or not kept else taken / kept

    def lost(self, subject):
        """Per cent of the senders that were forgotten."""
        keys, kept = (self.memory.get(what, {}).get(subject) for what in ("keys", "kept"))
        return None if not keys else 100 - 100 * kept / keys

    def net(self, case, subject):
        """Instructions from the driver on, without those of making the packet."""
        gross, build = self.get(case, subject), self.get("build", "nothing")
        return None if gross is None or build is None else gross - build


def figure(value):
    """A number as it is shown."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def goals(res):
    """The goals: (row, what, measured, against, wanted, met); met is None where it wasn't measured."""
    out = []

    def add(row, what, pair, value, limit, most=True, unit=""):
        met = None if value is None else (value <= limit if most else value >= limit)
        wanted = f"{'at most' if most else 'at least'} {limit:g}{unit}"
        out.append({"row": row, "what": what, "pair": pair, "value": value,
                    "wanted": wanted, "met": met})
        return out[-1]

    def ratio(over, under):
        return None if over is None or not under else over / under

    def pair(case, *subjects):
        return {name: res.get(case, name) for name in subjects}

    add(1, "instructions, sender over its own limit, two in turn",
        pair("two", "guard", "hashlimit", "nftmeter"), res.get("two", "guard"), 290)
    add(1, "the same, one sender", pair("one", "guard", "hashlimit", "nftmeter"),
        res.get("one", "guard"), 290)
    add(2, "instructions, random sources, budget exhausted, limits pair and router",
        pair("random", "guard_two", "hashlimit", "nftmeter"), res.get("random", "guard_two"), 330)
    growth = res.counts()
    for few in (2, 1):
        # two in turn: nothing that is remembered of the last packet helps
        if not {few, growth[-1] if growth else 0} <= set(growth):
            continue
        low, high = f"sources-{few}", f"sources-{growth[-1]}"
        raw = {f"{SUBJECTS[each]}, {count:,}": res.get(case, each)
               for each in ("guard", "hashlimit", "nftmeter")
               for count, case in ((few, low), (growth[-1], high))}
        add(3, f"growth from {'2 senders in turn' if few == 2 else 'one sender'} to {growth[-1]:,}",
            raw, ratio(res.get(high, "guard"), res.get(low, "guard")), 1.15, unit=" times")
    for subject, text in (("guard", "two processors, random sources: times one processor's rate"),
                          ("guard_two", "the same, limits pair and router")):
        add(4, text, {name: res.scaling("scaling-random", name)
                      for name in (subject, "hashlimit", "nftmeter")},
            res.scaling("scaling-random", subject), 1.85, most=False, unit=" times")
        add(4, "the same, packets/s of two processors, guard / hashlimit",
            {name: res.rate("scaling-random-2", name) for name in (subject, "hashlimit")},
            ratio(res.rate("scaling-random-2", subject), res.rate("scaling-random-2", "hashlimit")),
            13, most=False, unit=" times")
    add(5, "two processors of this machine, one sender: times one processor's rate",
        {name: res.scaling("native-one", name) for name in ("guard", "hashlimit")},
        res.scaling("native-one", "guard"), 1.85, most=False, unit=" times")
    peers = {name: res.bytes_per_key(name) for name in ("hashlimit", "nftmeter")}
    for subject in ("guard_huge", "guard_large", "guard_two"):
        lost = res.lost(subject)
        goal = add(6, f"bytes of memory for a sender that isn't forgotten, {MEMORY[subject]}" +
                   ("" if lost is None else f", {lost:.2f} % forgotten"),
                   {subject: res.bytes_per_key(subject), **peers}, res.bytes_per_key(subject), 22)
        # with more forgotten it is no memory of all
        goal["met"] = goal["met"] and lost < 1
    add(6, "bytes that slabs grow by in each of three floods of random sources",
        {name: res.memory.get("flood", {}).get(name)
         for name in ("guard_two", "hashlimit", "nftmeter")},
        res.memory.get("flood", {}).get("guard_two"), 0)
    for family, limit in (("4", 32), ("6", 40)):
        guard, nothing = res.get(f"udp{family}-more", "guard"), res.get(f"udp{family}-more", "nothing")
        add(9, f"instructions added to a packet that isn't ICMP, IPv{family}, one hook more",
            {"guard": guard, "nothing": nothing},
            None if guard is None else guard - nothing, limit)
    off, nothing = res.get("udp4", "off"), res.get("udp4", "nothing")
    add(10, "instructions added by a guard that is off",
        {"off": off, "nothing": nothing}, None if off is None else off - nothing, 0)
    add(11, "defragmenting / refusing a fragment past the limit",
        {name: res.net("beyond4", name) for name in ("guard", "nothing", "conntrack")},
        ratio(res.net("beyond4", "nothing"), res.net("beyond4", "guard")), 2.5, most=False,
        unit=" times")
    add(11, "bytes of fragment memory for fragments past the limit", {},
        res.memory.get("beyond4", {}).get("guard"), 0)
    for case, subject, text in (("worst-one", "guard", "one sender"),
                                ("worst-random", "guard", "random sources"),
                                ("worst-random", "guard_two", "random sources, limits pair and router")):
        worst, median = res.get(case, subject, "worst"), res.get(case, subject, "median")
        add(12, f"worst refused packet / median, {figure(res.get(case, subject, 'packets'))} packets, {text}",
            {"worst": worst, "median": median,
             "of iptables hashlimit": ratio(res.get(case, "hashlimit", "worst"),
                                            res.get(case, "hashlimit", "median"))},
            ratio(worst, median), 1.5, unit=" times")
    for subject, text in (("conntrack", ", conntrack loaded"), ("nothing", ", nothing loaded")):
        add(13, f"answering / refusing an echo request, random sources{text}",
            {name: res.net("receive-random", name) for name in (subject, "guard", "xdp", "hashlimit")},
            ratio(res.net("receive-random", subject), res.net("receive-random", "guard")), 20,
            most=False, unit=" times")
    return out


def show_goals(rows):
    """The goals as a table."""
    yield "| # | goal | measured | wanted | | raw |"
    yield "|---|---|---|---|---|---|"
    for goal in rows:
        raw = ", ".join(f"{SUBJECTS.get(name, 'guard' if name in MEMORY else name)} {figure(value)}"
                        for name, value in goal["pair"].items() if value is not None)
        yield (f"| {goal['row']} | {goal['what']} | {goal['value']:.2f} | {goal['wanted']} | "
               f"{'met' if goal['met'] else '**not met**'} | {raw} |")


def show_cases(res):
    """All cases, with the ratio to the guard in brackets."""
    yield "| case | " + " | ".join(SUBJECTS.values()) + " |"
    yield "|---" * (len(SUBJECTS) + 1) + "|"
    for case, text in CASES.items():
        if case not in res.rows:
            continue
        own = res.get(case, "guard")
        cells = []
        for subject in SUBJECTS:
            value = res.get(case, subject)
            if value is None:
                cells.append("")
            elif subject == "guard" or not own:
                cells.append(figure(value))
            else:
                cells.append(f"{figure(value)} ({value / own:.2f})")
        yield f"| {text} | " + " | ".join(cells) + " |"


def show_growth(res):
    """Cost by number of senders."""
    if not res.counts():
        return
    yield ""
    yield "| senders over their limit | " + " | ".join(
        SUBJECTS[each] for each in ("guard", "hashlimit", "nftmeter")) + " |"
    yield "|---|---|---|---|"
    for count in res.counts():
        cells = [figure(res.get(f"sources-{count}", each))
                 for each in ("guard", "hashlimit", "nftmeter")]
        yield f"| {count:,} | " + " | ".join(cells) + " |"
    yield ""
    yield "![cost against number of sources](sources.svg)"


def show_memory(res):
    """What senders take."""
    if "kept" not in res.memory:
        return
    yield ""
    yield ("| memory, from slab and vmalloc | senders sent | not forgotten | forgotten | bytes taken | "
           "bytes each | slabs grow by in each of three floods |")
    yield "|---|---|---|---|---|---|---|"
    for each, kept in res.memory["kept"].items():
        keys, taken, flood = (res.memory[what][each] for what in ("keys", "taken", "flood"))
        yield (f"| {MEMORY[each]} | {keys:,} | {kept:,} | {res.lost(each):.2f} % | {taken:,} | "
               f"{res.bytes_per_key(each):.1f} | {flood:,} |")


def show_scaling(res):
    """Two processors."""
    names = [each for each in SUBJECTS if res.scaling("scaling-random", each)]
    if not names:
        return
    yield ""
    yield (f"{res.setup('scaling-random-1')}; of several tries the fastest. The emulator's own locks are in it.")
    yield ""
    yield ("| times the rate of one processor | one sender | random sources | "
           "packets/s on one, random | on two |")
    yield "|---|---|---|---|---|"
    for each in names:
        rates = [figure(res.rate(f"scaling-random-{cpus}", each)) for cpus in (1, 2)]
        yield (f"| {SUBJECTS[each]} | {res.scaling('scaling-one', each):.2f} | "
               f"{res.scaling('scaling-random', each):.2f} | {rates[0]} | {rates[1]} |")
    yield ""
    yield "![packets/s on one and two processors](scaling.svg)"


def show_survived(res):
    """Honest senders."""
    if not res.survived:
        return
    names = [each for each in plot.SURVIVORS if each in res.survived]
    yield ""
    yield (f"Honest pings that pass, in per cent, of senders known before the flood / of newcomers; "
           f"{res.setup('survived')}:")
    yield ""
    yield "| flood from random sources, packets/s | " + " | ".join(
        plot.SURVIVORS[each] for each in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for at, point in enumerate(res.survived[names[0]]):
        cells = [f"{res.survived[each][at]['known']:.2f} / {res.survived[each][at]['newcomers']:.2f}"
                 for each in names]
        yield f"| {point['pps']:,.0f} | " + " | ".join(cells) + " |"
    yield ""
    yield "![honest pings against flood rate](pings.svg)"


def show_native(res):
    """This machine itself."""
    if "native-one-1" not in res.rows:
        return
    yield ""
    yield f"{res.setup('native-one-1')}:"
    yield ""
    yield ("| ns per packet on this machine, the limiter alone | one processor | two at a time | "
           "times the rate | in the virtual machine, all of it |")
    yield "|---|---|---|---|---|"
    for case in ("native-one", "native-thousand"):
        for subject in res.rows[f"{case}-1"]:
            one, two = (cpus * res.get(f"{case}-{cpus}", subject, "ns") /
                        res.get(f"{case}-{cpus}", subject, "packets") for cpus in (1, 2))
            what = "model of hashlimit" if subject == "hashlimit" else SUBJECTS[subject]
            beside = res.scaling("scaling-one", subject) if case == "native-one" else None
            yield (f"| {what}, {case.split('-')[1]} | {one:.1f} | {two:.1f} | "
                   f"{res.scaling(case, subject):.2f} | {'' if beside is None else f'{beside:.2f}'} |")


def show_worst(res):
    """Single packets."""
    if "worst-one" not in res.rows:
        return
    yield ""
    yield "| single refused packets, instructions | median | 99 % | 99.99 % | worst |"
    yield "|---|---|---|---|---|"
    for case in ("worst-one", "worst-random"):
        for subject, row in res.rows[case].items():
            yield (f"| {SUBJECTS[subject]}, {case.split('-')[1]} | {row['median']} | {row['p99']} | "
                   f"{row['p9999']} | {row['worst']} |")


def read_profiles(profiles):
    """What profile.py has said, by case: totals, and by file and function (own, with inlined)."""
    columns = {}
    for each in profiles:
        case, _, name = each.partition("=")
        column = columns[case] = {"file": {}, "function": {}}
        for line in pathlib.Path(name).read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[0] in column:
                column[words[0]][words[1]] = [float(word) for word in words[2:]]
            else:
                column[words[0]] = float(words[1])
    return columns


def profile_table(columns, what, title):
    """Rows of names, the most expensive first; what is below one instruction isn't shown."""
    def most(name, which):
        return max(column[what].get(name, (0, 0))[which] for column in columns.values())

    yield ""
    yield f"| {title} | " + " | ".join(PROFILES[case][0] for case in columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name in sorted({name for column in columns.values() for name in column[what]},
                       key=lambda name: -most(name, -1)):
        if most(name, 0) < 1:
            continue
        cells = [" / ".join(f"{value:.0f}" for value in column[what].get(name, ()))
                 for column in columns.values()]
        yield f"| {name} | " + " | ".join(cells) + " |"


def show_profile(res, columns):
    """Where the guard's instructions go, stage by stage."""
    if not columns:
        return
    yield from profile_table(columns, "file", "instructions in code of")
    yield "| **all of the guard's** | " + " | ".join(
        f"{column['total']:.0f}" for column in columns.values()) + " |"
    rest = [(res.get(*PROFILES[case][1:]), column["total"]) for case, column in columns.items()]
    if all(each for each, _ in rest):
        yield "| hooks, routing and the loop, by difference | " + " | ".join(
            f"{each - total:.0f}" for each, total in rest) + " |"
    yield from profile_table(columns, "function", "instructions: in it / with what is inlined in it")


def show_seconds(res, args):
    """How long it took."""
    if not res.seconds:
        return
    yield ""
    took = f"Took {args.seconds} s in all; its parts" if args.seconds else "The parts took"
    yield f"{took}, some of them at the same time: " + ", ".join(
        f"{part} {seconds} s" for _, part, seconds in res.seconds) + "."


def show(res, args, rows):
    """The whole report, in lines."""
    harness = res.get("harness", "nothing")
    # the first case was measured in the machine that counts
    yield (f"{res.setup(next(iter(res.setups), ''))}, {args.date}. Instructions per packet" +
           (f", the loop's own {figure(harness)} included" if harness else "") +
           "; in brackets, times the guard's. All raw values are in [bench.json](bench.json).")
    yield ""
    if res.counted:
        names = sorted({name for name, _ in res.counted})
        yield (f"What the loop saw refused is what the filters counted themselves: "
               f"{sum(count for _, count in res.counted):,} packets in {len(res.counted)} comparisons of " +
               ", ".join(SUBJECTS.get(name, MEMORY.get(name, name)) for name in names) + ".")
        yield ""
    yield from show_goals(rows)
    yield ""
    yield from show_cases(res)
    yield from show_growth(res)
    yield from show_worst(res)
    yield from show_memory(res)
    yield from show_scaling(res)
    yield from show_native(res)
    yield from show_survived(res)
    yield from show_profile(res, read_profiles(args.profile))
    yield from show_seconds(res, args)


def headline(res, rows):
    """What README.md says."""
    names = ("guard", "hashlimit", "nftmeter", "rawdrop")
    yield ("Instructions for a packet that is refused, limits and hook included "
           f"(Linux {res.setups['one'][0]}; all of it in `selftests/bench/RESULTS.md`):")
    yield ""
    yield "| | " + " | ".join(SUBJECTS[each] for each in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for case in ("one", "thousand", "random", "udp4-more"):
        text = CASES[case] + (", passes" if case.startswith("udp") else "")
        yield f"| {text} | " + " | ".join(figure(res.get(case, each)) for each in names) + " |"
    met = sum(bool(goal["met"]) for goal in rows)
    yield ""
    yield (f"{met} of {len(rows)} goals are met; not: " +
           ("none." if met == len(rows) else "; ".join(
               f"{goal['what']} ({figure(goal['value'])}, {goal['wanted']})"
               for goal in rows if not goal["met"]) + "."))


REHEARSED = {
    "rehearsal-new": "a new sender's packet, accepted",
    "rehearsal-again": "a sender over its limit",
    "rehearsal-random": "random sources, budget exhausted",
    "rehearsal-resized": "a sender over its limit, while the table of before a resize is still read",
}


def rehearsed(res, args):
    """Ten million senders, in lines."""
    got = res.rehearsal
    yield f"{res.setup('rehearsal-new')}, {args.date}. Times are the machine's: a nanosecond an instruction."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| senders sent, a packet each | {got['keys']:,} |"
    yield (f"| not forgotten afterwards | {got['kept']:,} ({100 * got['kept'] / got['keys']:.3f} %); "
           f"evictions {got['evictions']:,}, table {got['fill'] / 10:.1f} % full |")
    yield (f"| memory taken, table-size {got['table'] >> 20}M, candidate-size "
           f"{got['candidates'] >> 20}M | {got['taken']:,} bytes, "
           f"{got['taken'] / got['kept']:.1f} for each that isn't forgotten |")
    yield f"| slabs grow by in a flood of random sources | {got['slab']:,} bytes |"
    yield f"| building all that, table to history and candidates | {got['build_us'] / 1000:.1f} ms |"
    yield f"| resizing to table-size 192M under it | {got['resize_us'] / 1000:.1f} ms |"
    for case, text in REHEARSED.items():
        row = res.rows[case]["guard"]
        yield (f"| {text} | {row['each']:.1f} instructions, "
               f"{row['refused']:,} of {row['packets']:,} refused |")


def write_part(name, lines, mark="bench"):
    """Puts lines between the marks of a file; what others wrote there stays."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    path = pathlib.Path(name)
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    if not found or end not in rest:
        sys.exit(f"bench: {name} has no place for the results")
    after = rest.partition(end)[2]
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + after,
                    encoding="utf-8")


# what the record has: the guard's own, and what there is without it; not what
# depends on chance by more than is allowed to grow
RECORDED = ("nothing", "off", "guard", "guard_two")
CHANCE = ("random guard", "random-ipv6 guard")
GROWTH = 1.02


def recorded(res):
    """The figures that are watched, by case and subject."""
    return {f"{case} {subject}": row["each"] for case, rows in res.rows.items()
            for subject, row in rows.items()
            if subject in RECORDED and f"{case} {subject}" not in CHANCE}


def write_record(res, name):
    """Replaces the record."""
    lines = ["# Instructions per packet; written by `make bench-record`. What grows by more than",
             f"# 2 % fails. {res.setup('one')}"]
    lines += [f"{key} {value:.1f}" for key, value in recorded(res).items()]
    pathlib.Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def check_record(res, name):
    """Compares with the record; the exit status."""
    now, failed, passed = recorded(res), 0, 0
    for line in pathlib.Path(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        key, _, value = line.rpartition(" ")
        bad = key not in now or now[key] > float(value) * GROWTH
        failed += bad
        passed += not bad
        print(f"{'not ok' if bad else 'ok'} {passed + failed} {key}: "
              f"{now.get(key, 0):.1f} instructions, {value} recorded")
    print(f"{passed} passed, {failed} failed")
    return bool(failed) or not passed


def main():
    """Reads, writes, prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--date", default=str(datetime.date.today()))
    parser.add_argument("--seconds")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--readme")
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("--rehearsal")
    parser.add_argument("--check")
    parser.add_argument("--record")
    parser.add_argument("logs", nargs="*")
    args = parser.parse_args()
    res = Results(args.logs)
    if args.record:
        write_record(res, args.record)
    elif args.check:
        sys.exit(check_record(res, args.check))
    elif args.rehearsal:
        lines = list(rehearsed(res, args))
        print("\n".join(lines))
        write_part(args.rehearsal, lines, "rehearsal")
    else:
        report(res, args)


def report(res, args):
    """Writes and prints what was measured."""
    rows = [goal for goal in goals(res) if goal["value"] is not None]
    args.out.mkdir(parents=True, exist_ok=True)
    files = [args.out / "bench.json", *plot.draw(res, args, SUBJECTS)]
    files[0].write_text(json.dumps({
        "date": args.date,
        "setups": {case: {"kernel": kernel, "flags": flags}
                   for case, (kernel, flags) in res.setups.items()},
        "goals": rows, "measured": res.rows, "memory": res.memory,
        "counted": res.counted, "survived": res.survived,
        "profile": read_profiles(args.profile), "seconds": res.seconds,
    }, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    lines = list(show(res, args, rows))
    print("\n".join(line for line in lines if not line.startswith("![")))
    if args.keep:
        for each in files:
            shutil.copyfile(each, args.keep / each.name)
        write_part(args.keep / "RESULTS.md", lines)
    if args.readme:
        write_part(args.readme, list(headline(res, rows)))


if __name__ == "__main__":
    main()
