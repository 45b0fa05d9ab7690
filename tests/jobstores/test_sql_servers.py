"""
The store on SQL servers beyond the contract: outages, conflicts, clocks and watches.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import create_engine
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.python.components import proxyForInterface

from txsched.errors import (
    BadValue,
    JobExists,
    NoSuchJob,
    NotSerializable,
    StaleRevision,
    StoreUnavailable,
)
from txsched.interfaces import ILoop
from txsched.jobstores.sql import SQLAlchemyJobStore
from txsched.model import Disposition, Job, OnConflict, Run
from txsched.testing.contracts.job_store.samples import (
    NODE,
    OTHER,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)
from txsched.testing.servers import Server

from .cutting import Cut
from .databases import (
    OnPostgreSQL,
    SQLTestCase,
    engine_at,
    on_each_database,
    on_each_server,
)

ERROR = OnConflict.ERROR
_PATIENCE_SECONDS = 60.0


def pause(seconds: float) -> Deferred[None]:
    """
    Let the reactor turn for a while.
    """
    return deferLater(reactor, seconds, lambda: None)


def now() -> datetime:
    """
    Give the time of the machine.
    """
    return datetime.now(timezone.utc)


class Outages:
    """
    A server that goes away and comes back.
    """

    def make_server(self: Any) -> Server:
        server = Server(self.durable)
        self.addCleanup(server.close)
        server.start()
        self.url = server.url
        return server

    async def unavailable(self: Any, call: Deferred[Any]) -> str:
        with self.assertRaises(StoreUnavailable) as caught:
            await call
        return caught.exception.reason

    async def test_killed(self: Any) -> None:
        """
        While the server is away, calls say which one it is; once it is back they work,
        on what was committed before.
        """
        server = self.make_server()
        store = await self.open_store(server.url)
        await store.add_jobs([make_job("first")], ERROR)
        self.addCleanup(store.watch(lambda: None))
        server.kill()
        await pause(1.2)
        for call in (store.add_jobs([make_job("second")], ERROR), store.status()):
            self.assertIn("test0", await self.unavailable(call))
        server.start()
        self.assertEqual(make_job("first"), await store.get_job("first"))
        await store.add_jobs([make_job("second")], ERROR)
        self.assertEqual(2, len(await store.claim_jobs(NODE, START, at(30), 10)))

    async def test_restarted(self: Any) -> None:
        """
        A server that was away between two calls is not noticed.
        """
        server = self.make_server()
        store = await self.open_store(server.url)
        await store.add_jobs([make_job("first")], ERROR)
        server.kill()
        server.start()
        await store.add_jobs([make_job("second")], ERROR)
        self.assertEqual(2, (await store.status()).jobs)

    async def test_away_at_first(self: Any) -> None:
        """
        A store is not opened without its server, and can be opened later.
        """
        server = self.make_server()
        server.stop()
        store = self.make_closed(server.url)
        self.addCleanup(store.close)
        self.assertIn("test0", await self.unavailable(store.open()))
        server.start()
        await store.open()
        await store.add_jobs([make_job()], ERROR)

    async def test_paused(self: Any) -> None:
        """
        A server that does not answer is given up after a while; meanwhile the reactor
        goes on.
        """
        server = self.make_server()
        store = await self.open_store(server.url, timeout=1.0)
        await store.add_jobs([make_job("first")], ERROR)
        server.pause()
        self.addCleanup(server.resume)
        calls = [
            self.unavailable(store.add_jobs([make_job("second")], ERROR)),
            self.unavailable(store.status()),
        ]
        waiting = gatherResults([Deferred.fromCoroutine(call) for call in calls])
        turns = 0
        while not waiting.called:
            await pause(0.05)
            turns += 1
        self.assertGreater(turns, 10)
        for reason in await waiting:
            self.assertIn("test0", reason)
        server.resume()
        self.assertEqual(make_job("first"), await store.get_job("first"))
        await store.add_jobs([make_job("second")], OnConflict.KEEP)
        self.assertEqual(2, (await store.status()).jobs)


class Cutting:
    """
    A connection that is lost while a transaction is committed, which it is.
    """

    async def make_cut(self: Any) -> tuple[Cut, SQLAlchemyJobStore]:
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        cut = Cut(self.make_database(), folder)
        self.addCleanup(cut.close)
        return cut, await self.open_store(cut.url)

    async def test_each_write(self: Any) -> None:
        """
        What is sent again for want of an answer is as if it had been sent once.
        """
        cut, store = await self.make_cut()

        async def cutting(call: Any, *arguments: Any) -> Any:
            cuts = cut.cuts
            cut.arm(b"COMMIT")
            answer = await call(*arguments)
            self.assertEqual(cuts + 1, cut.cuts)
            return answer

        job = make_job()
        self.assertEqual([job], await cutting(store.add_jobs, [job], ERROR))
        with self.assertRaises(JobExists):
            await store.add_jobs([job], ERROR)
        renamed = await cutting(store.change_job, make_job(name="new"), job, ())
        self.assertEqual((2, "new"), (renamed.revision, renamed.name))
        with self.assertRaises(StaleRevision):
            await store.change_job(make_job(name="other"), job, ())
        # A claim whose answer was lost is held by nobody, until it ends.
        claim = store.claim_jobs
        self.assertEqual([], await cutting(claim, NODE, START, at(10), 1))
        (lease,) = await claim(NODE, at(10), at(40), 1)
        run = running(lease)
        plans = [make_plan(lease, [run])]
        self.assertEqual([], await cutting(store.commit, plans, NODE, at(40)))
        self.assertEqual(run, await store.get_run(run.id))
        held = [(run.id, lease.term)]
        self.assertEqual(((), ()), await cutting(store.renew, held, at(60)))
        ends = [after(run, lease.term)]
        self.assertEqual([], await cutting(store.finish, ends))
        self.assertEqual(ends[0].run, await store.get_run(run.id))
        manual = make_run(job, 1)
        await cutting(store.add_runs, [manual])
        (cancelled,) = await cutting(store.cancel_runs, [manual.id], "no", at(50))
        self.assertEqual(Disposition.CANCELLED, cancelled.disposition)
        with self.assertRaises(StoreUnavailable):
            await cutting(store.remove_jobs, ["job"], at(60))
        with self.assertRaises(NoSuchJob):
            await store.get_job("job")

    async def test_together(self: Any) -> None:
        """
        The same for calls that share a transaction.
        """
        cut, store = await self.make_cut()
        cut.arm(b"COMMIT")
        jobs = make_jobs(20)
        added = await gatherResults([store.add_jobs([job], ERROR) for job in jobs])
        self.assertEqual([[job] for job in jobs], added)
        self.assertEqual(1, cut.cuts)


class Conflicts:
    """
    Others who want the same at the same time.
    """

    async def test_deadlock(self: Any) -> None:
        """
        A call that was chosen to be given up for another one is done again.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job("a"), make_job("b")], ERROR)
        other = engine_at(self.url).connect()
        self.addCleanup(other.close)
        run = other.exec_driver_sql
        update = "UPDATE txsched_schedule SET run_count = run_count + 1 WHERE id = "
        if self.title == "PostgreSQL":
            run("SET deadlock_timeout = '20s'")
        run("BEGIN")
        for _ in range(20):  # the server gives up who has done less
            run(f"{update} 'b'")
        removal = store.remove_jobs(["a", "b"], START)
        await deferToThread(self.wait_until_locked, "a")
        await deferToThread(run, f"{update} 'a'")
        run("COMMIT")
        self.assertEqual(["a", "b"], await removal)

    def wait_until_locked(self: Any, job_id: str) -> None:
        engine = engine_at(self.url)
        question = f"SELECT id FROM txsched_schedule WHERE id = '{job_id}'"
        with engine.connect() as connection:
            while True:
                connection.exec_driver_sql("BEGIN")
                rows = connection.exec_driver_sql(f"{question} FOR UPDATE SKIP LOCKED")
                found = rows.fetchall()
                connection.exec_driver_sql("ROLLBACK")
                if not found:
                    return

    async def test_one_id_for_two(self: Any) -> None:
        """
        Of several who add the same job one does; the others are told.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(3)]
        for turn in range(10):
            job = make_job(f"job-{turn}")
            answers = await gatherResults(
                [
                    store.add_jobs([job], ERROR).addErrback(
                        lambda failure: failure.trap(JobExists)
                    )
                    for store in stores
                ]
            )
            self.assertEqual(1, answers.count([job]))

    async def test_too_long(self: Any) -> None:
        """
        A value that the database does not take is refused, and spoils nothing of what
        is written with it.
        """
        store = await self.open_store(self.make_database())
        job = make_job()
        await store.add_jobs([job], ERROR)
        bad = store.add_runs([make_run(job, 1, executor="x" * 300)])
        good = store.add_runs([make_run(job, 2)])
        with self.assertRaises(NotSerializable):
            await bad
        await good
        self.assertEqual(1, (await store.status()).runs)

    async def last_runs(self: Any, store: Any, turn: int) -> list[tuple[Run, int]]:
        """
        Leave a job with two runs and no further time, and give them with their terms.
        """
        job = make_job(f"job-{turn}", max_instances=2)
        await store.add_jobs([job], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
        first = running(lease)
        second = first._replace(id=f"{first.id}-2")
        plan = make_plan(lease, [first, second], None)
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        return [(first, lease.term), (second, lease.term)]

    async def test_last_runs_end_at_once(self: Any) -> None:
        """
        A job whose last two runs end on two nodes at the same moment is removed.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(2)]
        for turn in range(25):
            runs = await self.last_runs(stores[0], turn)
            ends = [after(*one) for one in runs]
            lost = await gatherResults(
                [store.finish([end]) for store, end in zip(stores, ends, strict=True)]
            )
            self.assertEqual([[], []], lost)
            self.assertEqual(0, (await stores[0].status()).jobs, turn)

    async def test_the_last_time_and_the_last_end(self: Any) -> None:
        """
        So is one whose last run ends while another node writes that it has no further
        time.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        for turn in range(25):
            await one.add_jobs([make_job(f"job-{turn}", max_instances=2)], ERROR)
            (lease,) = await one.claim_jobs(NODE, START, at(30), 1)
            run = running(lease)
            plan = make_plan(lease, [run], 10.0)
            self.assertEqual([], await one.commit([plan], NODE, at(30)))
            (last,) = await two.claim_jobs(OTHER, at(10), at(40), 1)
            missed = make_run(last.job, 10, Disposition.MISSED)
            answers = await gatherResults(
                [
                    two.commit([make_plan(last, [missed], None)], OTHER, at(40)),
                    one.finish([after(run, lease.term)]),
                ]
            )
            self.assertEqual([[], []], answers)
            self.assertEqual(0, (await one.status()).jobs, turn)


class Clocks:
    """
    Leases by the server's clock.
    """

    HOUR = timedelta(hours=1)

    async def claim(
        self: Any, store: Any, instant: datetime, lasts: float
    ) -> list[Any]:
        until = instant + timedelta(seconds=lasts)
        return list(await store.claim_jobs(NODE, instant, until, 10))

    async def claimed_later(self: Any, store: Any, ahead: timedelta) -> list[Any]:
        while True:
            leases = await self.claim(store, now() + ahead, 30)
            if leases:
                return leases
            await pause(0.05)

    async def test_wrong_clocks(self: Any) -> None:
        """
        A node whose clock is wrong by an hour takes over neither earlier nor later than
        others, and holds no longer.
        """
        url = self.make_database()
        right = await self.open_store(url, clock="store")
        wrong = await self.open_store(url, clock="store")
        job = make_job("job", None, next_run_time=now() - 2 * self.HOUR)
        await right.add_jobs([job], ERROR)
        for ahead in (self.HOUR, -self.HOUR):
            (lease,) = await self.claim(right, now(), 1.5)
            self.assertEqual([], await self.claim(wrong, now() + ahead, 30))
            (taken,) = await self.claimed_later(wrong, ahead)
            self.assertGreater(taken.term, lease.term)
            await wrong.leave(NODE, now() + ahead)
            (lease,) = await self.claim(wrong, now() + ahead, 1.5)
            self.assertEqual([], await self.claim(right, now(), 30))
            due = await wrong.next_due(now() + ahead)
            self.assertLess(abs(due - now() - ahead), timedelta(minutes=10))
            await self.claimed_later(right, timedelta())
            await right.leave(NODE, now())

    async def test_runs(self: Any) -> None:
        """
        The same holds for runs, from the plan over renewals to their end.
        """
        url = self.make_database()
        wrong = await self.open_store(url, clock="store")
        right = await self.open_store(url, clock="store")
        ahead = self.HOUR
        job = make_job("job", None, next_run_time=now() - self.HOUR)
        await wrong.add_jobs([job], ERROR)
        (lease,) = await self.claim(wrong, now() + ahead, 10)
        run = running(lease)
        until = now() + ahead + timedelta(seconds=1)
        await wrong.commit([make_plan(lease, [run])], NODE, until)
        held = [(run.id, lease.term)]
        until = now() + ahead + timedelta(seconds=3)
        self.assertEqual(((), ()), await wrong.renew(held, until))
        aliases = ["default"]
        end = now() + timedelta(seconds=30)
        begun = reactor.seconds()
        while not await right.claim_runs(OTHER, now(), end, 10, aliases):
            await pause(0.05)
        self.assertGreater(reactor.seconds() - begun, 2.0)
        self.assertEqual([run.id], await wrong.finish([after(run, lease.term)]))

    async def test_heartbeat(self: Any) -> None:
        """
        A heart beats at the server's time, which the report tells as well.
        """
        from txsched.testing.contracts.job_store.samples import make_node

        store = await self.open_store(self.make_database(), clock="store")
        clock = await store.beat(make_node("one"))
        self.assertLess(abs(clock - now()), timedelta(minutes=10))
        (node,) = await store.find_nodes()
        self.assertEqual(clock, node.seen_at)
        report = await store.examine(now())
        self.assertLess(abs(report.clock - now()), timedelta(minutes=10))


class Watching:
    """
    Noticing what others do.
    """

    async def until(self: Any, condition: Any) -> None:
        deadline = reactor.seconds() + _PATIENCE_SECONDS
        while not condition():
            self.assertLess(reactor.seconds(), deadline)
            await pause(0.01)

    async def test_what_people_do(self: Any) -> None:
        """
        Each of the things that people do is noticed by other nodes, turns are not.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        heard: list[None] = []
        end = two.watch(lambda: heard.append(None))
        self.addCleanup(end)
        await pause(1.5)

        async def noticed(call: Deferred[Any]) -> Any:
            count = len(heard)
            answer = await call
            await self.until(lambda: len(heard) > count)
            return answer

        (job,) = await noticed(one.add_jobs([make_job()], ERROR))
        run = make_run(job)
        await noticed(one.add_runs([run]))
        await noticed(one.cancel_runs([run.id], "no", at(1)))
        await noticed(one.change_job(job, job, ()))
        await pause(1.5)
        count = len(heard)
        (lease,) = await one.claim_jobs(NODE, START, at(30), 1)
        begun = running(lease)
        await one.commit([make_plan(lease, [begun])], NODE, at(30))
        await one.finish([after(begun, lease.term)])
        await pause(1.5)
        self.assertEqual(count, len(heard))
        await noticed(one.remove_jobs(["job"], at(1)))
        end()
        count = len(heard)
        await one.add_jobs([make_job()], ERROR)
        await pause(1.5)
        self.assertEqual(count, len(heard))


