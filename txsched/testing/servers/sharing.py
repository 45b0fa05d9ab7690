"""
One server for all tests of a process.
"""

from __future__ import annotations

from threading import Lock

from .kind import IServerKind
from .server import Server

__all__ = ["shared_server"]

_servers: dict[IServerKind, Server] = {}
_lock = Lock()


def shared_server(kind: IServerKind) -> Server:
    """
    Give the server of a kind that all callers in this process share.

    It is started when it is first asked for, and again if it was ended meanwhile; it is
    closed when the process ends.  Tests that use it make each a database of their own
    (:meth:`Server.create_database`), and neither end nor pause it.

    :param kind: equal kinds, settings included, share a server.
    :raises ServerMissing: its programs are not on this machine.
    :raises ServerFailed: it did not start.
    """
    with _lock:
        server = _servers.setdefault(kind, Server(kind))
        server.start()
        return server
