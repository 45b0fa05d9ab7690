"""
What would be planned between two instants: a pure look ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from ..errors import BadValue
from ..model import Forecast, Job, jitter_offset
from ..model.showing import shown
from .planning import MAX_STEPS, first_planned_time, planned_after

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
                name, f"expected a datetime with a time zone, not {shown(instant)}"
            )
    if isinstance(limit, bool) or not isinstance(limit, int):
        raise BadValue("limit", f"expected a whole number, not {shown(limit)}")
    if not 1 <= limit <= _MAX_FORECAST:
        raise BadValue("limit", f"{shown(limit)} is not within 1 to {_MAX_FORECAST}")


def forecast(
    jobs: Iterable[Job],
    start: datetime,
    end: datetime,
    limit: int,
    now: datetime | None = None,
) -> list[Forecast]:
    """
    Give the planned times of *jobs* from *start* up to but without *end*.

    Paused jobs have none, and neither has a job from where its trigger gives no
    usable answer on, for there it will be paused.  Of ``max_runs`` each planned time
    that arrives from *now* on takes one.

    :param now: where the future begins, *start* when it is not said.
    :returns: at most *limit*, ordered by planned time, then by job id.
    """
    since = start if now is None else now
    streams = [_ahead(job, since, start, end) for job in jobs]
    ordered = merge(*streams, key=lambda one: (one.planned_time, one.job_id))
    return list(islice(ordered, limit))


def _ahead(
    job: Job, now: datetime, start: datetime, end: datetime
) -> Iterator[Forecast]:
    planned = job.next_run_time
    if job.paused is not None or planned is None:
        return
    left = None if job.max_runs is None else job.max_runs - job.run_count
    try:
        if _due(job, planned) < now:
            _, planned = _leap(job, planned, now)
        times, planned = _leap(job, planned, start)
        if left is not None:
            left -= times
        while planned is not None and planned < end and (left is None or left > 0):
            yield Forecast(job.id, planned, _due(job, planned))
            left = None if left is None else left - 1
            planned = planned_after(job, planned, planned)
    except Exception:  # whatever a trigger may raise
        return


def _due(job: Job, planned: datetime) -> datetime:
    if job.jitter is None:
        return planned
    return planned + jitter_offset(job.id, planned, job.jitter)


def _leap(
    job: Job, planned: datetime | None, instant: datetime
) -> tuple[int, datetime | None]:
    """
    Go from a planned time to the first one from *instant* on.

    A trigger that cannot count is walked for :data:`~.planning.MAX_STEPS`; it is asked
    anew when that does not suffice, as is one that stops counting.

    :returns: how many were left behind, and the planned time.
    """
    if planned is None or planned >= instant:
        return 0, planned
    count_until = getattr(job.trigger, "count_until", None)
    if count_until is not None:
        times, last = count_until(planned, instant)
        planned = planned_after(job, last, last)
        if planned is None or planned >= instant:
            return times, planned
    else:
        for times in range(1, MAX_STEPS + 1):
            planned = planned_after(job, planned, planned)
            if planned is None or planned >= instant:
                return times, planned
    first = first_planned_time(job.trigger, instant, job.start_time, job.end_time)
    return times, None if first is None or first < instant else first
