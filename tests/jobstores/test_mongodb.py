"""
The store on MongoDB beyond the contract: options, several at once, the schema.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bson import Binary
from pymongo.database import Database
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from txsched.errors import (
    BadValue,
    JobExists,
    NotSerializable,
    SchemaTooNew,
    StoreUnavailable,
)
from txsched.jobstores import MongoDBJobStore
from txsched.jobstores.mongodb import schema
from txsched.jobstores.mongodb.watching import Watch, announce
from txsched.model import (
    Call,
    Disposition,
    JobQuery,
    OnConflict,
    RunQuery,
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
    make_plan,
    make_run,
    running,
)
from txsched.testing.servers import MongoDB, Server

from .mongodb import MongoDBTestCase

ERROR = OnConflict.ERROR


class OptionTests(MongoDBTestCase):
    """
    What a store is made from.
    """

    def test_refused(self) -> None:
        """
        What cannot be used is refused at once, by the name of the argument, and without
        the password.
        """
        for field, url, options in [
            ("url", "http://localhost", {}),
            ("url", "mongodb://", {}),
            ("url", "mongodb://localhost:99999", {}),
            ("url", "mongodb://user:sesame@localhost:port/", {}),
            ("url", "mongodb://user:sesame@localhost/?sesame=sesame", {}),
            ("url", 5, {}),
            ("database", "mongodb://localhost", {"database": "a.b"}),
            ("database", "mongodb://localhost", {"database": ""}),
            ("prefix", "mongodb://localhost", {"prefix": "a b"}),
            ("prefix", "mongodb://localhost", {"prefix": "system.$"}),
            ("durability", "mongodb://localhost", {"durability": "none"}),
            ("clock", "mongodb://localhost", {"clock": "sundial"}),
            ("timeout", "mongodb://localhost", {"timeout": 0}),
            ("timeout", "mongodb://localhost", {"timeout": float("inf")}),
        ]:
            with self.assertRaises(BadValue) as caught:
                MongoDBJobStore(url, reactor=reactor, **options)  # type: ignore[arg-type]
            self.assertEqual(field, caught.exception.field, url)
            self.assertNotIn("sesame", caught.exception.reason)
            self.assertGreater(len(caught.exception.reason), 10)

    async def test_prefixes(self) -> None:
        """
        Stores of two prefixes in one database know nothing of each other.
        """
        url = self.make_database()
        one = await self.open_store(url, prefix="one_")
        two = await self.open_store(url, prefix="")
        await one.add_jobs([make_job()], ERROR)
        self.assertEqual(0, (await two.status()).jobs)
        await two.add_jobs([make_job()], ERROR)

    async def test_databases(self) -> None:
        """
        A database that is named goes before that of the URL.
        """
        url = self.make_database()
        one = await self.open_store(url)
        name = (await self.outside(lambda database: database.name)) + "other"
        two = await self.open_store(url, database=name)
        await one.add_jobs([make_job()], ERROR)
        self.assertEqual(0, (await two.status()).jobs)

    async def test_durability(self) -> None:
        """
        What a write waits for is as it was asked for.
        """
        url = self.make_database()
        for durability, waits in (
            ("power loss", {"w": "majority", "j": True}),
            ("crash", {"w": 1, "j": False}),
        ):
            store = await self.open_store(url, durability=durability)
            connection = store._calls._connection
            assert connection is not None
            self.assertEqual(waits, connection.database.write_concern.document)
            await store.add_jobs([make_job(durability)], ERROR)


class SharingTests(MongoDBTestCase):
    """
    Several stores on one database, as several processes have them.
    """

    async def test_opened_at_once(self) -> None:
        """
        Stores that are opened at the same time on an empty database make one schema.
        """
        url = self.make_database()
        stores = [self.make_closed(url) for _ in range(4)]
        for store in stores:
            self.addCleanup(store.close)
        await gatherResults([store.open() for store in stores])
        await gatherResults(
            [
                store.add_jobs([make_job(f"job-{place}")], ERROR)
                for place, store in enumerate(stores)
            ]
        )
        self.assertEqual(4, (await stores[0].status()).jobs)
        report = await stores[1].examine(START)
        self.assertEqual(len(schema.STEPS), report.schema)

    async def test_each_job_once(self) -> None:
        """
        Stores that claim at the same time are never handed the same job.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(3)]
        await stores[0].add_jobs(make_jobs(300), ERROR)
        claims = [
            store.claim_jobs(f"node-{place}", START, at(30), 40)
            for _ in range(4)
            for place, store in enumerate(stores)
        ]
        leases = [lease for claim in await gatherResults(claims) for lease in claim]
        ids = [lease.job.id for lease in leases]
        self.assertEqual((300, 300), (len(ids), len(set(ids))))

    async def test_each_time_once(self) -> None:
        """
        When two stores work through the same jobs, each planned time is one run.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(2)]
        await stores[0].add_jobs(make_jobs(60), ERROR)

        async def work(store: MongoDBJobStore, node: str) -> None:
            idle = 0
            while idle < 3:
                leases = await store.claim_jobs(node, at(20), at(1000), 7)
                idle = 0 if leases else idle + 1
                runs = [running(lease, node) for lease in leases]
                plans = [
                    make_plan(lease, [run])
                    for lease, run in zip(leases, runs, strict=True)
                ]
                lost = await store.commit(plans, node, at(1000))
                self.assertEqual([], lost)
                ends = [
                    after(run, lease.term)
                    for run, lease in zip(runs, leases, strict=True)
                ]
                self.assertEqual([], await store.finish(ends))

        await gatherResults(
            [
                Deferred.fromCoroutine(work(store, f"node-{place}"))
                for place, store in enumerate(stores)
            ]
        )
        page = await stores[0].find_runs(RunQuery(limit=1000))
        times = {(run.job_id, run.planned_time) for run in page.items}
        self.assertEqual((180, 180), (len(page.items), len(times)))

    async def test_last_runs_end_at_once(self) -> None:
        """
        When two nodes end the last two runs of a finished job at the same time, the job
        is removed.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        for turn in range(5):
            job = make_job(f"job-{turn}", max_instances=2)
            await one.add_jobs([job], ERROR)
            runs = []
            for following in (10.0, None):
                (lease,) = await one.claim_jobs(NODE, at(100), at(200), 1)
                run = running(lease)
                plan = make_plan(lease, [run], following)
                self.assertEqual([], await one.commit([plan], NODE, at(200)))
                runs.append(after(run, lease.term))
            ends = [one.finish(runs[:1]), two.finish(runs[1:])]
            self.assertEqual([[], []], await gatherResults(ends))
            self.assertEqual(0, (await one.status()).jobs)

    async def test_zombie(self) -> None:
        """
        After another process took over, the first one's writes are lost.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        await one.add_jobs([make_job()], ERROR)
        (old,) = await one.claim_jobs(NODE, START, at(10), 1)
        (new,) = await two.claim_jobs(OTHER, at(10), at(20), 1)
        run = running(new, OTHER)
        self.assertEqual([], await two.commit([make_plan(new, [run])], OTHER, at(20)))
        stale = make_plan(old, [running(old)])
        self.assertEqual(["job"], await one.commit([stale], NODE, at(20)))
        self.assertEqual([run.id], await one.finish([after(run, old.term)]))
        self.assertEqual([], await two.finish([after(run, new.term)]))

    async def test_added_at_once(self) -> None:
        """
        Of two that add the same job one gets it, and the other is told.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(2)]
        for turn in range(5):
            calls = []
            for generation, store in zip("ab", stores, strict=True):
                jobs = [
                    make_job(f"{turn}-{place}", generation=generation)
                    for place in range(5)
                ]
                calls.append((jobs, store.add_jobs(jobs, ERROR)))
            told = 0
            for jobs, call in calls:
                try:
                    self.assertEqual(jobs, await call)
                except JobExists as error:
                    self.assertEqual(f"{turn}-0", error.job_id)
                    told += 1
            self.assertEqual(1, told)
        self.assertEqual(25, (await stores[0].status()).jobs)

    async def test_definitions_are_not_mixed_up(self) -> None:
        """
        A store that remembers a definition notices that another one changed it.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        await one.add_jobs([make_job()], ERROR)
        await two.get_job("job")
        await one.add_jobs([make_job(name="changed")], OnConflict.REPLACE)
        self.assertEqual("changed", (await two.get_job("job")).name)
        await one.remove_jobs(["job"], START)
        await one.add_jobs([make_job(name="new", generation="new")], ERROR)
        self.assertEqual("new", (await two.get_job("job")).name)

    async def noticed(self, watching: MongoDBJobStore, acting: MongoDBJobStore) -> None:
        """
        Wait until one store has noticed what another one added.
        """
        heard: Deferred[None] = Deferred()
        end = watching.watch(lambda: heard.called or heard.callback(None))
        self.addCleanup(end)
        number = 0
        while not heard.called:  # the watch may begin after the first
            number += 1
            await acting.add_jobs([make_job(f"job-{number}")], ERROR)
            await deferLater(reactor, 0.2)

    async def test_watch(self) -> None:
        """
        What another process adds is noticed, what this one adds is not.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        heard: list[None] = []
        one.watch(lambda: heard.append(None))
        await self.noticed(two, one)
        self.assertEqual([], heard)

    async def test_watch_over(self) -> None:
        """
        After its end a watch tells nothing, and nor does one on a closed store, until
        that is opened again.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        heard: list[None] = []
        end = two.watch(lambda: heard.append(None))
        end()
        end()
        await self.noticed(two, one)
        self.assertEqual([], heard)
        await two.close()
        end = two.watch(lambda: heard.append(None))
        await one.add_jobs([make_job("unheard")], ERROR)
        self.assertEqual([], heard)
        await two.open()
        number = 0
        while not heard:
            number += 1
            await one.add_jobs([make_job(f"heard-{number}")], ERROR)
            await deferLater(reactor, 0.2)
        end()


class SchemaTests(MongoDBTestCase):
    """
    Versions of what is stored.
    """

    async def test_too_new(self) -> None:
        """
        What a newer version has written is refused, and stays as it is.
        """
        store = await self.open_store(self.make_database())
        await store.close()

        def age(database: Database[Any]) -> None:
            database["txsched_notes"].update_one(
                {"_id": "schema"}, {"$set": {"version": 99}}
            )

        await self.outside(age)
        with self.assertRaises(SchemaTooNew) as caught:
            await store.open()
        self.assertEqual(99, caught.exception.found)
        notes = await self.outside(lambda db: db["txsched_notes"].find_one())
        self.assertEqual(99, notes["version"])

    async def test_steps(self) -> None:
        """
        Each step is done once by whoever comes first, and again after it was cut off.
        """
        self.make_database()
        done: list[int] = []

        def step(number: int) -> schema.Step:
            def work(database: Database[Any], prefix: str) -> None:
                done.append(number)
                if number == 3 and done.count(3) == 1:
                    raise StoreUnavailable("cut off")

            return work

        steps = [step(number) for number in (1, 2, 3)]

        def upgrade(database: Database[Any], count: int) -> None:
            schema.migrate(database, "x_", steps[:count])

        await self.outside(lambda database: upgrade(database, 1))
        with self.assertRaises(StoreUnavailable):
            await self.outside(lambda database: upgrade(database, 3))
        await self.outside(lambda database: upgrade(database, 3))
        await self.outside(lambda database: upgrade(database, 3))
        self.assertEqual([1, 2, 3, 3], done)

    async def test_indexes(self) -> None:
        """
        The indexes are there, and made again when somebody removed them.
        """
        store = await self.open_store(self.make_database())

        def names(database: Database[Any]) -> set[str]:
            return {
                f"{table}.{name}"
                for table in ("jobs", "runs")
                for name in database[f"txsched_{table}"].index_information()
            }

        made = await self.outside(names)
        self.assertLess({"jobs.lease", "jobs.name", "runs.planned"}, made)
        self.assertEqual(0, (await store.status()).jobs)


class DocumentTests(MongoDBTestCase):
    """
    What lies in the collections.
    """

    timeout = 900  # some of these are much work for a slow machine

    async def test_a_fire_does_not_rewrite_the_definition(self) -> None:
        """
        From the claim to the end of a run no definition is read or written.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        await store.get_job("job")
        name = "txsched_definitions"
        await self.outside(lambda database: database[name].rename("hidden"))
        for turn in range(3):
            now = at(10 * turn)
            (lease,) = await store.claim_jobs(NODE, now, at(1000), 10)
            run = running(lease)
            plan = make_plan(lease, [run])
            self.assertEqual([], await store.commit([plan], NODE, at(1000)))
            self.assertEqual([], await store.finish([after(run, lease.term)]))

    async def test_large_batches(self) -> None:
        """
        Batches larger than any question's list of ids are taken at once.
        """
        store = await self.open_store(self.make_database(), timeout=100)
        jobs = make_jobs(1500)
        self.assertEqual(jobs, await store.add_jobs(jobs, ERROR))
        self.assertEqual(jobs, await store.add_jobs(jobs, OnConflict.REPLACE))
        leases = await store.claim_jobs(NODE, START, at(30), 1500)
        runs = [running(lease) for lease in leases]
        plans = [
            make_plan(lease, [run], None)
            for lease, run in zip(leases, runs, strict=True)
        ]
        self.assertEqual([], await store.commit(plans, NODE, at(30)))
        held = [(run.id, leases[0].term) for run in runs]
        self.assertEqual(((), ()), await store.renew(held, at(60)))
        ends = [after(run, leases[0].term) for run in runs]
        self.assertEqual([], await store.finish(ends))
        status = await store.status()
        self.assertEqual((0, 1500), (status.jobs, status.runs))

    async def test_ten_thousand(self) -> None:
        """
        All of many jobs are found page by page, in both orders.
        """
        store = await self.open_store(self.make_database(), timeout=100)
        ids = [f"job-{number:05}" for number in range(10_000)]
        for start in range(0, 10_000, 2_500):
            some = [make_job(id, 1e6) for id in ids[start : start + 2_500]]
            await store.add_jobs(some, ERROR)
        for descending in (False, True):
            query = JobQuery(limit=1000, descending=descending)
            found: list[str] = []
            while True:
                page = await store.find_jobs(query)
                found += (job.id for job in page.items)
                if page.next_cursor is None:
                    break
                query = JobQuery(
                    limit=1000, descending=descending, cursor=page.next_cursor
                )
            self.assertEqual(ids[::-1] if descending else ids, found)

    async def test_prune_many_limited_jobs(self) -> None:
        """
        Jobs with a limit of their own are all looked at, however many there are.
        """
        store = await self.open_store(self.make_database())
        jobs = make_jobs(250, keep_runs=1)
        await store.add_jobs(jobs, ERROR)
        missed = [after(make_run(job, time), 0).run for job in jobs for time in (1, 2)]
        await store.add_runs(missed)
        self.assertEqual(30, await store.prune(None, None, 30))
        self.assertEqual(220, await store.prune(None, None, 1000))
        self.assertEqual(250, (await store.status()).runs)

    async def test_too_large(self) -> None:
        """
        A job that is larger than any document may be is refused, and no other is added.
        """
        store = await self.open_store(self.make_database())
        huge = make_job("huge", call=Call("operator:add", (b"x" * 16 * 2**20, 1)))
        with self.assertRaises(NotSerializable) as caught:
            await store.add_jobs([make_job(), huge], ERROR)
        self.assertEqual("job", caught.exception.field)
        self.assertEqual(0, (await store.status()).jobs)

    async def test_text_to_search(self) -> None:
        """
        What is searched for is no pattern.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job("a.c"), make_job("abc")], ERROR)
        for text, expected in ((".", ["a.c"]), ("A.C", ["a.c"]), ("\0", [])):
            page = await store.find_jobs(JobQuery(text=text))
            self.assertEqual(expected, [job.id for job in page.items])

    async def test_missing_definition(self) -> None:
        """
        A job whose definition is gone is put into quarantine, and can be repaired.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        name = "txsched_definitions"
        await self.outside(lambda database: database[name].delete_many({}))
        self.assertEqual([], await store.claim_jobs(NODE, START, at(30), 10))
        (found,) = await store.find_quarantined()
        self.assertIn("cannot be read", found.error)
        await store.repair_job(make_job())
        self.assertEqual(1, len(await store.claim_jobs(NODE, START, at(30), 10)))

    async def test_unreadable_runs(self) -> None:
        """
        A result, or a disposition, that cannot be read does not hide the run.
        """
        store = await self.open_store(self.make_database())
        await store.add_jobs([make_job()], ERROR)
        run = after(make_run(make_job()), 0, result=[1]).run
        await store.add_runs([run])
        changed = {"result": Binary(b"\xff\xff"), "disposition": "vanished"}

        def damage(database: Database[Any]) -> None:
            database["txsched_runs"].update_one({}, {"$set": changed})

        await self.outside(damage)
        (found,) = (await store.find_runs(RunQuery())).items
        self.assertIn("unreadable", found.result)
        self.assertIs(Disposition.ABANDONED, found.disposition)
        self.assertIn("vanished", found.reason or "")


