#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Reads what the machine printed and says what it means.

usage: report.py --out FOLDER [--results FILE] [--readme FILE] LOG...
       report.py --check RECORD | --record RECORD LOG

Writes bench.json and the plots into FOLDER, prints the table and each goal as
met or not met, and puts the same, or a headline, into the marked part of FILE. With --check it
only compares with what was recorded, and fails if anything grew by more than
2 %; with --record it records.
"""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys

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

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


class Results:
    """What was measured, by case and subject."""

    def __init__(self, logs):
        self.rows = {}
        self.memory = {}
        self.kernel = self.flags = ""
        for log in logs:
            text = pathlib.Path(log).read_text(encoding="utf-8")
            if "\ncomplete\n" not in text:
                sys.exit(f"bench: {log} is not complete")
            for line in text.splitlines():
                self.read(line.split())

    def read(self, words):
        """Takes one line of the machine's."""
        if words[:1] == ["measured"]:
            row = {key: int(value) for key, value in (each.split("=") for each in words[3:])}
            row["each"] = row["instructions"] / row["packets"]
            # of several tries the one that was disturbed least
            other = self.rows.setdefault(words[1], {}).get(words[2])
            if not other or row["ns"] < other["ns"]:
                self.rows[words[1]][words[2]] = row
        elif words[:1] in (["kernel"], ["flags"]):
            setattr(self, words[0], " ".join(words[1:]))
        elif words[:1] == ["memory"]:
            self.memory.setdefault(words[1], {})[words[2]] = int(words[3])

    def get(self, case, subject, key="each"):
        """A figure, or None where there is none."""
        return self.rows.get(case, {}).get(subject, {}).get(key)

    def scaling(self, case, subject):
        """How much more two processors do than one."""
        one, two = self.get(f"{case}-1", subject, "ns"), self.get(f"{case}-2", subject, "ns")
        return None if not one or not two else 2 * one / two

    def bytes_per_key(self, subject):
        """What a sender takes that isn't forgotten."""
        taken, keys = (self.memory.get(what, {}).get(subject) for what in ("taken", "keys"))
        return None if not taken or not keys else taken / keys

    def net(self, case, subject):
        """Instructions from the driver on, without those of making the packet."""
        gross, build = self.get(case, subject), self.get("build", "nothing")
        return None if gross is None or build is None else gross - build


