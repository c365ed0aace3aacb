# SPDX-License-Identifier: GPL-2.0-only
"""Draws what report.py has read: SVG, by gnuplot, each with kernel, flags and date."""

import subprocess
import textwrap

SURVIVORS = {
    "guard": "the guard",
    "bucket": "one token bucket",
    "hashlimit": "hashlimit + bucket",
    "nftmeter": "nft meter + bucket",
}


def commands(file, title, axes, series):
    """What gnuplot is told, from series of (label, style, [(x, y)])."""
    lines = [
        "set terminal svg size 900,560 dynamic background 'white' noenhanced",
        f"set output '{file}'",
        'set title "' + "\\n".join(title) + '" noenhanced',
        f"set xlabel '{axes[0]}'", f"set ylabel '{axes[1]}'",
        "set key outside below", "set yrange [0:*]", "set grid", *axes[2:],
        "plot " + ", ".join(f"'-' using 1:2 with linespoints {style} title '{label}'"
                            for label, style, _ in series),
    ]
    for _, _, points in series:
        lines += [f"{x} {y}" for x, y in points] + ["e"]
    return "\n".join(lines) + "\n"


def sources(res, names):
    """Cost by number of senders: axes and series."""
    return ("senders over their limit", "instructions per packet", "set logscale x"), [
        (names[each], "", [(count, res.get(f"sources-{count}", each)) for count in res.counts()])
        for each in ("guard", "hashlimit", "nftmeter")]


def scaling(res, names):
    """Two processors: axes and series."""
    return ("processors", "packets/s", "set xrange [0.8:2.2]", "set xtics 1"), [
        (names[each], "", [(cpus, res.rate(f"scaling-random-{cpus}", each)) for cpus in (1, 2)])
        for each in names if res.scaling("scaling-random", each)]


def pings(res, _):
    """Honest pings by rate of the flood: axes and series."""
    return ("flood, packets/s", "honest pings that pass, %", "set logscale x",
            "set yrange [0:105]"), [
        (f"{label}: {text}", f"lc {at} dt {dash}",
         [(point["pps"], point[kind]) for point in res.survived[each]])
        for at, (each, label) in enumerate(SURVIVORS.items(), 1) if each in res.survived
        for kind, text, dash in (("known", "known", 1), ("newcomers", "newcomers", 2))]


PLOTS = {
    "sources.svg": (sources, "sources-1", "Refusing a packet"),
    "scaling.svg": (scaling, "scaling-random-1", "Refusing random sources"),
    "pings.svg": (pings, "survived", "Honest pings in floods from random sources"),
}


def draw(res, args, names):
    """Draws all that there are figures for, and says which files."""
    files = []
    for name, (make, case, title) in PLOTS.items():
        if case not in res.setups:
            continue
        files.append(args.out / name)
        axes, series = make(res, names)
        text = commands(files[-1], (title, *textwrap.wrap(f"{res.setup(case)}, {args.date}", 90, break_on_hyphens=False)), axes, series)
        subprocess.run(["gnuplot"], input=text, text=True, check=True)
    return files
