"""
Questions to a server over its own socket, without a driver.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["connected", "free_port", "is_served_by", "reply_of"]

_PATIENCE_SECONDS = 2.0
_HOST = "127.0.0.1"
_LISTENING = "0A"


def free_port() -> int:
    """
    Name a port of this machine that is free now.
    """
    with socket.create_server((_HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def is_served_by(port: int, pid: int) -> bool:
    """
    Whether it is a certain process that listens on a port; see proc_net(5).
    """
    inodes = set()
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, _, state, *others = line.split()
        if state == _LISTENING and local.endswith(f":{port:04X}"):
            inodes.add(f"socket:[{others[5]}]")
    with suppress(OSError):
        return any(
            os.readlink(one) in inodes for one in Path(f"/proc/{pid}/fd").iterdir()
        )
    return False


@contextmanager
def connected(where: Path | int) -> Iterator[socket.socket]:
    """
    Connect to a UNIX socket or to a port of this machine.

    :raises OSError: nobody is there, or does not answer within two seconds.
    """
    unix = isinstance(where, Path)
    family = socket.AF_UNIX if unix else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE_SECONDS)
        connection.connect(str(where) if unix else (_HOST, where))
        yield connection


def reply_of(where: Path | int, question: bytes = b"", end: bytes = b"") -> bytes:
    """
    Say something, and give what comes back.

    :param end: how the answer ends; without it, what comes first is given.
    :returns: what came, perhaps nothing, if nobody is there or the answer does not end
        in time.
    """
    reply = b""
    with suppress(OSError), connected(where) as connection:
        connection.sendall(question)
        while data := connection.recv(65_536):
            reply += data
            if reply.endswith(end):
                break
    return reply
