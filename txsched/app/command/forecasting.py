"""
``txsched forecast``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from .fields import DURATION, INSTANT, aware
from .options import json_option, store_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler

__all__ = ["forecast_command"]


@click.command("forecast", short_help="Say what will run soon.")
@click.argument("jobs", metavar="[JOB]...", nargs=-1)
@click.option("--after", type=INSTANT, help="From then on.  [default: now]")
@click.option(
    "--within",
    type=DURATION,
    default="1d",
    help="How far to look from there.",
)
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 100_000),
    default=100,
    metavar="N",
    help="How many at most.",
)
@store_option
@json_option
@pass_session
def forecast_command(
    session: Session,
    /,
    jobs: tuple[str, ...],
    after: datetime | None,
    within: timedelta,
    limit: int,
    store: str | None,
    as_json: bool,
) -> None:
    """
    Say what will run, of some jobs or of all, if nothing changes until then.
    """
    start = aware(after or datetime.now().astimezone())

    async def work(scheduler: IScheduler) -> None:
        ahead = await scheduler.forecast(
            start, start + within, jobs or None, limit, store
        )
        if as_json:
            from .shaping import json_text, value_data

            click.echo(json_text({"forecast": value_data(ahead)}))
            return
        from .printing import print_table
        from .wording import clean, instant_text

        now = datetime.now().astimezone()
        print_table(
            ("DUE", "JOB"),
            ((instant_text(one.due, now), clean(one.job_id)) for one in ahead),
            "nothing is planned in that time",
        )

    session.call(work)
