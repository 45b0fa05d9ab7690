"""
Jobs that move between stores, with commands that are killed, beside real services.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time

from tests.moving.files import written
from txsched.model import Disposition
from txsched.testing.contracts.job_store.samples import make_job, make_jobs, make_run
from txsched.testing.servers import (
    IServerKind,
    MariaDB,
    MongoDB,
    PostgreSQL,
    Valkey,
    shared_server,
)

from .living import LivingTestCase, environment

COMMAND = ("-m", "txsched.app.command")
MANY = 3000
_PATIENCE_SECONDS = 60.0


class MovingTests(LivingTestCase):
    """
    Tests for ``txsched export``, ``import`` and ``migrate`` as processes.
    """

    def count(self, name: str, table: str) -> int:
        """
        Count the rows of a table, which may not be there yet.
        """
        database = f"file:{self.folder / name}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(database, uri=True)) as connection:
                rows = connection.execute(f"SELECT count(*) FROM txsched_{table}")
                found: int = rows.fetchone()[0]
                return found
        except sqlite3.OperationalError:
            return 0

    def killed(self, name: str, table: str, *arguments: str) -> None:
        """
        Start a command, and kill it as soon as a table of a database has rows.
        """
        living = self.living(*COMMAND, *arguments)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while living.process.poll() is None and not self.count(name, table):
            self.assertLess(time.monotonic(), deadline, living.text)
            time.sleep(0.002)
        living.end(signal.SIGKILL)

    def test_killed(self) -> None:
        """
        What was killed while it wrote jobs, or runs, is completed by doing it again,
        and nothing is there twice or left behind.
        """
        jobs = make_jobs(MANY)
        gone = [make_job(f"gone-{number}") for number in range(MANY // 10)]
        ended = Disposition.MISSED
        runs = [make_run(job, 0, ended) for job in [*jobs, *gone]]
        data = written(jobs, runs)
        (self.folder / "all.jsonl").write_bytes(data)
        bring = ("import", "--store", "sqlite:///a.db", "--runs", "all.jsonl")
        move = ("migrate", "sqlite:///a.db", "sqlite:///b.db", "--runs")
        for name, arguments in (("a.db", bring), ("b.db", move)):
            for table in ("jobs", "runs"):
                self.killed(name, table, *arguments)
            self.out(*arguments)
            self.assertEqual(MANY, self.count(name, "jobs"))
            self.assertEqual(len(runs), self.count(name, "runs"))
        self.out("export", "--store", "sqlite:///b.db", "--runs", "back.jsonl")
        back = (self.folder / "back.jsonl").read_bytes().splitlines()[1:-1]
        self.assertEqual(sorted(data.splitlines()[1:-1]), sorted(back))

    def test_from_kind_to_kind(self) -> None:
        """
        What has been through a store of each kind is what it was.
        """
        jobs = make_jobs(300)
        gone = [make_job(f"gone-{number}") for number in range(50)]
        runs = [make_run(job, 0, Disposition.MISSED) for job in [*jobs, *gone]]
        data = written(jobs, runs)
        (self.folder / "all.jsonl").write_bytes(data)
        kinds: list[IServerKind] = [PostgreSQL(), Valkey(), MongoDB(), MariaDB()]
        servers = (shared_server(kind).create_database().url for kind in kinds)
        urls = ["sqlite:///a.db", *servers, "shelve:///shelf", "sqlite:///b.db"]
        self.out("import", "--store", urls[0], "--runs", "all.jsonl")
        for source, target in itertools.pairwise(urls):
            self.assertEqual(
                "300 jobs added, 0 there already, 350 runs\n",
                self.out("migrate", source, target, "--runs"),
            )
        self.out("export", "--store", urls[-1], "--runs", "back.jsonl")
        back = (self.folder / "back.jsonl").read_bytes().splitlines()[1:-1]
        self.assertEqual(sorted(data.splitlines()[1:-1]), sorted(back))

    def test_into_a_running_service(self) -> None:
        """
        Jobs that arrive in the store of a running service fire there on time.
        """
        first = self.service("--listen", "unix:a.sock", "--database", "sqlite:///a.db")
        server = ("--server", "unix:a.sock")
        self.out(*server, "add", "--every", "1s", "--id", "hi", "--", "echo", "hello")
        first.end(signal.SIGTERM)
        self.service("--database", "sqlite:///b.db")
        watch = self.watch()
        self.out("migrate", "sqlite:///a.db", "sqlite:///b.db", "--runs")
        watch.wait_for("succeeded hi")
        refused = self.txsched("migrate", "sqlite:///b.db", "sqlite:///c.db")
        self.assertEqual((1, ""), (refused.returncode, refused.stdout))
        self.assertIn("works with it, seen at", refused.stderr)

    def test_progress(self) -> None:
        """
        On a terminal there are bars while it lasts.
        """
        (self.folder / "all.jsonl").write_bytes(written(make_jobs(MANY)))
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        arguments = ("import", "--store", "sqlite:///a.db", "all.jsonl")
        process = subprocess.Popen(
            [sys.executable, *COMMAND, *arguments],
            cwd=self.folder,
            env={**environment(), "TERM": "xterm", "COLUMNS": "80"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
        )
        os.close(theirs)
        self.addCleanup(process.kill)
        seen = b""
        while select.select([ours], [], [], _PATIENCE_SECONDS)[0]:
            try:
                data = os.read(ours, 65536)
            except OSError:
                break
            seen += data
        out, _ = process.communicate(timeout=_PATIENCE_SECONDS)
        self.assertEqual(b"3000 jobs added, 0 there already\n", out)
        self.assertIn(b"/3000", seen)
