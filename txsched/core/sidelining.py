"""
Jobs whose trigger cannot be asked are put aside, so that the others go on.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve
from twisted.logger import Logger
from twisted.python.failure import Failure

from ..errors import NoSuchJob, StaleRevision
from ..interfaces import IJobStore
from ..model import JobLease, JobPaused, Pause
from .publisher import Publisher

__all__ = ["pause_broken"]

_LONGEST_NOTE = 1000
_log = Logger()


async def pause_broken(
    store: IJobStore,
    publisher: Publisher,
    lease: JobLease,
    now: datetime,
    error: Exception,
) -> None:
    """
    Pause a job, with what its trigger raised as its note.
    """
    failure = Failure(error)
    message = failure.getErrorMessage()
    note = f"its trigger failed: {type(error).__name__}: {message}"
    note = note[:_LONGEST_NOTE].encode("utf-8", "replace").decode()
    job_id = lease.job.id
    _log.failure("job {job_id} is paused: {note}", failure, job_id=job_id, note=note)
    job = evolve(
        lease.job, next_run_time=lease.next_run_time, run_count=lease.run_count
    )
    try:
        await store.change_job(evolve(job, paused=Pause(now, note)), job, ())
    except (NoSuchJob, StaleRevision):
        return
    publisher.publish(JobPaused(now, job.id, note))
