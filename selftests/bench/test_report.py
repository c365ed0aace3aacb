#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what report.py, plot.py and profile.py make of what was measured; prints KTAP."""

import argparse
import contextlib
import io
import json
import pathlib
import sys
import tempfile

import plot
import profile
import report

SUBJECTS = ("guard", "guard_two", "hashlimit", "nftmeter", "nothing", "off", "rawdrop")


def log_text(**changes):
    """A machine's lines in which each goal is just met, but for changes: words of a line by name."""
    lines = {
        "emulator": "emulator QEMU 7.2.22, instructions counted",
        "kernel": "kernel 6.1.0 (6.1.1-1)",
        "flags": "flags 1 processor(s), retpolines on",
    }

    def measured(case, subject, each, **more):
        words = {"packets": 10, "refused": 10, "instructions": int(10 * each), "ns": 1000, **more}
        lines[f"{case} {subject}"] = (f"measured {case} {subject} " +
                                      " ".join(f"{key}={value}" for key, value in words.items()))

    for case in ("one", "two", "thousand", "random"):
        for subject in SUBJECTS:
            measured(case, subject, 290 if subject == "guard" else 300)
    for family, limit in ((4, 32), (6, 40)):
        for more in ("", "-more"):
            for subject in SUBJECTS:
                measured(f"udp{family}{more}", subject, 100 + limit * (subject == "guard"))
    for count, each in ((1, 200), (2, 200), (524288, 230)):
        for subject in ("guard", "hashlimit", "nftmeter"):
            measured(f"sources-{count}", subject, each)
    for case in ("worst-one", "worst-random"):
        for subject in ("guard", "guard_two", "hashlimit"):
            measured(case, subject, 100, median=100, p99=120, p9999=140, worst=150)
    for case in ("scaling-one", "scaling-random", "native-one"):
        for subject in ("guard", "guard_two", "hashlimit", "nftmeter"):
            slow = 1300 if subject == "hashlimit" else 100
            measured(f"{case}-1", subject, 1, ns=slow * 186)
            # no longer than on one, as a try ends when its time has come
            measured(f"{case}-2", subject, 1, packets=20, ns=slow * 200)
    measured("native-thousand-1", "guard", 1)
    measured("native-thousand-2", "guard", 1)
    measured("build", "nothing", 100)
    for subject, each in (("guard", 200), ("nothing", 2100), ("conntrack", 2100)):
        measured("receive-random", subject, each)
    for subject, each in (("guard", 200), ("nothing", 350), ("conntrack", 350)):
        measured("beyond4", subject, each)
    lines["memory beyond4"] = "memory beyond4 guard 0"
    for subject in ("guard_two", "guard_large", "hashlimit", "nftmeter"):
        for what, value in (("keys", 1000), ("kept", 995), ("taken", 995 * 22), ("flood", 0)):
            lines[f"memory {what} {subject}"] = f"memory {what} {subject} {value}"
    for subject in plot.SURVIVORS:
        lines[f"survived {subject}"] = f"survived {subject} pps=10000 known=100.00 newcomers=99.50"
        lines[f"again {subject}"] = f"survived {subject} pps=20000 known=90.00 newcomers=80.00"
    lines["counted"] = "counted guard 1200\ncounted hashlimit 300"
    lines["seconds"] = "seconds exact refusals: 3 s of the machine's time 7"
    lines["complete"] = "complete"
    lines.update(changes)
    return "\n".join(lines.values()) + "\n"


def read(folder, **changes):
    """The results of such lines."""
    path = pathlib.Path(folder) / "log"
    path.write_text(log_text(**changes), encoding="utf-8")
    return report.Results([path])


def arguments(folder):
    """The arguments of report()."""
    (pathlib.Path(folder) / "profile-one").write_text(
        "calls 10\ntotal 50.0\nfile hook.c 30.0\nfile hash.h 20.0\nfunction own 30.0 50.0\n",
        encoding="utf-8")
    return argparse.Namespace(
        out=pathlib.Path(folder) / "out", date="2026-01-02", seconds="9", keep=None, readme=None,
        profile=[f"one={folder}/profile-one"])


def not_met(folder, **changes):
    """The rows that aren't met."""
    return [goal["row"] for goal in report.goals(read(folder, **changes))
            if goal["value"] is not None and not goal["met"]]


