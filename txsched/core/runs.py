"""
What people ask of the runs of a scheduler, past, present and future.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import frozen

from ..model import Forecast, Page, Run, RunEnded, RunQuery
from . import arguments as given
from .exclusion import Exclusion
from .forecast import check_window, forecast
from .modifying import checked_note
from .publisher import Publisher
from .requests import cancel_run, find_runs, forecast_jobs, request_run
from .stores import AttachedStore, Stores

__all__ = ["Runs"]


@frozen(eq=False)
class Runs:
    """
    Asks for runs, cancels and shows them; parameters and errors are those of
    :class:`~txsched.interfaces.IScheduler`.

    :param now: gives the present instant.
    """

    _stores: Stores
    _publisher: Publisher
    _exclusion: Exclusion
    _now: Callable[[], datetime]

    async def request(self, job_id: str, force: bool, store: str | None) -> Run:
        """
        Run a job now.
        """
        given.check_id("job_id", job_id)
        given.check_flag("force", force)
        now = self._now()

        async def request(one: AttachedStore) -> Run:
            job = await one.store.get_job(job_id)
            return await request_run(one.store, job, force, now)

        one, run = await self._stores.locate(given.check_alias(store), request)
        if run.ended_at is None:
            one.engine.wake()
        else:
            self._publisher.publish(RunEnded(run.ended_at, run))
        return run

    async def cancel(self, run_id: str, reason: str, store: str | None) -> Run:
        """
        Cancel a run.
        """
        given.check_id("run_id", run_id)
        why = checked_note(reason, "reason") or "cancelled by a user"
        now = self._now()
        one, (run, ended, jobs) = await self._stores.locate(
            given.check_alias(store),
            lambda one: cancel_run(
                one.store, one.engine.runner.cancel, run_id, why, now
            ),
        )
        if ended:
            self._publisher.publish(RunEnded(now, run))
            await one.engine.rearmer.follow([(job, run) for job in jobs])
        return run

    async def get(self, run_id: str, store: str | None) -> Run:
        """
        Give one run.
        """
        given.check_id("run_id", run_id)
        _, run = await self._stores.locate(
            given.check_alias(store), lambda one: one.store.get_run(run_id)
        )
        return run

    async def find(self, query: RunQuery) -> Page[Run]:
        """
        Give a page of the ledger.
        """
        return await find_runs(self._stores, given.check_kind("query", query, RunQuery))

    async def foresee(
        self,
        start: datetime,
        end: datetime,
        job_ids: Sequence[str] | None,
        limit: int,
        store: str | None,
    ) -> list[Forecast]:
        """
        Say what will be planned between two instants.
        """
        check_window(start, end, limit)
        given.check_ids(job_ids)
        alias = given.check_alias(store)
        found = await forecast_jobs(self._stores, alias, end, job_ids)
        jobs = map(self._exclusion.guarded, filter(self._exclusion.knows, found))
        now = self._now()
        return forecast(jobs, max(start, now), end, limit, now)
