"""
From one store to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..errors import BadValue, NoSuchJob
from ..interfaces import IJobStore
from ..model import Disposition, OnCrash, Run
from .export import Moved, all_jobs, all_runs
from .target import Target

__all__ = ["migrate", "refuse_if_used"]

_ACTIVE = tuple(one for one in Disposition if one.active)
#: A node that wrote that it lives so lately counts as living.
_LIVING = timedelta(minutes=1)


async def refuse_if_used(store: IJobStore, now: datetime) -> None:
    """
    Refuse to move out of a store that a scheduler works with.

    :param now: the clock; the store's own is taken where it has one.
    :raises BadValue: for ``from``, naming who uses it.
    """
    report = await store.examine(now)
    clock = report.clock or now
    for node in await store.find_nodes():
        if node.seen_at > clock - _LIVING:
            raise BadValue(
                "from",
                f"node {node.name} on {node.host} (process {node.pid}) works with it,"
                f" seen at {node.seen_at.isoformat()}: stop its service first",
            )
    for lease in report.leases:
        if lease.until > clock:
            raise BadValue(
                "from",
                f"node {lease.owner} holds {lease.jobs} jobs and {lease.runs} runs"
                f" until {lease.until.isoformat()}: stop its service first",
            )


async def migrate(
    source: IJobStore, target: Target, now: datetime, runs: bool, moved: Moved
) -> None:
    """
    Bring all jobs with pause and progress, and the runs that have not ended.

    What was interrupted waits in the target to be carried out again, as after a
    crash.  The source stays as it is.

    :param target: has looked at its store.
    :param now: the clock.
    :param runs: whether to bring the ended runs too.
    :param moved: told of progress.
    :raises JobExists: another job has the id of one, and the choice is ``error``;
        nothing is changed.
    :raises BadValue: for ``from``: a run was interrupted that must not be repeated,
        and its end is not written yet; nothing is changed.
    """
    async for jobs in all_jobs(source.find_jobs):
        for job in jobs:
            target.check(job)
    async for rows in all_runs(source.find_runs, Disposition.RUNNING):
        await _refuse_abandoned(source, rows)
    async for jobs in all_jobs(source.find_jobs):
        await target.add_jobs(jobs)
        moved("jobs", len(jobs))
    async for rows in all_runs(source.find_runs, *_ACTIVE):
        await target.add_runs([_again(run) for run in rows])
        moved("runs", len(rows))
    if runs:
        ended = tuple(one for one in Disposition if not one.active)
        async for rows in all_runs(source.find_runs, *ended):
            await target.add_runs(rows)
            moved("runs", len(rows))


async def _refuse_abandoned(source: IJobStore, runs: Sequence[Run]) -> None:
    for run in runs:
        try:
            job = await source.get_job(run.job_id)
        except NoSuchJob:
            continue
        if job.on_crash is OnCrash.ABANDON:
            raise BadValue(
                "from",
                f"run {run.id} of job {job.id!r} was interrupted and must not be"
                " repeated: start its service once more, which writes what became of"
                " it, and stop it",
            )


def _again(run: Run) -> Run:
    """
    Let an interrupted run wait to be carried out again.
    """
    attempt = run.attempt + (run.disposition is Disposition.RUNNING)
    return run._replace(
        disposition=Disposition.PENDING, node=None, started_at=None, attempt=attempt
    )
