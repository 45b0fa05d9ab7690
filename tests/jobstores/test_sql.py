"""
The store on SQLite beyond the contract: several at once, the schema, outages.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import LogLevel, capturedLogs, formatEvent

from txsched.errors import BadValue, StoreUnavailable
from txsched.jobstores.sql import SQLAlchemyJobStore
from txsched.model import Disposition, OnConflict, RunQuery
from txsched.testing.contracts.job_store.samples import (
    NODE,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)

from .databases import OnSQLite

ERROR = OnConflict.ERROR


class OptionTests(OnSQLite):
    """
    What a store is made from.
    """

    def refused(self, *arguments: Any, **options: Any) -> str:
        with self.assertRaises(BadValue) as caught:
            SQLAlchemyJobStore(*arguments, reactor=reactor, **options)
        self.assertGreater(len(caught.exception.reason), 10)
        return caught.exception.field

    def test_refused(self) -> None:
        """
        What cannot be used is refused at once, by the name of the argument.
        """
        engine = create_engine("sqlite:///x")
        for field, arguments, options in [
            ("url", (), {}),
            ("url", ("sqlite:///x", engine), {}),
            ("url", ("nonsense",), {}),
            ("url", ("sqlite://",), {}),
            ("url", ("sqlite:///:memory:",), {}),
            ("url", ("nodatabase://host/x",), {}),
            ("prefix", ("sqlite:///x",), {"prefix": "a b"}),
            ("prefix", ("sqlite:///x",), {"prefix": "x; DROP TABLE y"}),
            ("durability", ("sqlite:///x",), {"durability": "none"}),
        ]:
            self.assertEqual(field, self.refused(*arguments, **options), arguments)

    async def test_durability(self) -> None:
        """
        What a commit survives is a setting of SQLite, with a journal ahead of it.
        """
        for durability, level in (("power loss", 2), ("crash", 1)):
            store = await self.open_store(self.make_database(), durability=durability)
            settings = [
                await store._workers.writer.do(
                    lambda db, name=name: db.run(f"PRAGMA {name}").scalar()
                )
                for name in ("synchronous", "journal_mode")
            ]
            self.assertEqual([level, "wal"], settings)

    async def test_prefixes(self) -> None:
        """
        Stores of two prefixes in one file know nothing of each other.
        """
        url = self.make_database()
        one = await self.open_store(url, prefix="one_")
        two = await self.open_store(url, prefix="")
        await one.add_jobs([make_job()], ERROR)
        self.assertEqual(0, (await two.status()).jobs)
        await two.add_jobs([make_job()], ERROR)

    async def test_engine(self) -> None:
        """
        An engine of one's own serves as well as a URL.
        """
        engine = create_engine(
            self.make_database(),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )
        store = SQLAlchemyJobStore(engine=engine, reactor=reactor)
        self.addCleanup(store.close)
        await store.open()
        await store.add_jobs([make_job()], ERROR)
        self.assertEqual(make_job(), await store.get_job("job"))


class FiringTests(OnSQLite):
    """
    What is written at a fire.
    """

    async def test_a_fire_does_not_rewrite_the_job(self) -> None:
        """
        From the claim to the end of a run no row of the definitions is written.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        self.execute(
            "CREATE TRIGGER untouched BEFORE UPDATE ON txsched_jobs"
            " BEGIN SELECT raise(ABORT, 'it is rewritten'); END"
        )
        for turn in range(3):
            now = at(10 * turn)
            (lease,) = await store.claim_jobs(NODE, now, at(1000), 10)
            run = running(lease)
            plan = make_plan(lease, [run])
            self.assertEqual([], await store.commit([plan], NODE, at(1000)))
            self.assertEqual([], await store.finish([after(run, lease.term)]))
        with self.assertRaises(StoreUnavailable):
            await store.add_jobs([make_job(name="new")], OnConflict.REPLACE)


