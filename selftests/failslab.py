#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Does something again and again, and has each time another allocation fail.

usage: failslab.py [--all] OPERATION    the first allocation, the second, ...
       failslab.py --random ROUNDS      any operation, any allocations

Needs CONFIG_FAULT_INJECTION; failslab.sh says there whose allocations count.
Whatever fails, the configuration is afterwards what it was before, or what it
should become; what was accepted has happened, and what was refused hasn't, and
the refusal has a sentence. With --all, allocations of netlink itself fail too:
then an answer may be lost, or be without a sentence.

Prints how many were refused; exits with 1 when something was wrong. Without
OPERATION it lists them.
"""
import ctypes
import errno
import os
import random
import socket
import struct
import sys

import genl

CONFIG_RESET, STATS_RESET, STATUS_GET = 3, 6, 7
NETLINK_ADD_MEMBERSHIP = 1
CTRL_MCAST_GROUPS, CTRL_MCAST_GROUP_ID = 7, 2
STATUS_TABLE_SIZE = 5
OFF, MONITOR, ENFORCE = "mode=1", "mode=2", "mode=3"
SMALL, LARGE = "table-size=65536", "table-size=131072"
EXEMPT = [f"exempt=10.{i}.0.0/16" for i in range(200)]
LIMITS = ["limit=1:1:7:1:9", "limit=2:3:50:1:60"]
CLONE_NEWNET = 0x40000000
SYS_FINIT_MODULE = 313
MOST = 2000     # allocations of one operation


class Wrong(Exception):
    """What must not happen."""


class Fault:
    """The nth allocation of this thread fails, of those that are made while in it."""

    def __init__(self, nth):
        self.left = nth
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def __enter__(self):
        os.write(self.file, b"%d" % self.left)
        return self

    def __exit__(self, *_):
        self.left = int(os.pread(self.file, 16, 0))
        os.write(self.file, b"0")

    def has_happened(self):
        """Was there an nth?"""
        return not self.left

    def close(self):
        """No more of it."""
        os.close(self.file)


class Chance:
    """While in it, allocations of this process may fail."""

    def __enter__(self):
        self.switch(b"1")
        return self

    def __exit__(self, *_):
        self.switch(b"0")

    @staticmethod
    def switch(to):
        """On or off."""
        with open("/proc/self/make-it-fail", "wb", buffering=0) as file:
            file.write(to)


class Never:
    """Nothing fails."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Client(genl.Guard):
    """Talks to the guard under a fault."""

    def __init__(self, fault=None, only_send=False):
        super().__init__()
        self.socket.settimeout(20)
        self.fault = fault or Never()
        self.only_send = only_send

    def request(self, command, content, flags):
        """One request: returns `ok`, `lost`, or what the refusal says."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        try:
            with self.fault:
                self.send(command, content, flags)
                if not self.only_send:
                    self.finish()
            if self.only_send:
                self.finish()
        except genl.Refused as refused:
            return str(refused)
        except socket.timeout:
            raise Wrong("no answer") from None
        except OSError as error:
            if error.errno in (errno.ENOBUFS, errno.ENOMEM):
                return "lost"
            raise
        return "ok"

    def finish(self):
        """Reads answers up to the last one, which may also be a dump's bad end."""
        while True:
            for kind, flags, data in genl.messages(self.socket.recv(1 << 20)):
                if kind not in (genl.ERROR, genl.DONE):
                    continue
                number = -struct.unpack_from("=i", data)[0] if len(data) >= 4 else 0
                if number <= 0:
                    return
                skip = 4
                if kind == genl.ERROR:
                    skip += struct.unpack_from("=I", data, 4)[0]
                told = genl.attrs(data[skip + -skip % 4:]) if flags & genl.ACK_TLVS else ()
                text = dict(told).get(1, b"\0")[:-1].decode()
                raise genl.Refused(f"error {errno.errorcode[number]} {text}".strip())


