"""
What the store on Redis does beyond the contract of all stores.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import evolve
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import capturedLogs

from txsched.errors import (
    BadValue,
    JobExists,
    NoSuchJob,
    SchemaTooNew,
    StoreUnavailable,
)
from txsched.jobstores import RedisJobStore, store_from_url
from txsched.jobstores.redis.requests import Requests
from txsched.model import (
    UTC,
    Call,
    Disposition,
    JobQuery,
    OnConflict,
    Run,
    RunQuery,
    Waiting,
    from_micros,
    from_seconds,
)
from txsched.testing.contracts.job_store.samples import (
    NODE,
    OTHER,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_node,
    make_plan,
    make_run,
    running,
)
from txsched.testing.servers import Server, Valkey
from txsched.triggers import DelayTrigger

from .valkey import BASE, ValkeyTestCase

ERROR = OnConflict.ERROR
SECOND = timedelta(seconds=1)


class MakingTests(ValkeyTestCase):
    """
    What can be told to the constructor.
    """

    def refused(self, *arguments: Any, **options: Any) -> BadValue:
        with self.assertRaises(BadValue) as caught:
            self.make_closed(*arguments, **options)
        return caught.exception

    def test_bad_urls(self) -> None:
        """
        A URL that cannot be used is refused, without its password.
        """
        for url in (
            5,
            "",
            "http://:secret@host/0",
            "redis://:secret@host/zero",
            "redis://:secret@host/0?timeout=5",
            "redis://:secret@host:port/0",
            "redis://:secret@host/²",
            "redis://user@host/0",
            "redis+unix://:secret@",
            "redis+unix://:secret@host/socket",
        ):
            error = self.refused(url)
            self.assertEqual("url", error.field, url)
            self.assertNotIn("secret", error.reason)

    def test_bad_options(self) -> None:
        """
        An option that cannot be used is refused by its name.
        """
        for name, values in {
            "prefix": ("", "a{b", "a}", "a\nb"),
            "timeout": (0, -1.0, True, "5", float("inf"), float("nan")),
            "clock": ("mine", ""),
            "tls_ca": ("ca.pem",),
            "tls_certificate": ("me.pem",),
            "tls_key": ("key.pem",),
        }.items():
            for value in values:
                error = self.refused("redis://localhost", **{name: value})
                self.assertEqual(name, error.field)

    def test_from_url(self) -> None:
        """
        A URL in a configuration makes the store, with options as text can give them.
        """
        for url in ("redis://host/1", "redis+unix:///socket?db=1"):
            store = store_from_url(
                url, reactor=reactor, prefix="mine", timeout=5.0, clock="caller"
            )
            self.assertIsInstance(store, RedisJobStore)
        with self.assertRaises(BadValue) as caught:
            store_from_url("redis://host/1", reactor=reactor, timeout="soon")
        self.assertEqual("timeout", caught.exception.field)

    async def test_prefixes(self) -> None:
        """
        Stores with two prefixes share a database, and nothing else.
        """
        url = self.make_url()
        first = await self.open_store(url, prefix="one")
        second = await self.open_store(url, prefix="two")
        await first.add_jobs([make_job()], ERROR)
        self.assertEqual(0, (await second.status()).jobs)
        for key in await self.execute("KEYS", "*"):
            self.assertTrue(key.startswith((b"{one}:", b"{two}:")), key)


class WholeTests(ValkeyTestCase):
    """
    Opening, closing, and what is announced.
    """

    async def unavailable(self, call: Deferred[Any]) -> str:
        with self.assertRaises(StoreUnavailable) as caught:
            await call
        return str(caught.exception)

    async def test_not_open(self) -> None:
        """
        A store that is not open, not yet or not any more, says so.
        """
        store = self.make_closed(self.make_url())
        self.assertIn("not open", await self.unavailable(store.get_job("job")))
        await store.open()
        await store.close()
        self.assertIn("not open", await self.unavailable(store.status()))
        await store.close()

    async def test_opened_again(self) -> None:
        """
        A store that was closed can be opened again.
        """
        store = await self.open_store(self.make_url())
        await store.add_jobs([make_job()], ERROR)
        await store.close()
        await store.open()
        self.assertEqual(1, (await store.status()).jobs)

    async def test_no_such_database(self) -> None:
        """
        A number beyond those of the server is refused.
        """
        url = self.make_url().partition("?")[0]
        store = self.make_closed(f"{url}?db=1000000")
        with self.assertRaises(BadValue) as caught:
            await store.open()
        self.assertEqual("url", caught.exception.field)
        self.assertIn("1000000", caught.exception.reason)

    async def test_nobody_there(self) -> None:
        """
        Where no server is, the error names the place and not the password.
        """
        for url in (
            "redis://user:secret@127.0.0.1:1/0",
            "redis://user:secret@nowhere.invalid/0",
            "redis+unix://user:secret@/no/such/socket",
        ):
            store = self.make_closed(url, timeout=30.0)
            reason = await self.unavailable(store.open())
            self.assertIn(url.partition("@")[2].partition("/0")[0], reason)
            self.assertNotIn("secret", reason)

    async def test_schema(self) -> None:
        """
        Many that open at once make one schema; a newer one is refused and left alone.
        """
        url = self.make_url()
        stores = [self.make_closed(url) for _ in range(5)]
        for store in stores:
            self.addCleanup(store.close)
        for opened in [store.open() for store in stores]:
            await opened
        self.assertEqual(b"1", await self.execute("GET", BASE + b"schema"))
        await self.execute("SET", BASE + b"schema", "7")
        with self.assertRaises(SchemaTooNew) as caught:
            await self.make_closed(url).open()
        error = caught.exception
        self.assertEqual((7, 1), (error.found, error.known))
        self.assertEqual(b"7", await self.execute("GET", BASE + b"schema"))

    async def test_watch(self) -> None:
        """
        What people do through one node another one hears of, and not the first.
        """
        url = self.make_url()
        mine, other = await self.open_store(url), await self.open_store(url)
        heard: list[Deferred[None]] = [Deferred()]
        mine.watch(lambda: self.fail("that was me"))

        def broken() -> None:
            raise ValueError("a watch that fails hinders no other")

        other.watch(broken)
        end = other.watch(lambda: heard[-1].callback(None))

        async def hears(call: Deferred[Any]) -> None:
            result = await call
            await heard[-1].addTimeout(60, reactor)
            heard.append(Deferred())
            results.append(result)

        results: list[Any] = []
        job = make_job()
        await hears(mine.add_jobs([job], ERROR))
        await hears(mine.change_job(evolve(job, name="new"), job, ()))
        await hears(mine.add_runs([make_run(job)]))
        await hears(mine.remove_jobs(["job"], START))
        end()
        await mine.add_jobs([job], ERROR)
        await mine.claim_jobs(NODE, START, at(30), 10)
        self.assertFalse(heard[-1].called)
        self.assertEqual(4, len(self.flushLoggedErrors(ValueError)) - 1)

    async def test_a_large_write(self) -> None:
        """
        Jobs of more than some megabytes go in parts, and are there all at once.
        """
        store = await self.open_store(self.make_url(), timeout=60.0)
        call = Call("operator:add", ("x" * 20_000, "y"))
        jobs = make_jobs(300, call=call)
        await store.add_jobs([jobs[7]], ERROR)
        with self.assertRaises(JobExists):
            await store.add_jobs(jobs, ERROR)
        self.assertEqual(1, (await store.status()).jobs)
        await store.add_jobs(jobs, OnConflict.REPLACE)
        self.assertEqual(jobs[299], await store.get_job("job-0299"))
        self.assertEqual([], await self.execute("KEYS", BASE + b"stage:*"))

    async def test_parts_that_are_gone(self) -> None:
        """
        A large write whose parts are not there any more writes nothing.
        """
        store = await self.open_store(self.make_url(), timeout=60.0)
        requests: Requests = store._requests
        original = requests.connection.call

        async def forgetful(*words: Any, **options: Any) -> Any:
            answer = await original(*words, **options)
            if words[0] == "RPUSH":
                await original("DEL", words[1])
            return answer

        requests.connection.call = forgetful  # type: ignore[method-assign]
        call = Call("operator:add", ("x" * 20_000, "y"))
        reason = await self.unavailable(
            store.add_jobs(make_jobs(300, call=call), ERROR)
        )
        self.assertIn("not there", reason)
        self.assertEqual(0, (await store.status()).jobs)

    async def test_many_callers(self) -> None:
        """
        Of callers that add at the same time each has its own answer.
        """
        store = await self.open_store(self.make_url())
        await store.add_jobs([make_job("taken")], ERROR)
        added = [store.add_jobs([make_job(f"{n}")], ERROR) for n in range(50)]
        bad = store.add_jobs([make_job("x"), make_job("taken")], ERROR)
        twice = [store.add_jobs([make_job("twice")], ERROR) for _ in range(2)]
        for number, one in enumerate(added):
            self.assertEqual(f"{number}", (await one)[0].id)
        with self.assertRaises(JobExists):
            await bad
        await twice[0]
        with self.assertRaises(JobExists):
            await twice[1]
        self.assertEqual(52, (await store.status()).jobs)

    async def test_many_large_ones(self) -> None:
        """
        Callers that add much at the same time go in several requests.
        """
        store = await self.open_store(self.make_url(), timeout=60.0)
        call = Call("operator:add", ("x" * 200_000, "y"))
        jobs = make_jobs(8, call=call)
        for added in [store.add_jobs([job], ERROR) for job in jobs]:
            await added
        self.assertEqual(8, (await store.status()).jobs)

    async def test_changed_meanwhile(self) -> None:
        """
        A replacement is made of what is there when it is written; when others change
        it all the time, it is given up, and nothing is lost.
        """
        url = self.make_url()
        store, other = await self.open_store(url), await self.open_store(url)
        await store.add_jobs([make_job()], ERROR)
        original = store._requests.run
        changes = 2

        async def late(name: str, fields: Any = ()) -> bytes:
            nonlocal changes
            if name == "add" and changes:
                changes -= 1
                job = await other.get_job("job")
                await other.change_job(evolve(job, name=f"{changes}"), job, ())
            return await original(name, fields)

        store._requests.run = late  # type: ignore[method-assign]
        new = make_job(name="mine")
        (stored,) = await store.add_jobs([new], OnConflict.REPLACE)
        self.assertEqual(("mine", 4), (stored.name, stored.revision))
        changes = 1000
        with self.assertRaises(StoreUnavailable):
            await store.add_jobs([make_job(name="again")], OnConflict.REPLACE)
        self.assertNotEqual("again", (await other.get_job("job")).name)

    async def test_quarantined_while_claimed(self) -> None:
        """
        A job that another node put into quarantine is not due again by the plan of the
        one that had claimed it; released it is, at its new time.
        """
        url = self.make_url()
        store = await self.open_store(url, clock="caller")
        await store.add_jobs([make_job()], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 5)
        await self.edit_definition("job", lambda data: b"\xff" + data)
        other = await self.open_store(url, clock="caller")
        with self.assertRaises(NoSuchJob):
            await other.get_job("job")
        self.assertEqual([], await store.commit([make_plan(lease)], NODE, at(30)))
        self.assertIsNone(await store.next_due(START))
        self.assertEqual([], await store.claim_jobs(NODE, at(99), at(100), 5))
        await self.edit_definition("job", lambda data: data[1:])
        self.assertEqual([], await other.find_quarantined())
        self.assertEqual(at(10), await store.next_due(START))

    async def test_nothing_to_cancel(self) -> None:
        """
        Cancelling no run is no error.
        """
        store = await self.open_store(self.make_url())
        self.assertEqual([], await store.cancel_runs([], "why", START))

    async def test_closed_while_opening(self) -> None:
        """
        A store that is closed while it opens is closed, at whatever point it was.
        """
        for turns in range(8):
            store = self.make_closed(self.make_url())
            opening = store.open()
            for _ in range(turns):
                await deferLater(reactor, 0)
            await store.close()
            try:
                await opening
            except StoreUnavailable:
                pass
            else:
                await store.close()
            self.assertIn("not open", await self.unavailable(store.status()))

    async def test_unknown_script(self) -> None:
        """
        A server that forgot the scripts is told them again.
        """
        store = await self.open_store(self.make_url())
        await store.add_jobs([make_job("a")], ERROR)
        await self.execute("SCRIPT", "FLUSH")
        await store.add_jobs([make_job("b")], ERROR)
        self.assertEqual(2, (await store.status()).jobs)

    async def test_far_instants(self) -> None:
        """
        A delay to beyond the end of the calendar finishes the job; one to far in the
        future is exact to the microsecond.
        """
        store = await self.open_store(self.make_url(), clock="caller")
        for id, delay, found in (
            ("gone", timedelta(days=999_999_999), 0),
            ("job", timedelta(days=2_900_000, microseconds=7), 1),
        ):
            job = make_job(id, trigger=DelayTrigger.of(SECOND))
            await store.add_jobs([job], ERROR)
            (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
            run = running(lease)
            plan = make_plan(lease, [run], None)
            plan = plan._replace(waiting=Waiting(delay))
            await store.commit([plan], NODE, at(30))
            await store.finish([after(run, lease.term)])
            self.assertEqual(found, (await store.status()).jobs)
        job = await store.get_job("job")
        self.assertEqual(at(1) + delay, job.next_run_time)

    async def test_unknown_disposition(self) -> None:
        """
        A run in a state of which this version does not know is taken over like any.
        """
        store = await self.open_store(self.make_url(), clock="caller")
        await store.add_jobs([make_job()], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
        run = running(lease)
        await store.commit([make_plan(lease, [run])], NODE, at(30))
        name = run.id.encode()
        row = await self.execute("HGET", BASE + b"runs", name)
        row = row.replace(b"\0\0\0\7running", b"\0\0\0\7novelty")
        await self.execute("HSET", BASE + b"runs", name, row)
        stored = await store.get_run(run.id)
        self.assertEqual(Disposition.RUNNING, stored.disposition)
        self.assertIn("'novelty'", stored.reason or "")
        (taken,) = await store.claim_runs(OTHER, at(31), at(60), 5, ("default",))
        self.assertEqual(2, (await store.get_run(taken.run.id)).attempt)


class PagingTests(ValkeyTestCase):
    """
    Pages over many.
    """

    async def test_ten_thousand_jobs(self) -> None:
        """
        Each of 10,000 jobs is met once, in both directions, also if few are wanted.
        """
        store = await self.open_store(self.make_url(), timeout=60.0)
        executors = ("default", "rare")
        jobs = [
            make_job(f"job-{n:05}", n * 37 % 9973, executor=executors[n % 997 == 0])
            for n in range(10_000)
        ]
        await store.add_jobs(jobs, ERROR)
        orders = {
            "id": [job.id for job in jobs],
            "next_run_time": [
                job.id for job in sorted(jobs, key=lambda j: (j.next_run_time, j.id))
            ],
        }
        rare = {job.id for job in jobs if job.executor == "rare"}
        for order, ids in orders.items():
            for descending in (False, True):
                expected = ids[::-1] if descending else ids
                query = JobQuery(order_by=order, descending=descending, limit=1000)
                self.assertEqual(expected, await self.walk(store, query))
                wanted = [one for one in expected if one in rare]
                query = evolve(query, executor="rare", limit=4)
                self.assertEqual(wanted, await self.walk(store, query))

    async def walk(self, store: RedisJobStore, query: JobQuery) -> list[str]:
        ids: list[str] = []
        while True:
            page = await store.find_jobs(query)
            ids += (job.id for job in page.items)
            if page.next_cursor is None:
                return ids
            query = evolve(query, cursor=page.next_cursor)

    async def test_many_runs(self) -> None:
        """
        Few runs among many are found, and forgotten, in bounded steps.
        """
        store = await self.open_store(self.make_url(), timeout=60.0)
        job = make_job(keep_runs=100)
        await store.add_jobs([job], ERROR)
        runs = [
            make_run(job, n, Disposition.MISSED if n % 600 else Disposition.FAILED)
            for n in range(2000)
        ]
        await store.add_runs(runs)
        failed = [run for run in runs if run.disposition is Disposition.FAILED]
        query = RunQuery(dispositions=[Disposition.FAILED], limit=3)
        found: list[Run] = []
        while True:
            page = await store.find_runs(query)
            found += page.items
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
        self.assertEqual(failed[::-1], found)
        self.assertEqual(1900, await store.prune(None, None, 5000))
        self.assertEqual(0, await store.prune(None, None, 5000))
        self.assertEqual(60, await store.prune(None, 40, 1000))
        self.assertEqual(40, (await store.status()).runs)

    async def test_active_runs(self) -> None:
        """
        The active runs, of all jobs or of one, in both orders and page by page.
        """
        store = await self.open_store(self.make_url())
        jobs = make_jobs(20)
        await store.add_jobs(jobs, ERROR)
        runs = [make_run(job, n * 7 % 11) for job in jobs for n in range(4)]
        ended = [
            make_run(job, 20 + n, Disposition.MISSED) for n, job in enumerate(jobs)
        ]
        await store.add_runs([*runs, *ended])
        for descending in (False, True):
            for chosen in (None, "job-0007"):
                query = RunQuery(
                    dispositions=[Disposition.PENDING, Disposition.RUNNING],
                    job_id=chosen,
                    descending=descending,
                    after=at(1),
                    before=at(8),
                    limit=3,
                )
                found: list[Run] = []
                while True:
                    page = await store.find_runs(query)
                    found += page.items
                    if page.next_cursor is None:
                        break
                    query = evolve(query, cursor=page.next_cursor)
                expected = sorted(
                    (
                        run
                        for run in runs
                        if chosen in (None, run.job_id)
                        and at(1) <= run.planned_time < at(8)
                    ),
                    key=lambda run: (run.planned_time, run.id),
                    reverse=descending,
                )
                self.assertEqual(expected, found)

    async def test_prune_of_many_jobs(self) -> None:
        """
        All jobs with a limit of their own are looked at, however many there are.
        """
        store = await self.open_store(self.make_url())
        jobs = make_jobs(120, keep_runs=1)
        await store.add_jobs(jobs, ERROR)
        await store.add_runs(
            [make_run(job, n, Disposition.MISSED) for job in jobs for n in range(3)]
        )
        self.assertEqual(7, await store.prune(None, None, 7))
        self.assertEqual(233, await store.prune(None, None, 1000))
        self.assertEqual(120, (await store.status()).runs)


class LeaseTests(ValkeyTestCase):
    """
    Leases by the server's clock, whatever the caller's says.
    """

    def now(self, wrong_by: timedelta = timedelta()) -> datetime:
        return from_seconds(reactor.seconds()) + wrong_by

    async def test_wrong_clocks(self) -> None:
        """
        A lease lasts as long as was asked for, also for a node whose clock is wrong by
        an hour, and is taken over after that by another whose clock is right.
        """
        for wrong in (timedelta(hours=1), timedelta(hours=-1), timedelta()):
            store = await self.open_store(self.make_url())
            due = self.now() - timedelta(hours=2)
            job = evolve(make_job(), next_run_time=due)
            await store.add_jobs([job, evolve(job, id="held", name="held")], ERROR)
            then = self.now(wrong)
            leases = await store.claim_jobs(NODE, then, then + timedelta(hours=1), 1)
            leases += await store.claim_jobs(
                NODE, then, then + timedelta(seconds=0.3), 1
            )
            self.assertEqual(2, len(leases))
            (count,) = (await store.examine(self.now())).leases
            self.assertEqual((2, 0), (count.jobs, count.runs))
            self.assertLess(
                abs(count.until - self.now() - timedelta(hours=1)), SECOND * 60
            )
            found = await self.take_over(store)
            self.assertEqual([leases[1].job.id], [one.job.id for one in found])
            plans = [make_plan(one) for one in leases]
            self.assertEqual(
                [leases[1].job.id], await store.commit(plans, NODE, self.now())
            )

    async def take_over(self, store: RedisJobStore) -> list[Any]:
        for _ in range(600):
            now = self.now()
            found = await store.claim_jobs(OTHER, now, now + timedelta(hours=1), 10)
            if found:
                return found
            due = await store.next_due(now)
            assert due is not None
            self.assertLess(due, now + SECOND)
            await deferLater(reactor, 0.1)
        raise AssertionError("the lease did not end")

    async def test_runs(self) -> None:
        """
        Leases on runs end by the server's clock, and can be renewed and given back.
        """
        store = await self.open_store(self.make_url())
        job = evolve(make_job(), next_run_time=self.now())
        await store.add_jobs([job], ERROR)
        now = self.now()
        (lease,) = await store.claim_jobs(NODE, now, now + SECOND, 5)
        run = running(lease)
        short = self.now() + timedelta(seconds=0.2)
        await store.commit([make_plan(lease, [run], 1e6)], NODE, short)
        await store.renew([(run.id, lease.term)], self.now() + timedelta(hours=1))
        await deferLater(reactor, 0.3)
        ask = (OTHER, self.now(), self.now() + timedelta(hours=1), 5, ("default",))
        self.assertEqual([], await store.claim_runs(*ask))
        self.assertEqual(1, await store.leave(NODE, self.now()))
        (taken,) = await store.claim_runs(*ask)
        self.assertEqual(run.id, taken.run.id)

    async def test_beat(self) -> None:
        """
        A beat gives the server's clock, which is kept.
        """
        store = await self.open_store(self.make_url())
        clock = await store.beat(make_node())
        assert clock is not None
        self.assertIs(UTC, clock.tzinfo)
        self.assertLess(abs(clock - self.now()), SECOND * 60)
        self.assertEqual([evolve(make_node(), seen_at=clock)], await store.find_nodes())
        report = await store.examine(START)
        assert report.clock is not None
        self.assertGreaterEqual(report.clock, clock)

    async def test_two_nodes(self) -> None:
        """
        Each job is handed to one of two nodes that claim at the same time.
        """
        url = self.make_url()
        stores = [await self.open_store(url) for _ in range(2)]
        jobs = make_jobs(1000)
        await stores[0].add_jobs(jobs, ERROR)
        now = self.now()
        claims = [
            store.claim_jobs(node, now, now + timedelta(hours=1), 50)
            for _ in range(15)
            for node, store in zip((NODE, OTHER), stores, strict=True)
        ]
        ids: list[str] = []
        for claim in claims:
            ids += (lease.job.id for lease in await claim)
        self.assertEqual([job.id for job in jobs], sorted(ids))

    async def test_leave_of_many(self) -> None:
        """
        All leases of a node end with it, however many they are.
        """
        store = await self.open_store(self.make_url())
        await store.add_jobs(make_jobs(1200), ERROR)
        now = self.now()
        until = now + timedelta(hours=1)
        leases = await store.claim_jobs(NODE, now, until, 1200)
        plans = [make_plan(one, [running(one)], 1e9) for one in leases[:600]]
        self.assertEqual([], await store.commit(plans, NODE, until))
        (count,) = (await store.examine(now)).leases
        self.assertEqual((600, 600), (count.jobs, count.runs))
        self.assertEqual(1200, await store.leave(NODE, now))
        self.assertEqual(600, len(await store.claim_jobs(OTHER, now, until, 1000)))


class WarningTests(ValkeyTestCase):
    """
    What the settings of a server threaten.
    """

    async def warnings(self, **settings: str) -> str:
        """
        Open a store on a server with some settings, and give what is said against it.
        """
        names = {name.replace("_", "-"): value for name, value in settings.items()}
        with Server(Valkey(settings=names)) as server:
            store = self.make_closed(server.url)
            with capturedLogs() as logs:
                await store.open()
            report = await store.examine(from_micros(0))
            await store.close()
        self.assertRegex(report.kind, r"(Valkey|Redis) \d")
        said = [event["threat"] for event in logs if "threat" in event]
        self.assertEqual(list(report.warnings), said)
        return "; ".join(said)

    async def test_none(self) -> None:
        """
        Nothing is said against an append-only file and unlimited memory, nor against a
        limit at which the server refuses to write.
        """
        self.assertEqual("", await self.warnings())
        self.assertEqual("", await self.warnings(maxmemory="100mb"))

    async def test_eviction(self) -> None:
        """
        A policy that throws keys away is warned of, where memory is limited.
        """
        policy = "allkeys-lru"
        self.assertEqual("", await self.warnings(maxmemory_policy=policy))
        said = await self.warnings(maxmemory="100mb", maxmemory_policy=policy)
        self.assertIn("allkeys-lru", said)

    async def test_persistence(self) -> None:
        """
        A server that keeps nothing, or only snapshots, is warned of.
        """
        self.assertIn("all jobs are gone", await self.warnings(appendonly="no"))
        said = await self.warnings(appendonly="no", save="3600 1")
        self.assertIn("last snapshot", said)
