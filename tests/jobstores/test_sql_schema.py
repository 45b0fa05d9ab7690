"""
The schema of the store on each SQL database: its versions, and what its questions cost.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import gatherResults
from twisted.internet.threads import deferToThread

from txsched.codec import encode_definition
from txsched.errors import SchemaTooNew
from txsched.jobstores.columns import micros_of
from txsched.jobstores.run_rows import run_row
from txsched.jobstores.sql.batches import Batch
from txsched.jobstores.sql.connecting import make_connector
from txsched.jobstores.sql.dialect import MARIADB, SQLITE
from txsched.jobstores.sql.migrate import migrate
from txsched.jobstores.sql.rows import job_row
from txsched.jobstores.sql.schema import STEPS, render
from txsched.jobstores.sql.statements import Statements
from txsched.model import JobQuery, OnConflict
from txsched.testing.contracts.job_store.samples import (
    NODE,
    after,
    at,
    make_job,
    make_run,
)

from .databases import (
    OnMariaDB,
    OnPostgreSQL,
    OnSQLite,
    on_each_database,
)

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


class Migrating:
    """
    From one version to the next.
    """

    def migrate(self: Any, steps: Any) -> None:
        connector = make_connector(self.url, None, "power loss", 10.0)
        session = connector.connect()
        connector.prepare(session)
        with closing(session.connection):
            migrate(session, "x_", steps)

    def things(self: Any) -> Any:
        return self.execute("SELECT * FROM x_things ORDER BY id")

    def version(self: Any) -> Any:
        return self.execute("SELECT version FROM x_schema")

    def test_step_by_step(self: Any) -> None:
        """
        An older schema is brought to the newest, each step on the one before.
        """
        self.make_empty()
        self.migrate(MADE_UP[:1])
        self.assertEqual([(1,)], self.things())
        self.migrate(MADE_UP)
        self.assertEqual([(1, 5), (2, 7)], self.things())
        self.assertEqual([(3,)], self.version())

    def test_at_once(self: Any) -> None:
        """
        From nothing all steps are taken, and a second time none.
        """
        self.make_empty()
        for _ in range(2):
            self.migrate(MADE_UP)
            self.assertEqual([(1, 5), (2, 7)], self.things())

    def test_a_step_fails(self: Any) -> None:
        """
        A step that fails is taken when it can be, and what was done before is not done
        twice.
        """
        self.make_empty()
        self.migrate(MADE_UP[:1])
        broken = (*MADE_UP[:2], ("INSERT INTO {p}nowhere VALUES (1)",))
        with self.assertRaises(DBAPIError):
            self.migrate(broken)
        self.migrate(MADE_UP)
        self.assertEqual([(1, 5), (2, 7)], self.things())
        self.assertEqual([(3,)], self.version())

    async def test_several_threads(self: Any) -> None:
        """
        Those who come at the same moment take each step once together.
        """
        self.make_empty()
        await gatherResults([deferToThread(self.migrate, MADE_UP) for _ in range(6)])
        self.assertEqual([(1, 5), (2, 7)], self.things())
        self.assertEqual([(3,)], self.version())

    def test_too_new(self: Any) -> None:
        """
        A newer schema is refused, and stays as it is.
        """
        self.make_empty()
        self.migrate(MADE_UP)
        with self.assertRaises(SchemaTooNew) as caught:
            self.migrate(MADE_UP[:2])
        error = caught.exception
        self.assertEqual((3, 2), (error.found, error.known))
        self.assertEqual([(3,)], self.version())

    async def test_store_of_the_future(self: Any) -> None:
        """
        A store does not open what a newer txsched wrote, and can be closed.
        """
        store = await self.open_store(self.make_empty())
        await store.add_jobs([make_job()], OnConflict.ERROR)
        await store.close()
        self.execute("UPDATE txsched_schema SET version = 99")
        with self.assertRaises(SchemaTooNew):
            await self.make_closed(self.url).open()
        self.execute("UPDATE txsched_schema SET version = ?", len(STEPS))
        store = await self.open_store(self.url)
        self.assertEqual(make_job(), await store.get_job("job"))

    async def test_opened_by_several_at_once(self: Any) -> None:
        """
        Stores that find no schema at the same moment make one together.
        """
        url = self.make_empty()
        stores = [self.make_closed(url) for _ in range(5)]
        for store in stores:
            self.addCleanup(store.close)
        await gatherResults([store.open() for store in stores])
        self.assertEqual([(len(STEPS),)], self.execute("SELECT * FROM txsched_schema"))
        await stores[0].add_jobs([make_job()], OnConflict.ERROR)
        self.assertEqual(make_job(), await stores[4].get_job("job"))

    async def test_names_of_tables(self: Any) -> None:
        """
        A prefix may have capitals, whatever the database makes of them.
        """
        url = self.make_empty()
        for _ in range(2):
            store = await self.open_store(url, prefix="Jobs_Of_")
            await store.add_jobs([make_job()], OnConflict.KEEP)
            await store.close()


class AllOrNothing:
    """
    Where the schema is part of a transaction.
    """

    def test_all_or_nothing(self: Any) -> None:
        """
        When a step fails, the schema is as it was before all of them.
        """
        self.make_empty()
        self.migrate(MADE_UP[:1])
        broken = (*MADE_UP[:2], ("INSERT INTO {p}nowhere VALUES (1)",))
        with self.assertRaises(DBAPIError):
            self.migrate(broken)
        self.assertEqual([(1,)], self.things())
        self.assertEqual([(1,)], self.version())


class SQLiteMigrationTests(AllOrNothing, Migrating, OnSQLite):
    """
    SQLite.
    """


class PostgreSQLMigrationTests(AllOrNothing, Migrating, OnPostgreSQL):
    """
    PostgreSQL.
    """


class MariaDBMigrationTests(Migrating, OnMariaDB):
    """
    MariaDB, where a step that was cut off is taken again.
    """

    async def test_cut_off_anywhere(self) -> None:
        """
        Whichever statement of the real steps was the last, the schema is completed.
        """
        complete: Any = None
        for number, step in enumerate(STEPS):
            statements = list(render(step, MARIADB, "x_"))
            for count in range(1, len(statements), 6):
                self.make_empty()
                self.migrate(STEPS[:number])
                for statement in statements[:count]:
                    self.execute(statement.replace('"', "`"))
                self.migrate(STEPS)
                found = self.execute(
                    "SELECT table_name, column_name FROM information_schema.columns"
                    " WHERE table_schema = database() ORDER BY 1, 2"
                )
                complete = complete or found
                self.assertEqual(complete, found)
                self.assertEqual([(len(STEPS),)], self.version())


class OldFileTests(OnSQLite):
    """
    Files of earlier versions.
    """

    async def test_what_the_first_version_left(self) -> None:
        """
        Jobs in a file of the first version go on as they were: repeated, or removed
        with the end of their last run.
        """
        self.make_database()
        active = make_run(make_job("last"), 0)
        session = make_connector(self.url, None, "crash", 10.0).connect()
        with closing(session.connection):
            migrate(session, "txsched_", STEPS[:1])
            for job in (make_job("goes on"), make_job("last", None)):
                row = (job.id, *job_row(job, encode_definition(job)), None, None)
                session.run(f"INSERT INTO txsched_jobs VALUES ({marks(13)})", row)
                next_run = micros_of(job.next_run_time)
                values = (job.id, next_run, next_run, 0, 0, None, None)
                session.run(f"INSERT INTO txsched_schedule VALUES ({marks(7)})", values)
            row = (*run_row(active, 0, None, repr), None)
            session.run(f"INSERT INTO txsched_runs VALUES ({marks(20)})", row)
        store = await self.open_store(self.url)
        self.assertEqual(make_job("goes on"), await store.get_job("goes on"))
        everything = ("default",)
        (lease,) = await store.claim_runs(NODE, at(1), at(31), 10, everything)
        self.assertEqual([], await store.finish([after(lease.run, lease.term)]))
        jobs = (await store.find_jobs(JobQuery())).items
        self.assertEqual(["goes on"], [job.id for job in jobs])

    async def test_the_schema_stays_the_same(self) -> None:
        """
        What the steps make of a new file is what they have always made.
        """
        store = await self.open_store(self.make_database())
        await store.close()
        rows = self.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
        self.assertEqual(
            {
                "jobs_name": "jobs (name, id)",
                "jobs_limited": "jobs (id) WHERE keep_runs IS NOT NULL",
                "jobs_broken": "jobs (id) WHERE error IS NOT NULL",
                "schedule_due": "schedule (due, id) WHERE due IS NOT NULL",
                "schedule_leased": "schedule (lease_until)"
                " WHERE lease_until IS NOT NULL",
                "runs_planned": "runs (planned)",
                "runs_job": "runs (job_id, planned)",
                "runs_active": "runs (job_id, lease_until) WHERE ended IS NULL",
            },
            {
                name.removeprefix("txsched_"): sql.partition(" ON txsched_")[2]
                for name, sql in rows
                if sql is not None
            },
        )
        rows = self.execute("SELECT name, value FROM txsched_counter")
        self.assertEqual([("term", 0)], rows)
        columns = [row[1:4] for row in self.execute("PRAGMA table_info(txsched_jobs)")]
        self.assertIn(("search", "VARCHAR(2047)", 1), columns)
        self.assertIn(("definition", "BLOB", 1), columns)
        self.assertIn(("note", "TEXT", 1), columns)


class Reporting:
    """
    What the store says of itself.
    """

    async def test_kind_and_schema(self: Any) -> None:
        """
        The report names the database with its version, and the version of the schema.
        """
        store = await self.open_store(self.make_database())
        report = await store.examine(at(0))
        self.assertRegex(report.kind, rf"{self.title} \d+\.\d+")
        self.assertEqual((len(STEPS),) * 2, (report.schema, report.newest_schema))
        self.assertIsNone(report.clock)

    async def test_quarantine(self: Any) -> None:
        """
        What cannot be loaded is counted.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job("a"), make_job("b")], OnConflict.ERROR)
        self.execute("UPDATE txsched_jobs SET definition = '' WHERE id = 'a'")
        await store.claim_jobs(NODE, at(0), at(30), 10)
        await store.close()
        store = await self.open_store(self.url)
        await store.claim_jobs(NODE, at(60), at(90), 10)
        report = await store.examine(at(60))
        self.assertEqual((1, 0), (report.quarantined, report.overdue))


