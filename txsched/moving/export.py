"""
Out of a store, or a running scheduler, into a file.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from attrs import evolve

from ..model import MAX_PAGE, Disposition, Job, JobQuery, Page, Run, RunQuery
from .records import RecordWriter

__all__ = ["Moved", "all_jobs", "all_runs", "export"]

#: Told how many jobs or runs are done: ``jobs`` or ``runs``, and how many more.
Moved = Callable[[str, int], object]

FindJobs = Callable[[JobQuery], Awaitable[Page[Job]]]
FindRuns = Callable[[RunQuery], Awaitable[Page[Run]]]


async def all_jobs(
    find: FindJobs, store: str | None = None
) -> AsyncIterator[tuple[Job, ...]]:
    """
    Walk through all jobs, page by page, ordered by id.

    :param store: only those of the store with this alias.
    """
    query = JobQuery(limit=MAX_PAGE, store=store)
    async for items in _pages(find, query):
        yield items


async def all_runs(
    find: FindRuns, *dispositions: Disposition, store: str | None = None
) -> AsyncIterator[tuple[Run, ...]]:
    """
    Walk through the ledger, page by page, oldest first.

    :param dispositions: only runs that stand in one of these; all if there are none.
    :param store: only those of the store with this alias.
    """
    query = RunQuery(
        dispositions=dispositions, descending=False, limit=MAX_PAGE, store=store
    )
    async for items in _pages(find, query):
        yield items


async def _pages(find: Any, query: Any) -> AsyncIterator[tuple[Any, ...]]:
    while True:
        page = await find(query)
        if page.items:
            yield page.items
        if page.next_cursor is None:
            return
        query = evolve(query, cursor=page.next_cursor)


async def export(
    writer: RecordWriter,
    find_jobs: FindJobs,
    find_runs: FindRuns | None,
    moved: Moved,
    store: str | None = None,
) -> int:
    """
    Write all jobs, and what became of their planned times.

    Left out are jobs that are finished and wait for their last run to end, and runs
    that have not ended yet: they stay with whoever carries them out.

    :param find_runs: ``None`` leaves out the ledger.
    :param moved: told of progress.
    :param store: the alias of the only store that is asked.
    :returns: how many jobs were left out.
    :raises BadValue: naming a job and what of it cannot be written.
    """
    finished = 0
    async for jobs in all_jobs(find_jobs, store):
        for job in jobs:
            if job.next_run_time is None and job.waiting is None:
                finished += 1
            else:
                writer.job(job)
        moved("jobs", len(jobs))
    if find_runs is not None:
        async for runs in all_runs(find_runs, store=store):
            for run in runs:
                if not run.disposition.active:
                    writer.run(run)
            moved("runs", len(runs))
    writer.end()
    return finished
