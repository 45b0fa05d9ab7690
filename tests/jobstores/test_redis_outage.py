"""
The store on Redis while its server, or the way to it, is away.
"""

from __future__ import annotations

import tempfile
from typing import Any

from attrs import evolve
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from txsched.errors import StaleRevision, StoreUnavailable
from txsched.jobstores import RedisJobStore
from txsched.jobstores.redis.address import address_of
from txsched.model import OnConflict, StoreStatus
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
from txsched.testing.servers import Server, Valkey

from .between import Between
from .valkey import ValkeyTestCase

ERROR = OnConflict.ERROR


class OutageTests(TestCase):
    """
    A server that is killed, or stands still, or has no room.
    """

    def start(self, **settings: str) -> Server:
        server = Server(Valkey(settings=settings))
        server.start()
        self.addCleanup(server.close)
        return server

    async def open(self, server: Server, **options: Any) -> RedisJobStore:
        store = RedisJobStore(server.url, reactor=reactor, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    async def unavailable(self, call: Deferred[Any]) -> str:
        with self.assertRaises(StoreUnavailable) as caught:
            await call
        return str(caught.exception)

    async def test_killed(self) -> None:
        """
        While the server is dead each call fails at once; all that was answered is there
        when it is back, and whoever watches looks once.
        """
        server = self.start()
        store = await self.open(server, clock="caller")
        looked: Deferred[None] = Deferred()
        store.watch(lambda: None if looked.called else looked.callback(None))
        await store.add_jobs(make_jobs(3), ERROR)
        (lease, *_) = await store.claim_jobs(NODE, START, at(30), 10)
        run = running(lease)
        self.assertEqual(
            [], await store.commit([make_plan(lease, [run])], NODE, at(30))
        )
        server.kill()
        for _ in range(3):
            await self.unavailable(store.status())
        await self.unavailable(store.finish([after(run, lease.term)]))
        self.assertFalse(looked.called)
        server.start()
        await looked.addTimeout(60, reactor)
        self.assertEqual(StoreStatus(3, 0, 0, 1, 1), await store.status())
        self.assertEqual([], await store.finish([after(run, lease.term)]))
        self.assertEqual(0, (await store.status()).active_runs)

    async def test_killed_with_calls_under_way(self) -> None:
        """
        Each of many calls under way when the server dies has an answer or an error, and
        what had an answer is kept.
        """
        server = self.start()
        store = await self.open(server)
        calls = [store.add_jobs([job], ERROR) for job in make_jobs(100)]
        await calls[10]
        server.kill()
        added = 0
        for call in calls:
            try:
                await call
            except StoreUnavailable:
                continue
            added += 1
        server.start()
        self.assertGreaterEqual((await store.status()).jobs, added)

    async def test_standing_still(self) -> None:
        """
        A server that does not answer is given up after the time-out, and works again
        when it goes on; whoever watches looks then.
        """
        server = self.start()
        store = await self.open(server, timeout=0.3)
        looked: Deferred[None] = Deferred()
        store.watch(lambda: None if looked.called else looked.callback(None))
        server.pause()
        self.addCleanup(server.resume)
        calls = [store.add_jobs([job], ERROR) for job in make_jobs(3)]
        for call in calls:
            self.assertIn("0.3 s", await self.unavailable(call))
        self.assertIn("0.3 s", await self.unavailable(store.status()))
        server.resume()
        await looked.addTimeout(60, reactor)
        await store.status()

    async def test_opening_when_away(self) -> None:
        """
        A store whose opening failed can be opened later.
        """
        server = self.start()
        store = RedisJobStore(server.url, reactor=reactor)
        self.addCleanup(store.close)
        server.kill()
        await self.unavailable(store.open())
        self.assertIn("not open", await self.unavailable(store.status()))
        server.start()
        await store.open()
        self.assertEqual(0, (await store.status()).jobs)

    async def test_closing_when_away(self) -> None:
        """
        A store can be closed while its server is away, and stays closed.
        """
        server = self.start()
        store = await self.open(server)
        server.kill()
        await self.unavailable(store.status())
        await store.close()
        server.start()
        self.assertIn("not open", await self.unavailable(store.status()))

    async def test_no_room(self) -> None:
        """
        A server that has no room refuses, and nothing is changed; what makes room, as
        the end of a run, it takes.
        """
        server = self.start()
        store = await self.open(server, clock="caller")
        job = make_job()
        await store.add_jobs([job], ERROR)
        (lease,) = await store.claim_jobs(NODE, START, at(30), 1)
        run = running(lease)
        await store.commit([make_plan(lease, [run])], NODE, at(30))
        before = await store.get_job("job"), await store.get_run(run.id)

        async def limit(size: str) -> None:
            command = store._requests.connection.call
            await command("CONFIG", "SET", "maxmemory", size)

        await limit("1")
        stored = before[0]
        for call in (
            store.add_jobs([make_job("x")], ERROR),
            store.change_job(evolve(stored, name="new"), stored, [make_run(job, 7)]),
            store.claim_jobs(NODE, at(50), at(80), 5),
            store.claim_runs(OTHER, at(50), at(80), 5, ("default",)),
        ):
            self.assertIn("OOM", await self.unavailable(call))
        await limit("0")
        self.assertEqual(StoreStatus(1, 0, 0, 1, 1), await store.status())
        self.assertEqual(
            before, (await store.get_job("job"), await store.get_run(run.id))
        )
        self.assertEqual([], await store.finish([after(run, lease.term)]))


class CutTests(ValkeyTestCase):
    """
    A connection that is lost after a write, and before its answer.
    """

    def make_socket_path(self) -> str:
        """
        Name a new socket; its path has to be short.
        """
        folder = tempfile.TemporaryDirectory(prefix="txs")
        self.addCleanup(folder.cleanup)
        return f"{folder.name}/s"

    async def between(self) -> tuple[RedisJobStore, Between]:
        """
        Open a store through something that can cut its connections.
        """
        proxy = Between(address_of(self.make_url()).path)
        path = self.make_socket_path()
        port = reactor.listenUNIX(path, proxy)
        self.addCleanup(port.stopListening)
        number = self.url.partition("=")[2]
        store = RedisJobStore(
            f"unix://{path}?db={number}", reactor=reactor, clock="caller"
        )
        self.addCleanup(proxy.all_gone)
        self.addCleanup(store.close)
        await store.open()
        return store, proxy

    async def test_sent_again(self) -> None:
        """
        What was written, and not answered, is sent again on another connection, with
        the answer of the first time.
        """
        store, proxy = await self.between()
        job, other = make_job(), make_job("other", 1e6)

        def cut() -> None:
            proxy.cuts = 1

        cut()
        self.assertEqual([job], await store.add_jobs([job], ERROR))
        cut()
        await store.add_jobs([other], ERROR)
        cut()
        changed = await store.change_job(evolve(job, name="new"), job, ())
        self.assertEqual(2, changed.revision)
        with self.assertRaises(StaleRevision):
            await store.change_job(evolve(job, name="new"), job, ())
        (lease,) = await store.claim_jobs(NODE, START, at(30), 10)
        run = running(lease)
        cut()
        self.assertEqual(
            [], await store.commit([make_plan(lease, [run])], NODE, at(30))
        )
        cut()
        await store.add_runs([make_run(other)])
        cut()
        renewal = await store.renew([(run.id, lease.term)], at(60))
        self.assertEqual((), renewal.lost)
        cut()
        self.assertEqual([], await store.finish([after(run, lease.term)]))
        cut()
        self.assertEqual(["other"], await store.remove_jobs(["other"], at(1)))
        self.assertEqual(0, proxy.cuts)
        self.assertEqual(StoreStatus(1, 0, 0, 0, 2), await store.status())

    async def test_a_claim_that_nobody_heard_of(self) -> None:
        """
        Of a claim whose answer was lost the leases end by themselves.
        """
        store, proxy = await self.between()
        await store.add_jobs(make_jobs(3), ERROR)
        proxy.cuts = 1
        self.assertEqual([], await store.claim_jobs(NODE, START, at(30), 10))
        self.assertEqual(at(30), await store.next_due(START))
        self.assertEqual(3, len(await store.claim_jobs(NODE, at(30), at(60), 10)))

    async def test_lost_twice(self) -> None:
        """
        Lost a second time, the outcome is not known, and the error says so.
        """
        store, proxy = await self.between()
        proxy.cuts = 2
        with self.assertRaises(StoreUnavailable) as caught:
            await store.add_jobs([make_job()], ERROR)
        self.assertIn("lost twice", str(caught.exception))
        self.assertEqual(1, (await store.status()).jobs)

    async def test_closed_meanwhile(self) -> None:
        """
        What is under way when a store is closed fails, and connects no more.
        """
        store, proxy = await self.between()
        made = proxy.made
        calls = [store.status() for _ in range(3)]
        await store.close()
        for call in calls:
            with self.assertRaises(StoreUnavailable):
                await call
        await deferLater(reactor, 0)
        self.assertEqual(made, proxy.made)

    async def test_lost_while_opening(self) -> None:
        """
        A connection that is cut while a store opens makes the opening fail.
        """
        proxy = Between(address_of(self.make_url()).path)
        path = self.make_socket_path()
        port = reactor.listenUNIX(path, proxy)
        self.addCleanup(port.stopListening)
        self.addCleanup(proxy.all_gone)
        proxy.cuts = 2
        store = RedisJobStore(f"unix://{path}", reactor=reactor)
        with self.assertRaises(StoreUnavailable):
            await store.open()