class CostTests(OnSQLite):
    """
    No question on the way of a fire reads a whole table.
    """

    #: What may walk through all there is: counts, and what people ask for.
    COLD = (
        "beyond_keep_runs",
        "changes",
        "clock",
        "ended_count",
        "find_jobs",
        "find_runs",
        "new_term",
        "oldest_ended",
        "quarantined",
        "status",
        "unschedule",
        "announce",
    )

    def plan(self, connection: sqlite3.Connection, statement: str) -> str:
        text = statement.replace("{executors}", "?, ?").replace(":ids", "?, ?, ?")
        marks = text.count("?")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", (None,) * marks)
        return "; ".join(row[3] for row in rows)

    async def test_indexes_are_used(self) -> None:
        """
        Each hot statement searches by an index, or walks one of active runs only.
        """
        store = await self.open_store(self.make_database())
        await store.close()
        statements = Statements(SQLITE, "txsched_")
        connection = sqlite3.connect(self.path)
        self.addCleanup(connection.close)
        for name, statement in vars(statements).items():
            if name in self.COLD:
                continue
            text = statement.text if isinstance(statement, Batch) else statement
            plan = self.plan(connection, text)
            walks = plan.replace("SCAN CONSTANT ROW", "").replace(
                "SCAN txsched_runs USING INDEX txsched_runs_active", ""
            )
            self.assertNotIn("SCAN", walks, f"{name}: {plan}")


globals().update(on_each_database(Reporting))
