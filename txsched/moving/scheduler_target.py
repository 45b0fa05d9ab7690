"""
A running scheduler, where jobs arrive as if somebody added them.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from ..codec import encode_definition
from ..errors import BadValue, JobExists
from ..interfaces import IScheduler
from ..model import Job, JobSpec, OnConflict, Run
from ..model.options import OPTIONS
from .export import all_jobs
from .target import Tally

__all__ = ["SchedulerTarget"]


@define(eq=False)
class SchedulerTarget:
    """
    A scheduler, near or far, that takes jobs; they begin anew, and those that were
    paused are paused.

    :param scheduler: any.
    :param on_conflict: what becomes of another job with the same id.
    :param dry: whether only to count what would be done.
    :param alias: of the store for all of them; else each goes to the one it was in.
    """

    _scheduler: IScheduler
    _on_conflict: OnConflict
    _dry: bool = False
    _alias: str | None = None
    tally: Tally = field(factory=Tally, init=False)
    _known: dict[str, int] = field(factory=dict, init=False)

    async def look(self) -> None:
        """
        Learn what is there; to be called first.
        """
        async for jobs in all_jobs(self._scheduler.get_jobs):
            self._known.update((job.id, _mark(job)) for job in jobs)
        broken = await self._scheduler.get_quarantined()
        self._known.update((one.job_id, 0) for one in broken)

    def check(self, job: Job) -> None:
        """
        See :meth:`TakesJobs.check`.
        """
        if self._on_conflict is OnConflict.ERROR and self._conflicts(job):
            raise JobExists(job.id)

    def _conflicts(self, job: Job) -> bool:
        return job.id in self._known and self._known[job.id] != _mark(job)

    async def add_jobs(self, jobs: Sequence[Job]) -> None:
        """
        See :meth:`TakesJobs.add_jobs`.

        :raises BadValue: naming the job and what of it the scheduler refuses; those
            before it are there.
        """
        wanted: list[Job] = []
        for job in jobs:
            self.check(job)
            if not self._conflicts(job):
                new = job.id not in self._known
                self.tally.there += not new
                self.tally.added += new
            elif self._on_conflict is OnConflict.REPLACE:
                new = True
                self.tally.replaced += 1
            else:
                new = False
                self.tally.kept += 1
            if new:
                wanted.append(job)
                self._known[job.id] = _mark(job)
        if not self._dry:
            for alias in sorted({self._store(job) for job in wanted}):
                await self._add([job for job in wanted if self._store(job) == alias])

    def _store(self, job: Job) -> str:
        return self._alias or job.store

    async def _add(self, jobs: Sequence[Job]) -> None:
        """
        Add jobs to the one store where they belong.
        """
        specs = [self._spec(job) for job in jobs]
        try:
            await self._scheduler.add_jobs(specs, self._on_conflict)
        except BadValue:
            # One of them: which, is seen when they come one by one.
            for job, spec in zip(jobs, specs, strict=True):
                await self._add_one(job, spec)
        for job in jobs:
            if job.paused is not None:
                await self._scheduler.pause_job(
                    job.id, job.paused.note, self._store(job)
                )

    def _spec(self, job: Job) -> JobSpec:
        options = {name: getattr(job, name) for name in OPTIONS}
        options["store"] = self._store(job)
        call = job.call
        return JobSpec(call.task, job.trigger, call.args, call.kwargs, **options)

    async def _add_one(self, job: Job, spec: JobSpec) -> None:
        try:
            await self._scheduler.add_jobs([spec], self._on_conflict)
        except BadValue as error:
            raise type(error)(f"job {job.id!r}: {error.field}", error.reason) from None

    async def add_runs(self, runs: Sequence[Run]) -> None:
        """
        Leave them out: a running scheduler takes none.
        """
        self.tally.left_out += len(runs)


def _mark(job: Job) -> int:
    return hash(encode_definition(job)) | 1
