"""
Claims on due jobs, and the plans made under them.
"""

from __future__ import annotations

from datetime import timedelta

from ....model import Disposition, Pause
from .harness import JobStoreHarness
from .samples import (
    NODE,
    OTHER,
    START,
    at,
    make_job,
    make_jobs,
    make_plan,
    make_run,
)

__all__ = ["ClaimingContract"]


class ClaimingContract(JobStoreHarness):
    """
    Who is given a due job, and what a plan changes.
    """

    async def test_claim_nothing(self) -> None:
        """
        An empty store hands out nothing.
        """
        self.assertEqual([], await self.claim(await self.make_store()))

    async def test_claim(self) -> None:
        """
        A lease holds the job, its progress, its active runs and a term.
        """
        store = await self.make_store()
        job = make_job(due=3, run_count=4)
        await self.add(store, job)
        (lease,) = await self.claim(store, now=3)
        self.assertEqual(job, lease.job)
        self.assertEqual((at(3), 4, ()), (lease.next_run_time, lease.run_count, ()))
        self.assertIsInstance(lease.term, int)

    async def test_claim_what_is_due(self) -> None:
        """
        A job is due at its instant, and not a microsecond earlier.
        """
        store = await self.make_store()
        await self.add(store, make_job(due=1))
        self.assertEqual([], await self.claim(store, now=0.999999))
        self.assertEqual(1, len(await self.claim(store, now=1)))

    async def test_claim_order(self) -> None:
        """
        The earliest comes first; of jobs of the same instant the least id.
        """
        store = await self.make_store()
        dues = {"e": 1, "d": 3, "c": 2, "b": 3, "a": 2}
        await self.add(store, *(make_job(id, due) for id, due in dues.items()))
        leases = await self.claim(store, now=5)
        self.assertEqual(list("eacbd"), [lease.job.id for lease in leases])

    async def test_claim_limit(self) -> None:
        """
        No more than the limit are handed out; the others by the next claims.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(700))
        ids = []
        for expected in (300, 300, 100, 0):
            leases = await self.claim(store, limit=300)
            self.assertEqual(expected, len(leases))
            ids += [lease.job.id for lease in leases]
        self.assertEqual([job.id for job in make_jobs(700)], ids)

    async def test_claim_not_paused(self) -> None:
        """
        A paused job is not handed out.
        """
        store = await self.make_store()
        await self.add(store, make_job(paused=Pause(START)))
        self.assertEqual([], await self.claim(store, now=100))

    async def test_claim_not_finished(self) -> None:
        """
        A job that only waits for its last run is not handed out.
        """
        store = await self.make_store()
        await self.begin(store, make_job(), following=None)
        self.assertEqual([], await self.claim(store, now=100))

    async def test_claim_with_jitter(self) -> None:
        """
        A job with jitter is due by so much later; its planned time is told without.
        """
        store = await self.make_store()
        job = make_job(jitter=timedelta(seconds=5))
        assert job.due is not None
        delay = (job.due - START).total_seconds()
        await self.add(store, job)
        self.assertEqual([], await self.claim(store, now=delay - 1e-6))
        (lease,) = await self.claim(store, now=delay)
        self.assertEqual(START, lease.next_run_time)

    async def test_claim_with_active_runs(self) -> None:
        """
        The active runs of a job come with its lease, also those of other nodes.
        """
        store = await self.make_store()
        run, _ = await self.begin(store, make_job())
        job = await store.get_job("job")
        waiting = make_run(job, 5, manual=True)
        past = make_run(job, -5, Disposition.MISSED)
        await store.add_runs([waiting, past])
        await self.add(store, make_job("x", 10))
        leases = await self.claim(store, now=10, owner=OTHER)
        self.assertEqual(["job", "x"], [lease.job.id for lease in leases])
        active = {active.id: active for active in leases[0].runs}
        self.assertEqual({run.id: run, waiting.id: waiting}, active)
        self.assertEqual((), leases[1].runs)

    async def test_claim_of_another(self) -> None:
        """
        A job under a lease is handed to nobody, not to its holder either.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        await self.claim(store, lasts=30)
        for owner in (NODE, OTHER):
            self.assertEqual([], await self.claim(store, 29.999999, owner))

    async def test_take_over(self) -> None:
        """
        Once a lease has ended the job is handed out again, under a new term.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (first,) = await self.claim(store, lasts=30)
        (second,) = await self.claim(store, 30, OTHER)
        self.assertEqual("job", second.job.id)
        self.assertNotEqual(first.term, second.term)

    async def test_take_over_in_order(self) -> None:
        """
        A job whose lease ended takes its place by its time among the others.
        """
        store = await self.make_store()
        await self.add(store, make_job("b", 0))
        await self.claim(store, lasts=30)
        await self.add(store, make_job("a", -1), make_job("c", 1))
        leases = await self.claim(store, 40)
        self.assertEqual(list("abc"), [lease.job.id for lease in leases])

    async def test_terms_are_new(self) -> None:
        """
        No two claims, of jobs or of runs, have the same term.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        terms = []
        for turn in range(5):
            now = turn * 100.0
            (lease,) = await self.claim(store, now)
            terms.append(lease.term)
            planned = make_run(lease.job, now)
            await store.commit([make_plan(lease, [planned])], NODE, at(now + 30))
            leases = await store.claim_runs(
                NODE, at(now), at(now + 30), 10, ("default",)
            )
            terms += {lease.term for lease in leases}
        self.assertEqual(10, len(set(terms)), terms)
