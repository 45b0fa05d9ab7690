"""
``txsched next`` and ``txsched forecast``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import click

from ...errors import BadValue
from .fields import DURATION, INSTANT, aware
from .options import json_option, zone_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler
    from ...model import ITrigger

__all__ = ["forecast_command", "next_command"]

_FORMAT = "%a %Y-%m-%d %H:%M:%S %Z"


@click.command("next", short_help="Preview an expression; no service is needed.")
@click.argument("expression", nargs=-1, required=True)
@click.option(
    "-n",
    "count",
    type=click.IntRange(1, 10_000),
    default=5,
    metavar="N",
    help="How many times.",
)
@click.option("--after", type=INSTANT, help="Begin then.  [default: now]")
@zone_option
@json_option
def next_command(
    expression: tuple[str, ...],
    count: int,
    after: datetime | None,
    zone: tzinfo | None,
    as_json: bool,
) -> None:
    """
    Preview when an expression fires; no service is needed.

    \b
    Examples:
      txsched next every 90s
      txsched next -n 10 "crontab 0 9 * * mon-fri" --timezone Europe/Berlin
    """
    from ...triggers import parse_trigger

    start = aware(after or datetime.now().astimezone(), zone)
    text = " ".join(expression)
    try:
        trigger = parse_trigger(text, timezone=zone)
    except BadValue as error:
        raise click.UsageError(str(error), click.get_current_context()) from None
    times = _times(trigger, start, count)
    if as_json:
        from .shaping import json_text, value_data

        data = {"trigger": str(trigger), "times": value_data(times)}
        click.echo(json_text(data))
        return
    if not times:
        click.echo(f"{trigger} never fires after {start.strftime(_FORMAT)}")
    for instant in times:
        click.echo(instant.astimezone(zone).strftime(_FORMAT))


def _times(trigger: ITrigger, start: datetime, count: int) -> list[datetime]:
    times: list[datetime] = []
    last: datetime | None = None
    while len(times) < count:
        last = trigger.get_next_fire_time(last, start)
        if last is None:
            break
        times.append(last)
    return times


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
@json_option
@pass_session
def forecast_command(
    session: Session,
    /,
    jobs: tuple[str, ...],
    after: datetime | None,
    within: timedelta,
    limit: int,
    as_json: bool,
) -> None:
    """
    Say what will run, of some jobs or of all, if nothing changes until then.
    """
    start = aware(after or datetime.now().astimezone())

    async def work(scheduler: IScheduler) -> None:
        ahead = await scheduler.forecast(start, start + within, jobs or None, limit)
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
