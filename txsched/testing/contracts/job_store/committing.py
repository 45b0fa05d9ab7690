"""
Plans, written under the leases of claims.
"""

from __future__ import annotations

from attrs import evolve

from ....errors import NoSuchJob
from ....model import Disposition, JobQuery
from .harness import JobStoreHarness
from .samples import (
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

__all__ = ["CommittingContract"]


class CommittingContract(JobStoreHarness):
    """
    What a plan changes, and when it is lost.
    """

    async def test_commit_moves_the_cursor(self) -> None:
        """
        After a commit the job has its new time and count, and is free again.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        plan = make_plan(lease, [running(lease)])
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        expected = evolve(job, next_run_time=at(10), run_count=1)
        self.assertEqual(expected, await store.get_job("job"))
        self.assertEqual([], await self.claim(store, 9, OTHER))
        (again,) = await self.claim(store, 10, OTHER)
        self.assertEqual((at(10), 1), (again.next_run_time, again.run_count))

    async def test_commit_moves_the_due_time(self) -> None:
        """
        The job is due at the plan's instant with jitter, not at its planned time.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        plan = make_plan(lease)._replace(due=at(12.5))
        await store.commit([plan], NODE, at(30))
        self.assertEqual([], await self.claim(store, 12.4))
        (again,) = await self.claim(store, 12.5)
        self.assertEqual(at(10), again.next_run_time)

    async def test_commit_writes_runs(self) -> None:
        """
        All runs of a plan are in the ledger as they were given.
        """
        store = await self.make_store()
        job = make_job(due=50)
        await self.add(store, job)
        (lease,) = await self.claim(store, 50)
        run = running(lease)
        missed = make_run(
            job,
            0,
            Disposition.MISSED,
            reason="too late",
            times=3,
            last_planned_time=at(20),
        )
        coalesced = make_run(job, 30, Disposition.COALESCED, by=run.id)
        skipped = make_run(job, 40, Disposition.SKIPPED, by=run.id, reason="held")
        runs = [missed, coalesced, skipped, run]
        self.assertEqual([], await store.commit([make_plan(lease, runs)], NODE, at(80)))
        self.assertEqual(runs, await self.ledger(store))

    async def test_commit_leases_running_runs(self) -> None:
        """
        A running run of a plan is held under its term, and free after its lease.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        everything = ("default",)
        early = await store.claim_runs(OTHER, at(29), at(59), 10, everything)
        self.assertEqual([], early)
        renewal = await store.renew([(run.id, term)], at(40))
        self.assertEqual((), renewal.lost)
        early = await store.claim_runs(OTHER, at(39), at(69), 10, everything)
        self.assertEqual([], early)
        (late,) = await store.claim_runs(OTHER, at(40), at(70), 10, everything)
        self.assertEqual(run, late.run)

    async def test_commit_leaves_pending_runs(self) -> None:
        """
        A pending run of a plan is free for whoever has its executor.
        """
        store = await self.make_store()
        job = make_job(executor="other")
        await self.add(store, job)
        (lease,) = await self.claim(store)
        run = make_run(job)
        await store.commit([make_plan(lease, [run])], NODE, at(30))
        (free,) = await store.claim_runs(OTHER, START, at(30), 10, ("other",))
        self.assertEqual(run, free.run)

    async def test_commit_many(self) -> None:
        """
        Plans for many jobs are written in one call.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(600))
        leases = await self.claim(store, limit=1000)
        plans = [make_plan(lease, [running(lease)]) for lease in leases]
        self.assertEqual([], await store.commit(plans, NODE, at(30)))
        self.assertEqual(600, len(await self.ledger(store)))
        self.assertEqual([], await self.claim(store, 9))
        self.assertEqual(600, len(await self.claim(store, 10, limit=1000)))

    async def test_commit_nothing(self) -> None:
        """
        No plan is no error.
        """
        store = await self.make_store()
        self.assertEqual([], await store.commit([], NODE, at(30)))

    async def test_commit_under_an_old_term(self) -> None:
        """
        After a take-over the first holder's plan is lost and writes nothing.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (old,) = await self.claim(store, lasts=30)
        (new,) = await self.claim(store, 30, OTHER)
        zombie = make_plan(old, [running(old, NODE)], 50)
        self.assertEqual(["job"], await store.commit([zombie], NODE, at(90)))
        self.assertEqual([], await self.ledger(store))
        self.assertEqual(START, (await store.get_job("job")).next_run_time)
        mine = running(new, OTHER)
        plan = make_plan(new, [mine])
        self.assertEqual([], await store.commit([plan], OTHER, at(60)))
        self.assertEqual(["job"], await store.commit([zombie], NODE, at(90)))
        self.assertEqual([mine], await self.ledger(store))
        self.assertEqual(at(10), (await store.get_job("job")).next_run_time)

    async def test_lost_plans_leave_the_others(self) -> None:
        """
        Of a batch, what is lost is named, and the rest stands.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id) for id in "abcd"))
        leases = await self.claim(store)
        await store.remove_jobs(["b"], START)
        changed = await store.get_job("d")
        await store.change_job(evolve(changed, name="new"), changed, ())
        plans = [make_plan(lease, [running(lease)]) for lease in leases]
        lost = await store.commit(plans, NODE, at(30))
        self.assertEqual(["b", "d"], sorted(lost))
        written = {run.job_id for run in await self.ledger(store)}
        self.assertEqual({"a", "c"}, written)
        self.assertEqual(START, (await store.get_job("d")).next_run_time)

    async def test_commit_after_the_lease(self) -> None:
        """
        A plan that comes late stands when nobody has claimed the job since.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store, lasts=30)
        self.assertEqual([], await self.claim(store, 29, OTHER))
        plan = make_plan(lease, [running(lease)])
        self.assertEqual([], await store.commit([plan], NODE, at(90)))
        self.assertEqual(1, len(await self.ledger(store)))

    async def test_commit_twice(self) -> None:
        """
        The same plan again under the same term is not lost and changes nothing.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        plan = make_plan(lease, [running(lease)])
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        before = await store.get_job("job"), await self.ledger(store)
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        after = await store.get_job("job"), await self.ledger(store)
        self.assertEqual(before, after)

    async def test_commit_twice_after_the_end(self) -> None:
        """
        A plan written again does not bring a run back that has ended meanwhile.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        run = running(lease)
        plan = make_plan(lease, [run])
        await store.commit([plan], NODE, at(30))
        await store.finish([after(run, lease.term)])
        await store.commit([plan], NODE, at(30))
        (row,) = await self.ledger(store)
        self.assertEqual(Disposition.SUCCEEDED, row.disposition)
        self.assertEqual(0, (await store.status()).active_runs)

    async def test_finished_without_runs(self) -> None:
        """
        A job that finishes without an active run is removed by the commit.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        missed = make_run(job, 0, Disposition.MISSED)
        await store.commit([make_plan(lease, [missed], None)], NODE, at(30))
        with self.assertRaises(NoSuchJob):
            await store.get_job("job")
        self.assertEqual([missed], await self.ledger(store))

    async def test_finished_with_a_run(self) -> None:
        """
        A finished job stays until its active run has ended.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        self.assertIsNone((await store.get_job("job")).next_run_time)
        self.assertEqual(["job"], await self.all_jobs(store, JobQuery()))
        self.assertEqual([], await store.finish([after(run, term)]))
        with self.assertRaises(NoSuchJob):
            await store.get_job("job")
        self.assertEqual(0, (await store.status()).jobs)

    async def test_finished_with_an_older_run(self) -> None:
        """
        A job that finishes while an earlier run is active stays until that has ended.
        """
        store = await self.make_store()
        job = make_job()
        run, term = await self.begin(store, job)
        (lease,) = await self.claim(store, 10)
        skipped = make_run(job, 10, Disposition.SKIPPED, by=run.id)
        await store.commit([make_plan(lease, [skipped], None)], NODE, at(40))
        self.assertEqual("job", (await store.get_job("job")).id)
        await store.finish([after(run, term)])
        self.assertEqual(0, (await store.status()).jobs)

    async def test_finished_with_two_runs(self) -> None:
        """
        A finished job stays until the last of its runs has ended.
        """
        store = await self.make_store()
        first, term = await self.begin(store, make_job(max_instances=2))
        (lease,) = await self.claim(store, 10)
        second = running(lease)
        await store.commit([make_plan(lease, [second], None)], NODE, at(40))
        await store.finish([after(second, lease.term)])
        self.assertEqual(1, (await store.status()).jobs)
        await store.finish([after(first, term)])
        self.assertEqual(0, (await store.status()).jobs)
