"""
The rows of the memory store, and how pages of them are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import nlargest, nsmallest
from typing import Any

from attrs import define, evolve

from ...model import Job, JobQuery, Run, RunQuery, Waiting, to_micros
from ..cursor import decode_cursor

__all__ = ["JOB_KEYS", "JobRow", "choose_page", "job_matches"]


@define(eq=False)
class JobRow:
    """
    A job with its progress and its lease.

    :ivar waiting: what it waits for without a next planned time.
    :ivar term: of the last claim; a write under another one is refused.
    :ivar until: when the lease ends; ``None`` without one.
    :ivar active: its active runs by id; ``None`` for none, which saves memory.
    """

    job: Job
    next_run_time: datetime | None
    due: datetime | None
    run_count: int
    waiting: Waiting | None = None
    term: int = 0
    until: datetime | None = None
    active: dict[str, Run] | None = None

    def current(self) -> Job:
        """
        Give the job with its progress in it.
        """
        job = self.job
        if (
            job.next_run_time is not self.next_run_time
            or job.run_count != self.run_count
        ):
            job = self.job = evolve(
                job, next_run_time=self.next_run_time, run_count=self.run_count
            )
        return job

    def held(self, term: int) -> bool:
        """
        Whether it is leased by the claim of that term.
        """
        return self.term == term and self.until is not None

    @property
    def idle(self) -> bool:
        """
        Whether it has neither a planned time nor an active run.
        """
        return self.next_run_time is None and not self.active

    def rearm(self, runs: Iterable[Run]) -> bool:
        """
        Give an idle job its next planned time, after the latest end among *runs*.

        :returns: whether it stays; else it is finished.
        """
        waiting = self.waiting
        if waiting is None:
            return False
        ends = [run.ended_at for run in runs if run.ended_at is not None]
        if waiting.delay is None or not ends:
            return True
        self.next_run_time = waiting.following(max(ends))
        self.due = None if self.job.paused is not None else self.next_run_time
        self.waiting = None
        return self.next_run_time is not None


def job_matches(job: Job, query: JobQuery) -> bool:
    """
    Whether *job* is one that *query* asks for.
    """
    text = query.text
    if text is not None:
        text = text.casefold()
        if text not in job.id.casefold() and text not in job.name.casefold():
            return False
    return (
        set(query.tags).issubset(job.tags)
        and (query.executor is None or job.executor == query.executor)
        and (query.paused is None or (job.paused is not None) is query.paused)
    )


def _time_key(row: JobRow) -> tuple[Any, ...]:
    planned = row.next_run_time
    micros = 0 if planned is None else to_micros(planned)
    return (int(planned is None), micros, row.job.id)


JOB_KEYS: dict[str, tuple[Callable[[JobRow], tuple[Any, ...]], tuple[type, ...]]] = {
    "id": (lambda row: (row.job.id,), (str,)),
    "name": (lambda row: (row.job.name, row.job.id), (str, str)),
    "next_run_time": (_time_key, (int, int, str)),
}


def choose_page(
    keys: Iterator[tuple[Any, ...]],
    query: JobQuery | RunQuery,
    order: str,
    kinds: tuple[type, ...],
) -> tuple[list[tuple[Any, ...]], bool]:
    """
    Choose the keys of one page, and say whether there are more.
    """
    select = nlargest if query.descending else nsmallest
    if query.cursor is not None:
        last = decode_cursor(order, query.cursor, kinds)
        keys = (key for key in keys if (key < last if query.descending else key > last))
    found = select(query.limit + 1, keys)
    return found[: query.limit], len(found) > query.limit
