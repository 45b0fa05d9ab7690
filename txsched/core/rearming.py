"""
What is to be done when a run of a job has ended that waited for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from attrs import frozen
from twisted.logger import Logger

from ..errors import NoSuchJob, StoreUnavailable
from ..interfaces import IJobStore
from ..model import Job, JobFinished, Run, waiting_of
from .publisher import Publisher

__all__ = ["Rearmer"]


@frozen(eq=False)
class Rearmer:
    """
    Follows the store, which sets the next planned time of such a job when its last
    run ends, or removes it when there is none.

    :ivar wake_at: called with the planned times that may have been set.
    """

    _store: IJobStore
    _publisher: Publisher
    _wake_at: Callable[[datetime], None]
    _log = Logger()

    async def follow(self, ends: Sequence[tuple[Job, Run]]) -> None:
        """
        See to it that the next run is begun in time, or tell that the job is finished.

        :param ends: runs that were recorded as ended, each with its job as it was
            when it was begun.  When it was given another trigger since then, the
            engine finds its next time within its longest sleep.
        """
        for job, run in ends:
            waiting, ended = waiting_of(job, job.run_count), run.ended_at
            if waiting is None or waiting.delay is None or ended is None:
                continue
            planned = waiting.following(ended)
            if planned is not None:
                self._wake_at(planned)
            else:
                await self._tell_if_finished(job, ended)

    async def _tell_if_finished(self, job: Job, ended: datetime) -> None:
        if not self._publisher.wanted:
            return
        try:
            await self._store.get_job(job.id)
        except NoSuchJob:
            self._publisher.publish(JobFinished(ended, job.id))
        except StoreUnavailable as error:
            self._log.warn(
                "whether job {job_id} is finished is not known: {error}",
                job_id=job.id,
                error=error,
            )
