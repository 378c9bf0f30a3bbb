"""Does it answer? Two servers, each asked in its own wire protocol over a plain socket.

A port that accepts is not yet a server that answers, and the client libraries may be imported only in the
rooms that own them. So here is the least of each protocol: Kafka's Metadata request, and PostgreSQL's simple
query.
"""

from __future__ import annotations

import io
import socket
import struct

METADATA, VERSION = 3, 1
PROTOCOL_3 = 196_608


class Refused(RuntimeError):
    """The server answered, and said no; its own words."""


def brokers(port: int, seconds: float = 2.0) -> int:
    """How many live brokers the Kafka broker on 127.0.0.1:`port` knows; 0 while it is starting or not there.

    A broker that still waits for its controller's leave counts as none, so 1 or more means: topics may be
    made.
    """
    ask = struct.pack("!hhih", METADATA, VERSION, 1, -1) + struct.pack("!i", 0)  # no client id; no topics
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as line, line.makefile("rb") as answer:
            line.sendall(struct.pack("!i", len(ask)) + ask)
            _size, _correlation, live = struct.unpack("!iii", _exactly(answer, 12))
            return int(live)
    except OSError:
        return 0


def sql(port: int, user: str, database: str, statement: str, seconds: float = 30.0) -> str:
    """Run one statement on the PostgreSQL server on 127.0.0.1:`port`, which trusts us.

    Returns the command tag, such as "CREATE DATABASE" or "SELECT 1" (1 row). Raises Refused with the server's
    message, OSError when there is no answer.
    """
    hello = struct.pack("!i", PROTOCOL_3) + f"user\0{user}\0database\0{database}\0\0".encode()
    with socket.create_connection(("127.0.0.1", port), seconds) as line, line.makefile("rb") as answer:
        line.sendall(struct.pack("!i", len(hello) + 4) + hello)
        _until_ready(answer)
        query = statement.encode() + b"\0"
        line.sendall(b"Q" + struct.pack("!i", len(query) + 4) + query)
        tag = _until_ready(answer)
        line.sendall(b"X" + struct.pack("!i", 4))
        return tag


def _until_ready(answer: io.BufferedReader) -> str:
    """Read messages until ReadyForQuery; the last command tag. An ErrorResponse raises Refused."""
    tag = ""
    while True:
        kind, length = struct.unpack("!ci", _exactly(answer, 5))
        body = _exactly(answer, length - 4)
        if kind == b"E":
            fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
            raise Refused(fields.get(b"M", "no reason given"))
        if kind == b"C":
            tag = body.rstrip(b"\0").decode()
        if kind == b"Z":
            return tag


def _exactly(answer: io.BufferedReader, size: int) -> bytes:
    got = answer.read(size)
    if len(got) < size:
        raise ConnectionResetError("The server hung up in the middle of an answer.")
    return got
