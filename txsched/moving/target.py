"""
Where jobs and runs arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import define, field

from ..errors import BadValue, JobExists, NoSuchJob
from ..interfaces import IJobStore
from ..model import Call, Job, OnConflict, Pause, Run
from ..triggers import ManualTrigger
from .export import all_jobs

__all__ = ["TakesJobs", "Tally", "Target"]

#: The generation of jobs that are there only while runs of a job that is gone are
#: written; no other job has it.
_GONE = "(gone)"


@define
class Tally:
    """
    What was done, or would be.

    :ivar added: new jobs.
    :ivar there: jobs that had arrived before.
    :ivar kept: other jobs under the same ids, that stay.
    :ivar replaced: other jobs under the same ids, that were replaced.
    :ivar runs: rows of the ledger that were sent; those that are there stay.
    :ivar left_out: runs that could not be taken: their job is in quarantine here, or
        is gone and they have not ended.
    """

    added: int = 0
    there: int = 0
    kept: int = 0
    replaced: int = 0
    runs: int = 0
    left_out: int = 0


class TakesJobs(Protocol):
    """
    Where jobs can go, again and again if need be.
    """

    @property
    def tally(self) -> Tally:
        """
        What was done so far.
        """

    def check(self, job: Job) -> None:
        """
        Refuse a job that cannot be taken.

        :raises JobExists: another one has its id, and the choice is ``error``.
        :raises BadValue: for what must not be missing.
        """

    async def add_jobs(self, jobs: Sequence[Job]) -> None:
        """
        Take jobs.

        :raises JobExists: another one has the id of one of them, and the choice is
            ``error``.
        """

    async def add_runs(self, runs: Sequence[Run]) -> None:
        """
        Take rows of the ledger, as far as they can be taken.
        """


@define(eq=False)
class Target:
    """
    A store that takes jobs and runs, again and again if need be.

    :param store: is open.
    :param on_conflict: what becomes of another job with the same id.
    :param now: the clock.
    :param dry: whether only to count what would be done.
    :ivar tally: what was done so far.
    """

    _store: IJobStore
    _on_conflict: OnConflict
    _now: datetime
    _dry: bool = False
    tally: Tally = field(factory=Tally, init=False)
    _known: dict[str, str] = field(factory=dict, init=False)
    _broken: set[str] = field(factory=set, init=False)

    async def look(self) -> None:
        """
        Learn what is there; to be called first.

        What an earlier attempt left behind when it was killed is taken away.
        """
        self._broken = {one.job_id for one in await self._store.find_quarantined()}
        async for jobs in all_jobs(self._store.find_jobs):
            self._known.update((job.id, job.generation) for job in jobs)
        left = [job_id for job_id, token in self._known.items() if token == _GONE]
        for job_id in left:
            del self._known[job_id]
        if left and not self._dry:
            await self._store.remove_jobs(left, self._now)

    def check(self, job: Job) -> None:
        """
        Refuse a job that cannot be taken.

        :raises JobExists: another one has its id, and the choice is ``error``.
        :raises BadValue: for what must not be missing.
        """
        if not job.generation or job.generation == _GONE:
            raise BadValue("generation", "is missing")
        if self._on_conflict is OnConflict.ERROR and self._conflicts(job):
            raise JobExists(job.id)

    def _conflicts(self, job: Job) -> bool:
        if job.id in self._broken:
            return True
        return self._known.get(job.id, job.generation) != job.generation

    async def add_jobs(self, jobs: Sequence[Job]) -> None:
        """
        Take jobs as they are, with pause and progress.

        :raises JobExists: another one has the id of one of them, and the choice is
            ``error``.
        """
        new: list[Job] = []
        others: list[Job] = []
        for job in jobs:
            self.check(job)
            if self._conflicts(job):
                others.append(job)
            elif job.id in self._known:
                self.tally.there += 1
            else:
                new.append(job)
        if self._on_conflict is OnConflict.REPLACE:
            self.tally.replaced += len(others)
            await self._add(others, OnConflict.REPLACE)
        else:
            self.tally.kept += len(others)
        self.tally.added += len(new)
        await self._add(new, self._on_conflict)

    async def _add(self, jobs: list[Job], on_conflict: OnConflict) -> None:
        if jobs and not self._dry:
            await self._store.add_jobs(jobs, on_conflict)
        self._known.update((job.id, job.generation) for job in jobs)
        self._broken.difference_update(job.id for job in jobs)

    async def add_runs(self, runs: Sequence[Run]) -> None:
        """
        Take rows of the ledger: those of jobs that are here, whether ended or pending,
        and ended ones of jobs that are gone.
        """
        taken = [
            run
            for run in runs
            if run.job_id not in self._broken
            and (run.job_id in self._known or not run.disposition.active)
        ]
        self.tally.left_out += len(runs) - len(taken)
        self.tally.runs += len(taken)
        while taken and not self._dry:
            try:
                await self._add_runs(taken)
                return
            except NoSuchJob as error:
                # Somebody removed it, or its last run has ended.
                del self._known[error.job_id]

    async def _add_runs(self, runs: Sequence[Run]) -> None:
        ids = {run.job_id for run in runs} - self._known.keys()
        places = [self._place(job_id) for job_id in sorted(ids)]
        if places:
            await self._store.add_jobs(places, OnConflict.KEEP)
        try:
            await self._store.add_runs(runs)
        finally:
            if places:
                await self._remove(ids)

    async def _remove(self, ids: set[str]) -> None:
        """
        Remove what only held a place, and not what somebody added there meanwhile.
        """
        ours = []
        for job_id in sorted(ids):
            try:
                job = await self._store.get_job(job_id)
            except NoSuchJob:
                continue
            if job.generation == _GONE:
                ours.append(job_id)
        await self._store.remove_jobs(ours, self._now)

    def _place(self, job_id: str) -> Job:
        return Job(
            job_id,
            Call("txsched:gone"),
            ManualTrigger(),
            "(its runs are being moved)",
            paused=Pause(self._now, "its runs are being moved"),
            generation=_GONE,
        )
