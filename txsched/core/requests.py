"""
What people ask of a scheduler that takes several questions to its store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import uuid4

from attrs import evolve
from twisted.internet.defer import Deferred

from ..errors import NoSuchJob, StaleRevision
from ..interfaces import IJobStore
from ..model import (
    MAX_PAGE,
    Disposition,
    Job,
    JobQuery,
    Page,
    Quarantined,
    Run,
    RunQuery,
    run_id,
)
from .arguments import check_alias
from .paging import Source, merged_page
from .stores import AttachedStore, Stores

__all__ = [
    "cancel_run",
    "change_job",
    "find_jobs",
    "find_quarantined",
    "find_runs",
    "forecast_jobs",
    "remove_job",
    "request_run",
]

_ACTIVE = tuple(one for one in Disposition if one.active)


async def request_run(store: IJobStore, job: Job, force: bool, now: datetime) -> Run:
    """
    Write a run of *job* that a person asks for.

    :param force: whether it runs however many runs of the job are active.
    :returns: the run, ``pending``; or ``skipped``, when all places are taken.
    :raises NoSuchJob: the job was removed in between.
    """
    run = Run(
        f"{run_id(job.generation, now)}-{uuid4().hex[:8]}",
        job.id,
        now,
        Disposition.PENDING,
        "asked for",
        job.executor,
        manual=True,
    )
    if not force:
        holder = await _holder(store, job)
        if holder is not None:
            run = run._replace(
                disposition=Disposition.SKIPPED,
                ended_at=now,
                by=holder,
                reason=f"max_instances is {job.max_instances}: run {holder} is active",
            )
    await store.add_runs((run,))
    return run


async def _holder(store: IJobStore, job: Job) -> str | None:
    """
    Give the oldest active run of *job* when all its places are taken.
    """
    query = RunQuery(
        job_id=job.id,
        dispositions=_ACTIVE,
        descending=False,
        limit=min(job.max_instances, MAX_PAGE),
    )
    page = await store.find_runs(query)
    oldest = page.items[0].id if page.items else None
    active = len(page.items)
    while active < job.max_instances and page.next_cursor is not None:
        page = await store.find_runs(evolve(query, cursor=page.next_cursor))
        active += len(page.items)
    return None if active < job.max_instances else oldest


async def cancel_run(
    store: IJobStore,
    stop: Callable[[str, str], bool],
    run_id: str,
    reason: str,
    now: datetime,
) -> tuple[Run, bool, list[Job]]:
    """
    End a run that waits, or have it stopped where it is carried out.

    :param stop: asks a run in flight here to stop, and says whether there is one.
    :returns: the run as it is now, whether it ended by this, and its job as it was
        before, if it is there.
    :raises NoSuchRun: it is not there.
    """
    before = await store.get_run(run_id)
    try:
        jobs = [await store.get_job(before.job_id)]
    except NoSuchJob:
        jobs = []
    (run,) = await store.cancel_runs((run_id,), reason, now)
    if stop(run_id, reason):
        return await store.get_run(run_id), False, jobs
    ended = before.ended_at is None and run.disposition is Disposition.CANCELLED
    return run, ended, jobs


async def change_job(
    store: IJobStore,
    clock: Callable[[], datetime],
    job_id: str,
    revision: int | None,
    change: Callable[[Job, datetime], tuple[Job, Sequence[Run]]],
) -> tuple[Job, tuple[datetime, Sequence[Run]] | None]:
    """
    Read, change and write a job, again when somebody else was faster: a person, or a
    commit that moved its next run time meanwhile.

    :param clock: gives the present instant.
    :param revision: the only one that may be changed; ``None`` for any.
    :param change: gives the job as it came when nothing is to be changed.
    :returns: the job as it is stored now, and when and with which rows of the ledger
        it was changed; ``None`` when it was not.
    :raises StaleRevision: it has another revision.
    :raises NoSuchJob: there is none.
    """
    while True:
        job = await store.get_job(job_id)
        if revision is not None and revision != job.revision:
            raise StaleRevision(job_id, revision, job.revision)
        now = clock()
        new, runs = change(job, now)
        if new is job:
            return job, None
        try:
            return await store.change_job(new, job, runs), (now, runs)
        except StaleRevision:
            continue


async def remove_job(store: IJobStore, job_id: str, now: datetime) -> None:
    """
    Remove a job.

    :raises NoSuchJob: there is none.
    """
    if not await store.remove_jobs((job_id,), now):
        raise NoSuchJob(job_id)


async def find_jobs(stores: Stores, query: JobQuery) -> Page[Job]:
    """
    Give one page of the jobs in all stores, or in the one that *query* names.

    :raises NoSuchStore: there is no such store.
    :raises BadValue: for a ``cursor`` that no page of this order gave.
    """
    chosen = stores.chosen(query.store)

    async def find(one: AttachedStore, query: JobQuery) -> Page[Job]:
        return one.claim_page(await stores.ask(one, one.store.find_jobs(query)))

    if len(chosen) == 1:
        return await find(chosen[0], query)
    sources = [Source(one.alias, partial(find, one)) for one in chosen]
    return await merged_page(sources, query)


async def find_runs(stores: Stores, query: RunQuery) -> Page[Run]:
    """
    Give one page of the ledgers of all stores, or of the one that *query* names.

    :raises NoSuchStore: there is no such store.
    :raises BadValue: for a ``cursor`` that no page of this order gave.
    """
    chosen = stores.chosen(query.store)

    async def find(one: AttachedStore, query: RunQuery) -> Page[Run]:
        return await stores.ask(one, one.store.find_runs(query))

    if len(chosen) == 1:
        return await find(chosen[0], query)
    sources = [Source(one.alias, partial(find, one)) for one in chosen]
    return await merged_page(sources, query)


async def find_quarantined(stores: Stores, alias: str | None) -> list[Quarantined]:
    """
    List the jobs that cannot be loaded, ordered by id.

    :param alias: only those of this store; ``None`` for all.
    :raises NoSuchStore: there is no such store.
    """
    found = [
        evolve(quarantined, store=one.alias)
        for one in stores.chosen(check_alias(alias))
        for quarantined in await stores.ask(one, one.store.find_quarantined())
    ]
    return sorted(found, key=lambda one: (one.job_id, one.store))


async def forecast_jobs(
    stores: Stores, alias: str | None, end: datetime, job_ids: Sequence[str] | None
) -> list[Job]:
    """
    Find the jobs that may have a planned time before *end*.

    :param alias: only those of this store; ``None`` for all.
    :param job_ids: only these.
    :raises NoSuchStore: there is no such store.
    :raises NoSuchJob: one of them is not there.
    """
    jobs: list[Job] = []
    if job_ids is not None:
        for job_id in dict.fromkeys(job_ids):
            question = partial(_get_job, job_id)
            jobs.append((await stores.locate(alias, question))[1])
        return jobs
    for one in stores.chosen(alias):
        jobs += await stores.ask(one, _planned_soon(one.store, end))
    return jobs


def _get_job(job_id: str, one: AttachedStore) -> Deferred[Job]:
    return one.store.get_job(job_id)


async def _planned_soon(store: IJobStore, end: datetime) -> list[Job]:
    jobs: list[Job] = []
    query = JobQuery(paused=False, order_by="next_run_time", limit=MAX_PAGE)
    while True:
        page = await store.find_jobs(query)
        soon = [job for job in page.items if _planned_before(job, end)]
        jobs += soon
        if page.next_cursor is None or len(soon) < len(page.items):
            return jobs
        query = evolve(query, cursor=page.next_cursor)


def _planned_before(job: Job, end: datetime) -> bool:
    return job.next_run_time is not None and job.next_run_time < end