def test_goals_met(folder):
    """what just reaches each goal meets it"""
    rows = [goal["row"] for goal in report.goals(read(folder)) if goal["value"] is not None]
    assert sorted(set(rows)) == [1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13], rows
    assert not not_met(folder), not_met(folder)


def test_goals_not_met(folder):
    """what doesn't quite reach a goal is not met"""
    def line(case, subject, **words):
        return {f"{case} {subject}": f"measured {case} {subject} packets=1000 refused=1000 " +
                " ".join(f"{key}={value}" for key, value in words.items())}

    cases = [
        (1, line("two", "guard", instructions=290001, ns=1)),
        (2, line("random", "guard_two", instructions=330001, ns=1)),
        (3, line("sources-524288", "guard", instructions=230001, ns=1)),
        (4, line("scaling-random-2", "guard", instructions=1, ns=1005410)),
        (4, line("scaling-random-2", "hashlimit", instructions=1, ns=12999990)),
        (5, line("native-one-2", "guard", instructions=1, ns=1005410)),
        (6, {"memory taken guard_large": f"memory taken guard_large {995 * 22 + 1}"}),
        (6, {"memory flood guard_two": "memory flood guard_two 4096"}),
        # as cheap, but of ten in a thousand nothing is known
        (6, {"memory kept guard_two": "memory kept guard_two 990",
             "memory taken guard_two": "memory taken guard_two 9900"}),
        (9, line("udp4-more", "guard", instructions=132001, ns=1)),
        (9, line("udp6-more", "guard", instructions=140001, ns=1)),
        (10, line("udp4", "off", instructions=100001, ns=1)),
        (11, line("beyond4", "guard", instructions=200001, ns=1)),
        (11, {"memory beyond4": "memory beyond4 guard 1"}),
        (12, line("worst-random", "guard", instructions=1, ns=1, median=100, p99=120, worst=151)),
        (12, line("worst-random", "guard_two", instructions=1, ns=1, median=100, p99=120, worst=151)),
        (13, line("receive-random", "guard", instructions=200001, ns=1)),
    ]
    for row, changes in cases:
        got = not_met(folder, **changes)
        assert set(got) == {row}, (row, changes, got)


def test_shown(folder):
    """each goal, table and plot is shown, and what isn't met is said to be so"""
    args = arguments(folder)
    res = read(folder, **{"two guard": "measured two guard packets=1 refused=1 instructions=999 ns=1"})
    rows = [goal for goal in report.goals(res) if goal["value"] is not None]
    text = "\n".join(report.show(res, args, rows))
    assert text.count("**not met**") == 1
    assert text.count("| met |") == len(rows) - 1
    for piece in ("Linux 6.1.0 (6.1.1-1), QEMU 7.2.22, instructions counted, 1 processor(s), "
                  "retpolines on, 2026-01-02", "| 524,288 |", "| 100 | 120 | 140 | 150 |", "995 | 0.50 %",
                  "22.0 | 0 |", "| 10,000 | 100.00 / 99.50", "| hook.c | 30 |", "| own | 30 / 50 |",
                  "by difference | 250 |", "Took 9 s in all", "refusals 7 s",
                  "1,500 packets in 2 comparisons of guard, iptables hashlimit.",
                  "| guard, one | 1860.0 | 2000.0 | 1.86 | 1.86 |",
                  "(sources.svg)", "(scaling.svg)", "(pings.svg)"):
        assert piece in text, piece
    assert f"{len(rows) - 1} of {len(rows)} goals" in "\n".join(report.headline(res, rows))