def change(*words):
    """A config-set."""
    return (genl.CONFIG_SET, genl.Guard.config(words), genl.ACK)


# name: what is in force before, and the requests; all of them go through one socket
OPERATIONS = {
    "turn-on": ([OFF, SMALL], [change(ENFORCE)]),
    "turn-off": ([ENFORCE, SMALL], [change(OFF)]),
    "monitor": ([ENFORCE, SMALL], [change(MONITOR)]),
    "resize": ([ENFORCE, SMALL], [change(LARGE)]),
    "resize-back": ([ENFORCE, LARGE], [change(SMALL)]),
    "limits": ([ENFORCE, SMALL], [change(*LIMITS)]),
    "exempt": ([ENFORCE, SMALL], [change(*EXEMPT)]),
    "unexempt": ([ENFORCE, SMALL] + EXEMPT, [change(*("un" + each for each in EXEMPT[50:]))]),
    "everything": ([OFF], [change("replace", ENFORCE, LARGE, "bridged=1", *LIMITS, *EXEMPT)]),
    "validate": ([ENFORCE, SMALL], [change("validate-only", LARGE, *LIMITS)]),
    "transaction": ([ENFORCE, SMALL], [change("begin", *LIMITS), change("add", *EXEMPT),
                                       change("commit", LARGE)]),
    "reset": ([ENFORCE, SMALL, "bridged=1"] + LIMITS + EXEMPT, [(CONFIG_RESET, b"", genl.ACK)]),
    "read": ([ENFORCE] + EXEMPT, [(genl.CONFIG_GET, b"", genl.ACK),
                                  (genl.CONFIG_GET, b"", genl.DUMP),
                                  (genl.STATS_GET, b"", genl.DUMP),
                                  (STATUS_GET, b"", genl.ACK)]),
    "reset-counters": ([ENFORCE, SMALL], [(STATS_RESET, b"", genl.ACK)]),
}


def state(client):
    """All that is in force, and the table that there really is."""
    found = []
    for content in client.ask(genl.CONFIG_GET, flags=genl.DUMP):
        found += [each for each in genl.attrs(content) if each[0] != genl.GENERATION]
    status = dict(genl.attrs(client.ask(STATUS_GET)[0]))
    return found, status[STATUS_TABLE_SIZE]


def listen(client):
    """A socket that is told of changes, so that there is somebody to tell."""
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, genl.NETLINK_GENERIC)
    groups = dict(genl.attrs(client.description))[CTRL_MCAST_GROUPS]
    for _, group in genl.attrs(groups):
        number = struct.unpack("=I", dict(genl.attrs(group))[CTRL_MCAST_GROUP_ID])[0]
        listener.setsockopt(genl.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, number)
    return listener


class Operation:
    """What is tried, and what is known about it."""

    def __init__(self, name, healthy):
        self.name = name
        self.start, self.requests = OPERATIONS[name]
        self.healthy = healthy
        self.refused = 0
        self.prepare()
        self.before = state(healthy)
        outcome = self.run(Never(), False)
        if outcome != "ok":
            raise Wrong(f"without a fault: {outcome}")
        self.goal = state(healthy)

    def prepare(self):
        """Back to the start."""
        self.healthy.ask(genl.CONFIG_SET, genl.Guard.config(["replace"] + self.start))

    def run(self, fault, only_send):
        """Sends the requests up to the first that isn't accepted."""
        client = Client(fault, only_send)
        try:
            for request in self.requests:
                outcome = client.request(*request)
                if outcome != "ok":
                    return outcome
        finally:
            client.socket.close()
        return "ok"

    def attempt(self, fault, everything):
        """Once, from the start, with a fault."""
        self.prepare()
        if state(self.healthy) != self.before:
            raise Wrong("the start can't be had again")
        outcome = self.run(fault, everything)
        after = state(self.healthy)
        if outcome == "ok" and after != self.goal:
            raise Wrong("accepted, but not in force as a whole")
        if outcome == "lost" and after not in (self.before, self.goal):
            raise Wrong("an answer was lost, and what is in force is neither old nor new")
        if outcome in ("ok", "lost"):
            return outcome
        self.refused += 1
        if after != self.before:
            raise Wrong(f"refused, but something has changed: {outcome}")
        if outcome.count(" ") < 2 and not everything:
            raise Wrong(f"refused without a sentence: {outcome}")
        return outcome


