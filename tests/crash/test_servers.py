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
    PostgreSQL,
    Server,
    Valkey,
)

from .playing import NodesTests
from .scenario import Scenario


class ServerTests(NodesTests):
    """
    A server, which is killed in the middle.
    """

    kind: IServerKind

    def make_scenario(self: Any, folder: Path) -> Scenario:
        server = Server(self.kind)
        self.addCleanup(server.close)
        server.start()
        return Scenario(folder, server.url, server)


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
