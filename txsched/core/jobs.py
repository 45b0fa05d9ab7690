"""
What people ask of the jobs of a scheduler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from attrs import frozen

from ..model import (
    Event,
    ITrigger,
    Job,
    JobAdded,
    JobModified,
    JobPaused,
    JobQuery,
    JobRemoved,
    JobResumed,
    JobSpec,
    OnConflict,
    Page,
    Run,
    RunEnded,
)
from . import arguments as given
from .adding import add_jobs
from .building import JobBuilder
from .exclusion import Exclusion
from .modifying import modified, paused, rescheduled, resumed
from .publisher import Publisher
from .requests import change_job, find_jobs, remove_job
from .stores import Stores

__all__ = ["Jobs"]

Change = Callable[[Job, datetime], tuple[Job, Sequence[Run]]]


@frozen(eq=False)
class Jobs:
    """
    Adds, shows and changes jobs; parameters and errors are those of
    :class:`~txsched.interfaces.IScheduler`.

    :param now: gives the present instant.
    """

    _stores: Stores
    _builder: JobBuilder
    _publisher: Publisher
    _exclusion: Exclusion
    _now: Callable[[], datetime]

    async def add(
        self, specs: Sequence[JobSpec], on_conflict: OnConflict | str
    ) -> list[Job]:
        """
        Add jobs, all or none.
        """
        given.check_specs(specs)
        choice = given.check_conflict(on_conflict)
        now = self._now()
        jobs = self._builder.build(specs, now)
        given.check_distinct(jobs)
        named = [spec.options["id"] for spec in specs if "id" in spec.options]
        one, stored = await add_jobs(self._stores, jobs, named, choice)
        due = [job.due for job in stored]
        one.engine.wake_at(min((at for at in due if at is not None), default=None))
        if self._publisher.wanted:
            for job, kept in zip(jobs, stored, strict=True):
                if kept.generation == job.generation:
                    self._publisher.publish(JobAdded(now, job.id))
        return stored

    async def get(self, job_id: str, store: str | None) -> Job:
        """
        Give one job.
        """
        given.check_id("job_id", job_id)
        one, job = await self._stores.locate(
            given.check_alias(store), lambda one: one.store.get_job(job_id)
        )
        return one.claim(job)

    async def find(self, query: JobQuery) -> Page[Job]:
        """
        Give a page of jobs.
        """
        return await find_jobs(self._stores, given.check_kind("query", query, JobQuery))

    async def modify(
        self,
        job_id: str,
        revision: int | None,
        store: str | None,
        changes: Mapping[str, Any],
    ) -> Job:
        """
        Change options of a job.
        """

        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            new, runs = modified(job, changes, now, self._exclusion)
            if new.executor != job.executor or new.call != job.call:
                self._builder.check(new.executor, new.call)
            return new, runs

        return await self._change(job_id, revision, store, change, JobModified)

    async def reschedule(
        self, job_id: str, trigger: ITrigger, revision: int | None, store: str | None
    ) -> Job:
        """
        Give a job a new trigger.
        """

        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            return rescheduled(job, trigger, now, self._exclusion)

        return await self._change(job_id, revision, store, change, JobModified)

    async def pause(self, job_id: str, note: str, store: str | None) -> Job:
        """
        Let a job rest.
        """

        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            return paused(job, note, now), ()

        event = partial(JobPaused, note=note)
        return await self._change(job_id, None, store, change, event)

    async def resume(self, job_id: str, catch_up: bool, store: str | None) -> Job:
        """
        Let a paused job go on.
        """
        given.check_flag("catch_up", catch_up)

        def change(job: Job, now: datetime) -> tuple[Job, Sequence[Run]]:
            return resumed(job, catch_up, now, self._exclusion)

        return await self._change(job_id, None, store, change, JobResumed)

    async def _change(
        self,
        job_id: str,
        revision: int | None,
        store: str | None,
        change: Change,
        event: Callable[[datetime, str], Event],
    ) -> Job:
        given.check_id("job_id", job_id)
        given.check_revision(revision)
        one, (job, told) = await self._stores.locate(
            given.check_alias(store),
            lambda one: change_job(one.store, self._now, job_id, revision, change),
        )
        if told is not None:
            now, runs = told
            one.engine.wake_at(job.due)
            if self._publisher.wanted:
                self._publisher.publish(event(now, job_id))
                for run in runs:
                    self._publisher.publish(RunEnded(now, run))
        return one.claim(job)

    async def remove(self, job_id: str, store: str | None) -> None:
        """
        Remove a job.
        """
        given.check_id("job_id", job_id)
        now = self._now()
        await self._stores.locate(
            given.check_alias(store), lambda one: remove_job(one.store, job_id, now)
        )
        self._publisher.publish(JobRemoved(now, job_id))

    async def repair(self, job_id: str, spec: JobSpec, store: str | None) -> Job:
        """
        Give a quarantined job a definition that can be loaded.
        """
        given.check_id("job_id", job_id)
        given.check_kind("spec", spec, JobSpec)
        now = self._now()
        new = self._builder.rebuild(job_id, spec, now)
        one, job = await self._stores.locate(
            given.check_alias(store), lambda one: one.store.repair_job(new)
        )
        one.engine.wake_at(job.due)
        self._publisher.publish(JobAdded(now, job_id))
        return one.claim(job)
