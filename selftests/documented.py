#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs the commands that README.md and the manual show: each has to succeed.

usage: documented.py inside|outside

Inside is a machine with the module, and also runs what `icmpguard help` shows;
outside is the machine that builds. A command that isn't known below is a failure,
so that none is shown that nobody has run, and so is one that isn't shown any more.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
SLOW = int(os.environ.get("ICMPGUARD_SLOW", "1"))

# their blocks are drawings and tables
NO_COMMANDS = {"How a packet flows", "The tree"}
# what a command in the midst of a sentence begins with, besides sudo
PROGRAMS = {"dkms", "icmpguard", "make", "man", "modinfo", "modprobe", "mokutil", "systemctl"}

# Run inside as they are, like all that begin with icmpguard.
INSIDE = {
    "modprobe icmpguard",
    "modprobe -r icmpguard",
    "modprobe icmpguard mode=monitor",
    "modinfo -F signer icmpguard",
    r"printf 'mode monitor\nlimit all total 5000/s\n' | icmpguard set -",
}

# what has to be done first
BEFORE = {
    "modprobe icmpguard mode=monitor": "modprobe -r icmpguard",
    "icmpguard exempt del dev wg0": "icmpguard exempt add dev wg0",
}

# The other machine is a namespace here, and nobody is there to interrupt.
REPLACED = [
    (r"\bssh router2\b", "ip netns exec router2"),
    (r"\bicmpguard (-j )?monitor\b", r"timeout --preserve-status -s INT 2 icmpguard \1monitor"),
]

# Run outside, without changing the system: what is run instead.
OUTSIDE = {
    "make && make install":
        'make -s && make -s install DESTDIR="$(realpath --relative-to=. "$scratch/root")" && '
        'test -x "$scratch/root/usr/local/sbin/icmpguard" && '
        'test -e "$scratch"/root/lib/modules/*/updates/icmpguard.ko*',
    "make uninstall":
        'make -s install DESTDIR="$scratch/gone" && make -s uninstall DESTDIR="$scratch/gone" && '
        '! find "$scratch/gone" -name "icmpguard*" -type f | grep .',
    "make KDIR=/path/to/headers": 'make -s KDIR="$kdir"',
    "make deps": "make -s deps",
    "mkdir -p /usr/src/icmpguard-0.1.0": 'mkdir -p "$scratch/src/icmpguard-0.1.0"',
    "cp -r Kbuild dkms.conf kmod /usr/src/icmpguard-0.1.0":
        'cp -r Kbuild dkms.conf kmod "$scratch/src/icmpguard-0.1.0"',
    "make install-tool":
        'make -s install-tool DESTDIR="$scratch/tool" && test -x "$scratch/tool/usr/local/sbin/icmpguard" && '
        'test -e "$scratch/tool/usr/local/lib/systemd/system/icmpguard.service"',
    "dkms install icmpguard/0.1.0":
        'mkdir -p "$scratch/dkms" "$scratch/modules/$release" && '
        'mok_signing_key="$scratch/mok.key" mok_certificate="$scratch/mok.pub" '
        'dkms install icmpguard/0.1.0 -k "$release" --no-depmod --sourcetree "$scratch/src" '
        '--dkmstree "$scratch/dkms" --installtree "$scratch/modules" && '
        'find "$scratch/modules" -name "icmpguard.ko*" | grep -q .',
    "man icmpguard": "mandoc userspace/icmpguard.8 >/dev/null",
    "selftests/vm/run": "selftests/vm/run </dev/null",
    "selftests/vm/run -- sh -c 'modprobe icmpguard && icmpguard status'":
        "selftests/vm/run -- sh -c 'modprobe icmpguard && icmpguard status'",
}

# Run by nobody here, and why.
NOWHERE = {
    "make demo": "takes minutes, and is a test of its own kind: it judges its table itself",
    "make check": "is what runs this",
    "make check KERNEL=6.12": "is a part of what runs this",
    "make check-debug": "takes an hour; it is a gate of its own",
    "make check-long": "takes hours",
    "make lint": "is the other half of the gate",
    "make bench": "takes minutes, and rewrites files of the tree",
    "make bench QUICK=1": "takes minutes",
    "mokutil --import /var/lib/dkms/mok.pub": "needs a machine with UEFI, and somebody to confirm",
    "mokutil --sb-state": "needs a machine with UEFI",
    "systemctl enable icmpguard": "needs a machine with systemd",
}


def find(*names):
    """The file by one of its names: in the tree, or installed beside this."""
    for name in names:
        if os.path.exists(os.path.join(HERE, name)):
            return os.path.join(HERE, name)
    sys.exit(f"documented.py: there is no {names[0]}")


def split(lines):
    """Yields the commands of a block, without sudo and comments."""
    lines = iter(lines)
    for line in lines:
        line = re.sub(r"(^|\s+)#\s.*$", "", line.rstrip())
        if not line:
            continue
        while line.endswith("\\"):
            line = line[:-1] + next(lines).strip()
        word = re.search(r"<<-?\s*'?(\w+)'?", line)
        while word and line.splitlines()[-1] != word[1]:
            line += "\n" + next(lines).strip()
        yield re.sub(r"\bsudo ", "", line)


