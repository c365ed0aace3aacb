#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs one program of the test suite and judges what it says.

usage: ktap.py run [--number N] [--name NAME] [--timeout SECONDS]
                   [--tally FILE] [--times FILE] [--plain] -- COMMAND...
       ktap.py self-check

Passes the program's KTAP on as a subtest, as it comes, with one result line
of its own after it, and adds a line `passed failed skipped` to the tally, and to
the times what it took. A result counts once: a test that has subtests is not
counted besides them. What is missing is a failure: a plan, a result that the
plan promised, a good end. With --plain the exit status alone is the result.
"""
import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time

RESULT = re.compile(r"^( *)(not )?ok (\d+)(?: (?:- )?(.*))?$")
VERSION = re.compile(r"^( *)K?TAP version \d+$")
PLAN = re.compile(r"^( *)1\.\.(\d+)(?:\s+#\s*(.*))?$")
SKIP = re.compile(r"(?:^|\s)#\s*SKIP\b", re.IGNORECASE)


class Level:
    """What was seen at one depth of indentation since its parent's start."""

    def __init__(self):
        self.plan = None
        self.whole_skipped = False
        self.seen = 0
        self.failed = 0


class Report:
    """Reads KTAP line by line and counts."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.problems = []
        self.levels = {}

    def take_line(self, text):
        version = VERSION.match(text)
        plan = PLAN.match(text)
        result = RESULT.match(text)
        if version:
            # a second report after the first, or the start of a subtest
            self.close_from(len(version[1]))
            self.level(len(version[1]))
        elif plan:
            self.take_plan(self.level(len(plan[1])), int(plan[2]), plan[3] or "")
        elif result:
            self.take_result(len(result[1]), not result[2], int(result[3]), result[4] or "")
        elif text.lstrip().startswith("Bail out!"):
            self.problem(text.strip())

    def finish(self):
        if not self.levels:
            self.problem("no plan and no result")
        self.close_from(0)

    def level(self, depth):
        return self.levels.setdefault(depth, Level())

    def problem(self, text, level=None):
        self.problems.append(text)
        self.failed += 1
        if level:
            level.failed += 1

    def take_plan(self, level, count, comment):
        if level.plan is not None:
            self.problem("a second plan", level)
            return
        level.plan = count
        if count == 0 and re.match(r"SKIP\b", comment, re.IGNORECASE):
            level.whole_skipped = True
            self.skipped += 1

    def take_result(self, depth, good, number, description):
        has_parts = any(deeper > depth for deeper in self.levels)
        failed_parts = self.close_from(depth + 1)
        level = self.level(depth)
        level.failed += failed_parts
        level.seen += 1
        if number != level.seen:
            self.problem(f"result {number} instead of {level.seen}: {description}", level)
        if has_parts:
            if not good and not failed_parts:
                self.problem(f"failed although none of its parts did: {description}", level)
        elif not good:
            self.failed += 1
            level.failed += 1
        elif SKIP.search(description):
            self.skipped += 1
        else:
            self.passed += 1

    def close_from(self, depth):
        """Ends the levels from depth on down. Returns the failures in them."""
        failed = 0
        for each in sorted((d for d in self.levels if d >= depth), reverse=True):
            level = self.levels.pop(each)
            if level.plan is None:
                self.problem("results without a plan", level)
            elif level.seen != level.plan:
                self.problem(f"{level.seen} results of {level.plan} planned", level)
            elif level.plan == 0 and not level.whole_skipped:
                self.problem("a plan of no tests", level)
            failed += level.failed
        return failed


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run_program(command, timeout, take_line):
    """Runs command in a group of its own. Returns what was wrong with its end."""
    try:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    except OSError as error:
        return f"cannot be started: {error.strerror}"
    late = threading.Event()

    def end(reason=signal.SIGTERM):
        try:
            os.killpg(program.pid, reason)
        except ProcessLookupError:
            pass

    def too_late():
        late.set()
        end()
        threading.Timer(10, end, [signal.SIGKILL]).start()

    def interrupted(number, _frame):
        end()
        program.wait()
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    clock = threading.Timer(timeout, too_late)
    clock.daemon = True
    clock.start()
    with program.stdout:
        for line in program.stdout:
            take_line(line.decode(errors="replace").rstrip("\r\n"))
    status = program.wait()
    clock.cancel()
    if late.is_set():
        return f"no end after {timeout} s"
    if status:
        return f"ended by signal {-status}" if status < 0 else f"exit status {status}"
    return None


def take_end(report, wrong):
    """Counts a bad end, unless it only says again what the results said."""
    if wrong in ("exit status 1", "exit status 2") and report.failed:
        return
    if wrong == "exit status 4" and report.skipped and not report.failed:
        return
    if wrong:
        report.problem(wrong)


def add_times(options, started):
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(options.times, "a", encoding="utf-8") as times:
        times.write(f"# {time.monotonic() - started:.0f} s, of a processor "
                    f"{used.ru_utime + used.ru_stime:.0f} s: {options.name}\n")


def run(options):
    report = Report()
    started = time.monotonic()

    def take_line(text):
        if not options.plain:
            report.take_line(text)
        say(("# " if options.plain else "  ") + text)

    say(f"# Subtest: {options.name}")
    wrong = run_program(options.command, options.timeout, take_line)
    if not options.plain:
        report.finish()
        take_end(report, wrong)
    elif wrong:
        report.problem(wrong)
    else:
        report.passed = 1
    for problem in report.problems:
        say(f"# {options.name}: {problem}")
    bad = report.failed > 0
    skipped = " # SKIP" if report.skipped and not report.passed and not bad else ""
    say(f"{'not ok' if bad else 'ok'} {options.number} {options.name}{skipped}")
    if options.tally:
        with open(options.tally, "a", encoding="ascii") as tally:
            tally.write(f"{report.passed} {report.failed} {report.skipped}\n")
    if options.times:
        add_times(options, started)
    return 1 if bad else 0


# what a program says, and what is to be counted: passed, failed, skipped
SELF_CHECKS = [
    ("all is well", "TAP version 13\n1..2\nok 1 a\nok 2 b", (2, 0, 0)),
    ("a plan at the end", "TAP version 13\nok 1 a\n1..1", (1, 0, 0)),
    ("one not ok", "1..2\nok 1 a\nnot ok 2 b", (1, 1, 0)),
    ("cut short", "1..3\nok 1 a\nok 2 b", (2, 1, 0)),
    ("more than planned", "1..1\nok 1 a\nok 2 b", (2, 1, 0)),
    ("no tests", "TAP version 13\n1..0", (0, 1, 0)),
    ("no plan", "TAP version 13\nok 1 a", (1, 1, 0)),
    ("nothing at all", "", (0, 1, 0)),
    ("noise only", "hello\n# ok then\nokay", (0, 1, 0)),
    ("a skip", "1..2\nok 1 a\nok 2 b # SKIP no such tool", (1, 0, 1)),
    ("a skip that is not ok", "1..1\nnot ok 1 b # SKIP", (0, 1, 0)),
    ("all skipped", "1..0 # SKIP no such kernel", (0, 0, 1)),
    ("a gap in the numbers", "1..2\nok 1 a\nok 3 c", (2, 1, 0)),
    ("two plans", "1..1\n1..1\nok 1 a", (1, 1, 0)),
    ("two reports", "TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..1\nok 1 b", (2, 0, 0)),
    ("the first of two cut short", "TAP version 13\n1..2\nok 1 a\nTAP version 13\n1..1\nok 1 b",
     (2, 1, 0)),
    ("the second of two is empty", "TAP version 13\n1..1\nok 1 a\nTAP version 13", (1, 1, 0)),
    ("a subtest with a version", "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  ok 1 a\nok 1 b",
     (1, 0, 0)),
    ("a bail out", "1..1\nok 1 a\nBail out! no root", (1, 1, 0)),
    ("diagnostics between", "1..1\n# ok 7 is not a result\nwarming up\nok 1 - a", (1, 0, 0)),
    ("subtests count once", "1..1\n  1..2\n  ok 1 a\n  ok 2 b\nok 1 both", (2, 0, 0)),
    ("a failed subtest", "1..1\n  1..2\n  ok 1 a\n  not ok 2 b\nnot ok 1 both", (1, 1, 0)),
    ("a subtest cut short", "1..1\n  1..2\n  ok 1 a\nok 1 both", (1, 1, 0)),
    ("subtests without parent", "1..1\n  1..1\n  ok 1 a", (1, 1, 0)),
    ("a failure beside its subtests", "1..1\n  1..1\n  ok 1 a\nnot ok 1 all", (1, 1, 0)),
    ("subtests twice", "1..2\n  1..1\n  ok 1 a\nok 1 x\n  1..1\n  ok 1 a\nok 2 y", (2, 0, 0)),
    ("deep failures", "1..1\n  1..1\n    1..1\n    not ok 1 a\n  not ok 1 b\nnot ok 1 c",
     (0, 1, 0)),
]

# programs, and the same counts
SELF_CHECK_PROGRAMS = [
    ("a program that dies", "echo 1..1; echo ok 1 a; kill -9 $$", (1, 1, 0)),
    ("an exit status without a failed test", "echo 1..1; echo ok 1 a; exit 3", (1, 1, 0)),
    ("an exit status for a failed test", "echo 1..1; echo not ok 1 a; exit 1", (0, 1, 0)),
    ("an exit status for a failed test, from make", "echo 1..1; echo not ok 1 a; exit 2", (0, 1, 0)),
    ("a machine's exit status besides a failed test", "echo 1..1; echo not ok 1 a; exit 125",
     (0, 2, 0)),
    ("the exit status of a skip", "echo '1..0 # SKIP no such tool'; exit 4", (0, 0, 1)),
    ("a program that hangs", "echo 1..1; echo ok 1 a; sleep 60", (1, 1, 0)),
]


def count_text(text):
    report = Report()
    for line in text.splitlines():
        report.take_line(line)
    report.finish()
    return report.passed, report.failed, report.skipped


def count_program(script):
    report = Report()
    wrong = run_program(["sh", "-c", script], 1, report.take_line)
    report.finish()
    take_end(report, wrong)
    return report.passed, report.failed, report.skipped


def self_check():
    cases = [(count_text, *each) for each in SELF_CHECKS]
    cases += [(count_program, *each) for each in SELF_CHECK_PROGRAMS]
    say("TAP version 13")
    say(f"1..{len(cases)}")
    bad = 0
    for number, (count, name, told, expected) in enumerate(cases, 1):
        got = count(told)
        if got != expected:
            bad += 1
            say(f"# {name}: counted {got} instead of {expected}")
        say(f"{'ok' if got == expected else 'not ok'} {number} {name}")
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description="runs a test program, judges its KTAP")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("self-check")
    verb = verbs.add_parser("run")
    verb.add_argument("--number", type=int, default=1)
    verb.add_argument("--name", default="test")
    verb.add_argument("--timeout", type=float, default=120)
    verb.add_argument("--tally")
    verb.add_argument("--times")
    verb.add_argument("--plain", action="store_true")
    verb.add_argument("command", nargs="+")
    options = parser.parse_args()
    return self_check() if options.verb == "self-check" else run(options)


if __name__ == "__main__":
    sys.exit(main())
