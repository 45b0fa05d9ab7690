"""
A database that does not answer: the reactor goes on, and so does the work afterwards.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater

from txsched.core import LocalScheduler, Settings
from txsched.executors import ReactorExecutor, TaskRegistry
from txsched.interfaces import IJobStore, IScheduler
from txsched.model import Disposition, RunQuery, RunStarted, StoreFound, StoreLost
from txsched.testing.fakes import RecordingObserver
from txsched.testing.servers import Server
from txsched.triggers import IntervalTrigger

from .databases import OnSQLite, on_each_server

#: Locks a file for itself until its standard input ends.
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""
STORE = (StoreLost, StoreFound)
_PATIENCE_SECONDS = 60.0
#: Far more than a busy machine takes, and less than the store is away.
_LONGEST_GAP_SECONDS = 2.0


def sleep(seconds: float) -> Deferred[None]:
    """
    Wait, while the reactor does other things.
    """
    return deferLater(reactor, seconds)  # type: ignore[arg-type]


class Ticking:
    """
    A call that is to come each twentieth of a second.

    :ivar times: when it came.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.loop = LoopingCall(self.tick)
        self.loop.start(0.05)

    def tick(self) -> None:
        """
        Note the time.
        """
        self.times.append(reactor.seconds())  # type: ignore[attr-defined]

    def longest_gap(self) -> float:
        """
        Give how long it stayed away at most.
        """
        return max(later - time for time, later in pairwise(self.times))


async def succeeded(scheduler: IScheduler) -> int:
    """
    Count the runs that succeeded.
    """
    query = RunQuery(dispositions=(Disposition.SUCCEEDED,), limit=1000)
    return len((await scheduler.get_runs(query)).items)


class Outage:
    """
    A scheduler goes through an outage of its store.

    :ivar told: the events about the store.
    """

    told: Sequence[type] = ()

    async def go_through(
        self: Any,
        store: IJobStore,
        take_away: Callable[[], object],
        bring_back: Callable[[], object],
    ) -> None:
        """
        Take the store away for four seconds, in which other things in the reactor go on
        and nothing is carried out; see that each planned time of that is caught up.
        """
        scheduler = LocalScheduler(
            store,
            {"default": ReactorExecutor(TaskRegistry())},
            reactor,  # type: ignore[arg-type]
            settings=Settings(longest_retry_delay=timedelta(seconds=0.5)),
        )
        await scheduler.start()
        self.addCleanup(scheduler.stop, 1.0)
        started = RecordingObserver()
        await scheduler.subscribe(started)
        await scheduler.add_job(
            "time:time",
            IntervalTrigger(seconds=0.2),
            misfire_grace_time=None,
            max_instances=1000,
        )
        while await succeeded(scheduler) < 3:
            await sleep(0.05)
        take_away()
        begun = reactor.seconds()  # type: ignore[attr-defined]
        started.events.clear()
        ticking = Ticking()
        self.addCleanup(ticking.loop.stop)
        await sleep(4.0)
        # What had been committed before may still have been started.
        self.assertLessEqual(len(started.of(RunStarted)), 3)
        bring_back()
        while await succeeded(scheduler) < 40:
            self.assertLess(
                reactor.seconds() - begun,  # type: ignore[attr-defined]
                _PATIENCE_SECONDS,
            )
            await sleep(0.1)
        self.assertLess(ticking.longest_gap(), _LONGEST_GAP_SECONDS)
        page = await scheduler.get_runs(RunQuery(limit=1000, descending=False))
        times = [run.planned_time for run in page.items]
        gaps = {later - time for time, later in pairwise(times)}
        self.assertEqual({timedelta(seconds=0.2)}, gaps)
        told = [type(event) for event in started.events if isinstance(event, STORE)]
        self.assertEqual(list(self.told), told)


class LockedFileTests(Outage, OnSQLite):
    """
    Another process holds the lock of the file.
    """

    async def test_the_reactor_goes_on(self) -> None:
        """
        While every call to the store waits, other things in the reactor do not; each
        planned time of that while is caught up.
        """
        self.make_database()
        lockers: list[subprocess.Popen[bytes]] = []

        def lock() -> None:
            locker = subprocess.Popen(
                [sys.executable, "-c", LOCK, self.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            assert locker.stdin is not None
            assert locker.stdout is not None
            self.addCleanup(locker.wait)
            self.addCleanup(locker.stdout.close)
            self.addCleanup(locker.stdin.close)
            self.assertEqual(b"locked\n", locker.stdout.readline())
            lockers.append(locker)

        def unlock() -> None:
            (locker,) = lockers
            assert locker.stdin is not None
            locker.stdin.close()

        await self.go_through(self.make_closed(self.url), lock, unlock)


class PausedServer(Outage):
    """
    The server takes what it is sent, and does not answer.
    """

    told = STORE

    async def test_the_reactor_goes_on(self: Any) -> None:
        """
        The same; the outage is told of.
        """
        server = Server(self.durable)
        self.addCleanup(server.close)
        server.start()
        self.url = server.url
        store = self.make_closed(server.url, clock="store", timeout=1.0)
        await self.go_through(store, server.pause, server.resume)


globals().update(on_each_server(PausedServer))
