"""
The service is killed again and again under load, and the ledger stays whole.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from txsched.jobstores import SQLAlchemyJobStore
from txsched.model import (
    Disposition,
    JobQuery,
    JobSpec,
    OnCrash,
    Run,
    RunQuery,
    to_micros,
)
from txsched.remote.amp import AMPScheduler
from txsched.triggers import IntervalTrigger

JOBS = 200
KILLS = 10
SECOND = 1_000_000

CONFIGURATION = """\
[service]
lease_duration = 1s

[tasks]
allow = crashing:*
path = {path}
"""

TASK = """\
import os
import time

from txsched import current_run

log = os.open("runs.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def work(seconds):
    run = current_run()
    os.write(log, f"begin {run.run_id} {run.attempt}\\n".encode())
    time.sleep(seconds)
    os.write(log, f"end {run.run_id} {run.attempt}\\n".encode())
"""


class Service:
    """
    A real ``twistd scheduler`` in a folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "service.log"
        (folder / "crashing.py").write_text(TASK)
        (folder / "txsched.ini").write_text(CONFIGURATION.format(path=folder))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """
        Start it.
        """
        program = "from twisted.scripts.twistd import run; run()"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-c", program, "--nodaemon", "--pidfile="),
                    *("scheduler", "--config", "txsched.ini"),
                ],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )

    def kill(self) -> None:
        """
        End it as a power cut would.
        """
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def lines(self) -> list[str]:
        """
        What the tasks wrote: ``begin`` or ``end``, the run and its attempt.
        """
        path = self.folder / "runs.log"
        return path.read_text().splitlines() if path.exists() else []


async def until(condition: object, limit: float = 30.0) -> None:
    """
    Wait for a condition that another process makes true.
    """
    deadline = time.monotonic() + limit
    while not condition():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise AssertionError(f"{condition} did not come true")
        await deferLater(reactor, 0.02)