class ListeningTests(OnPostgreSQL):
    """
    The connection that PostgreSQL tells its news on.
    """

    listeners = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"

    async def until_listening(self) -> int:
        while True:
            rows = await deferToThread(self.execute, self.listeners)
            if rows:
                return int(rows[0][0])
            await pause(0.02)

    async def test_lost(self) -> None:
        """
        When it is lost it is made again, and the node looks once for what it missed.
        """
        url = self.make_database()
        store = await self.open_store(url)
        heard: list[None] = []
        end = store.watch(lambda: heard.append(None))
        self.addCleanup(end)
        for count in (1, 2):
            pid = await self.until_listening()
            await deferToThread(self.execute, "SELECT pg_terminate_backend(?)", pid)
            while len(heard) < count:
                await pause(0.02)
            await self.until_listening()

    async def test_own_news(self) -> None:
        """
        A node does not wake itself.
        """
        store = await self.open_store(self.make_database())
        heard: list[None] = []
        self.addCleanup(store.watch(lambda: heard.append(None)))
        await self.until_listening()
        await store.add_jobs([make_job()], ERROR)
        await pause(0.5)
        self.assertEqual([], heard)

    async def test_loop_without_descriptors(self) -> None:
        """
        Where the loop watches no descriptors, news is noticed within a second.
        """
        url = self.make_database()
        loop = proxyForInterface(ILoop)(reactor)
        store = SQLAlchemyJobStore(url, reactor=loop, clock="caller")
        self.addCleanup(store.close)
        await store.open()
        other = await self.open_store(url)
        heard: list[None] = []
        end = store.watch(lambda: heard.append(None))
        await self.until_listening()
        await other.add_jobs([make_job()], ERROR)
        while not heard:
            await pause(0.05)
        end()

    async def test_server_away(self) -> None:
        """
        While the server is away it is tried again now and then, until nobody wants it.
        """
        server = Server(self.durable)
        self.addCleanup(server.close)
        server.start()
        self.url = server.url
        store = await self.open_store(server.url)
        heard: list[None] = []
        end = store.watch(lambda: heard.append(None))
        await self.until_listening()
        server.kill()
        await pause(1.2)
        server.start()
        while not heard:
            await pause(0.05)
        server.kill()
        await pause(0.8)
        end()

    async def test_ended_at_once(self) -> None:
        """
        A watch can be ended before its connection is made.
        """
        store = await self.open_store(self.make_database())
        store.watch(lambda: None)()
        await store.get_job("none").addErrback(lambda failure: None)
        await pause(0.1)
        self.assertEqual([], self.execute(self.listeners))


