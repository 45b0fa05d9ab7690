"""
Several stores on one database, and several calls at once.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from txsched.errors import JobExists
from txsched.model import JobQuery, OnConflict
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

from .databases import on_each_database

ERROR = OnConflict.ERROR


class Sharing:
    """
    Several stores on one database, as several processes have them.
    """

    async def test_each_job_once(self: Any) -> None:
        """
        Stores that claim at the same time are never handed the same job.
        """
        url = self.make_database()
        stores = [await self.open_store(url) for _ in range(3)]
        await stores[0].add_jobs(make_jobs(500), ERROR)
        claims: list[Any] = []
        while not claims or any(claims[-3:]):
            # Where others hold locks, a claim may give less than there is.
            claims += await gatherResults(
                [
                    store.claim_jobs(f"node-{place}", START, at(30), 40)
                    for place, store in enumerate(stores)
                ]
            )
        ids = [lease.job.id for claim in claims for lease in claim]
        self.assertEqual((500, 500), (len(ids), len(set(ids))))
        terms = [{lease.term for lease in claim} for claim in claims if claim]
        self.assertEqual({1}, set(map(len, terms)))
        self.assertEqual(len(terms), len(set.union(*terms)))

    async def test_zombie(self: Any) -> None:
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

    async def test_definitions_are_not_mixed_up(self: Any) -> None:
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
        newer = make_job(name="newer", generation="newer")
        await one.add_jobs([newer], OnConflict.REPLACE)
        self.assertEqual("newer", (await two.get_job("job")).name)

    async def test_watch(self: Any) -> None:
        """
        What another process adds is noticed.
        """
        url = self.make_database()
        one, two = await self.open_store(url), await self.open_store(url)
        noticed: Deferred[None] = Deferred()
        end = two.watch(lambda: noticed.called or noticed.callback(None))
        self.addCleanup(end)
        await deferLater(reactor, 0.1)
        await one.add_jobs([make_job()], ERROR)
        await noticed.addTimeout(30, reactor)


class Writing:
    """
    How writes go together.
    """

    async def test_one_failure_spoils_nothing(self: Any) -> None:
        """
        Of many calls at once each succeeds or fails by itself.
        """
        store = await self.open_store(self.make_database())
        calls = [
            store.add_jobs([make_job(f"job-{n}"), make_job(f"twin-{n % 10}")], ERROR)
            for n in range(60)
        ]
        answers = []
        for call in calls:
            try:
                await call
            except JobExists as error:
                answers.append(error.job_id)
        self.assertEqual(50, len(answers))
        jobs = await store.find_jobs(JobQuery(text="job-", limit=1000))
        self.assertEqual({f"job-{n}" for n in range(10)}, {j.id for j in jobs.items})

    async def test_order_of_calls(self: Any) -> None:
        """
        Calls take effect in the order in which they were made.
        """
        store = await self.open_store(self.make_database())
        for turn in range(20):
            added = store.add_jobs([make_job(due=turn)], ERROR)
            claimed = store.claim_jobs(NODE, at(100), at(130), 10)
            removed = store.remove_jobs(["job"], at(100))
            await added
            self.assertEqual(1, len(await claimed))
            self.assertEqual(["job"], await removed)

    async def test_closing_waits(self: Any) -> None:
        """
        What was asked for before closing is done.
        """
        store = await self.open_store(self.make_database())
        calls = [store.add_jobs([job], ERROR) for job in make_jobs(100)]
        await store.close()
        await gatherResults(calls)
        store = await self.open_store(self.url)
        self.assertEqual(100, (await store.status()).jobs)

    async def test_large_batches(self: Any) -> None:
        """
        Batches larger than any statement's list of ids are taken at once.
        """
        store = await self.open_store(self.make_database())
        jobs = make_jobs(5000)
        self.assertEqual(jobs, await store.add_jobs(jobs, ERROR))
        again = await store.add_jobs(jobs, OnConflict.REPLACE)
        self.assertEqual(jobs, again)
        leases = await store.claim_jobs(NODE, START, at(30), 5000)
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
        self.assertEqual((0, 5000), (status.jobs, status.runs))

    async def test_prune_many_limited_jobs(self: Any) -> None:
        """
        Jobs with a limit of their own are all looked at, however many there are.
        """
        store = await self.open_store(self.make_database())
        jobs = make_jobs(450, keep_runs=1)
        await store.add_jobs(jobs, ERROR)
        missed = [after(make_run(job, time), 0).run for job in jobs for time in (1, 2)]
        await store.add_runs(missed)
        self.assertEqual(450, await store.prune(None, None, 1000))
        self.assertEqual(450, (await store.status()).runs)


globals().update(on_each_database(Sharing, Writing))
