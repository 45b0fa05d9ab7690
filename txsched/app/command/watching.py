"""
``txsched watch``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import json_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Event

__all__ = ["watch_command"]


@click.command("watch", short_help="Show events as they happen.")
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option(
    "--count", "-n", type=click.IntRange(min=1), help="End after so many events."
)
@json_option
@pass_session
def watch_command(
    session: Session, /, jobs: tuple[str, ...], count: int | None, as_json: bool
) -> None:
    """
    Show events as they happen, of some jobs or of all, until Ctrl-C.

    With --json each line is an event.
    """
    tell = _tell_json if as_json else _tell_people

    async def work(scheduler: IScheduler) -> int:
        from twisted.internet.defer import CancelledError, Deferred

        ended: Deferred[None] = Deferred()
        left = count

        def observe(event: Event) -> None:
            nonlocal left
            if ended.called or (jobs and _job_of(event) not in (None, *jobs)):
                return
            try:
                tell(event)
            except BrokenPipeError as error:
                ended.errback(error)
                return
            if left is not None:
                left -= 1
                if left == 0:
                    ended.callback(None)

        await scheduler.subscribe(observe)
        click.echo("watching; Ctrl-C ends it", err=True)
        try:
            await ended
        except CancelledError:
            click.echo("", err=True)
        return 0

    session.call(work)


def _job_of(event: Event) -> str | None:
    from ...model import JobEvent, RunEvent

    if isinstance(event, RunEvent):
        return event.run.job_id
    return event.job_id if isinstance(event, JobEvent) else None


def _tell_json(event: Event) -> None:
    from .shaping import event_data, json_text

    click.echo(json_text(event_data(event), one_line=True))


def _tell_people(event: Event) -> None:
    from ...model import (
        EventsLost,
        JobEvent,
        RunEnded,
        RunEvent,
        StoreFound,
        StoreLost,
    )
    from .printing import DISPOSITION_STYLES, print_line
    from .wording import clean, instant_text, run_detail, run_took

    at = (instant_text(event.at), "dim")
    if isinstance(event, RunEvent):
        run = event.run
        word = str(run.disposition) if isinstance(event, RunEnded) else "started"
        style = DISPOSITION_STYLES[run.disposition.value]
        took = run_took(run) if isinstance(event, RunEnded) else ""
        detail = run_detail(run) if isinstance(event, RunEnded) else ""
        parts = [(f"{word:<9}", style), (clean(run.job_id), "bold")]
        print_line(at, *parts, (took if took != "-" else "", "dim"), (detail, ""))
        return
    word = _words(type(event).__name__)
    note = clean(getattr(event, "note", ""))
    if isinstance(event, JobEvent):
        print_line(
            at, (f"{word:<9}", "cyan"), (clean(event.job_id), "bold"), (note, "")
        )
    elif isinstance(event, EventsLost):
        number = "some" if event.count is None else str(event.count)
        print_line(at, (f"{number} events were lost", "yellow"))
    elif isinstance(event, StoreLost):
        print_line(at, (f"{_of_store(event.store)}{clean(event.error)}", "bold red"))
    elif isinstance(event, StoreFound):
        print_line(at, (f"{_of_store(event.store)}the job store is back", "green"))
    else:
        print_line(at, (f"scheduler {word}", "bold"), (note, ""))


def _of_store(alias: str) -> str:
    from .wording import clean

    return "" if alias == "default" else f"store {clean(alias)}: "


def _words(name: str) -> str:
    """
    Say what happened: ``JobAdded`` is ``added``.
    """
    for prefix in ("Job", "Scheduler"):
        name = name.removeprefix(prefix)
    return name.lower()
