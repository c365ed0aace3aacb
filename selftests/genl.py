#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Speaks the guard's generic netlink where the tool is too polite to.

usage: genl.py COMMAND [-- COMMAND]...

The commands go through one socket, one after the other; each prints a line:

  set WORD...     one config-set message; prints `ok` or `error ERRNO SENTENCE`
                  words: begin add commit replace validate-only generation=N
                  mode=N max-message=N table-size=N bridged=N known-first=N
                  candidate-size=N exempt=PREFIX unexempt=PREFIX
                  limit=CLASS:SCOPE:COUNT:UNIT:BURST
  exemptions      reads a whole dump and prints how many it told
  hold            opens a dump, says `open`, keeps it until standard input ends,
                  then reads the rest of it and prints how many it told
  stats           opens a dump of the counters, reads none of it, says `open`,
                  and keeps it until standard input ends
  why SOURCE DESTINATION DEVICE   asks what would become of a packet; any word
                  may be left out; prints `ok` or `error ERRNO SENTENCE`

Exit status: 0, or 2 when the last command was refused.
"""
import errno
import ipaddress
import os
import socket
import struct
import sys

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_EXT_ACK = 11
REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
ERROR, DONE = 2, 3
ACK_TLVS = 0x200
NESTED = 0x8000
GENL_ID_CTRL, CTRL_GETFAMILY = 0x10, 3
CONFIG_GET, CONFIG_SET, STATS_GET, WHY_GET = 1, 2, 5, 8
GENERATION, EXEMPTION, EXEMPTION_COUNT = 1, 12, 16
NUMBERS = {"generation": GENERATION, "mode": 2, "max-message": 3, "table-size": 4,
           "candidate-size": 19}
BYTES = {"randomise": 5, "bridged": 6, "known-first": 18}
FLAGS = {"replace": 13, "validate-only": 14}
TRANSACTION = {"begin": 1, "add": 2, "commit": 3}
TRANSACTION_ATTR = 15
LIMIT = 8


def attr(kind, data):
    """One attribute, padded."""
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def u32(kind, value):
    """An attribute that is a number."""
    return attr(kind, struct.pack("=I", int(value)))


def attrs(data):
    """The attributes in data: pairs of type and content."""
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def messages(data):
    """The netlink messages in data: pairs of type and content."""
    while len(data) >= 16:
        size, kind, flags = struct.unpack_from("=IHH", data)
        yield kind, flags, data[16:size]
        data = data[(size + 3) & ~3:]


def prefix(text, delete):
    """An exemption."""
    net = ipaddress.ip_network(text)
    inside = attr(1, net.network_address.packed) + u32(2, net.prefixlen)
    if delete:
        inside += attr(4, b"")
    return attr(EXEMPTION | NESTED, inside)


class Refused(Exception):
    """The kernel said no."""


class Guard:
    """A socket to the guard of this namespace."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sequence = 0
        self.family = GENL_ID_CTRL
        self.description = self.ask(CTRL_GETFAMILY, attr(2, b"icmpguard\0"))[0]
        self.family = struct.unpack("=H", dict(attrs(self.description))[1])[0]

    def send(self, command, content, flags):
        """Sends a request and reads nothing."""
        self.sequence += 1
        size = 20 + len(content)
        self.socket.send(struct.pack("=IHHIIBBH", size, self.family, REQUEST | flags,
                                     self.sequence, 0, command, 1, 0) + content)

    def receive(self):
        """Reads answers up to the last one; gives their contents."""
        found = []
        while True:
            for kind, flags, data in messages(self.socket.recv(1 << 16)):
                if kind == DONE:
                    return found
                if kind != ERROR:
                    found.append(data[4:])
                    continue
                number = -struct.unpack_from("=i", data)[0]
                if not number:
                    return found
                # after the error comes the request: of a refused one the whole
                skip = 4 + struct.unpack_from("=I", data, 4)[0]
                told = attrs(data[skip + -skip % 4:]) if flags & ACK_TLVS else ()
                text = dict(told).get(1, b"\0")[:-1].decode()
                raise Refused(f"error {errno.errorcode[number]} {text}".strip())

    def ask(self, command, content=b"", flags=ACK):
        """Sends a request and reads the answers."""
        self.send(command, content, flags)
        return self.receive()

    @staticmethod
    def config(words):
        """The attributes of a config-set."""
        content = b""
        for word in words:
            key, _, value = word.partition("=")
            if key in NUMBERS:
                content += u32(NUMBERS[key], value)
            elif key in BYTES:
                content += attr(BYTES[key], bytes([int(value)]))
            elif key in FLAGS:
                content += attr(FLAGS[key], b"")
            elif key in TRANSACTION:
                content += u32(TRANSACTION_ATTR, TRANSACTION[key])
            elif key in ("exempt", "unexempt"):
                content += prefix(value, key == "unexempt")
            elif key == "limit":
                inside = [u32(i + 1, v) for i, v in enumerate(value.split(":"))]
                content += attr(LIMIT | NESTED, b"".join(inside))
            else:
                sys.exit(f"genl.py: unknown word {word}")
        return content

    def do_set(self, words):
        """One config-set."""
        self.ask(CONFIG_SET, self.config(words))
        return "ok"

    @staticmethod
    def count_exemptions(contents):
        """How many exemptions a dump told; all of it must be of one piece."""
        return sum(kind == EXEMPTION for content in contents for kind, _ in attrs(content))

    def do_exemptions(self, _words):
        """A whole dump."""
        return self.count_exemptions(self.ask(CONFIG_GET, flags=DUMP))

    def do_hold(self, _words):
        """A dump that stays open."""
        self.send(CONFIG_GET, b"", DUMP)
        print("open", flush=True)
        sys.stdin.read()
        return self.count_exemptions(self.receive())

    def do_stats(self, _words):
        """A dump of the counters that stays open, and is never read."""
        self.send(STATS_GET, b"", DUMP)
        print("open", flush=True)
        sys.stdin.read()
        return "closed"

    def do_why(self, words):
        """A question, and whether it was answered."""
        content = b"".join(attr(i + 1, ipaddress.ip_address(word).packed)
                           for i, word in enumerate(words[:2]))
        content += b"".join(attr(3, word.encode() + b"\0") for word in words[2:])
        self.ask(WHY_GET, content)
        return "ok"


def main():
    """Runs the commands."""
    guard = Guard()
    status = 0
    words = []
    for word in sys.argv[1:] + ["--"]:
        if word != "--":
            words.append(word)
            continue
        try:
            print(getattr(guard, "do_" + words[0])(words[1:]), flush=True)
            status = 0
        except Refused as refusal:
            print(refusal, flush=True)
            status = 2
        words = []
    return status


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        sys.exit(main())
    except Refused as refused:
        print(refused)
        os._exit(2)