class OutageTests(OnSQLite):
    """
    A database that cannot be used.
    """

    async def unavailable(self, call: Deferred[Any]) -> str:
        with self.assertRaises(StoreUnavailable) as caught:
            await call
        return caught.exception.reason

    async def test_not_open(self) -> None:
        """
        A store that is not open, or is closed, says so.
        """
        store = self.make_closed(self.make_database())
        self.assertIn("not open", await self.unavailable(store.get_job("job")))
        await store.open()
        await store.close()
        self.assertIn("not open", await self.unavailable(store.status()))
        await store.close()

    async def test_opened_again(self) -> None:
        """
        A store that was closed can be opened again.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        await store.close()
        await store.open()
        self.assertEqual(make_job(), await store.get_job("job"))

    async def test_no_folder(self) -> None:
        """
        A file that cannot be made is named, and the store can be opened later.
        """
        folder = Path(self.mktemp())
        self.url = f"sqlite:///{folder}/jobs.db"
        store = self.make_closed(self.url)
        self.addCleanup(store.close)
        self.assertIn("jobs.db", await self.unavailable(store.open()))
        folder.mkdir()
        await store.open()
        await store.add_jobs([make_job()], ERROR)

    async def test_no_database(self) -> None:
        """
        A file of another kind is refused and stays as it is.
        """
        url = self.make_database()
        path = Path(self.path)
        path.write_text("this is a letter to a friend, and no database\n" * 100)
        before = path.read_bytes()
        store = self.make_closed(url)
        self.addCleanup(store.close)
        reason = await self.unavailable(store.open())
        self.assertIn("not a database", reason)
        self.assertEqual(before, path.read_bytes())

    async def test_it_recovers(self) -> None:
        """
        After a failure of the database the next call works, and nothing half is left.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job("first")], ERROR)
        self.execute("ALTER TABLE txsched_schedule RENAME TO hidden")
        await self.unavailable(store.add_jobs([make_job("second")], ERROR))
        await self.unavailable(store.next_due(START))
        self.execute("ALTER TABLE hidden RENAME TO txsched_schedule")
        self.assertEqual(1, (await store.status()).jobs)
        await store.add_jobs([make_job("second")], ERROR)
        self.assertEqual(2, len(await store.claim_jobs(NODE, START, at(30), 10)))

    def move(self, here: str, there: str) -> None:
        """
        Move a database with its log, which others may use.
        """
        for end in ("", "-wal", "-shm"):
            os.replace(here + end, there + end)

    async def test_the_file_is_gone(self) -> None:
        """
        A file that was removed or replaced is not written to; the log tells once, and
        each call fails until the store is opened anew.
        """
        for word, replace in (("removed", False), ("replaced by another", True)):
            store = await self.open_store(self.make_database())
            await store.add_jobs([make_job("first")], ERROR)
            kept = self.mktemp()
            self.move(self.path, kept)
            if replace:
                other = await self.open_store(self.url)
                await other.close()
            with capturedLogs() as events:
                reason = await self.unavailable(
                    store.add_jobs([make_job("second")], ERROR)
                )
                self.assertIn(f"{self.path} was {word} while it was in use", reason)
                self.assertEqual(reason, await self.unavailable(store.status()))
            errors = [one for one in events if one["log_level"] is LogLevel.error]
            self.assertEqual(
                [f"the job store cannot be used any more: {reason}"],
                [formatEvent(one) for one in errors],
            )
            self.move(kept, self.path)
            self.assertEqual(reason, await self.unavailable(store.status()))
            await store.close()
            await store.open()
            self.assertEqual(1, (await store.status()).jobs)
            await store.add_jobs([make_job("second")], ERROR)

    async def test_the_reactor_goes_on(self) -> None:
        """
        While another process holds the database the reactor does other work, reads
        are answered, and the write is done as soon as it can be.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job("first")], ERROR)
        other = sqlite3.connect(self.path, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN IMMEDIATE")
        waiting = store.add_jobs([make_job("second")], ERROR)
        for _ in range(5):
            await deferLater(reactor, 0.01)
        self.assertEqual(make_job("first"), await store.get_job("first"))
        self.assertFalse(waiting.called)
        other.execute("COMMIT")
        self.assertEqual([make_job("second")], await waiting)

    async def test_unreadable_result(self) -> None:
        """
        A result that cannot be read any more does not hide the run.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        run = after(make_run(make_job()), 0, result=[1]).run
        await store.add_runs([run])
        self.execute("UPDATE txsched_runs SET result = x'ffff'")
        (found,) = (await store.find_runs(RunQuery())).items
        self.assertEqual(run, found._replace(result=[1]))
        self.assertIn("unreadable", found.result)

    async def test_quarantine(self) -> None:
        """
        The log tells once of a job that cannot be loaded, with the reason.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs(make_jobs(2), ERROR)
        await store.close()
        self.execute("UPDATE txsched_jobs SET definition = x'ff' WHERE id = 'job-0001'")
        store = await self.open_store(self.url)
        with capturedLogs() as events:
            await store.claim_jobs(NODE, START, at(30), 10)
            await store.claim_jobs(NODE, at(60), at(90), 10)
            (quarantined,) = await store.find_quarantined()
        (event,) = [one for one in events if one["log_level"] is LogLevel.warn]
        self.assertEqual(
            "job 'job-0001' cannot be loaded and was put into quarantine:"
            f" {quarantined.error}",
            formatEvent(event),
        )

    async def test_unknown_disposition(self) -> None:
        """
        A run whose disposition is not known is told as what it can only be, with the
        word as its reason, and hinders nothing.
        """
        store = await self.open_store(self.make_database())
        job = make_job()
        await store.add_jobs([job], ERROR)
        ended, active = make_run(job, 0, Disposition.FAILED), make_run(job, 5)
        await store.add_runs([ended, active])
        self.execute("UPDATE txsched_runs SET disposition = 'lost'")
        reason = "stored as 'lost', which this version does not know"
        expected = (
            ended._replace(disposition=Disposition.ABANDONED, reason=reason),
            active._replace(disposition=Disposition.RUNNING, reason=reason),
        )
        page = await store.find_runs(RunQuery(descending=False))
        self.assertEqual(expected, page.items)
        for run in expected:
            self.assertEqual(run, await store.get_run(run.id))
        self.assertEqual(
            [("lost",)] * 2, self.execute("SELECT disposition FROM txsched_runs")
        )
        (lease,) = await store.claim_jobs(NODE, START, at(30), 10)
        self.assertEqual(expected[1:], lease.runs)
        (claimed,) = await store.claim_runs(NODE, START, at(30), 10, ["default"])
        self.assertEqual((expected[1], job), (claimed.run, claimed.job))