def test_written(folder):
    """bench.json has all raw values, and the files stand where they are linked from"""
    args = arguments(folder)
    args.keep = pathlib.Path(folder) / "keep"
    args.keep.mkdir()
    (args.keep / "RESULTS.md").write_text(
        "before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n", encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        report.report(read(folder), args)
    written = (args.keep / "RESULTS.md").read_text(encoding="utf-8")
    assert written.startswith("before\n<!--") and written.endswith("-->\nafter\n")
    assert "\nold\n" not in written
    raw = json.loads((args.keep / "bench.json").read_text(encoding="utf-8"))
    assert raw["date"] == "2026-01-02"
    assert raw["measured"]["two"]["guard"]["instructions"] == 2900
    assert raw["setups"]["two"] == {
        "kernel": "6.1.0 (6.1.1-1)",
        "flags": "QEMU 7.2.22, instructions counted, 1 processor(s), retpolines on"}
    for name in ("sources", "scaling", "pings"):
        drawn = (args.keep / f"{name}.svg").read_text(encoding="utf-8")
        assert f"({name}.svg)" in written, name
        assert "2026-01-02" in drawn and "QEMU 7.2.22" in drawn and "6.1.0" in drawn, name


def test_plotted(folder):
    """plots draw what was measured"""
    res = read(folder)
    _, series = plot.sources(res, report.SUBJECTS)
    assert series[0] == ("guard", "", [(1, 200), (2, 200), (524288, 230)]), series
    _, series = plot.scaling(res, report.SUBJECTS)
    assert series[0][2] == [(1, 10 * 1e9 / 18600), (2, 20 * 1e9 / 20000)], series
    _, series = plot.pings(res, None)
    assert [each[2] for each in series[:2]] == [
        [(10000.0, 100.0), (20000.0, 90.0)], [(10000.0, 99.5), (20000.0, 80.0)]], series


def test_least_disturbed(folder):
    """of several tries the fastest counts, however many packets each sent"""
    for tries, fastest in ((((1, 7), (1, 5), (1, 6)), 5), (((1, 5), (4, 16), (2, 9)), 16),
                           (((4, 16), (1, 3), (1, 5)), 3)):
        text = "\n".join(f"measured two guard packets={packets} refused=1 instructions=1 ns={ns}"
                         for packets, ns in tries)
        assert read(folder, **{"two guard": text}).get("two", "guard", "ns") == fastest, tries


def test_incomplete(folder):
    """a report that broke off is refused"""
    try:
        read(folder, complete="")
    except SystemExit as end:
        assert "not complete" in str(end.code)
    else:
        raise AssertionError("it was read")


def test_rehearsal(folder):
    """the rehearsal's figures"""
    lines = {f"rehearsal {key}": f"rehearsal {key} {value}" for key, value in (
        ("keys", 2000), ("kept", 1000), ("evictions", 3), ("fill", 456), ("taken", 20500),
        ("slab", 0), ("build_us", 1500), ("resize_us", 2500), ("table", 3 << 20), ("candidates", 1 << 20))}
    for case in report.REHEARSED:
        lines[case] = f"measured {case} guard packets=4 refused=3 instructions=10 ns=1"
    text = "\n".join(report.rehearsed(read(folder, complete="\n".join([*lines.values(), "complete"])),
                                      arguments(folder)))
    for piece in ("| 2,000 |", "1,000 (50.000 %)", "45.6 % full", "20.5 for each", "table-size 3M, candidate-size 1M", "1.5 ms", "2.5 ms",
                  "2.5 instructions, 3 of 4 refused"):
        assert piece in text, (piece, text)


def test_trace(folder):
    """a profile has whole packets since the mark, and nothing twice"""
    trace = pathlib.Path(folder) / "trace"
    run = [f"Trace 0: 0x7f [00000000/{block}/00000000/00000000] " for block in
           ("100", "200", "100", "300", "100", "200", "100", "100")]
    trace.write_text("\n".join([
        "IN: ", "0x00000100:  aa nop", "0x00000101:  aa nop", "",
        "IN: ", "0x00000200:  aa nop", "", "IN: ", "0x00000300:  aa nop", "",
        # cut short where the clock had to tick
        "IN: ", "0x00000100:  aa nop", "",
        *run, "Stopped execution of TB chain before 0x7f [100] ", run[1], run[2],
    ]) + "\n", encoding="ascii")
    read = profile.read_trace
    # two packets begin with 200 and have an end, one of them behind the mark at 300
    assert read(trace, 0x100, 0x400, 0x200) == {0x100: 3, 0x101: 3, 0x200: 2, 0x300: 1}
    assert read(trace, 0x100, 0x400, 0x200, 0x300) == {0x100: 1, 0x101: 1, 0x200: 1}
    assert read(trace, 0x100, 0x200, 0x200) == {0x100: 3, 0x101: 3}
    try:
        read(trace, 0x100, 0x400, 0x200, 0x101)
    except SystemExit as end:
        assert "never run" in str(end.code)
    else:
        raise AssertionError("a mark that was never run doesn't matter")


def main():
    """Runs them all."""
    tests = [each for name, each in globals().items() if name.startswith("test_")]
    bad = 0
    print(f"KTAP version 1\n1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                verdict = "ok"
            except Exception as error:  # whatever it is, the others are run as well
                print(f"# {error!r:.500}")
                verdict, bad = "not ok", bad + 1
        print(f"{verdict} {number} {test.__doc__}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
