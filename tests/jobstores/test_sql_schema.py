"""
The schema of the store on SQLite: its versions, and what its questions cost.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from twisted.internet.defer import gatherResults

from txsched.codec import encode_definition
from txsched.errors import SchemaTooNew
from txsched.jobstores.columns import micros_of
from txsched.jobstores.run_rows import run_row
from txsched.jobstores.sql.dialect import dialect_of, open_engine
from txsched.jobstores.sql.migrate import STEPS, migrate
from txsched.jobstores.sql.rows import job_row
from txsched.jobstores.sql.statements import Statements
from txsched.model import JobQuery, OnConflict
from txsched.testing.contracts.job_store.samples import (
    NODE,
    after,
    at,
    make_job,
    make_run,
)

from .sqlite import SQLiteTestCase

MADE_UP = (
    ("CREATE TABLE {p}things (id INTEGER)", "INSERT INTO {p}things VALUES (1)"),
    ("ALTER TABLE {p}things ADD COLUMN size BIGINT", "UPDATE {p}things SET size = 5"),
    ("INSERT INTO {p}things VALUES (2, 7)",),
)


def marks(count: int) -> str:
    """
    Give as many marks for values.
    """
    return ", ".join("?" * count)


class MigrationTests(SQLiteTestCase):
    """
    From one version to the next.
    """

    def migrate(self, steps: Any) -> None:
        engine = open_engine(f"sqlite:///{self.path}", "crash")
        with engine.connect() as connection:
            migrate(connection, dialect_of(engine), "x_", steps)

    def test_step_by_step(self) -> None:
        """
        An older schema is brought to the newest, each step on the one before.
        """
        self.make_path()
        self.migrate(MADE_UP[:1])
        self.assertEqual([(1,)], self.execute("SELECT * FROM x_things"))
        self.migrate(MADE_UP)
        self.assertEqual([(1, 5), (2, 7)], self.execute("SELECT * FROM x_things"))
        self.assertEqual([(3,)], self.execute("SELECT version FROM x_schema"))

    def test_at_once(self) -> None:
        """
        From nothing all steps are taken, and a second time none.
        """
        self.make_path()
        for _ in range(2):
            self.migrate(MADE_UP)
            rows = self.execute("SELECT * FROM x_things")
            self.assertEqual([(1, 5), (2, 7)], rows)

    def test_all_or_nothing(self) -> None:
        """
        When a step fails, the schema is as it was before all of them.
        """
        self.make_path()
        self.migrate(MADE_UP[:1])
        broken = (*MADE_UP[:2], ("INSERT INTO {p}nowhere VALUES (1)",))
        with self.assertRaises(OperationalError):
            self.migrate(broken)
        self.assertEqual([(1,)], self.execute("SELECT * FROM x_things"))
        self.assertEqual([(1,)], self.execute("SELECT version FROM x_schema"))
        self.migrate(MADE_UP)
        self.assertEqual([(3,)], self.execute("SELECT version FROM x_schema"))

    def test_too_new(self) -> None:
        """
        A newer schema is refused, and stays as it is.
        """
        self.make_path()
        self.migrate(MADE_UP)
        with self.assertRaises(SchemaTooNew) as caught:
            self.migrate(MADE_UP[:2])
        error = caught.exception
        self.assertEqual((3, 2), (error.found, error.known))
        self.assertEqual([(3,)], self.execute("SELECT version FROM x_schema"))

    async def test_store_of_the_future(self) -> None:
        """
        A store does not open what a newer txsched wrote, and can be closed.
        """
        store = await self.open_store(self.make_path())
        await store.add_jobs([make_job()], OnConflict.ERROR)
        await store.close()
        self.execute("UPDATE txsched_schema SET version = 99")
        with self.assertRaises(SchemaTooNew):
            await self.make_closed(self.path).open()
        self.execute("UPDATE txsched_schema SET version = ?", len(STEPS))
        store = await self.open_store(self.path)
        self.assertEqual(make_job(), await store.get_job("job"))

    async def test_what_the_first_version_left(self) -> None:
        """
        Jobs in a file of the first version go on as they were: repeated, or removed
        with the end of their last run.
        """
        self.make_path()
        engine = open_engine(f"sqlite:///{self.path}", "crash")
        dialect = dialect_of(engine)
        sql = Statements(dialect, "txsched_")
        active = make_run(make_job("last"), 0)
        with engine.connect() as connection:
            migrate(connection, dialect, "txsched_", STEPS[:1])
            run = connection.exec_driver_sql
            for job in (make_job("goes on"), make_job("last", None)):
                definition = encode_definition(job)
                run(sql.insert_job, (job.id, *job_row(job, definition)))
                next_run = micros_of(job.next_run_time)
                values = (job.id, next_run, next_run, 0, 0, None, None)
                run(f"INSERT INTO txsched_schedule VALUES ({marks(7)})", values)
            row = (*run_row(active, 0, None, 1000), None)
            run(f"INSERT INTO txsched_runs VALUES ({marks(20)})", row)
        store = await self.open_store(self.path)
        self.assertEqual(make_job("goes on"), await store.get_job("goes on"))
        everything = ("default",)
        (lease,) = await store.claim_runs(NODE, at(1), at(31), 10, everything)
        self.assertEqual([], await store.finish([after(lease.run, lease.term)]))
        jobs = (await store.find_jobs(JobQuery())).items
        self.assertEqual(["goes on"], [job.id for job in jobs])

    async def test_opened_by_several_at_once(self) -> None:
        """
        Stores that find no schema at the same moment make one together.
        """
        path = self.make_path()
        stores = [self.make_closed(path) for _ in range(5)]
        for store in stores:
            self.addCleanup(store.close)
        await gatherResults([store.open() for store in stores])
        self.assertEqual([(len(STEPS),)], self.execute("SELECT * FROM txsched_schema"))
        await stores[0].add_jobs([make_job()], OnConflict.ERROR)
        self.assertEqual(make_job(), await stores[4].get_job("job"))


class ReportTests(SQLiteTestCase):
    """
    What the store says of itself.
    """

    async def test_kind_and_schema(self) -> None:
        """
        The report names the database with its version, and the version of the schema.
        """
        store = await self.open_store(self.make_path())
        report = await store.examine(at(0))
        self.assertEqual(f"SQLite {sqlite3.sqlite_version}", report.kind)
        self.assertEqual((len(STEPS),) * 2, (report.schema, report.newest_schema))
        self.assertIsNone(report.clock)

    async def test_quarantine(self) -> None:
        """
        What cannot be loaded is counted.
        """
        store = await self.open_store(self.make_path())
        await store.add_jobs([make_job("a"), make_job("b")], OnConflict.ERROR)
        self.execute("UPDATE txsched_jobs SET definition = x'ff' WHERE id = 'a'")
        await store.claim_jobs(NODE, at(0), at(30), 10)
        await store.close()
        store = await self.open_store(self.path)
        await store.claim_jobs(NODE, at(60), at(90), 10)
        report = await store.examine(at(60))
        self.assertEqual((1, 0), (report.quarantined, report.overdue))


class CostTests(SQLiteTestCase):
    """
    No question on the way of a fire reads a whole table.
    """

    #: The statements that are asked for at every fire, or at every turn.
    HOT = (
        "job_states",
        "jobs",
        "due_jobs",
        "lease_jobs",
        "active_runs",
        "move_cursor",
        "job_terms",
        "idle_jobs",
        "leave_open",
        "rearm",
        "delete_jobs",
        "delete_schedules",
        "next_due",
        "next_job_lease",
        "next_run_lease",
        "waiting_executors",
        "free_runs",
        "take_run",
        "renew",
        "held_runs",
        "end_run",
        "forget_run",
        "run_ends",
        "there_runs",
        "next_term",
        "term",
        "delete_run",
        "limited_jobs",
        "ended_before",
    )

    def plan(self, connection: sqlite3.Connection, statement: str) -> str:
        text = statement.replace("{executors}", "?, ?")
        marks = text.count("?")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", (None,) * marks)
        return "; ".join(row[3] for row in rows)

    async def test_indexes_are_used(self) -> None:
        """
        Each hot statement searches by an index, or walks one of active runs only.
        """
        store = await self.open_store(self.make_path())
        await store.close()
        dialect = dialect_of(create_engine(f"sqlite:///{self.path}"))
        statements = Statements(dialect, "txsched_")
        connection = sqlite3.connect(self.path)
        self.addCleanup(connection.close)
        for name in self.HOT:
            plan = self.plan(connection, getattr(statements, name))
            walks = plan.replace(
                "SCAN txsched_runs USING INDEX txsched_runs_active", ""
            )
            self.assertNotIn("SCAN", walks, f"{name}: {plan}")