class PlanningTests(OnPostgreSQL):
    """
    How PostgreSQL looks for many jobs.
    """

    async def test_tables_that_were_empty(self) -> None:
        """
        Also where it still takes the tables for empty, it does not look for each job
        in the whole list of ids.
        """
        store = await self.open_store(self.make_empty())
        jobs = make_jobs(1000)
        await store.add_jobs(jobs, ERROR)
        await store.remove_jobs([job.id for job in jobs[1:]], START)
        self.execute("ANALYZE")
        await store.add_jobs(jobs[1:], ERROR)
        for statement in (store._sql.definitions, store._sql.progresses):
            ids = ", ".join(f"'{job.id}'" for job in jobs)
            text = statement.replace("IN (:ids)", f"= ANY (ARRAY[{ids}])")
            plan = "\n".join(row[0] for row in self.execute(f"EXPLAIN {text}"))
            self.assertNotIn("Nested Loop", plan)
        self.assertEqual(1000, len(await store.claim_jobs(NODE, START, at(30), 1000)))


class Texts:
    """
    Texts that a database may not have.
    """

    async def test_nul(self: Any) -> None:
        """
        A character that PostgreSQL lacks neither loses a run nor finds another job.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
        run = running(lease)
        await store.commit([make_plan(lease, [run])], NODE, at(30))
        end = after(run, lease.term, Disposition.FAILED, error="a\0b", traceback="\0")
        self.assertEqual([], await store.finish([end]))
        stored = await store.get_run(run.id)
        shown = "a\x1ab" if self.title == "PostgreSQL" else "a\0b"
        self.assertEqual(
            (Disposition.FAILED, shown), (stored.disposition, stored.error)
        )
        for job_id in ("job\0", "\0"):
            with self.assertRaises(NoSuchJob):
                await store.get_job(job_id)

    async def test_byte_by_byte(self: Any) -> None:
        """
        Ids that differ in case, in accents or in blanks are those of different jobs.
        """
        store = await self.open_store(self.make_database())
        ids = ["JOB", "Job", "job", "job ", "jób", "\U0001d4bfob", "\uff2aOB"]
        await store.add_jobs([make_job(one) for one in ids], ERROR)
        leases = await store.claim_jobs(NODE, START, at(30), 10)
        expected = sorted(ids, key=str.encode)
        self.assertEqual(expected, [lease.job.id for lease in leases])
        plans = [make_plan(lease) for lease in leases]
        self.assertEqual([], await store.commit(plans, NODE, at(30)))
        self.assertEqual(["Job"], await store.remove_jobs(["Job"], START))


class AddressTests(SQLTestCase):
    """
    How a database is named.
    """

    def refused(self, url: str, **options: Any) -> BadValue:
        with self.assertRaises(BadValue) as caught:
            SQLAlchemyJobStore(url, reactor=reactor, **options)
        self.assertNotIn("s3cret", str(caught.exception))
        return caught.exception

    def test_refused(self) -> None:
        """
        What cannot be used is refused at once, and passwords are not shown.
        """
        for url, word in [
            ("postgresql+asyncpg://u:s3cret@h/d", "write postgresql+psycopg://"),
            ("mysql+mysqldb://u:s3cret@h/d", "write mysql+pymysql://"),
            ("postgresql://u:s3cret@h:port/d", "cannot be used"),
            ("oracle://u:s3cret@h/d", "is not among"),
            ("sqlite://u:s3cret@h/d", "cannot be used"),
        ]:
            error = self.refused(url)
            self.assertEqual("url", error.field)
            self.assertIn(word, error.reason)
        for options in ({"clock": "mine"}, {"timeout": 0}, {"prefix": "x" * 41}):
            error = self.refused("sqlite:///x", **options)
            self.assertEqual([error.field], list(options))

    def test_drivers(self) -> None:
        """
        A driver need not be named; one that is not installed is, with what installs it.
        """
        for url, module, extra in [
            ("postgresql://u:s3cret@h/d", "psycopg", "postgresql"),
            ("mysql://u:s3cret@h/d", "pymysql", "mysql"),
            ("mariadb://u:s3cret@h/d", "pymysql", "mysql"),
        ]:
            store = SQLAlchemyJobStore(url, reactor=reactor)
            self.assertEqual(module, store._connector.engine.driver)
            with patch.dict(sys.modules, {module: None}):
                error = self.refused(url)
            self.assertIn(f"pip install 'txsched[{extra}]'", error.reason)


class Engines:
    """
    Engines of one's own, passwords, and other settings of a server.
    """

    async def test_engine(self: Any) -> None:
        """
        An engine as SQLAlchemy makes it serves as well as a URL.
        """
        engine = create_engine(self.make_database())
        store = SQLAlchemyJobStore(engine=engine, reactor=reactor, clock="caller")
        self.addCleanup(store.close)
        await store.open()
        await store.add_jobs([make_job()], ERROR)
        self.assertEqual(1, len(await store.claim_jobs(NODE, START, at(30), 1)))
        with self.assertRaises(JobExists):
            await store.add_jobs([make_job()], ERROR)

    async def test_wrong_password(self: Any) -> None:
        """
        Nobody who reads the error learns the password.
        """
        url = self.make_database().replace("root@", "nobody:s3cret@")
        url = url.replace("postgres@", "nobody:s3cret@")
        store = self.make_closed(url)
        self.addCleanup(store.close)
        with self.assertRaises(StoreUnavailable) as caught:
            await store.open()
        self.assertNotIn("s3cret", str(caught.exception))
        self.assertIn("nobody:***@", str(caught.exception))

    async def test_durability(self: Any) -> None:
        """
        What a commit has to survive is told to a server that can be told.
        """
        for durability, word in (("power loss", "on"), ("crash", "off")):
            store = await self.open_store(self.make_database(), durability=durability)
            await store.add_jobs([make_job()], ERROR)
            if self.title == "PostgreSQL":
                question = "SHOW synchronous_commit"
                ask = store._workers.writer.do(lambda db: db.run(question).scalar())  # noqa: B023
                self.assertEqual(word, await ask)


class Paging:
    """
    Long lists.
    """

    async def test_ten_thousand(self: Any) -> None:
        """
        The pages of ten thousand jobs, and of their runs, have each once, in order.
        """
        from txsched.model import JobQuery, RunQuery

        store = await self.open_store(self.make_database())
        jobs: list[Job] = [
            make_job(f"job-{number * 7919 % 10007:05}", due=number % 100, name="same")
            for number in range(10_000)
        ]
        for first in range(0, 10_000, 5000):
            await store.add_jobs(jobs[first : first + 5000], ERROR)
        await store.add_runs([make_run(job, 5) for job in jobs])

        async def walk(find: Any, kind: Any, **query: Any) -> list[Any]:
            found: list[Any] = []
            cursor = None
            while True:
                page = await find(kind(limit=1000, cursor=cursor, **query))
                found += page.items
                cursor = page.next_cursor
                if cursor is None:
                    return found

        ids = sorted(job.id for job in jobs)
        timed = [(job.next_run_time, job.id) for job in jobs]
        for order, expected in (
            ("id", ids),
            ("name", ids),
            ("next_run_time", [job_id for _, job_id in sorted(timed)]),
        ):
            for descending in (False, True):
                found = await walk(
                    store.find_jobs, JobQuery, order_by=order, descending=descending
                )
                wanted = expected[::-1] if descending else expected
                self.assertEqual(wanted, [job.id for job in found])
        for descending in (False, True):
            runs = await walk(store.find_runs, RunQuery, descending=descending)
            found = [run.id for run in runs]
            self.assertEqual(sorted(found, reverse=descending), found)
            self.assertEqual(10_000, len(set(found)))


globals().update(on_each_server(Outages, Cutting, Conflicts, Clocks, Watching, Engines))
globals().update(on_each_database(Texts, Paging))
