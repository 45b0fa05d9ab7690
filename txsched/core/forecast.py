"""
What would be planned between two instants: a pure look ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from ..errors import BadValue
from ..model import Forecast, Job, jitter_offset
from .planning import first_planned_time, planned_after

__all__ = ["check_window", "forecast"]

_MAX_FORECAST = 100_000


def check_window(start: datetime, end: datetime, limit: int) -> None:
    """
    Refuse a question that cannot be answered.

    :raises BadValue: for ``start``, ``end`` or ``limit``.
    """
    for name, instant in (("start", start), ("end", end)):
        if not isinstance(instant, datetime) or instant.tzinfo is None:
            raise BadValue(
                name, f"expected a datetime with a time zone, not {instant!r}"
            )
    if isinstance(limit, bool) or not isinstance(limit, int):
        raise BadValue("limit", f"expected a whole number, not {limit!r}")
    if not 1 <= limit <= _MAX_FORECAST:
        raise BadValue("limit", f"{limit} is not within 1 to {_MAX_FORECAST}")


def forecast(
    jobs: Iterable[Job], start: datetime, end: datetime, limit: int
) -> list[Forecast]:
    """
    Give the planned times of *jobs* from *start* up to but without *end*.

    Paused jobs have none, and neither has a job from where its trigger gives no
    usable answer on, for there it will be paused.

    :returns: at most *limit*, ordered by planned time, then by job id.
    """
    streams = [_ahead(job, start, end) for job in jobs]
    ordered = merge(*streams, key=lambda one: (one.planned_time, one.job_id))
    return list(islice(ordered, limit))


def _ahead(job: Job, start: datetime, end: datetime) -> Iterator[Forecast]:
    planned = job.next_run_time
    if job.paused is not None or planned is None:
        return
    if planned < start:
        planned = _asked(_leap, job, planned, start)
    left = None if job.max_runs is None else job.max_runs - job.run_count
    while planned is not None and planned < end and left != 0:
        due = planned
        if job.jitter is not None:
            due += jitter_offset(job.id, planned, job.jitter)
        yield Forecast(job.id, planned, due)
        left = None if left is None else left - 1
        planned = _asked(planned_after, job, planned, planned)


def _asked(
    question: Callable[[Job, datetime, datetime], datetime | None],
    job: Job,
    planned: datetime,
    instant: datetime,
) -> datetime | None:
    try:
        return question(job, planned, instant)
    except Exception:
        return None


def _leap(job: Job, planned: datetime, start: datetime) -> datetime | None:
    """
    Go from a planned time to the first one from *start* on.
    """
    count_until = getattr(job.trigger, "count_until", None)
    if count_until is None:
        return first_planned_time(job.trigger, start, job.start_time, job.end_time)
    last = count_until(planned, start)[1]
    return planned_after(job, last, last)
