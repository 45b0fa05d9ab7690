"""
Starting while the database is not there yet.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.databases import StoreChoice
from txsched.app.patience import Patience
from txsched.core import LocalScheduler
from txsched.errors import AlreadyRunning, StoreUnavailable
from txsched.jobstores import MemoryJobStore
from txsched.testing.fakes import FailingStore


class PatienceTests(SynchronousTestCase):
    """
    Tests for :class:`Patience`.
    """

    def setUp(self) -> None:
        self.clock = Clock()
        self.lines: list[str] = []
        globalLogPublisher.addObserver(self.observe)
        self.addCleanup(globalLogPublisher.removeObserver, self.observe)

    def observe(self, event: dict[str, object]) -> None:
        if str(event.get("log_namespace")).endswith("patience.Patience"):
            self.lines.append(str(event["log_format"]).format(**event))

    def start(
        self, failures: int, limit: float | None
    ) -> tuple[Patience, Deferred[None], LocalScheduler]:
        """
        Start a scheduler whose store cannot be opened so many times.
        """
        store = FailingStore(MemoryJobStore(), "open", 0, failures)
        scheduler = LocalScheduler(store, {}, self.clock)  # type: ignore[arg-type]
        wait = None if limit is None else timedelta(seconds=limit)
        patience = Patience(self.clock, wait, "node")  # type: ignore[arg-type]
        starting = Deferred.fromCoroutine(patience.start(scheduler, paused=True))
        return patience, starting, scheduler

    def pass_time(self, seconds: float) -> None:
        """
        Let time pass in small steps.
        """
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)

    def test_at_once(self) -> None:
        """
        A store that is there is not waited for, and nothing is said.
        """
        _, starting, scheduler = self.start(0, 0)
        self.assertIsNone(self.successResultOf(starting))
        status = self.successResultOf(scheduler.status())
        self.assertEqual("paused", status.state)
        self.assertEqual([], self.lines)

    def test_later(self) -> None:
        """
        One that comes is used, and each failure is told with the reason.
        """
        for limit, words in ((60, "trying again for 0:01:00: "), (None, "again: ")):
            self.lines.clear()
            _, starting, _ = self.start(5, limit)
            self.assertNoResult(starting)
            self.pass_time(5)
            self.assertIsNone(self.successResultOf(starting))
            self.assertEqual(5, len(self.lines))
            self.assertIn(
                f"{words}the job store is unavailable: the test", self.lines[0]
            )

    def test_never(self) -> None:
        """
        When the time is over the last failure is told.
        """
        _, starting, _ = self.start(1000, 30)
        self.pass_time(29)
        self.assertNoResult(starting)
        self.pass_time(12)
        self.failureResultOf(starting, StoreUnavailable)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_no_patience(self) -> None:
        """
        Without time to wait the first failure is told.
        """
        _, starting, _ = self.start(1, 0)
        self.failureResultOf(starting, StoreUnavailable)
        self.assertEqual([], self.lines)

    def test_giving_up(self) -> None:
        """
        Whoever stops meanwhile need not wait.
        """
        patience, starting, _ = self.start(1000, None)
        self.pass_time(20)
        self.assertNoResult(starting)
        patience.give_up()
        self.failureResultOf(starting, StoreUnavailable)
        self.assertEqual([], self.clock.getDelayedCalls())

    def test_another_error(self) -> None:
        """
        What waiting does not help is told at once.
        """
        patience, starting, scheduler = self.start(0, 60)
        self.successResultOf(starting)
        again = Deferred.fromCoroutine(patience.start(scheduler, paused=False))
        self.failureResultOf(again, AlreadyRunning)

    def test_what_may_come(self) -> None:
        """
        Servers may be started later; a file is there or not.
        """
        for url, expected in (
            ("sqlite:///a.db", False),
            ("memory:", False),
            ("shelve:///a", False),
            ("postgresql+psycopg://host/db", True),
            ("redis://host", True),
        ):
            self.assertIs(expected, StoreChoice(url=url).of_server, url)
