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

from .checker import check, take_overs
from .reporting import report
from .scenario import Scenario
from .stores import make_store, make_unfenced_store


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
        for zombie in scenario.zombies:
            lost = scenario.lost(zombie)
            self.assertGreater(lost["commit"], 0)
            self.assertGreater(lost["finish"], 0)
        counts = Counter(run.disposition for run in seen.ledger)
        self.assertGreater(counts[Disposition.SUCCEEDED], len(seen.ledger) / 2)
        kinds = {one.kind for one in take_overs(seen)}
        self.assertLessEqual({"killed", "stopped"}, kinds)


class SQLiteTests(NodesTests, TestCase):
    """
    One file, which three processes share.
    """

    def make_scenario(self, folder: Path) -> Scenario:
        url = f"sqlite:///{folder.resolve()}/jobs.db"
        return Scenario(folder, url, "tests.crash.stores.make_store", make_store)


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
