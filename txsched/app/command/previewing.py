"""
``txsched next``.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from .expressions import coming_second, read_expression, zone_of
from .fields import INSTANT, aware
from .options import dialect_option, job_id_option, json_option, zone_option
from .timetable import print_rows, rows_of, times_after, times_before

if TYPE_CHECKING:
    from ...model import ITimetable, ITrigger

__all__ = ["ENDS", "next_command", "why_none"]

#: The codes of traps by which no time lies ahead.
ENDS = ("never", "past")

_MOST = 10_000


@click.command("next", short_help="Preview an expression; no service is needed.")
@click.argument("expression", nargs=-1, required=True)
@click.option(
    "-n",
    "count",
    type=click.IntRange(1, _MOST),
    default=5,
    metavar="N",
    help="How many times; with --between all are shown unless it is given.",
)
@dialect_option
@zone_option
@click.option("--after", type=INSTANT, help="The times from then on.  [default: now]")
@click.option(
    "--before", type=INSTANT, help="The times that lie before, the last one first."
)
@click.option("--previous", is_flag=True, help="The same as --before now.")
@click.option(
    "--between",
    type=INSTANT,
    nargs=2,
    metavar="TIME TIME",
    help="The times from the one up to, but without, the other.",
)
@job_id_option
@json_option
@click.pass_context
def next_command(
    ctx: click.Context,
    expression: tuple[str, ...],
    count: int,
    dialect: str | None,
    zone: tzinfo | None,
    after: datetime | None,
    before: datetime | None,
    previous: bool,
    between: tuple[datetime, datetime] | None,
    job_id: str | None,
    as_json: bool,
) -> None:
    """
    Preview when an expression fires; no service is needed.

    Times are shown in the zone of the expression, or of --timezone.  What changes of
    the clocks do to them is noted.

    \b
    Examples:
      txsched next every 90s
      txsched next -n 10 "crontab 0 9 * * mon-fri" --timezone Europe/Berlin
      txsched next "0 0 9 ? * 2-6" --dialect quartz --previous
    """
    now = coming_second()
    ways = [after is not None, before is not None, previous, between is not None]
    if sum(ways) > 1:
        raise click.UsageError(
            "--after, --before, --previous and --between exclude each other"
        )
    trigger = read_expression(" ".join(expression), dialect, zone, job_id)
    show = partial(_show, trigger, zone_of(trigger, zone), as_json)
    if between is not None:
        chosen = ctx.get_parameter_source("count") is not ParameterSource.DEFAULT
        start, end = (aware(one, zone) for one in between)
        found = _timetable(trigger).between(start, end)
        times = list(islice(found, count if chosen else _MOST))
        show(times, start, "no time lies between them")
    elif previous or before is not None:
        end = aware(before or now, zone)
        times = times_before(_timetable(trigger), end, count)
        show(times, end, "no time lies before")
    else:
        start = aware(after or now, zone)
        show(times_after(trigger, start, count), start, why_none(trigger, start))


def _timetable(trigger: ITrigger) -> ITimetable:
    from ...model import ITimetable

    if not ITimetable.providedBy(trigger):
        raise click.UsageError(
            f"the times of {trigger} depend on what becomes of a job:"
            " only those --after an instant are known"
        )
    return trigger


def _show(
    trigger: ITrigger,
    key: str,
    as_json: bool,
    times: list[datetime],
    start: datetime,
    empty: str,
) -> None:
    rows = rows_of(trigger, times, key, start)
    described = trigger.describe()  # type: ignore[attr-defined]
    if as_json:
        from .shaping import json_text

        data = {
            "trigger": str(trigger),
            "description": described,
            "timezone": key,
            "times": [row.data() for row in rows],
        }
        click.echo(json_text(data))
        return
    click.echo(f"{described}\n{trigger}\n")
    print_rows(rows, empty)


def why_none(trigger: ITrigger, start: datetime) -> str:
    """
    Say why there are no times from an instant on.
    """
    from ...triggers.traps import find_traps

    for trap in find_traps(trigger, start):
        if trap.code in ENDS:
            return trap.text
    return "no times are known beforehand"
