"""
How long nothing is to be done.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from ....interfaces import IJobStore
from ....model import Disposition, Pause
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
)

__all__ = ["WaitingContract"]


class WaitingContract(JobStoreHarness):
    """
    What :meth:`~txsched.interfaces.IJobKeeping.next_due` says.
    """

    async def due(self, store: IJobStore, now: float = 0.0) -> float | None:
        """
        Ask at so many seconds after the start, and give the answer so, too.
        """
        instant = await store.next_due(at(now))
        return None if instant is None else (instant - START).total_seconds()

    async def test_nothing_to_wait_for(self) -> None:
        """
        An empty store waits for nothing.
        """
        self.assertIsNone(await self.due(await self.make_store()))

    async def test_earliest(self) -> None:
        """
        Of several jobs the earliest due time counts.
        """
        store = await self.make_store()
        dues = {"a": 30.0, "b": 20.5, "c": 40.0}
        await self.add(store, *(make_job(id, due) for id, due in dues.items()))
        self.assertEqual(20.5, await self.due(store))

    async def test_overdue(self) -> None:
        """
        The instant of a job that is overdue lies before now.
        """
        store = await self.make_store()
        await self.add(store, make_job(due=-100))
        self.assertEqual(-100, await self.due(store))

    async def test_jitter(self) -> None:
        """
        The due time with jitter counts.
        """
        store = await self.make_store()
        job = make_job(due=20, jitter=timedelta(seconds=5))
        await self.add(store, job)
        self.assertEqual(job.due, await store.next_due(START))

    async def test_paused_is_not_waited_for(self) -> None:
        """
        A paused job is not waited for.
        """
        store = await self.make_store()
        job = make_job(due=20)
        await self.add(store, job, make_job("rests", 10, paused=Pause(START)))
        self.assertEqual(20, await self.due(store))
        await store.change_job(evolve(job, paused=Pause(START)), job, ())
        self.assertIsNone(await self.due(store))

    async def test_removed_is_not_waited_for(self) -> None:
        """
        A removed job is not waited for.
        """
        store = await self.make_store()
        await self.add(store, make_job("a", 10), make_job("b", 20))
        await store.remove_jobs(["a"], START)
        self.assertEqual(20, await self.due(store))

    async def test_changed(self) -> None:
        """
        A job that was changed is waited for at its new time.
        """
        store = await self.make_store()
        job = make_job(due=10)
        await self.add(store, job)
        job = await store.change_job(evolve(job, next_run_time=at(50)), job, ())
        self.assertEqual(50, await self.due(store))
        await store.change_job(evolve(job, next_run_time=at(5)), job, ())
        self.assertEqual(5, await self.due(store))

    async def test_leased_job(self) -> None:
        """
        Of a job under a lease, the end of the lease counts.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        await self.claim(store, lasts=30)
        self.assertEqual(30, await self.due(store))
        await self.add(store, make_job("other", 20))
        self.assertEqual(20, await self.due(store))

    async def test_many_leased_jobs(self) -> None:
        """
        Jobs under leases do not hide a later one that is free.
        """
        store = await self.make_store()
        await self.add(store, *make_jobs(200), make_job("z", 10))
        await self.claim(store, limit=200, lasts=30)
        self.assertEqual(10, await self.due(store))

    async def test_committed(self) -> None:
        """
        After a commit the new due time counts.
        """
        store = await self.make_store()
        await self.add(store, make_job())
        (lease,) = await self.claim(store)
        plan = make_plan(lease)._replace(due=at(12))
        await store.commit([plan], NODE, at(30))
        self.assertEqual(12, await self.due(store))

    async def test_running_run(self) -> None:
        """
        Of a run that is carried out, the end of its lease counts, also renewed.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        self.assertEqual(30, await self.due(store))
        await store.renew([(run.id, term)], at(45))
        due = await self.due(store)
        assert due is not None
        self.assertLessEqual(due, 45)
        (lease,) = await store.claim_runs(OTHER, at(45), at(75), 10, ("default",))
        await store.finish([after(lease.run, lease.term)])
        self.assertIsNone(await self.due(store, 46))

    async def test_finished(self) -> None:
        """
        When all is done nothing is waited for.
        """
        store = await self.make_store()
        run, term = await self.begin(store, make_job(), following=None)
        await store.finish([after(run, term)])
        self.assertIsNone(await self.due(store))

    async def test_pending(self) -> None:
        """
        A pending run can be claimed now.
        """
        store = await self.make_store()
        job = make_job(due=20)
        await self.add(store, job)
        run = make_run(job, -50)
        await store.add_runs([run, make_run(job, -60, Disposition.MISSED)])
        self.assertEqual(7, await self.due(store, 7))
        await store.cancel_runs([run.id], "", START)
        self.assertEqual(20, await self.due(store, 7))

    async def test_pending_for_another_executor(self) -> None:
        """
        A pending run counts for a node that has its executor.
        """
        store = await self.make_store()
        job = make_job(due=20, executor="other")
        await self.add(store, job)
        await store.add_runs([make_run(job)])
        self.assertEqual(at(7), await store.next_due(at(7), ("x", "other")))
        self.assertEqual(at(20), await store.next_due(at(7), ("x", "y")))
        self.assertEqual(at(20), await store.next_due(at(7), ()))
