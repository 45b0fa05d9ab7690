"""
``txsched pause``, ``resume``, ``remove`` and ``cancel``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...errors import SchedulerError
from .options import store_option
from .session import Session, complain, pass_session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ...interfaces import IScheduler

__all__ = ["cancel_command", "pause_command", "remove_command", "resume_command"]


async def _each(names: tuple[str, ...], act: Callable[[str], Awaitable[str]]) -> int:
    """
    Do the same with each; one that is refused does not keep the others from it.
    """
    from .wording import clean

    code = 0
    for name in names:
        try:
            click.echo(clean(await act(name)))
        except SchedulerError as error:
            code = complain(error)
    return code


def _jobs_or_all(jobs: tuple[str, ...], everything: bool, store: str | None) -> None:
    if bool(jobs) == everything:
        raise click.UsageError("name jobs, or say --all for the whole scheduler")
    if everything and store is not None:
        raise click.UsageError("--store is for single jobs, not for --all")


@click.command("pause", short_help="Let jobs rest, or the whole scheduler.")
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option(
    "--note", default="", show_default=False, help="Why; shown wherever the job is."
)
@click.option(
    "--all", "everything", is_flag=True, help="The whole scheduler, until it restarts."
)
@store_option
@pass_session
def pause_command(
    session: Session,
    /,
    jobs: tuple[str, ...],
    note: str,
    everything: bool,
    store: str | None,
) -> None:
    """
    Let jobs rest, or the scheduler as a whole; runs under way go on.
    """
    _jobs_or_all(jobs, everything, store)

    async def work(scheduler: IScheduler) -> int:
        async def pause(job_id: str) -> str:
            return f"paused {(await scheduler.pause_job(job_id, note, store)).id}"

        if not everything:
            return await _each(jobs, pause)
        await scheduler.pause(note)
        click.echo("paused the whole scheduler")
        return 0

    session.call(work)


@click.command("resume", short_help="Let paused jobs go on, or the whole scheduler.")
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option(
    "--catch-up",
    is_flag=True,
    help="Take the times of the pause as late, by the options of the job.",
)
@click.option("--all", "everything", is_flag=True, help="The whole scheduler.")
@store_option
@pass_session
def resume_command(
    session: Session,
    /,
    jobs: tuple[str, ...],
    catch_up: bool,
    everything: bool,
    store: str | None,
) -> None:
    """
    Let paused jobs go on, or the scheduler as a whole.

    Planned times that fell into the pause of a job are recorded as missed, unless
    --catch-up is said.
    """
    _jobs_or_all(jobs, everything, store)
    if everything and catch_up:
        raise click.UsageError("--catch-up is for single jobs, not for --all")

    async def work(scheduler: IScheduler) -> int:
        from .wording import coming_text

        async def resume(job_id: str) -> str:
            job = await scheduler.resume_job(job_id, catch_up, store)
            return f"resumed {job.id}, {coming_text(job)}"

        if not everything:
            return await _each(jobs, resume)
        await scheduler.resume()
        click.echo("resumed the whole scheduler")
        return 0

    session.call(work)


@click.command("remove", short_help="Remove jobs; their ledger stays.")
@click.argument("jobs", metavar="JOB...", nargs=-1, required=True)
@store_option
@pass_session
def remove_command(
    session: Session, /, jobs: tuple[str, ...], store: str | None
) -> None:
    """
    Remove jobs; runs under way go on, and the ledger stays.
    """

    async def work(scheduler: IScheduler) -> int:
        async def remove(job_id: str) -> str:
            await scheduler.remove_job(job_id, store)
            return f"removed {job_id}"

        return await _each(jobs, remove)

    session.call(work)


@click.command("cancel", short_help="Cancel runs that wait or run.")
@click.argument("runs", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--reason", default="", show_default=False, help="Why; kept in the ledger."
)
@store_option
@pass_session
def cancel_command(
    session: Session, /, runs: tuple[str, ...], reason: str, store: str | None
) -> None:
    """
    Cancel runs: waiting ones at once, running ones as far as they can be stopped.
    """

    async def work(scheduler: IScheduler) -> int:
        async def cancel(run_id: str) -> str:
            run = await scheduler.cancel_run(run_id, reason, store)
            if run.disposition.active:
                return f"asked {run.id} to stop; it is {run.disposition} now"
            return f"{run.id} is {run.disposition}"

        return await _each(runs, cancel)

    session.call(work)
