"""
Three nodes on one store carry out each planned time once, whatever crashes.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.trial.unittest import TestCase

from .checker import check
from .playing import NodesTests
from .reporting import report
from .scenario import Scenario


class SQLiteTests(NodesTests, TestCase):
    """
    One file, which three processes share.
    """

    def make_scenario(self, folder: Path) -> Scenario:
        url = f"sqlite:///{folder.resolve()}/jobs.db"
        return Scenario(folder, url)


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
        scenario = Scenario(folder, url, fenced=False)
        self.addCleanup(scenario.close)
        seen = await scenario.play()
        self._log.info("{report}", report=report(seen, scenario))
        found = Counter(one.kind for one in check(seen))
        self.assertTrue({"begun twice", "ended twice"} & set(found), found)