def figure(value):
    """A number as it is shown."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}"


def goals(res):
    """The goals: (row, what, measured, against, wanted, met); met is None where it wasn't measured."""
    out = []

    def add(row, what, pair, value, limit, most=True, unit=""):
        met = None if value is None else (value <= limit if most else value >= limit)
        wanted = f"{'at most' if most else 'at least'} {limit:g}{unit}"
        out.append({"row": row, "what": what, "pair": pair, "value": value,
                    "wanted": wanted, "met": met})

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
    growth = sorted(int(case.split("-")[1]) for case in res.rows if case.startswith("sources-"))
    if growth:
        # two in turn: nothing that is remembered of the last packet helps
        low, high = "two", f"sources-{growth[-1]}"
        for subject, counts in (("guard", True), ("hashlimit", False), ("nftmeter", False)):
            value = ratio(res.get(high, subject), res.get(low, subject))
            if counts:
                add(3, f"growth from 2 sources in turn to {growth[-1]}",
                    {low: res.get(low, subject), high: res.get(high, subject)}, value, 1.15,
                    unit=" times")
    add(4, "two processors, random sources: times one processor's rate",
        {name: res.scaling("scaling-random", name) for name in ("guard", "hashlimit", "nftmeter")},
        res.scaling("scaling-random", "guard"), 1.85, most=False, unit=" times")
    add(4, "the same, rate of the guard / of hashlimit",
        {name: res.get("scaling-random-2", name, "ns") for name in ("guard", "hashlimit")},
        ratio(res.get("scaling-random-2", "hashlimit", "ns"),
              res.get("scaling-random-2", "guard", "ns")), 13, most=False, unit=" times")
    add(5, "two processors of this machine, one sender: times one processor's rate",
        {name: res.scaling("native-one", name) for name in ("guard", "hashlimit")},
        res.scaling("native-one", "guard"), 1.85, most=False, unit=" times")
    add(6, "bytes of memory for a sender that isn't forgotten",
        {name: res.bytes_per_key(name) for name in ("guard", "hashlimit", "nftmeter")},
        res.bytes_per_key("guard"), 22)
    add(6, "bytes that slabs grow by in a flood of random sources",
        {name: res.memory.get("flood", {}).get(name) for name in ("guard", "hashlimit", "nftmeter")},
        res.memory.get("flood", {}).get("guard"), 0)
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
    for case in ("worst-one", "worst-random"):
        worst, median = res.get(case, "guard", "worst"), res.get(case, "guard", "median")
        add(12, f"worst refused packet / median, {case.split('-')[1]}",
            {"worst": worst, "median": median}, ratio(worst, median), 1.5, unit=" times")
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
        if goal["value"] is None:
            continue
        raw = ", ".join(f"{SUBJECTS.get(name, name)} {figure(value)}"
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
    cases = [case for case in res.rows if case.startswith("sources-")]
    if not cases:
        return
    yield ""
    yield "| senders over their limit | " + " | ".join(
        SUBJECTS[each] for each in ("guard", "hashlimit", "nftmeter")) + " |"
    yield "|---|---|---|---|"
    for case in cases:
        cells = [figure(res.get(case, each)) for each in ("guard", "hashlimit", "nftmeter")]
        yield f"| {int(case.split('-')[1]):,} | " + " | ".join(cells) + " |"


def show_scaling(res):
    """Two processors."""
    names = [each for each in SUBJECTS if res.scaling("scaling-random", each)]
    if not names:
        return
    yield ""
    yield "| times the rate of one processor | one sender | random sources |"
    yield "|---|---|---|"
    for each in names:
        yield (f"| {SUBJECTS[each]} | {res.scaling('scaling-one', each):.2f} | "
               f"{res.scaling('scaling-random', each):.2f} |")


def show_native(res):
    """This machine itself."""
    if "native-one-1" not in res.rows:
        return
    yield ""
    yield ("| ns per packet on this machine, the limiter alone | one processor | two at a time | "
           "times the rate |")
    yield "|---|---|---|---|"
    for case in ("native-one", "native-thousand"):
        for subject in res.rows[f"{case}-1"]:
            one, two = (cpus * res.get(f"{case}-{cpus}", subject, "ns") /
                        res.get(f"{case}-{cpus}", subject, "packets") for cpus in (1, 2))
            what = "model of hashlimit" if subject == "hashlimit" else SUBJECTS[subject]
            yield (f"| {what}, {case.split('-')[1]} | {one:.1f} | {two:.1f} | "
                   f"{res.scaling(case, subject):.2f} |")


def show_worst(res):
    """Single packets."""
    if "worst-one" not in res.rows:
        return
    yield ""
    yield "| single refused packets, instructions | median | 99 % | worst |"
    yield "|---|---|---|---|"
    for case in ("worst-one", "worst-random"):
        for subject, row in res.rows[case].items():
            yield (f"| {SUBJECTS[subject]}, {case.split('-')[1]} | {row['median']} | {row['p99']} | "
                   f"{row['worst']} |")


def show_profile(profiles):
    """Where the guard's instructions go."""
    columns = {}
    for each in profiles:
        case, _, name = each.partition("=")
        lines = [line.split() for line in pathlib.Path(name).read_text("utf-8").splitlines()]
        columns[case] = {words[1]: (float(words[2]), float(words[3]))
                         for words in lines if words[0] == "function"}
        columns[case]["in all"] = next((float(words[1]),) * 2 for words in lines
                                       if words[0] == "total")
    def most(name, which):
        return max(column.get(name, (0, 0))[which] for column in columns.values())

    names = sorted({name for column in columns.values() for name in column},
                   key=lambda name: -most(name, 1))
    if not names:
        return
    yield ""
    yield ("| the guard's own instructions, limits pair and router | " +
           " | ".join(f"{case}: in it | and in what it calls inline" for case in columns) + " |")
    yield "|---" * (2 * len(columns) + 1) + "|"
    for name in names:
        if most(name, 0) < 1:
            continue
        cells = [f"{column[name][0]:.0f} | {column[name][1]:.0f}" if name in column else " | "
                 for column in columns.values()]
        yield f"| {name} | " + " | ".join(cells) + " |"


def show(res, args, rows):
    """The whole report, in lines."""
    yield (f"Linux {res.kernel}, {res.flags}, {args.date}. Instructions per packet, the loop's own "
           f"{figure(res.get('harness', 'nothing') or 0)} included; in brackets, times the guard's.")
    yield ""
    yield from show_goals(rows)
    yield ""
    yield from show_cases(res)
    yield from show_growth(res)
    yield from show_worst(res)
    yield from show_scaling(res)
    yield from show_native(res)
    yield from show_profile(args.profile)


def headline(res):
    """What README.md says."""
    names = ("guard", "hashlimit", "nftmeter", "rawdrop")
    yield ("Instructions for a packet that is refused, limits and hook included "
           f"(Linux {res.kernel}; all of it in `selftests/bench/RESULTS.md`):")
    yield ""
    yield "| | " + " | ".join(SUBJECTS[each] for each in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for case in ("one", "thousand", "random", "udp4-more"):
        text = CASES[case] + (", passes" if case.startswith("udp") else "")
        yield f"| {text} | " + " | ".join(figure(res.get(case, each)) for each in names) + " |"


def write_part(name, lines, begin=BEGIN, end=END):
    """Puts lines between the marks of a file; what others wrote there stays."""
    path = pathlib.Path(name)
    text = path.read_text(encoding="utf-8")
    before, mark, rest = text.partition(begin)
    if not mark or end not in rest:
        sys.exit(f"bench: {name} has no place for the results")
    after = rest.partition(end)[2]
    path.write_text(before + begin + "\n" + "\n".join(lines) + "\n" + end + after,
                    encoding="utf-8")


def plot(out, name, title, axes, series):
    """A plot from series of (label, [(x, y)]), drawn by gnuplot."""
    commands = [
        "set terminal svg size 800,500 dynamic background 'white'",
        f"set output '{out / name}'",
        f"set title \"{title}\"", f"set xlabel '{axes[0]}'", f"set ylabel '{axes[1]}'",
        "set key left top", "set yrange [0:*]", "set grid",
    ]
    if len(axes) > 2:
        commands.append(axes[2])
    commands.append("plot " + ", ".join(
        f"'-' using 1:2 with linespoints title '{label}'" for label, _ in series))
    for _, points in series:
        commands += [f"{x} {y}" for x, y in points] + ["e"]
    subprocess.run(["gnuplot"], input="\n".join(commands) + "\n", text=True, check=True)


def draw(res, args):
    """All plots for which there are figures."""
    names = [each for each in SUBJECTS if res.scaling("scaling-random", each)]
    if names:
        plot(args.out, "scaling.svg",
             f"Refusing random sources (Linux {res.kernel}, {args.date})",
             ("processors", "packets/s", "set xrange [0.8:2.2]; set xtics 1"),
             [(SUBJECTS[each], [(cpus, cpus * res.get("scaling-random-1", each, "packets") * 1e9 /
                                 res.get(f"scaling-random-{cpus}", each, "ns")) for cpus in (1, 2)])
              for each in names])
    cases = [case for case in res.rows if case.startswith("sources-")]
    if cases:
        series = [(SUBJECTS[each], [(int(case.split("-")[1]), res.get(case, each)) for case in cases])
                  for each in ("guard", "hashlimit", "nftmeter")]
        plot(args.out, "sources.svg",
             f"Refusing a packet (Linux {res.kernel}, {res.flags}, {args.date})",
             ("senders over their limit", "instructions", "set logscale x"), series)


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
             f"# 2 % fails. Linux {res.kernel}, {res.flags}"]
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
    parser.add_argument("--results")
    parser.add_argument("--readme")
    parser.add_argument("--profile", action="append", default=[])
    parser.add_argument("--check")
    parser.add_argument("--record")
    parser.add_argument("logs", nargs="*")
    args = parser.parse_args()
    res = Results(args.logs)
    if args.record:
        write_record(res, args.record)
        return
    if args.check:
        sys.exit(check_record(res, args.check))
    rows = goals(res)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "bench.json").write_text(json.dumps(
        {"kernel": res.kernel, "flags": res.flags, "date": args.date, "goals": rows,
         "measured": res.rows, "memory": res.memory}, indent=1) + "\n", encoding="utf-8")
    draw(res, args)
    lines = list(show(res, args, rows))
    print("\n".join(lines))
    if args.results:
        write_part(args.results, lines)
    if args.readme:
        write_part(args.readme, list(headline(res)))


if __name__ == "__main__":
    main()
