"""
Programs that start servers, each in a process of its own.

Called by the tests as ``python -m tests.testing.living WHAT KIND``.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from txsched.testing.servers import (
    IServerKind,
    MariaDB,
    MongoDB,
    PostgreSQL,
    Server,
    Valkey,
    shared_server,
)

from .drivers import numbers_at

KINDS: dict[str, IServerKind] = {
    kind.name: kind for kind in (Valkey(), PostgreSQL(), MariaDB(), MongoDB())
}


def say(*words: object) -> None:
    """
    Print a line that is read at once.
    """
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def hold(kind: IServerKind) -> None:
    """
    Start a server, say what it is, and wait to be killed.
    """
    server = Server(kind)
    server.start()
    say("started", server.pid, server.data.parent)
    time.sleep(600)


def pause(kind: IServerKind) -> None:
    """
    The same with a server that stands still.
    """
    server = Server(kind)
    server.start()
    server.pause()
    say("started", server.pid, server.data.parent)
    time.sleep(600)


def leave(kind: IServerKind) -> None:
    """
    Start a server, and end without closing it; a fork that ends first does no harm.
    """
    server = shared_server(kind)
    if os.fork() == 0:
        sys.exit()
    os.wait()
    say("started", server.pid, server.data.parent)


def use(kind: IServerKind) -> None:
    """
    Write numbers to a server that is killed and started again, and read them.
    """
    with Server(kind) as server:

        async def main(reactor: Any) -> None:
            await _fill(server.url)
            server.kill()
            server.start()
            numbers = await numbers_at(server.url)
            owner = os.stat(f"/proc/{server.pid}").st_uid
            say("as", os.geteuid(), "of", owner, "has", await numbers.read())
            await numbers.close()

        def begin(reactor: Any) -> Deferred[None]:
            return Deferred.fromCoroutine(main(reactor))

        react(begin, ())


async def _fill(url: str) -> None:
    numbers = await numbers_at(url)
    for number in range(3):
        await numbers.add(number)
    await numbers.close()


if __name__ == "__main__":
    {"hold": hold, "pause": pause, "leave": leave, "use": use}[sys.argv[1]](
        KINDS[sys.argv[2]]
    )
