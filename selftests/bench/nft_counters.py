#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Prints the packets that the counters of all rules in nft tables named "bench" say.

nft itself reads all elements of their sets before it shows a rule: millions.
"""

import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from genl import DONE, DUMP, ERROR, REQUEST, attrs, messages

NETLINK_NETFILTER = 12
GETRULE, NEWRULE = 0xa07, 0xa06
RULE_TABLE, RULE_EXPRESSIONS = 1, 4
EXPRESSION_NAME, EXPRESSION_DATA = 1, 2
COUNTER_PACKETS = 2


def packets(rule):
    """What the counters of a rule say."""
    found = dict(attrs(rule))
    if found[RULE_TABLE] != b"bench\0":
        return 0
    count = 0
    for _, expression in attrs(found.get(RULE_EXPRESSIONS, b"")):
        inside = dict(attrs(expression))
        if inside[EXPRESSION_NAME] == b"counter\0":
            count += struct.unpack(">Q", dict(attrs(inside[EXPRESSION_DATA]))[COUNTER_PACKETS])[0]
    return count


def main():
    """Asks for the rules of all families, and adds up."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER) as sock:
        sock.send(struct.pack("=IHHIIBBH", 20, GETRULE, REQUEST | DUMP, 1, 0, 0, 0, 0))
        count = 0
        while True:
            for kind, _, content in messages(sock.recv(1 << 17)):
                if kind == ERROR:
                    sys.exit(f"nft_counters: error {-struct.unpack_from('=i', content)[0]}")
                if kind == DONE:
                    print(count)
                    return
                if kind == NEWRULE:
                    count += packets(content[4:])


if __name__ == "__main__":
    main()
