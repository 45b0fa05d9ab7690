"""
The same on servers, which are killed in the middle.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from txsched.testing.servers import (
    IServerKind,
    MariaDB,
    MongoDB,
    PostgreSQL,
    Server,
    Valkey,
)

from .playing import NodesTests
from .scenario import FIRES_PER_SECOND, Scenario


class ServerTests(NodesTests):
    """
    A server, which is killed in the middle.
    """

    kind: IServerKind
    fires_per_second = FIRES_PER_SECOND
    quiet = True

    def make_scenario(self: Any, folder: Path) -> Scenario:
        server = Server(self.kind)
        self.addCleanup(server.close)
        server.start()
        return Scenario(
            folder,
            server.url,
            server,
            fires_per_second=self.fires_per_second,
            quiet=self.quiet,
        )


class PostgreSQLTests(ServerTests, TestCase):
    """
    PostgreSQL.
    """

    kind = PostgreSQL()


class MariaDBTests(ServerTests, TestCase):
    """
    MariaDB.
    """

    kind = MariaDB()


class RedisTests(ServerTests, TestCase):
    """
    Valkey, with an append-only file.
    """

    kind = Valkey()


class MongoDBTests(ServerTests, TestCase):
    """
    A server that speaks the protocol of MongoDB; it is written in Python, and slow, so
    that a node always waits for it.
    """

    kind = MongoDB()
    fires_per_second = 30
    quiet = False
