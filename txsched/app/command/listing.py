"""
``txsched list``, ``show`` and ``status``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from ...errors import BadValue, NoSuchJob
from .options import as_usage_error, json_option, page_options, store_option
from .session import REFUSED, Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...interfaces import IScheduler
    from ...model import Forecast, Job, JobQuery, Page, Run, SchedulerStatus

__all__ = ["list_command", "show_command", "status_command"]

_ORDERS = ("id", "name", "next_run_time")
#: So many characters of what a job calls are listed; arguments may be megabytes.
_MOST_OF_A_CALL = 200


def _now() -> datetime:
    return datetime.now().astimezone()


@click.command("list", short_help="List jobs.")
@click.argument("text", required=False)
@click.option("--tag", "tags", multiple=True, help="Only jobs that have this label.")
@click.option("--executor", help="Only jobs of this executor.")
@click.option("--paused/--active", default=None, help="Only paused jobs, or no paused.")
@click.option(
    "--order",
    "order_by",
    type=click.Choice(_ORDERS),
    default="id",
    help="By what they are sorted.",
)
@click.option("--descending", is_flag=True, help="Turn the order round.")
@store_option
@page_options
@json_option
@pass_session
def list_command(session: Session, /, as_json: bool, **options: Any) -> None:
    """
    List jobs: all, or those whose id or name contains TEXT.
    """
    query = _query(options)

    async def work(scheduler: IScheduler) -> None:
        page = await scheduler.get_jobs(query)
        if as_json:
            from .shaping import json_text, page_data

            click.echo(json_text(page_data("jobs", page)))
        else:
            _print_jobs(page)

    session.call(work)


def _query(options: dict[str, Any]) -> JobQuery:
    from ...model import JobQuery

    try:
        return JobQuery(**options)
    except BadValue as error:
        raise as_usage_error(error) from None


def _print_jobs(page: Page[Job]) -> None:
    from .printing import print_table
    from .wording import call_text, clean, job_next, short

    now = _now()
    elsewhere = any(job.store != "default" for job in page.items)
    print_table(
        ("ID", *(["STORE"] if elsewhere else []), "TRIGGER", "NEXT", "WHAT"),
        (
            (
                clean(job.id),
                *([clean(job.store)] if elsewhere else []),
                job.trigger,
                job_next(job, now),
                short(call_text(job.call), _MOST_OF_A_CALL),
            )
            for job in page.items
        ),
        "there are no jobs",
    )
    if page.next_cursor is not None:
        click.echo(f"there are more: --cursor {page.next_cursor}", err=True)


@click.command("show", short_help="Show everything about one job.")
@click.argument("job_id", metavar="JOB")
@store_option
@json_option
@pass_session
def show_command(
    session: Session, /, job_id: str, store: str | None, as_json: bool
) -> None:
    """
    Show everything about one job: its options, its next times and its last runs.
    """

    async def work(scheduler: IScheduler) -> int:
        from ...model import RunQuery

        try:
            job = await scheduler.get_job(job_id, store)
        except NoSuchJob:
            if await _tell_quarantined(scheduler, job_id, store):
                return REFUSED
            raise
        runs = await scheduler.get_runs(
            RunQuery(job_id=job_id, store=job.store, limit=5)
        )
        now = _now()
        year = now + timedelta(days=366)
        ahead = await scheduler.forecast(now, year, (job_id,), 3, job.store)
        if as_json:
            from .shaping import job_data, json_text, value_data

            data = {"runs": value_data(runs.items), "ahead": value_data(ahead)}
            click.echo(json_text(job_data(job) | data))
        else:
            _print_job(job, runs.items, ahead)
        return 0

    session.call(work)


async def _tell_quarantined(
    scheduler: IScheduler, job_id: str, store: str | None
) -> bool:
    """
    Say why a job cannot be shown that is stored and cannot be loaded.

    :returns: whether it is such a job.
    """
    from .wording import clean, instant_text

    for one in await scheduler.get_quarantined(store):
        if one.job_id == job_id:
            click.echo(
                f"txsched: job {job_id!r} is in quarantine since"
                f" {instant_text(one.since)}, because it cannot be loaded:"
                f" {clean(one.error)}",
                err=True,
            )
            return True
    return False


def _print_job(job: Job, runs: Sequence[Run], ahead: Sequence[Forecast]) -> None:
    from .printing import print_fields
    from .wording import call_text, clean, duration_text, instant_text, job_next

    now = _now()

    def or_none(value: Any) -> str:
        return "none" if value is None else str(value)

    print_fields(
        (
            ("id", clean(job.id)),
            ("name", clean(job.name)),
            ("store", clean(job.store)),
            ("what", call_text(job.call)),
            *((name, value) for name, value in _of_program(job)),
            ("trigger", job.trigger),
            ("next", job_next(job, now)),
            ("then", ", ".join(instant_text(one.planned_time) for one in ahead[1:])),
            ("executor", clean(job.executor)),
            ("misfire grace time", duration_text(job.misfire_grace_time)),
            ("coalesce", "yes" if job.coalesce else "no"),
            ("max instances", job.max_instances),
            ("max runs", or_none(job.max_runs)),
            ("start", instant_text(job.start_time)),
            ("end", instant_text(job.end_time)),
            ("jitter", duration_text(job.jitter)),
            ("tags", clean(", ".join(job.tags)) or "-"),
            ("on crash", job.on_crash.value),
            ("keep runs", or_none(job.keep_runs)),
            ("calendars", clean(", ".join(job.calendars)) or "-"),
            *([("on excluded", job.on_excluded.value)] if job.calendars else []),
            ("runs so far", job.run_count),
            ("revision", job.revision),
        )
    )
    if runs:
        from .ledger import print_runs

        click.echo("\nlast runs:")
        print_runs(runs, with_job=False)


def _of_program(job: Job) -> list[tuple[str, str]]:
    from ...model import COMMAND
    from .wording import clean

    if job.call.task != COMMAND:
        return []
    return [(name, clean(str(value))) for name, value in job.call.kwargs.items()]


@click.command("status")
@json_option
@pass_session
def status_command(session: Session, /, as_json: bool) -> None:
    """
    Say how the scheduler is.
    """

    async def work(scheduler: IScheduler) -> None:
        status = await scheduler.status()
        if as_json:
            from .shaping import json_text

            click.echo(json_text(_status_data(status)))
        else:
            _print_status(status)

    session.call(work)


def _status_data(status: SchedulerStatus) -> dict[str, Any]:
    from .shaping import value_data

    whole = (
        *("store", "running", "next_wakeup", "lag", "refused"),
        *("store_error", "store_lost_at"),
    )
    return {
        **value_data(status),
        **{name: value_data(getattr(status, name)) for name in whole},
    }


def _print_status(status: SchedulerStatus) -> None:
    from .printing import print_fields
    from .wording import clean, duration_text, instant_text

    store = status.store
    pairs: list[tuple[str, Any]] = [
        ("state", f"{status.state}{f': {clean(status.note)}' if status.note else ''}"),
        ("node", clean(status.node)),
        ("version", status.version),
        ("started", instant_text(status.started_at, status.now)),
    ]
    if store is not None:
        pairs += [
            ("jobs", f"{store.jobs} ({store.paused} paused)"),
            ("runs", f"{store.runs} in the ledger, {store.active_runs} active"),
        ]
    pairs += [
        ("running here", status.running),
        ("next look", instant_text(status.next_wakeup, status.now)),
        ("late by", duration_text(timedelta(seconds=round(status.lag, 3)))),
    ]
    if status.refused:
        pairs.append(
            ("refused", f"{status.refused} of its writes: others had taken over")
        )
    if store is not None and store.quarantined:
        count = store.quarantined
        pairs.append(("quarantined", f"{count}, see 'txsched quarantine list'"))
    if status.store_error:
        pairs.append(("store", clean(status.store_error)))
    if status.store_lost_at:
        pairs.append(("store lost", instant_text(status.store_lost_at, status.now)))
    print_fields(pairs)
    if len(status.stores) > 1:
        click.echo()
        _print_stores(status)


def _print_stores(status: SchedulerStatus) -> None:
    from .printing import print_table
    from .wording import clean, duration_text

    print_table(
        ("STORE", "JOBS", "RUNNING HERE", "LATE BY", "STATE"),
        (
            (
                clean(one.alias),
                "?" if one.counts is None else str(one.counts.jobs),
                str(one.running),
                "?"
                if one.lag is None
                else duration_text(timedelta(seconds=round(one.lag, 3))),
                clean(one.error or "answers"),
            )
            for one in status.stores
        ),
        "",
    )
