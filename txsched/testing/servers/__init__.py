"""
Real database servers for tests, private to the process that starts them.

A :class:`Server` takes a *kind*, and has a folder, a socket and data of its own::

    with Server(PostgreSQL()) as server:
        store = SQLAlchemyJobStore(server.url, reactor=reactor)

Nothing is installed and nothing of the machine's own servers is touched.  What a kind
needs comes with ``pip install 'txsched[servers]'``; MariaDB is taken from the machine,
or fetched from Debian without root and kept in a cache.  A server never runs as root
where it must not, and ends with the process that started it, however that ends.

Calls block until the server has done what they ask for; each has a time limit.  All
this is for Linux.
"""

from .failures import ServerFailed, ServerMissing
from .kind import IServerKind, Place, Programs
from .mariadb import MariaDB
from .mongodb import MongoDB
from .postgresql import PostgreSQL
from .server import Database, Server
from .sharing import shared_server
from .valkey import Valkey

__all__ = [
    "Database",
    "IServerKind",
    "MariaDB",
    "MongoDB",
    "Place",
    "PostgreSQL",
    "Programs",
    "Server",
    "ServerFailed",
    "ServerMissing",
    "Valkey",
    "shared_server",
]
