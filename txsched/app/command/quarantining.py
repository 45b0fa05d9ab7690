"""
``txsched quarantine``: the stored jobs that could not be loaded.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ...errors import (
    BadValue,
    NoSuchJob,
    NotAllowed,
    SchedulerError,
    StaleRevision,
)
from .naming import sentence
from .options import json_option, store_option
from .renaming import Renaming, read_renaming
from .session import REFUSED, Session, complain, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Quarantined

__all__ = ["quarantine_command"]

#: What one job may meet while the others are seen to.
_REFUSALS = (BadValue, NoSuchJob, NotAllowed, StaleRevision)


@click.group("quarantine", short_help="See to stored jobs that could not be loaded.")
def quarantine_command() -> None:
    """
    See to stored jobs that could not be loaded; they do not run and are not lost.
    """


@quarantine_command.command("list", short_help="List them.")
@store_option
@json_option
@pass_session
def list_command(session: Session, /, store: str | None, as_json: bool) -> None:
    """
    List the jobs in quarantine.

    Those that can be loaded by now go back to work, and are not listed.
    """

    async def work(scheduler: IScheduler) -> None:
        found = await scheduler.get_quarantined(store)
        if as_json:
            from .shaping import json_text, value_data

            click.echo(json_text({"quarantined": value_data(found)}))
            return
        from .printing import print_table
        from .wording import clean, instant_text

        print_table(
            ("ID", "SINCE", "ERROR"),
            (
                (clean(one.job_id), instant_text(one.since), clean(one.error))
                for one in found
            ),
            "no job is quarantined",
        )

    session.call(work)


@quarantine_command.command("show", short_help="Show what can be read of one.")
@click.argument("job_id", metavar="JOB")
@store_option
@json_option
@pass_session
def show_command(
    session: Session, /, job_id: str, store: str | None, as_json: bool
) -> None:
    """
    Show why a job could not be loaded, since when, and its stored definition as far
    as that can be read.
    """

    async def work(scheduler: IScheduler) -> None:
        (found,) = await _find(scheduler, (job_id,), store)
        from .shaping import json_text, value_data

        if as_json:
            click.echo(json_text(value_data(found)))
            return
        from .printing import print_fields
        from .wording import clean, instant_text

        definition = found.definition or {}
        pairs = [
            (name.replace("_", " "), clean(_text(value)))
            for name, value in definition.items()
            if name not in ("version", "id")
        ]
        if not definition:
            pairs = [("definition", "nothing of it can be read")]
        print_fields(
            (
                ("id", clean(found.job_id)),
                ("error", clean(found.error)),
                ("since", instant_text(found.since)),
                *pairs,
            )
        )

    session.call(work)


def _text(value: object) -> str:
    from .shaping import json_text

    return value if isinstance(value, str) else json_text(value, one_line=True)


async def _find(
    scheduler: IScheduler, job_ids: tuple[str, ...], store: str | None
) -> tuple[Quarantined, ...]:
    """
    Give jobs in quarantine; all of them when none is named.

    :raises NoSuchJob: one that is named is not there.
    """
    known = {one.job_id: one for one in await scheduler.get_quarantined(store)}
    for job_id in job_ids:
        if job_id not in known:
            raise BadValue(
                "JOB", f"no job with the id {job_id!r} is in quarantine (any more)"
            )
    return tuple(known[job_id] for job_id in job_ids or known)


@quarantine_command.command("repair", short_help="Bring them back to work.")
@click.argument("job_ids", metavar="[JOB]...", nargs=-1)
@click.option(
    "--map",
    "renamings",
    metavar="OLD=NEW",
    multiple=True,
    help="What a module is called now, or a function; may be given more than once.",
)
@click.option("--trigger", metavar="EXPRESSION", help="Another trigger for each JOB.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@store_option
@pass_session
def repair_command(
    session: Session,
    /,
    job_ids: tuple[str, ...],
    renamings: tuple[str, ...],
    trigger: str | None,
    dry_run: bool,
    store: str | None,
) -> None:
    """
    Give jobs the definition that they had, with names that lead to what is there.

    Without a JOB all are meant: with --map those in quarantine, and also jobs whose
    function was moved, which load and fail when they run.

    A job of the quarantine begins anew: its next time is computed from now.

    \b
    Examples:
      txsched quarantine repair report --trigger "every 1h"
      txsched quarantine repair report --map shop.old=shop.reports
      txsched quarantine repair --map tasks=shop.tasks --dry-run
    """
    renaming = read_renaming(renamings)
    if not job_ids and trigger is not None:
        raise click.UsageError("name the jobs that --trigger is for")
    if not job_ids and not renamings:
        raise click.UsageError("name jobs, or say --map for all whose code was moved")

    async def work(scheduler: IScheduler) -> int:
        code = 0
        for one in await _find(scheduler, job_ids, store):
            try:
                await _repair(scheduler, one, renaming, trigger, bool(job_ids), dry_run)
            except _REFUSALS as error:
                code = _complain(one.job_id, error)
        if not job_ids:
            code = await _move(scheduler, renaming, store, dry_run) or code
        return code

    session.call(work)


def _complain(job_id: str, error: SchedulerError) -> int:
    click.echo(f"txsched: job {job_id!r}: {sentence(error)}", err=True)
    return REFUSED


async def _repair(
    scheduler: IScheduler,
    found: Quarantined,
    renaming: Renaming,
    trigger: str | None,
    named: bool,
    dry_run: bool,
) -> None:
    """
    Give one job of the quarantine its own definition, with other names.

    :param trigger: stands in place of its own, if there is one.
    :param named: whether it is meant even when nothing of it is called otherwise.
    """
    from ...codec import job_of_fields
    from ...model import JobSpec
    from ...model.options import OPTIONS
    from ...moving import checked_job
    from .wording import clean, coming_text

    fields = dict(found.definition or {})
    if not fields:
        if named:
            raise BadValue("definition", "nothing of it can be read; see 'discard'")
        return
    if isinstance(fields.get("task"), str):
        fields["task"] = renaming.name(fields["task"])
    if trigger is not None:
        fields["trigger"] = trigger
    for name in ("args", "kwargs"):
        if name in fields:
            fields[name] = renaming.data(fields[name])
    if not named and fields == dict(found.definition or {}):
        return
    job = checked_job(job_of_fields(fields))
    call = job.call
    options = {name: getattr(job, name) for name in OPTIONS if name != "id"}
    spec = JobSpec(call.task, job.trigger, call.args, call.kwargs, **options)
    said = f"{clean(found.job_id)}: {clean(call.task_name)}"
    if dry_run:
        click.echo(f"would repair {said}")
        return
    repaired = await scheduler.repair_job(found.job_id, spec, found.store)
    click.echo(f"repaired {said}, {coming_text(repaired)}")


async def _move(
    scheduler: IScheduler, renaming: Renaming, store: str | None, dry_run: bool
) -> int:
    """
    Rename the tasks of jobs that load, and say of which.
    """
    from ...moving import all_jobs
    from .wording import clean

    code = 0
    async for jobs in all_jobs(scheduler.get_jobs, store):
        for job in jobs:
            call = job.call
            changes = {
                name: new
                for name, old, new in (
                    ("task", call.task_name, renaming.name(call.task_name)),
                    ("args", call.args, renaming.value(call.args)),
                    ("kwargs", call.kwargs, renaming.value(call.kwargs)),
                )
                if new != old and new is not old
            }
            if not changes:
                continue
            said = f"{clean(job.id)}: {clean(changes.get('task', call.task_name))}"
            if dry_run:
                click.echo(f"would change {said}")
                continue
            try:
                await scheduler.modify_job(job.id, job.revision, job.store, **changes)
                click.echo(f"changed {said}")
            except _REFUSALS as error:
                code = _complain(job.id, error)
    return code


@quarantine_command.command("discard", short_help="Remove them for ever.")
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
@pass_session
def discard_command(
    session: Session, /, job_ids: tuple[str, ...], yes: bool, store: str | None
) -> None:
    """
    Remove jobs of the quarantine, with their definition; their ledger stays.
    """
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("--yes is needed where nobody can be asked")
        names = ", ".join(map(repr, job_ids))
        click.confirm(f"remove {names} for ever?", abort=True, err=True)

    async def work(scheduler: IScheduler) -> int:
        code = 0
        for one in await _find(scheduler, job_ids, store):
            try:
                await scheduler.remove_job(one.job_id, one.store)
            except NoSuchJob as error:
                code = complain(error)
            else:
                from .wording import clean

                click.echo(f"discarded {clean(one.job_id)}")
        return code

    session.call(work)
