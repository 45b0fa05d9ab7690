"""
Claims on runs, and their ends.
"""

from __future__ import annotations

from ....model import Disposition, Renewal
from .harness import JobStoreHarness
from .samples import (
    NODE,
    OTHER,
    START,
    after,
    at,
    make_job,
    make_jobs,
    make_run,
)

__all__ = ["RunningContract"]


class RunningContract(JobStoreHarness):
    """
    Who carries out a run, and what is recorded of it.
    """

    async def test_claim_none(self) -> None:
        """
        An empty ledger hands out nothing.
        """
        self.assertEqual([], await self.take_runs(await self.make_store()))

    async def test_claim_pending(self) -> None:
        """
        A pending run comes as it was stored, with its job.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        run = make_run(job, 0, manual=True, reason="asked for")
        await store.add_runs([run])
        (lease,) = await self.take_runs(store, 5)
        self.assertEqual((run, job), (lease.run, lease.job))

    async def test_claimed_is_running(self) -> None:
        """
        A claimed run is stored as running on its owner, in the same attempt.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        await store.add_runs([make_run(job, 0, attempt=2)])
        (lease,) = await self.take_runs(store, 5)
        stored = await store.get_run(lease.run.id)
        self.assertEqual(
            (Disposition.RUNNING, NODE, 2),
            (stored.disposition, stored.node, stored.attempt),
        )

    async def test_claim_a_run_once(self) -> None:
        """
        A run under a lease is handed to nobody else.
        """
        store = await self.make_store()
        job = make_job()
        await self.add(store, job)
        await store.add_runs([make_run(job)])
        self.assertEqual(1, len(await self.take_runs(store)))
        self.assertEqual([], await self.take_runs(store, 29, OTHER))

    async def test_claim_runs_in_order(self) -> None:
        """
        The earliest planned time comes first; of the same time the least id.
        """
        store = await self.make_store()
        jobs = [make_job(id) for id in "abc"]
        await self.add(store, *jobs)
        runs = [make_run(job, time) for job in jobs for time in (3, 1, 2)]
        await store.add_runs(runs)
        taken = await self.take_runs(store, 5)
        expected = sorted(runs, key=lambda run: (run.planned_time, run.id))
        self.assertEqual(expected, [lease.run for lease in taken])

    async def test_claim_runs_limit(self) -> None:
        """
        No more than the limit are handed out; the others by the next claims.
        """
        store = await self.make_store()
        jobs = make_jobs(650)
        await self.add(store, *jobs)
        await store.add_runs([make_run(job) for job in jobs])
        taken = [len(await self.take_runs(store, limit=300)) for _ in range(4)]
        self.assertEqual([300, 300, 50, 0], taken)

    async def test_claim_by_executor(self) -> None:
        """
        Only runs of executors that the node has are handed out.
        """
        store = await self.make_store()
        jobs = [make_job(id, executor=id) for id in "abc"]
        await self.add(store, *jobs)
        await store.add_runs([make_run(job) for job in jobs])
        self.assertEqual([], await self.take_runs(store, executors=("d",)))
        self.assertEqual([], await self.take_runs(store, executors=()))
        taken = await self.take_runs(store, executors=("a", "c"))
        self.assertEqual({"a", "c"}, {lease.run.job_id for lease in taken})
        taken = await self.take_runs(store, executors=("a", "b", "c"))
        self.assertEqual(["b"], [lease.run.job_id for lease in taken])

    async def test_take_over_of_a_run(self) -> None:
        """
        A run whose lease ended comes as it was, and is stored as the next attempt.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        (lease,) = await self.take_runs(store, 30, OTHER)
        self.assertEqual(run, lease.run)
        self.assertNotEqual(term, lease.term)
        stored = await store.get_run(run.id)
        self.assertEqual((OTHER, 2), (stored.node, stored.attempt))

    async def test_take_over_of_a_removed_job(self) -> None:
        """
        The run of a removed job is handed out without a job.
        """
        store = await self.make_store()
        await self.begin(store, make_job())
        await store.remove_jobs(["job"], START)
        (lease,) = await self.take_runs(store, 30, OTHER)
        self.assertIsNone(lease.job)
        end = after(lease.run, lease.term, Disposition.ABANDONED)
        self.assertEqual([], await store.finish([end]))
        self.assertEqual([end.run], await self.ledger(store))

    async def test_renew(self) -> None:
        """
        A renewed lease lasts until its new end.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        renewal = await store.renew([(run.id, term)], at(60))
        self.assertEqual(Renewal((), ()), renewal)
        self.assertEqual([], await self.take_runs(store, 59, OTHER))
        self.assertEqual(1, len(await self.take_runs(store, 60, OTHER)))

    async def test_renew_nothing(self) -> None:
        """
        Renewing no lease is no error.
        """
        store = await self.make_store()
        self.assertEqual(Renewal((), ()), await store.renew([], at(60)))

    async def test_renew_late(self) -> None:
        """
        A lease that ended can be renewed as long as nobody took the run.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        renewal = await store.renew([(run.id, term)], at(90))
        self.assertEqual((), renewal.lost)
        self.assertEqual([], await self.take_runs(store, 60, OTHER))

    async def test_renew_what_is_lost(self) -> None:
        """
        Lost is what another node took, what has ended, and what is not there.
        """
        store = await self.make_store()
        taken, taken_term = await self.begin(store, make_job("taken"))
        await self.take_runs(store, 30, OTHER)
        done, done_term = await self.begin(store, make_job("done"))
        await store.finish([after(done, done_term)])
        kept, kept_term = await self.begin(store, make_job("kept"))
        renewal = await store.renew(
            [
                (taken.id, taken_term),
                (kept.id, kept_term),
                (done.id, done_term),
                ("nobody", kept_term),
            ],
            at(1000),
        )
        self.assertEqual({taken.id, done.id, "nobody"}, set(renewal.lost))
        self.assertEqual((), renewal.cancelled)

    async def test_renew_under_an_old_term(self) -> None:
        """
        A lost lease is not made longer for its new holder.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job())
        await self.take_runs(store, 30, OTHER)
        await store.renew([(run.id, term)], at(1000))
        self.assertEqual(1, len(await self.take_runs(store, 60)))
