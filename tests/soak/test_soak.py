"""
The service at 200 fires a second: an hour by hand, about a minute otherwise.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from attrs import define, field
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.trial.unittest import TestCase

from txsched.model import JobQuery, JobSpec
from txsched.remote.amp import AMPScheduler
from txsched.testing.servers import PostgreSQL, Server
from txsched.triggers import DateTrigger, IntervalTrigger

from ..integration.living import environment
from .growth import Bounds, Sample, grown

#: How long it works; ``TXSCHED_SOAK_SECONDS=3600`` is the whole proof.
SECONDS = float(os.environ.get("TXSCHED_SOAK_SECONDS", "60"))
FIRES_PER_SECOND = 200
KEPT = 2000
#: The service prunes its ledger so often; a busy machine may keep it from that.
_PRUNES_SECONDS = 30
_PATIENCE_SECONDS = 60.0

CONFIGURATION = f"""\
[service]
database = {{url}}

[tasks]
allow =
    operator:add
    time:sleep

[retention]
count = {KEPT}
"""


@define(eq=False)
class Soaked:
    """
    A real ``twistd scheduler``, measured from outside.

    :ivar files: the folder with the files of its store.
    """

    folder: Path
    url: str
    files: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """
        Start it.
        """
        self.folder.mkdir()
        (self.folder / "txsched.ini").write_text(CONFIGURATION.format(url=self.url))
        program = "from twisted.scripts.twistd import run; run()"
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-c", program, "--nodaemon", "--pidfile="),
                    *("scheduler", "--config", "txsched.ini"),
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment(),
            )

    def close(self) -> None:
        """
        End it at once.
        """
        self.process.kill()
        self.process.wait()

    def log(self) -> str:
        """
        Give all that it said.
        """
        return (self.folder / "log").read_text()

    def client(self) -> AMPScheduler:
        """
        Give a new client of it, not started yet.
        """
        path = os.path.relpath(self.folder / "txsched.sock")
        return AMPScheduler(reactor, UNIXClientEndpoint(reactor, path), timeout=30.0)

    def is_listening(self) -> bool:
        """
        Whether it listens to clients.
        """
        return (self.folder / "txsched.sock").exists()

    def sample(self, at: float, rows: int) -> Sample:
        """
        Measure it.
        """
        process = Path(f"/proc/{self.process.pid}")
        status = dict(
            line.split(":", 1) for line in (process / "status").read_text().splitlines()
        )
        return Sample(
            at,
            int(status["VmRSS"].split()[0]) << 10,
            int(status["Threads"]),
            len(os.listdir(process / "fd")),
            rows,
            sum(one.stat().st_size for one in self.files.rglob("*") if one.is_file()),
        )


async def until(condition: Callable[[], Any]) -> None:
    """
    Wait until *condition* holds.
    """
    deadline = reactor.seconds() + _PATIENCE_SECONDS
    while not condition():
        if reactor.seconds() > deadline:
            raise AssertionError(f"waited for {_PATIENCE_SECONDS:g} s")
        await deferLater(reactor, 0.05)


class SoakTests:
    """
    The soak, whatever the store.
    """

    timeout = SECONDS + 120
    _log = Logger()

    def make_store(self: Any, folder: Path) -> tuple[str, Path]:
        """
        Give the URL of an empty store, and the folder that its files are in.
        """
        raise NotImplementedError

    def test_does_not_grow(self: Any) -> Deferred[None]:
        """
        Neither memory, threads and descriptors of the service grow, nor the ledger
        beyond its retention, nor the files of the store; while jobs fire, clients come
        and go, and single jobs are added and finish.
        """
        return Deferred.fromCoroutine(self._soak())

    async def _soak(self: Any) -> None:
        folder = Path(self.mktemp())
        url, files = self.make_store(folder.with_name("store"))
        soaked = Soaked(folder, url, files)
        soaked.start()
        self.addCleanup(soaked.close)
        await until(soaked.is_listening)
        await self._add_jobs(soaked)
        samples = await self._watch(soaked)
        for one in samples[:: max(1, len(samples) // 12)]:
            self._log.info("soak: {sample}", sample=one)
        rows = KEPT + 2 * _PRUNES_SECONDS * FIRES_PER_SECOND
        self.assertEqual([], grown(samples, Bounds(rows=rows)))
        await self._check_fires(soaked, samples[-1].at)
        soaked.process.terminate()
        await until(lambda: soaked.process.poll() is not None)
        # twistd ends by the signal that stopped it, once everything is stopped.
        self.assertEqual(-signal.SIGTERM, soaked.process.returncode)
        self.assertNotIn("Traceback", soaked.log())

    async def _add_jobs(self: Any, soaked: Soaked) -> None:
        begin = datetime.now(timezone.utc) + timedelta(seconds=2)
        jobs = [
            JobSpec(
                "operator:add",
                IntervalTrigger(
                    seconds=1,
                    start_date=begin + timedelta(seconds=n / FIRES_PER_SECOND),
                ),
                args=(n, 1),
                id=f"job {n}",
            )
            for n in range(FIRES_PER_SECOND)
        ]
        # As many at once as it takes for all threads to be there from the beginning.
        jobs += [
            JobSpec("time:sleep", DateTrigger(begin), args=(1,)) for _ in range(20)
        ]
        client = soaked.client()
        client.startService()
        await client.add_jobs(jobs)
        await client.stopService()

    async def _watch(self: Any, soaked: Soaked) -> list[Sample]:
        """
        Come as a new client again and again, let a job fire once, and measure.
        """
        samples: list[Sample] = []
        begin = reactor.seconds()
        every = max(0.5, SECONDS / 1000)
        while (at := reactor.seconds() - begin) < SECONDS:
            client = soaked.client()
            client.startService()
            soon = datetime.now(timezone.utc) + timedelta(seconds=1)
            await client.add_job("operator:add", DateTrigger(soon), args=(1, 2))
            store = (await client.status()).store
            await client.stopService()
            if store is not None:
                samples.append(soaked.sample(at, store.runs))
            await deferLater(reactor, every)
        return samples

    async def _check_fires(self: Any, soaked: Soaked, seconds: float) -> None:
        """
        Most of what was planned was carried out: this was work, and not a standstill.
        """
        client = soaked.client()
        client.startService()
        jobs = (await client.get_jobs(JobQuery(text="job ", limit=1000))).items
        await client.stopService()
        fired = sum(job.run_count for job in jobs)
        self._log.info(
            "soak: {fired} fires in {seconds} s", fired=fired, seconds=seconds
        )
        self.assertGreater(fired, FIRES_PER_SECOND * seconds / 2)


class SQLiteTests(SoakTests, TestCase):
    """
    A file.
    """

    def make_store(self, folder: Path) -> tuple[str, Path]:
        folder.mkdir()
        return f"sqlite:///{folder.resolve()}/jobs.db", folder


class PostgreSQLTests(SoakTests, TestCase):
    """
    A server of its own; the log that it writes ahead is not the store's growth.
    """

    def make_store(self, folder: Path) -> tuple[str, Path]:
        server = Server(PostgreSQL())
        server.start()
        self.addCleanup(server.close)
        return server.url, server.data / "base"
