"""
What a provider supplies to have its store tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....interfaces import IJobStore
from ....model import Job, JobLease, JobQuery, OnConflict, Run, RunLease, RunQuery
from .samples import NODE, at, make_job, make_plan, running

if TYPE_CHECKING:
    from unittest import TestCase as Base
else:
    Base = object

__all__ = ["Base", "DurableStoreHarness", "JobStoreHarness"]


class JobStoreHarness(Base):
    """
    Mixed into a ``twisted.trial.unittest.TestCase``, which waits for Deferreds.
    """

    async def make_store(self) -> IJobStore:
        """
        Make an empty store, open it, and see to it that it is closed in the end.
        """
        raise NotImplementedError

    async def add(self, store: IJobStore, *jobs: Job) -> None:
        """
        Add jobs that are not there.
        """
        await store.add_jobs(jobs, OnConflict.ERROR)

    async def claim(
        self,
        store: IJobStore,
        now: float = 0.0,
        owner: str = NODE,
        limit: int = 100,
        lasts: float = 30.0,
    ) -> list[JobLease]:
        """
        Claim jobs at so many seconds after the start.
        """
        return await store.claim_jobs(owner, at(now), at(now + lasts), limit)

    async def take_runs(
        self,
        store: IJobStore,
        now: float = 0.0,
        owner: str = NODE,
        limit: int = 100,
        executors: tuple[str, ...] = ("default",),
    ) -> list[RunLease]:
        """
        Claim runs for 30 seconds.
        """
        return await store.claim_runs(owner, at(now), at(now + 30), limit, executors)

    async def begin(
        self, store: IJobStore, job: Job, following: float | None = 10.0
    ) -> tuple[Run, int]:
        """
        Add a job, and let a node begin its first run, for 30 seconds.

        :returns: the run, and the term of its lease.
        """
        await self.add(store, job)
        (lease,) = await self.claim(store)
        run = running(lease)
        plan = make_plan(lease, (run,), following)
        self.assertEqual([], await store.commit([plan], NODE, at(30)))
        return run, lease.term

    async def with_runs(self, *runs: Run, keep_runs: int | None = None) -> IJobStore:
        """
        Make a store with the jobs of some runs, and the runs.
        """
        store = await self.make_store()
        ids = dict.fromkeys(run.job_id for run in runs)
        await self.add(store, *(make_job(id, 1e6, keep_runs=keep_runs) for id in ids))
        await store.add_runs(runs)
        return store

    async def all_jobs(self, store: IJobStore, query: JobQuery) -> list[str]:
        """
        Walk through all pages, and give the ids.
        """
        ids: list[str] = []
        while True:
            page = await store.find_jobs(query)
            ids += (job.id for job in page.items)
            if page.next_cursor is None:
                return ids
            query = JobQuery(
                text=query.text,
                tags=query.tags,
                executor=query.executor,
                paused=query.paused,
                order_by=query.order_by,
                descending=query.descending,
                limit=query.limit,
                cursor=page.next_cursor,
            )

    async def ledger(self, store: IJobStore, job_id: str | None = None) -> list[Run]:
        """
        Give the whole ledger, oldest first.
        """
        query = RunQuery(job_id=job_id, descending=False, limit=1000)
        page = await store.find_runs(query)
        self.assertIsNone(page.next_cursor)
        return list(page.items)


class DurableStoreHarness(JobStoreHarness):
    """
    For a store that outlives its process.
    """

    async def reopen(self, store: IJobStore) -> IJobStore:
        """
        Close a store, and open another one on the same data.
        """
        raise NotImplementedError

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        """
        Make the stored definition of a job one that cannot be loaded.

        :returns: an open store on the same data that has not seen it before.
        """
        raise NotImplementedError

    async def mend(self, store: IJobStore, job_id: str) -> None:
        """
        Undo what :meth:`corrupt` did, behind the back of the open store.
        """
        raise NotImplementedError
