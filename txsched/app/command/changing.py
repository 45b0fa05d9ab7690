"""
``txsched modify`` and ``txsched reschedule``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .expressions import warn, warn_of_past
from .fields import JSON_LIST, JSON_MAPPING
from .options import (
    job_changes,
    job_options,
    json_option,
    store_option,
    trigger_from,
    trigger_options,
    zone_option,
)
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Job

__all__ = ["modify_command", "reschedule_command"]

_revision_option = click.option(
    "--revision",
    type=click.IntRange(min=1),
    help="Refuse when the job has another revision by now.",
)


@click.command("modify", short_help="Change options of a job.")
@click.argument("job_id", metavar="JOB")
@job_options
@click.option("--task", help="Another task, module:function.")
@click.option("--args", type=JSON_LIST, help="Other positional arguments.")
@click.option("--kwargs", type=JSON_MAPPING, help="Other keyword arguments.")
@zone_option
@_revision_option
@store_option
@json_option
@pass_session
def modify_command(
    session: Session,
    /,
    job_id: str,
    revision: int | None,
    store: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """
    Change options of a job; what is not named stays as it is.

    An option that may be without limit takes the word none.  The arguments of a
    program are its --args: --args '["echo", "good bye"]'.
    """
    zone = options.pop("zone")
    changes = job_changes(options, zone)
    if not changes:
        raise click.UsageError("say what to change")

    async def work(scheduler: IScheduler) -> None:
        job = await scheduler.modify_job(job_id, revision, store, **changes)
        _tell(job, as_json)

    session.call(work)


@click.command("reschedule", short_help="Give a job a new trigger.")
@click.argument("job_id", metavar="JOB")
@trigger_options
@_revision_option
@store_option
@json_option
@pass_session
def reschedule_command(
    session: Session,
    /,
    job_id: str,
    revision: int | None,
    store: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """
    Give a job a new trigger; its next time is computed from now.
    """
    trigger = trigger_from(**options)
    if trigger is None:
        raise click.UsageError(
            "say when: one of --every, --at, --cron or --trigger is needed"
        )

    async def work(scheduler: IScheduler) -> None:
        job = await scheduler.reschedule_job(job_id, trigger, revision, store)
        _tell(job, as_json)
        if options["cron"] or options["trigger"]:
            warn(trigger, options["zone"])
        warn_of_past(job)

    session.call(work)


def _tell(job: Job, as_json: bool) -> None:
    if as_json:
        from .shaping import job_data, json_text

        click.echo(json_text(job_data(job)))
        return
    from .wording import clean, coming_text

    click.echo(
        f"changed {clean(job.id)} (revision {job.revision}): {job.trigger},"
        f" {coming_text(job)}"
    )
