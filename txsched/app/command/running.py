"""
``txsched run``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import json_option, store_option
from .session import REFUSED, Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import Event, Run

__all__ = ["run_command"]


@click.command("run", short_help="Run a job now.")
@click.argument("job_id", metavar="JOB")
@click.option(
    "--force", is_flag=True, help="Even when as many of its runs are active as may be."
)
@click.option("--wait", is_flag=True, help="Wait for its end, and show its output.")
@store_option
@json_option
@pass_session
def run_command(
    session: Session,
    /,
    job_id: str,
    force: bool,
    wait: bool,
    store: str | None,
    as_json: bool,
) -> None:
    """
    Run a job now, beside its schedule, paused or not.

    With --wait the exit code is 0 only if the run succeeded.
    """

    async def work(scheduler: IScheduler) -> int:
        run = await _run(scheduler, job_id, force, wait, store)
        if as_json:
            from .shaping import json_text, run_data

            click.echo(json_text(run_data(run)))
        elif wait:
            from .ledger import print_output

            print_output(run)
        else:
            from .wording import clean

            reason = f": {run.reason}" if run.reason and run.ended_at else ""
            click.echo(clean(f"{run.id} of {run.job_id} is {run.disposition}{reason}"))
        good = run.disposition.active or run.disposition.value == "succeeded"
        return 0 if good else REFUSED

    session.call(work)


async def _run(
    scheduler: IScheduler, job_id: str, force: bool, wait: bool, store: str | None
) -> Run:
    if not wait:
        return await scheduler.run_job(job_id, force, store)
    from twisted.internet.defer import Deferred

    from ...model import EventsLost, RunEnded

    ended: Deferred[None] = Deferred()
    seen: set[str] = set()
    wanted = ""

    def observe(event: Event) -> None:
        # Nobody knows what was among lost events: look into the ledger.
        if isinstance(event, RunEnded):
            seen.add(event.run.id)
        if not ended.called and (wanted in seen or isinstance(event, EventsLost)):
            ended.callback(None)

    await scheduler.subscribe(observe)
    run = await scheduler.run_job(job_id, force, store)
    wanted = run.id
    while run.disposition.active:
        if wanted not in seen:
            await ended
            ended = Deferred()
        run = await scheduler.get_run(wanted, store)
    return run
