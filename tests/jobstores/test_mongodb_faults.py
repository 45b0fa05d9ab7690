"""
The store on MongoDB when the server is away, stands still, or is not what it should be.
"""

from __future__ import annotations

from typing import Any

from attrs import evolve
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from txsched.errors import StoreUnavailable
from txsched.jobstores import MongoDBJobStore
from txsched.model import OnConflict, RunQuery
from txsched.testing.contracts.job_store.samples import (
    NODE,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_plan,
    running,
)
from txsched.testing.servers import MongoDB, Server

ERROR = OnConflict.ERROR


class OutageTests(TestCase):
    """
    A server of the test's own, that is ended and stopped.
    """

    async def start_server(self, **settings: str) -> Server:
        """
        Start a server.
        """
        server = Server(MongoDB(settings=settings))
        self.addCleanup(server.close)
        server.start()
        return server

    async def open_store(self, url: str, **options: Any) -> MongoDBJobStore:
        """
        Open a store, and see to it that it is closed.
        """
        store = MongoDBJobStore(
            url, reactor=reactor, **{"clock": "caller", "timeout": 60.0, **options}
        )
        self.addCleanup(store.close)
        await store.open()
        return store

    async def unavailable(self, call: Deferred[Any]) -> str:
        """
        Let a call fail, and say why.
        """
        with self.assertRaises(StoreUnavailable) as caught:
            await call
        return caught.exception.reason

    async def test_nobody_there(self) -> None:
        """
        An address where nobody listens is named, without the password.
        """
        server = await self.start_server()
        url = server.url.replace("//", "//user:sesame@")
        server.close()
        store = MongoDBJobStore(url, reactor=reactor, timeout=0.5)
        reason = await self.unavailable(store.open())
        self.assertIn("refused", reason)
        self.assertIn("user:***@127.0.0.1", reason)
        self.assertNotIn("sesame", reason)
        self.assertLess(len(reason), 300)
        await store.close()

    async def test_no_name(self) -> None:
        """
        A name that cannot be looked up is named too.
        """
        store = MongoDBJobStore(
            "mongodb+srv://user:sesame@nowhere.invalid/", reactor=reactor, timeout=5.0
        )
        reason = await self.unavailable(store.open())
        self.assertIn("nowhere.invalid", reason)
        self.assertNotIn("sesame", reason)

    async def test_wrong_password(self) -> None:
        """
        A user that the server does not know is refused at once.
        """
        server = await self.start_server(auth="")
        url = server.url.replace("//", "//user:sesame@")
        store = MongoDBJobStore(url, reactor=reactor, timeout=30.0)
        reason = await self.unavailable(store.open())
        self.assertIn("uthentication failed", reason)
        self.assertNotIn("sesame", reason)

    async def test_alone(self) -> None:
        """
        A server that has no transactions is refused, with what is to be done.
        """
        server = await self.start_server(standalone="")
        store = MongoDBJobStore(server.url, reactor=reactor)
        reason = await self.unavailable(store.open())
        self.assertIn("--replSet", reason)

    async def test_not_open(self) -> None:
        """
        A store that is not open, or is closed, says so; it can be opened again.
        """
        server = await self.start_server()
        store = MongoDBJobStore(server.url, reactor=reactor)
        for call in (
            store.status(),
            store.get_job("job"),
            store.add_jobs([make_job()], ERROR),
            store.claim_jobs(NODE, START, at(30), 1),
        ):
            self.assertIn("not open", await self.unavailable(call))
        await store.open()
        await store.add_jobs([make_job()], ERROR)
        await store.close()
        await store.close()
        self.assertIn("not open", await self.unavailable(store.status()))
        await store.open()
        self.assertEqual(make_job(), await store.get_job("job"))
        await store.close()

    async def test_killed(self) -> None:
        """
        While the server is away calls fail in time; what was acknowledged before is
        there afterwards, and the same store goes on.
        """
        server = await self.start_server()
        store = await self.open_store(server.url, timeout=2.0)
        await store.add_jobs([make_job("a"), make_job("b")], ERROR)
        (lease, _) = await store.claim_jobs(NODE, START, at(30), 2)
        run = running(lease)
        self.assertEqual(
            [], await store.commit([make_plan(lease, [run])], NODE, at(30))
        )
        await deferToThread(server.kill)
        reason = await self.unavailable(store.finish([after(run, lease.term)]))
        self.assertIn("127.0.0.1", reason)
        await self.unavailable(store.status())
        await deferToThread(server.start)
        self.assertEqual([], await store.finish([after(run, lease.term)]))
        self.assertEqual(2, (await store.status()).jobs)

    async def test_back_in_time(self) -> None:
        """
        A call that meets a restart waits for the server, and is done once.
        """
        server = await self.start_server()
        store = await self.open_store(server.url)
        await store.add_jobs([make_job("before")], ERROR)
        await deferToThread(server.kill)
        calls = [
            store.add_jobs([make_job("meanwhile")], ERROR),
            store.claim_jobs(NODE, START, at(30), 1),
            store.next_due(START),
        ]
        await deferLater(reactor, 0.3)
        self.assertEqual([False] * 3, [call.called for call in calls])
        await deferToThread(server.start)
        added, leases, _ = await gatherResults(calls)
        self.assertEqual([make_job("meanwhile")], added)
        self.assertEqual(1, len(leases))

    async def test_killed_in_the_middle(self) -> None:
        """
        Jobs that are added and carried out while the server is killed again and again
        are each there once, and each time is one run.
        """
        server = await self.start_server()
        store = await self.open_store(server.url)
        over: list[None] = []
        ended: list[str] = []

        async def kill() -> None:
            for _ in range(4):
                await deferLater(reactor, 0.4)
                await deferToThread(server.kill)
                await deferToThread(server.start)
            over.append(None)

        async def work() -> None:
            number = 0
            while not over:
                jobs = [
                    make_job(f"job-{number}-{place}", generation=f"{number}-{place}")
                    for place in range(5)
                ]
                number += 1
                self.assertEqual(jobs, await store.add_jobs(jobs, ERROR))
                leases = await store.claim_jobs(NODE, START, at(1e6), 100)
                self.assertEqual(5, len(leases))
                runs = [running(lease) for lease in leases]
                plans = [
                    make_plan(lease, [run], None)
                    for lease, run in zip(leases, runs, strict=True)
                ]
                self.assertEqual([], await store.commit(plans, NODE, at(1e6)))
                ends = [
                    after(run, lease.term)
                    for run, lease in zip(runs, leases, strict=True)
                ]
                self.assertEqual([], await store.finish(ends))
                ended.extend(run.id for run in runs)

        await gatherResults([Deferred.fromCoroutine(one) for one in (kill(), work())])
        self.assertEqual(0, (await store.status()).jobs)
        found: list[str] = []
        query = RunQuery(limit=1000)
        while True:
            page = await store.find_runs(query)
            found += (run.id for run in page.items)
            if page.next_cursor is None:
                break
            query = evolve(query, cursor=page.next_cursor)
        self.assertEqual(sorted(ended), sorted(found))
        self.assertGreater(len(found), 5)

    async def test_stands_still(self) -> None:
        """
        While the server gives no answer calls fail in time, the reactor does other
        work, and afterwards the store goes on.
        """
        server = await self.start_server()
        store = await self.open_store(server.url, timeout=1.0)
        await store.add_jobs(make_jobs(3), ERROR)
        server.pause()
        calls = [
            store.status(),
            store.get_job("job-0000"),
            store.claim_jobs(NODE, START, at(30), 1),
        ]
        turns = 0
        while not all(call.called for call in calls):
            await deferLater(reactor, 0.01)
            turns += 1
        self.assertGreater(turns, 20)
        for call in calls:
            await self.unavailable(call)
        server.resume()
        jobs = (await store.status()).jobs
        self.assertEqual(3, jobs)

    async def test_announcements_may_be_lost(self) -> None:
        """
        A job is added although nobody can be told of it any more.
        """
        server = await self.start_server()
        store = await self.open_store(server.url, timeout=1.0)
        for number in range(3):
            await store.add_jobs([make_job(f"job-{number}")], ERROR)
        await deferToThread(server.kill)
        await deferLater(reactor, 0.1)
        await store.close()