class LeaseTests(MongoDBTestCase):
    """
    Leases that are judged by the server's clock.
    """

    async def test_real_leases(self) -> None:
        """
        A lease lasts as long as it was to, whatever clock the caller has.
        """
        url = self.make_database()
        for ahead in (0, 3600, -3600):
            store = await self.open_store(url, clock="store")
            other = await self.open_store(url, clock="store")

            def now(
                ahead: int = ahead, *, later: float = 0.0, seconds: Any = reactor
            ) -> Any:
                return from_seconds(seconds.seconds() + ahead + later)

            job = make_job(f"job{ahead}", due=-1e9)
            await store.add_jobs([job], ERROR)
            (lease,) = await store.claim_jobs(NODE, now(), now(later=1.5), 1)
            self.assertEqual(
                [], await other.claim_jobs(OTHER, now(0), now(0, later=30), 9)
            )
            due = await store.next_due(now())
            assert due is not None
            self.assertLess(abs(due - now(later=1.5)), timedelta(seconds=60))
            again = await self.claimed_later(other, now)
            self.assertNotEqual(lease.term, again.term)
            run = running(again, OTHER)._replace(node=OTHER)
            plan = make_plan(again, [run], None)
            self.assertEqual([], await other.commit([plan], OTHER, now(0, later=1.5)))
            taken: list[Any] = []
            while not taken:
                await deferLater(reactor, 0.1)
                taken = await store.claim_runs(
                    NODE, now(), now(later=60), 10, ("default",)
                )
            self.assertEqual([run.id], await other.finish([after(run, again.term)]))
            self.assertEqual([], await store.finish([after(run, taken[0].term)]))

    async def claimed_later(self, store: MongoDBJobStore, now: Any) -> Any:
        """
        Claim until there is something.
        """
        while True:
            await deferLater(reactor, 0.1)
            leases = await store.claim_jobs(OTHER, now(0), now(0, later=30), 9)
            if leases:
                return leases[0]

    async def test_the_servers_clock(self) -> None:
        """
        A report and a beat have the server's clock.
        """
        store = await self.open_store(self.make_database(), clock="store")
        report = await store.examine(START)
        assert report.clock is not None
        self.assertGreater(report.clock, START)
        self.assertTrue(report.kind.startswith("MongoDB "), report.kind)


class WatchTests(MongoDBTestCase):
    """
    Watching where there is no change stream.
    """

    async def test_poll(self) -> None:
        """
        On a server that runs alone the signal is read each second.
        """
        with Server(MongoDB(settings={"standalone": ""})) as server:
            store = self.make_closed(server.url)
            connection = store._calls.address.connection()
            heard: list[None] = []
            watch = Watch(connection, "me", lambda: heard.append(None))
            watch.start()
            while len(heard) < 3:  # the first, because a change stream is refused
                await deferToThread(announce, connection, "another")
                await deferLater(reactor, 0.1)
            watch.stop()
            await deferToThread(connection.close)