def one_by_one(name, everything):
    """The first allocation fails, then the second, until there are no more."""
    healthy = genl.Guard()
    operation = Operation(name, healthy)
    listener = listen(healthy)
    for nth in range(1, MOST):
        fault = Fault(nth)
        try:
            operation.attempt(fault, everything)
        except Wrong as wrong:
            raise Wrong(f"{name}, allocation {nth}: {wrong}") from None
        finally:
            fault.close()
        if not fault.has_happened():
            print(f"{name}: {nth - 1} allocations, {operation.refused} refused")
            listener.close()
            return
    raise Wrong(f"{name}: there is no end of allocations")


def any_of_them(rounds):
    """Any operation, any number of failed allocations."""
    seed = random.randrange(1 << 32)
    chooser = random.Random(seed)
    healthy = genl.Guard()
    operations = [Operation(name, healthy) for name in OPERATIONS]
    for number in range(rounds):
        operation = chooser.choice(operations)
        try:
            operation.attempt(Chance(), False)
        except Wrong as wrong:
            raise Wrong(f"seed {seed}, round {number}, {operation.name}: {wrong}") from None
    print(f"{rounds} rounds, {sum(each.refused for each in operations)} refused")


def system_call(libc, what, *arguments):
    """Returns 0 or the error."""
    return 0 if what(*arguments) >= 0 else ctypes.get_errno()


def until_it_works(name, what):
    """The same for something that is no request: it works, or there is no memory."""
    for nth in range(1, MOST):
        fault = Fault(nth)
        with fault:
            error = what()
        fault.close()
        if not fault.has_happened():
            if error:
                raise Wrong(f"{name}: {errno.errorcode[error]} without a fault")
            print(f"{name}: {nth - 1} allocations")
            return
        if error not in (0, errno.ENOMEM):
            raise Wrong(f"{name}, allocation {nth}: {errno.errorcode[error]}")
        yield error


def namespace():
    """A new network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    for error in until_it_works("namespace",
                                lambda: system_call(libc, libc.unshare, CLONE_NEWNET)):
        if not error and libc.setns(home, CLONE_NEWNET):
            raise Wrong("no way back")


def load(path):
    """Loading the module."""
    libc = ctypes.CDLL(None, use_errno=True)
    file = os.open(path, os.O_RDONLY)
    arguments = (SYS_FINIT_MODULE, file, b"", 0)
    for error in until_it_works("load", lambda: system_call(libc, libc.syscall, *arguments)):
        if not error and os.system("rmmod icmpguard"):
            raise Wrong("it can't be unloaded")
        if os.path.exists("/sys/module/icmpguard") or os.path.exists("/proc/net/icmpguard"):
            raise Wrong("something of it is left")


def proc():
    """Reading the counters as a file."""
    def read():
        try:
            with open("/proc/thread-self/net/icmpguard", "rb", buffering=0) as file:
                while file.read(4096):
                    pass
        except OSError as error:
            return error.errno
        return 0

    for _ in until_it_works("proc", read):
        pass


def main():
    """As the command line says."""
    words = sys.argv[1:]
    everything = words[:1] == ["--all"]
    if everything:
        words = words[1:]
    if not words:
        print("\n".join(OPERATIONS))
    elif words[0] == "--random":
        any_of_them(int(words[1]))
    elif words[0] == "namespace":
        namespace()
    elif words[0] == "load":
        load(words[1])
    elif words[0] == "proc":
        proc()
    else:
        one_by_one(words[0], everything)


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong_thing:
        print(wrong_thing)
        sys.exit(1)
