"""
Three nodes on one store carry out each planned time once, whatever crashes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.trial.unittest import TestCase

from txsched.model import Disposition
from txsched.testing.servers import (
    IServerKind,
    MariaDB,
    MongoDB,
    PostgreSQL,
    Server,
    Valkey,
)

from .checker import check, take_overs
from .reporting import report
from .scenario import Scenario
from .stores import make_store, make_unfenced_store

MAKER = "tests.crash.stores.make_store"


class NodesTests:
    """
    The scenario, whatever the store.
    """

    timeout = 400
    _log = Logger()

    def make_scenario(self: Any, folder: Path) -> Scenario:
        """
        Make the scenario on a store of the kind.
        """
        raise NotImplementedError

    def test_each_planned_time_once(self: Any) -> Deferred[None]:
        """
        Nodes are killed, one is stopped past its leases, the server of the store is
        killed: each planned time has one disposition, no run had two holders of a
        valid lease, what a zombie wrote was refused, and take-overs came in time.
        """
        return Deferred.fromCoroutine(self._play())

    async def _play(self: Any) -> None:
        scenario = self.make_scenario(Path(self.mktemp()))
        self.addCleanup(scenario.close)
        seen = await scenario.play()
        self._log.info("{report}", report=report(seen, scenario))
        found = check(seen)
        self.assertEqual([], found[:20], Counter(one.kind for one in found))
        self.assertNotIn("Traceback", scenario.log())
        for zombie, refused in zip(scenario.zombies, scenario.refused, strict=True):
            lost = scenario.lost(zombie)
            self.assertGreater(lost["commit"], 0)
            self.assertGreater(lost["finish"], 0)
            self.assertGreater(refused, 0)
            self.assertLessEqual(refused, lost["commit"] + lost["finish"])
        counts = Counter(run.disposition for run in seen.ledger)
        self.assertGreater(counts[Disposition.SUCCEEDED], len(seen.ledger) / 2)
        self.assertIn("stopped", {one.kind for one in take_overs(seen)})
        self.assertTrue(any(one.ended is None for one in seen.executions))


class SQLiteTests(NodesTests, TestCase):
    """
    One file, which three processes share.
    """

    def make_scenario(self, folder: Path) -> Scenario:
        url = f"sqlite:///{folder.resolve()}/jobs.db"
        return Scenario(folder, url, MAKER, make_store)


class ServerTests(NodesTests):
    """
    A server, which is killed in the middle.
    """

    kind: IServerKind

    def make_scenario(self: Any, folder: Path) -> Scenario:
        server = Server(self.kind)
        self.addCleanup(server.close)
        server.start()
        return Scenario(folder, server.url, MAKER, make_store, server)


class UnfencedTests(TestCase):
    """
    The same with a store that takes writes under any term.
    """

    timeout = 400
    _log = Logger()

    def test_the_fence_is_what_does_it(self) -> Deferred[None]:
        """
        Without the fence the same scenario ends in doubled work, and that is found.
        """
        return Deferred.fromCoroutine(self._play())

    async def _play(self) -> None:
        folder = Path(self.mktemp())
        url = f"sqlite:///{folder.resolve()}/jobs.db"
        maker = "tests.crash.stores.make_unfenced_store"
        scenario = Scenario(folder, url, maker, make_unfenced_store)
        self.addCleanup(scenario.close)
        seen = await scenario.play()
        self._log.info("{report}", report=report(seen, scenario))
        found = Counter(one.kind for one in check(seen))
        self.assertTrue({"begun twice", "ended twice"} & set(found), found)


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
    A server that speaks the protocol of MongoDB.
    """

    kind = MongoDB()