class CrashTests(TestCase):
    """
    SIGKILL, ten times, at 200 fires a second.
    """

    timeout = 240

    def test_every_planned_time_has_one_disposition(self) -> Deferred[None]:
        """
        No job is lost, no planned time is left out or there twice, none succeeded
        twice, and what was cut off was repeated or abandoned as its job says.
        """
        return Deferred.fromCoroutine(self._crash())

    async def _crash(self) -> None:
        chance = random.Random(20)
        folder = Path(self.mktemp())
        folder.mkdir()
        service = Service(folder)
        service.start()
        self.addCleanup(service.kill)
        begin = await self._add_jobs(folder)
        for _ in range(KILLS):
            seen = len(service.lines())
            await until(lambda seen=seen: len(service.lines()) > seen + 2 * JOBS)
            await deferLater(reactor, chance.random())
            await deferToThread(service.kill)
            service.start()
        seen = len(service.lines())
        await until(lambda: len(service.lines()) > seen + 4 * JOBS)
        await self._settle(folder)
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        status = await deferToThread(service.process.wait)
        log = service.log.read_text()
        # twistd ends by the signal that stopped it, once everything is stopped.
        self.assertEqual(status, -signal.SIGTERM, log[-4000:])
        self.assertIn("stopped\n", log)
        await self._check(service, begin)

    def _client(self, folder: Path) -> AMPScheduler:
        path = os.path.relpath(folder / "txsched.sock")
        client = AMPScheduler(reactor, UNIXClientEndpoint(reactor, path), timeout=20.0)
        client.startService()
        return client

    async def _add_jobs(self, folder: Path) -> datetime:
        """
        Add the jobs once the service answers, and give their start.
        """
        client = self._client(folder)
        try:
            await client.status()
            begin = datetime.now(timezone.utc) + timedelta(seconds=5)
            added = await client.add_jobs(
                [
                    JobSpec(
                        "crashing:work",
                        IntervalTrigger(
                            seconds=1,
                            start_date=begin + timedelta(seconds=n / JOBS),
                        ),
                        args=(0.02 if n % 4 else 0.3,),
                        id=f"job {n}",
                        on_crash=OnCrash.ABANDON if n % 2 else OnCrash.RERUN,
                        executor="default",
                    )
                    for n in range(JOBS)
                ]
            )
            self.assertEqual(added[0].next_run_time, begin)
            return begin
        finally:
            await client.stopService()

    async def _settle(self, folder: Path) -> None:
        """
        Fire nothing more, and wait until nothing is active: leases of the last
        victim have run out by then.
        """
        client = self._client(folder)
        try:
            await gatherResults(
                [client.pause_job(f"job {n}", "the test ends") for n in range(JOBS)]
            )
            active = [one for one in Disposition if one.active]
            deadline = time.monotonic() + 30
            while (await client.get_runs(RunQuery(dispositions=active, limit=1))).items:
                self.assertLess(time.monotonic(), deadline, "runs stay active")
                await deferLater(reactor, 0.1)
        finally:
            await client.stopService()

    async def _check(self, service: Service, begin: datetime) -> None:
        database = service.folder / "txsched.db"
        with sqlite3.connect(database) as connection:
            (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
        self.assertEqual(answer, "ok")
        store = SQLAlchemyJobStore(f"sqlite:///{database}", reactor=reactor)
        await store.open()
        try:
            jobs = await store.find_jobs(JobQuery(limit=1000))
            runs: list[Run] = []
            query = RunQuery(limit=1000, descending=False)
            while True:
                page = await store.find_runs(query)
                runs += page.items
                if page.next_cursor is None:
                    break
                query = RunQuery(limit=1000, descending=False, cursor=page.next_cursor)
        finally:
            await store.close()
        self.assertEqual(len(jobs.items), JOBS)
        times: dict[str, list[int]] = {job.id: [] for job in jobs.items}
        for run in runs:
            first = to_micros(run.planned_time)
            times[run.job_id] += [first + n * SECOND for n in range(run.times)]
            if run.times > 1:
                assert run.last_planned_time is not None
                self.assertEqual(
                    to_micros(run.last_planned_time), first + (run.times - 1) * SECOND
                )
        for job in jobs.items:
            assert job.next_run_time is not None
            number = int(job.id.split()[1])
            first = to_micros(begin + timedelta(seconds=number / JOBS))
            expected = list(range(first, to_micros(job.next_run_time), SECOND))
            self.assertEqual(sorted(times[job.id]), expected, job.id)
        self._check_runs(runs, service.lines())

    def _check_runs(self, runs: list[Run], lines: list[str]) -> None:
        begun = Counter(tuple(one.split()[1:]) for one in lines if one[0] == "b")
        ended = Counter(tuple(one.split()[1:]) for one in lines if one[0] == "e")
        self.assertEqual(max(begun.values()), 1, "an attempt was begun twice")
        counts: Counter[Disposition] = Counter()
        repeated = 0
        for run in runs:
            counts[run.disposition] += run.times
            number = int(run.job_id.split()[1])
            key = (run.id, str(run.attempt))
            if run.disposition is Disposition.SUCCEEDED:
                self.assertEqual(ended[key], 1, run)
                repeated += run.attempt > 1
                if number % 2:
                    self.assertEqual(run.attempt, 1, run)
            elif run.disposition is Disposition.ABANDONED:
                self.assertEqual(number % 2, 1, run)
            else:
                self.assertIn(
                    run.disposition,
                    (Disposition.COALESCED, Disposition.MISSED, Disposition.SKIPPED),
                )
                self.assertEqual(begun[key], 0, run)
        self.assertGreater(counts[Disposition.ABANDONED], 0)
        self.assertGreater(repeated, 0, "no run was cut off and repeated")
        self.assertGreater(counts[Disposition.SUCCEEDED], KILLS * JOBS)
