#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
usage: send.py spoofed SOURCES RATE COUNT DESTINATION
       send.py ping-of-death RATE COUNT DESTINATION
       send.py fragments RATE COUNT DESTINATION

Sends COUNT packets, at most RATE a second, that the usual tools don't send at
a steady rate. spoofed: echo requests from SOURCES addresses, 198.18.0.1 and
up, in turn. ping-of-death: fragments of echo requests that would be 66600
bytes long, more than an IP packet can be. fragments: the second ones of
messages of which nothing else ever comes.
"""
import itertools
import socket
import struct
import sys
import time

FIRST_SOURCE = int.from_bytes(socket.inet_aton("198.18.0.1"), "big")
MORE_FRAGMENTS = 0x2000
FRAGMENT_BYTES = 1480
MESSAGE_BYTES = 45 * FRAGMENT_BYTES
# an echo request with id 1, sequence 1 and 56 zero bytes
ECHO_REQUEST = struct.pack("!BBHHH", 8, 0, 0xFFFF - 0x0802, 1, 1) + bytes(56)


def ip_header(destination, fragment):
    """Length, checksum and what else is 0 are filled in by the kernel."""
    return struct.pack("!BBHHHBBH4x4s", 0x45, 0, 0, 0, fragment, 64,
                       socket.IPPROTO_ICMP, 0, socket.inet_aton(destination))


def spoofed(sources, destination):
    header = ip_header(destination, 0)
    before, after = header[:12], header[16:] + ECHO_REQUEST
    for i in itertools.cycle(range(sources)):
        yield before + (FIRST_SOURCE + i).to_bytes(4, "big") + after


def ping_of_death(destination):
    message = []
    for offset in range(0, MESSAGE_BYTES, FRAGMENT_BYTES):
        last = offset + FRAGMENT_BYTES == MESSAGE_BYTES
        payload = ECHO_REQUEST if offset == 0 else b""
        message.append(ip_header(destination, offset // 8 |
                                 (0 if last else MORE_FRAGMENTS)) +
                       payload.ljust(FRAGMENT_BYTES, b"\0"))
    for identification in itertools.cycle(range(1, 65536)):
        for fragment in message:
            yield (fragment[:4] + identification.to_bytes(2, "big") +
                   fragment[6:])


def fragments(destination):
    packet = (ip_header(destination, MORE_FRAGMENTS | FRAGMENT_BYTES // 8) +
              bytes(FRAGMENT_BYTES))
    for identification in itertools.cycle(range(1, 65536)):
        yield packet[:4] + identification.to_bytes(2, "big") + packet[6:]


def send(packets, rate, count, destination):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    start = time.monotonic()
    for i, packet in enumerate(itertools.islice(packets, count)):
        if i % 16 == 0:
            early = start + i / rate - time.monotonic()
            if early > 0:
                time.sleep(early)
        raw.sendto(packet, (destination, 0))


KINDS = {"ping-of-death": ping_of_death, "fragments": fragments}


def main(arguments):
    if len(arguments) == 5 and arguments[0] == "spoofed":
        sources, rate, count = map(int, arguments[1:4])
        send(spoofed(sources, arguments[4]), rate, count, arguments[4])
    elif len(arguments) == 4 and arguments[0] in KINDS:
        rate, count = map(int, arguments[1:3])
        send(KINDS[arguments[0]](arguments[3]), rate, count, arguments[3])
    else:
        sys.exit(__doc__.strip())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("ended early")
