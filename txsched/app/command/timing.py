"""
``txsched next`` and ``txsched forecast``.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

import click

from ...errors import BadValue
from .fields import DIALECT, DURATION, INSTANT, aware
from .options import json_option, zone_option
from .session import Session, pass_session

if TYPE_CHECKING:
    from ...interfaces import IScheduler

__all__ = ["explain_command", "forecast_command", "next_command"]

_FORMAT = "%a %Y-%m-%d %H:%M:%S %Z"

_dialect_option = click.option(
    "--dialect",
    type=DIALECT,
    metavar="NAME",
    help="The dialect of a cron expression that does not begin with its name.",
)
_job_id_option = click.option(
    "--job-id",
    metavar="ID",
    help="For which job: H in an expression depends on it.",
)


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
@click.option("--previous", is_flag=True, help="Go back from there.")
@_dialect_option
@_job_id_option
@zone_option
@json_option
def next_command(
    expression: tuple[str, ...],
    count: int,
    after: datetime | None,
    previous: bool,
    dialect: str | None,
    job_id: str | None,
    zone: tzinfo | None,
    as_json: bool,
) -> None:
    """
    Preview when an expression fires; no service is needed.

    Times within a change of the clock are marked.

    \b
    Examples:
      txsched next every 90s
      txsched next -n 10 "crontab 0 9 * * mon-fri" --timezone Europe/Berlin
      txsched next --dialect quartz "0 0 9 ? * 2-6"
    """
    start = aware(after or datetime.now().astimezone(), zone)
    trigger = _trigger(expression, dialect, job_id, zone)
    times = _times(trigger, start, count, previous)
    where = _zone_of(trigger, zone)
    if as_json:
        from .shaping import json_text, value_data

        data = {
            "trigger": str(trigger),
            "description": trigger.describe(),
            "times": value_data(times),
            "marks": [_mark(instant, where) for instant in times],
        }
        click.echo(json_text(data))
        return
    click.echo(trigger.describe())
    for instant in times:
        _print_time(instant, where)
    if not times:
        click.echo(_no_times(trigger, start, previous))


@click.command("explain", short_help="Say what an expression means, and its traps.")
@click.argument("expression", nargs=-1, required=True)
@_dialect_option
@_job_id_option
@zone_option
@json_option
def explain_command(
    expression: tuple[str, ...],
    dialect: str | None,
    job_id: str | None,
    zone: tzinfo | None,
    as_json: bool,
) -> None:
    """
    Say in words what an expression means, and warn of what may not be as it was meant:
    days that are given twice, weekdays that another dialect numbers in another way,
    times that a change of the clock leaves out, and more.

    \b
    Examples:
      txsched explain "crontab 30 2 13 * fri" --timezone Europe/Berlin
      txsched explain --dialect seconds "0 0 9 * * 1"
    """
    from ...triggers import find_traps

    now = datetime.now().astimezone()
    trigger = _trigger(expression, dialect, job_id, zone)
    traps = find_traps(trigger, now)
    times = _times(trigger, now, 3, False)
    if as_json:
        from .shaping import json_text, value_data

        data = {
            "trigger": str(trigger),
            "description": trigger.describe(),
            "times": value_data(times),
            "warnings": [{"code": code, "text": text} for code, text in traps],
        }
        click.echo(json_text(data))
        return
    click.echo(f"{trigger}\n\n  {trigger.describe()}\n")
    where = _zone_of(trigger, zone)
    for instant in times:
        _print_time(instant, where, "  ")
    if not times:
        click.echo(f"  {_no_times(trigger, now, False)}")
    for code, text in traps:
        click.echo(f"\nwarning ({code}): {text}")


def _trigger(
    expression: tuple[str, ...],
    dialect: str | None,
    job_id: str | None,
    zone: tzinfo | None,
) -> Any:
    """
    Read a trigger as the command line has it.
    """
    from ...triggers import CronTrigger, parse_trigger

    text = " ".join(expression)
    try:
        if dialect is not None:
            trigger: Any = CronTrigger.parse(text, dialect, zone)
        else:
            trigger = parse_trigger(text, timezone=zone)
        seeded = getattr(trigger, "for_job", None)
        return trigger if job_id is None or seeded is None else seeded(job_id)
    except BadValue as error:
        raise click.UsageError(str(error), click.get_current_context()) from None


def _times(trigger: Any, start: datetime, count: int, previous: bool) -> list[datetime]:
    times: list[datetime] = []
    last: datetime | None = None
    while len(times) < count:
        if previous:
            before = getattr(trigger, "previous_before", lambda instant: None)
            last = before(start if last is None else last)
        else:
            last = trigger.get_next_fire_time(last, start)
        if last is None:
            break
        times.append(last)
    return times


def _zone_of(trigger: Any, zone: tzinfo | None) -> str:
    """
    Give the zone in which times are shown: that of the trigger, if it has one.
    """
    from ...triggers.zones import zone_key

    key = getattr(trigger, "timezone", None)
    return key if zone is None and isinstance(key, str) else zone_key(zone)


def _mark(instant: datetime, zone: str) -> str | None:
    from ...triggers import daylight_mark

    return daylight_mark(instant, zone)


def _print_time(instant: datetime, zone: str, indent: str = "") -> None:
    from zoneinfo import ZoneInfo

    mark = _mark(instant, zone)
    fixed = zone[0] in "+-"
    where = datetime.strptime(zone, "%z").tzinfo if fixed else ZoneInfo(zone)
    text = instant.astimezone(where).strftime(_FORMAT)
    click.echo(f"{indent}{text}" + (f"  ({mark})" if mark else ""))


def _no_times(trigger: Any, start: datetime, previous: bool) -> str:
    if hasattr(trigger, "waiting"):
        return "it has no times of its own"
    word = "fired before" if previous else "fires after"
    return f"{trigger} never {word} {start.strftime(_FORMAT)}"


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
