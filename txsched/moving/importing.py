"""
Out of a file, into a store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, TypeVar

from attrs import evolve, frozen

from ..errors import BadFile, BadValue
from ..model import Job, Run
from ..model.options import OPTIONS, check_arguments, check_options, check_task
from .export import Moved
from .records import read_records
from .target import TakesJobs

__all__ = ["Summary", "checked_job", "import_into", "survey"]

_BATCH = 500

T = TypeVar("T")


@frozen
class Summary:
    """
    What a file has.

    :ivar jobs: how many jobs.
    :ivar runs: how many rows of the ledger.
    """

    jobs: int
    runs: int


def checked_job(job: Job) -> Job:
    """
    Give *job* with its options as a person may choose them.

    :raises BadValue: naming what nobody could have chosen.
    """
    call = job.call
    check_task(call.task)
    check_arguments(call.args, call.kwargs)
    names = [name for name in OPTIONS if name != "name"]
    return evolve(job, **check_options({name: getattr(job, name) for name in names}))


def survey(file: BinaryIO, name: str, target: TakesJobs) -> Summary:
    """
    Look through a whole export, without changing anything.

    :param target: where it is to go, and what may refuse a job.
    :raises BadFile: naming line, field and reason.
    :raises JobExists: as :meth:`TakesJobs.check` says.
    """
    seen: dict[str, int] = {}
    runs = 0
    for number, value in read_records(file, name):
        if isinstance(value, Run):
            runs += 1
            continue
        if value.id in seen:
            first = seen[value.id]
            raise BadFile(
                name, number, "id", f"{value.id!r} is in line {first} already"
            )
        seen[value.id] = number
        try:
            checked_job(value)
            target.check(value)
        except BadValue as error:
            raise BadFile(name, number, error.field, error.reason) from None
    return Summary(len(seen), runs)


async def import_into(
    target: TakesJobs,
    file: BinaryIO,
    name: str,
    now: datetime,
    runs: bool,
    moved: Moved,
) -> None:
    """
    Bring what a file has into a store; the file was looked through before.

    A job that waits for the end of a run has lost it, so that it waits from *now*.

    :param now: the clock.
    :param runs: whether to bring the ledger too.
    :param moved: told of progress.
    """
    records = (value for _, value in read_records(file, name))
    for batch in _batches(records):
        jobs = [
            job
            for one in batch
            if isinstance(one, Job) and (job := _awake(checked_job(one), now))
        ]
        if jobs:
            await target.add_jobs(jobs)
            moved("jobs", len(jobs))
        rows = [one for one in batch if isinstance(one, Run)]
        if rows and runs:
            await target.add_runs(rows)
            moved("runs", len(rows))


def _awake(job: Job, now: datetime) -> Job | None:
    """
    Give a job that has a time ahead, if there is one for it.
    """
    if job.next_run_time is not None:
        return job
    waiting = job.waiting
    if waiting is None:
        return None
    if waiting.delay is None:
        return job
    following = waiting.following(now)
    return None if following is None else evolve(job, next_run_time=following)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    batch: list[T] = []
    for one in items:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
