"""
What holds for each kind of store, as a mixin of its tests.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from txsched.model import Disposition

from .checker import check, take_overs
from .reporting import report
from .scenario import Scenario


class NodesTests:
    """
    The scenario, whatever the store.
    """

    timeout = 600
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
