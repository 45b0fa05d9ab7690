"""
A database that does not answer: the reactor goes on, and so does the work afterwards.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater

from txsched.core import LocalScheduler, Settings
from txsched.executors import ReactorExecutor, TaskRegistry
from txsched.interfaces import IScheduler
from txsched.model import Disposition, RunQuery
from txsched.triggers import IntervalTrigger

from .databases import OnSQLite

#: Locks a file for itself until its standard input ends.
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""
_PATIENCE_SECONDS = 60.0


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


class LockedFileTests(OnSQLite):
    """
    Another process holds the lock of the file.
    """

    timeout = 120

    async def test_the_reactor_goes_on(self) -> None:
        """
        While every call to the store waits, other things in the reactor do not; each
        planned time of that while is caught up.
        """
        url = self.make_database()
        scheduler = LocalScheduler(
            self.make_closed(url),
            {"default": ReactorExecutor(TaskRegistry())},
            reactor,  # type: ignore[arg-type]
            settings=Settings(longest_retry_delay=timedelta(seconds=0.5)),
        )
        await scheduler.start()
        self.addCleanup(scheduler.stop, 1.0)
        await scheduler.add_job(
            "time:time",
            IntervalTrigger(seconds=0.2),
            misfire_grace_time=None,
            max_instances=1000,
        )
        while await succeeded(scheduler) < 3:
            await sleep(0.05)
        locker = subprocess.Popen(
            [sys.executable, "-c", LOCK, self.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.addCleanup(locker.wait)
        assert locker.stdin is not None
        assert locker.stdout is not None
        self.addCleanup(locker.stdout.close)
        self.addCleanup(locker.stdin.close)
        self.assertEqual(b"locked\n", locker.stdout.readline())
        before = await succeeded(scheduler)
        ticking = Ticking()
        self.addCleanup(ticking.loop.stop)
        await sleep(4.0)
        self.assertLessEqual(await succeeded(scheduler), before + 3)
        locker.stdin.close()
        begun = reactor.seconds()  # type: ignore[attr-defined]
        while await succeeded(scheduler) < before + 20:
            self.assertLess(
                reactor.seconds() - begun,  # type: ignore[attr-defined]
                _PATIENCE_SECONDS,
            )
            await sleep(0.1)
        self.assertLess(ticking.longest_gap(), 1.0)
        page = await scheduler.get_runs(RunQuery(limit=1000, descending=False))
        times = [run.planned_time for run in page.items]
        gaps = {later - time for time, later in pairwise(times)}
        self.assertEqual({timedelta(seconds=0.2)}, gaps)
