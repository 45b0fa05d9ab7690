"""
Changing and removing jobs, and counting what is there.
"""

from __future__ import annotations

from attrs import evolve

from ....errors import NoSuchJob, StaleRevision
from ....model import (
    Disposition,
    JobQuery,
    Pause,
    StoreStatus,
)
from .harness import JobStoreHarness
from .samples import (
    NODE,
    START,
    after,
    at,
    ended,
    make_job,
    make_jobs,
    make_plan,
    make_run,
    running,
)

__all__ = ["ChangingContract"]


class ChangingContract(JobStoreHarness):
    """
    What becomes of jobs that people change and remove.
    """

    async def test_change(self) -> None:
        """
        A change replaces the job and adds 1 to its revision.
        """
        store = await self.make_store()
        job = make_job(name="old", keep_runs=3, paused=Pause(START, "so"))
        await self.add(store, job)
        new = evolve(job, name="new", paused=None, next_run_time=at(5), revision=1)
        changed = await store.change_job(new, job, ())
        self.assertEqual(evolve(new, revision=2), changed)
        self.assertEqual(changed, await store.get_job("job"))

    async def test_change_of_a_stale_revision(self) -> None:
        """
        A change from an older revision is refused, names both, and changes nothing.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        changed = await store.change_job(evolve(job, name="first"), job, ())
        run = make_run(job, 0, Disposition.MISSED)
        with self.assertRaises(StaleRevision) as caught:
            await store.change_job(evolve(job, name="second"), job, [run])
        error = caught.exception
        self.assertEqual((1, 2), (error.expected, error.found))
        self.assertEqual(changed, await store.get_job("job"))
        self.assertEqual([], await self.ledger(store))

    async def test_change_of_what_was_planned_since(self) -> None:
        """
        A change made of a job as it was before a commit does not take the commit back.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        for following in (10.0, None):
            before = await store.get_job("job")
            (lease,) = await self.claim(store, 1000)
            runs = [running(lease)]
            plan = make_plan(lease, runs, following)
            self.assertEqual([], await store.commit([plan], NODE, at(2000)))
            with self.assertRaises(StaleRevision):
                await store.change_job(evolve(before, name="new"), before, ())
            stored = await store.get_job("job")
            self.assertEqual(
                (before.name, plan.next_run_time, plan.run_count),
                (
                    stored.name,
                    stored.next_run_time,
                    stored.run_count,
                ),
            )

    async def test_change_of_another_with_the_same_id(self) -> None:
        """
        A job that was removed and added again is not the one that was read.
        """
        store = await self.make_store()
        before = make_job()
        await self.add(store, before)
        await store.remove_jobs(["job"], START)
        other = evolve(before, generation="another")
        await self.add(store, other)
        with self.assertRaises(StaleRevision):
            await store.change_job(evolve(before, name="new"), before, ())
        self.assertEqual(other, await store.get_job("job"))

    async def test_change_of_none(self) -> None:
        """
        A job that was removed cannot be changed, and nothing is written.
        """
        store = await self.make_store()
        job = make_job()
        with self.assertRaises(NoSuchJob) as caught:
            await store.change_job(job, job, [make_run(job)])
        self.assertEqual("job", caught.exception.job_id)
        self.assertEqual([], await self.ledger(store))

    async def test_change_writes_runs(self) -> None:
        """
        Runs given with a change are in the ledger with it.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        runs = [make_run(job, 0, Disposition.MISSED, times=3, reason="paused")]
        runs[0] = runs[0]._replace(last_planned_time=at(20))
        runs.append(make_run(job, 30))
        await store.change_job(job, job, runs)
        self.assertEqual(runs, await self.ledger(store))

    async def test_change_ends_the_lease(self) -> None:
        """
        A plan made before a change is lost, and the job can be claimed at once.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        await store.change_job(evolve(job, name="new"), job, ())
        lost = await store.commit([make_plan(lease)], NODE, at(30))
        self.assertEqual(["job"], lost)
        (fresh,) = await self.claim(store)
        self.assertEqual(("new", at(0)), (fresh.job.name, fresh.next_run_time))
        self.assertNotEqual(lease.term, fresh.term)

    async def test_change_to_finished(self) -> None:
        """
        A job without a next time and without active runs is removed by the change.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        run = make_run(job, 0, Disposition.MISSED)
        finished = await store.change_job(evolve(job, next_run_time=None), job, [run])
        self.assertIsNone(finished.next_run_time)
        with self.assertRaises(NoSuchJob):
            await store.get_job("job")
        self.assertEqual([run], await self.ledger(store))

    async def test_change_to_finished_with_an_active_run(self) -> None:
        """
        A job that a change leaves finished stays until its last run has ended.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        job = await store.get_job("job")
        await store.change_job(evolve(job, next_run_time=None), job, ())
        self.assertIsNone((await store.get_job("job")).next_run_time)
        self.assertEqual([], await store.finish([after(run, term)]))
        with self.assertRaises(NoSuchJob):
            await store.get_job("job")

    async def test_pause_and_resume(self) -> None:
        """
        A paused job is not due; once resumed it is again.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        paused = await store.change_job(evolve(job, paused=Pause(START, "so")), job, ())
        self.assertEqual([], await self.claim(store, now=1000))
        await store.change_job(evolve(job, paused=None), paused, ())
        self.assertEqual(1, len(await self.claim(store, now=1000)))

    async def test_remove(self) -> None:
        """
        Removing tells which of the ids were there.
        """
        store = await self.make_store()
        await self.add(store, *(make_job(id) for id in "abc"))
        removed = await store.remove_jobs(["c", "nobody", "a"], START)
        self.assertEqual(["c", "a"], removed)
        self.assertEqual(["b"], await self.all_jobs(store, JobQuery()))
        self.assertEqual([], await store.remove_jobs(["a"], START))

    async def test_remove_many(self) -> None:
        """
        A thousand jobs go in one call.
        """
        store = await self.make_store()
        jobs = make_jobs(1000)
        await self.add(store, *jobs)
        ids = [job.id for job in jobs]
        self.assertEqual(ids[1:], await store.remove_jobs(ids[1:], START))
        self.assertEqual(ids[:1], await self.all_jobs(store, JobQuery()))

    async def test_remove_ends_pending_runs(self) -> None:
        """
        With a job its pending runs are cancelled, with a reason and the instant.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        await store.add_runs([make_run(job)])
        await store.remove_jobs(["job"], at(5))
        (run,) = await self.ledger(store)
        self.assertEqual(Disposition.CANCELLED, run.disposition)
        self.assertEqual(at(5), run.ended_at)
        self.assertIn("removed", run.reason or "")
        self.assertIsNone(await store.next_due(at(5)))

    async def test_remove_leaves_running_runs(self) -> None:
        """
        A run that is carried out goes on after its job, and its end is recorded.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        await store.remove_jobs(["job"], at(5))
        self.assertEqual(Disposition.RUNNING, (await store.get_run(run.id)).disposition)
        self.assertEqual([], await store.finish([after(run, term)]))
        self.assertEqual([ended(run)], await self.ledger(store))

    async def test_remove_ends_the_lease(self) -> None:
        """
        A plan for a job that was removed is lost and writes nothing.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        (lease,) = await self.claim(store)
        await store.remove_jobs(["job"], at(1))
        plan = make_plan(lease, [make_run(job, 0, Disposition.MISSED)])
        self.assertEqual(["job"], await store.commit([plan], NODE, at(30)))
        self.assertEqual([], await self.ledger(store))

    async def test_added_again_after_removal(self) -> None:
        """
        A job added under a removed one's id is a new one: an old plan is lost.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        await store.remove_jobs(["job"], at(1))
        await self.add(store, make_job(due=3))
        lost = await store.commit([make_plan(lease)], NODE, at(30))
        self.assertEqual(["job"], lost)
        self.assertEqual(at(3), (await store.get_job("job")).next_run_time)

    async def test_status(self) -> None:
        """
        The counts are those of jobs, paused jobs, active runs and all runs.
        """
        store = await self.make_store()
        self.assertEqual(StoreStatus(0, 0, 0, 0, 0), await store.status())
        job = make_job()
        await self.begin(store, job)
        await self.add(store, make_job("rests", paused=Pause(START)), make_job("x"))
        missed = make_run(job, 50, Disposition.MISSED)
        await store.add_runs([make_run(job, 40), missed])
        self.assertEqual(StoreStatus(3, 1, 0, 2, 3), await store.status())

    async def test_watch_can_be_ended(self) -> None:
        """
        Ending a watch is possible, and harmless when repeated.
        """
        store = await self.make_store()
        end = store.watch(lambda: self.fail("no other node is there"))
        await self.add(store, make_job())
        end()
        end()