def manual_commands(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    section = re.search(r"^\.Sh EXAMPLES\n(.*?)^\.Sh ", text, re.MULTILINE | re.DOTALL)[1]
    for block in re.findall(r"^\.Bd [^\n]*\n(.*?)^\.Ed$", section, re.MULTILINE | re.DOTALL):
        yield from split(block.replace(r"\-", "-").replace(r"\e", "\\").splitlines())


def readme_commands(path):
    with open(path, encoding="utf-8") as file:
        sections = re.split(r"^#+ ", file.read(), flags=re.MULTILINE)
    for section in sections:
        title, _, text = section.partition("\n")
        lines = text.splitlines()
        if title not in NO_COMMANDS:
            yield from split(line.strip() for line in lines if line.startswith("    "))
        prose = " ".join(line for line in lines if not line.startswith("    "))
        for code in re.findall(r"`([^`]+)`", prose):
            words = code.split()
            if words[0] == "sudo" or (len(words) > 1 and words[0] in PROGRAMS):
                yield from split([code])


def help_commands():
    def said(*command):
        return subprocess.run(["icmpguard", "help", *command], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    for verb in re.findall(r"^  ([a-z]+) ", said(), re.MULTILINE):
        yield from split(re.findall(r"^  ((?:icmpguard|printf) .*)$", said(verb), re.MULTILINE))


def place(command):
    if command in INSIDE or command.startswith("icmpguard "):
        return "inside"
    if command in OUTSIDE:
        return "outside"
    return "nowhere" if command in NOWHERE else None


class Report:
    def __init__(self, count):
        print(f"TAP version 13\n1..{count}", flush=True)
        self.number = 0
        self.bad = 0

    def result(self, problem, name):
        self.number += 1
        for line in problem.splitlines():
            print(f"#   {line}")
        self.bad += bool(problem)
        name = name.replace("\n", "; ").replace("#", "")
        print(f"{'not ok' if problem else 'ok'} {self.number} {name}", flush=True)


def run(command, scratch, where):
    """Returns what was wrong."""
    environment = dict(os.environ, scratch=scratch)
    if where == "outside":
        # of the caller's make nothing is meant for these
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "KDIR"):
            environment.pop(name, None)
        environment["kdir"] = newest_headers()
        environment["release"] = os.path.basename(os.path.dirname(newest_headers()))
        command = OUTSIDE[command]
    else:
        command = "\n".join(["lsmod | grep -q '^icmpguard ' || modprobe icmpguard",
                             BEFORE.get(command, ":"), "set -e", command])
        for pattern, replacement in REPLACED:
            command = re.sub(pattern, replacement, command)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], check=False,
                          cwd=TOP if where == "outside" else scratch, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=(600 if where == "outside" else 60) * SLOW)
    if done.returncode:
        return f"exit status {done.returncode} of: {command}\n{done.stdout[-3000:]}"
    return ""


def newest_headers():
    builds = [f"/lib/modules/{name}/build" for name in os.listdir("/lib/modules")]
    builds = [name for name in builds if os.path.exists(f"{name}/Makefile")]
    return max(builds, key=lambda name: [int(word) for word in re.findall(r"\d+", name)])


def set_up(scratch):
    """What the commands take for granted."""
    script = """
        modprobe icmpguard
        for name in blue customer1 router2; do
            ip netns add $name
        done
        ip link add eth1 type dummy
        ip addr add 192.0.2.1/24 dev eth1
        ip addr add 2001:db8:1::1/64 dev eth1 nodad
        ip link set eth1 up
        echo 'max-message 4096' >changes.txt
        icmpguard save new.conf
        icmpguard save /etc/icmpguard.conf
        """
    subprocess.run(["bash", "-ec", script], check=True, cwd=scratch)


def main():
    if sys.argv[1:] not in (["inside"], ["outside"]):
        sys.exit(__doc__)
    where = sys.argv[1]
    shown = [("README.md", each) for each in readme_commands(find("../README.md", "README.md"))]
    shown += [("manual", each) for each in
              manual_commands(find("../userspace/icmpguard.8", "icmpguard.8"))]
    known = {*INSIDE, *OUTSIDE, *NOWHERE}
    if where == "inside":
        shown += [("help", each) for each in help_commands()]
    else:
        known = {each for each in known if "printf" not in each}
    problem = [f"{source} shows what isn't known here: {each}"
               for source, each in shown if not place(each)]
    problem += [f"nothing shows any more: {each}"
                for each in sorted(known - {each for _, each in shown})]
    sources = ["README.md", "manual"] + (["help"] if where == "inside" else [])
    problem += [f"{source} shows no commands" for source in sources
                if source not in {each for each, _ in shown}]
    mine = [each for each in shown if place(each[1]) == where]
    report = Report(len(mine) + 1)
    report.result("\n".join(problem), "all commands that are shown are known")
    if where == "outside":
        for command in sorted({each for _, each in shown if place(each) == "nowhere"}):
            print(f"# not run: {command}: {NOWHERE[command]}")
    with tempfile.TemporaryDirectory() as scratch:
        if where == "inside":
            set_up(scratch)
        for source, command in mine:
            report.result(run(command, scratch, where), f"{source}: {command}")
    sys.exit(1 if report.bad else 0)


if __name__ == "__main__":
    main()
