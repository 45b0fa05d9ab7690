"""
``txsched explain``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click
from attrs import asdict

from .expressions import coming_second, read_expression, traps_of, zone_of
from .fields import INSTANT, aware
from .options import dialect_option, job_id_option, json_option, zone_option
from .previewing import ENDS, why_none
from .session import REFUSED
from .timetable import print_rows, rows_of, times_after

if TYPE_CHECKING:
    from ...model import ITrigger
    from ...triggers.cron.meaning import Column, Reading

__all__ = ["explain_command"]


@click.command("explain", short_help="Say what an expression means, and its traps.")
@click.argument("expression", nargs=-1, required=True)
@dialect_option
@zone_option
@click.option("--after", type=INSTANT, help="Look from then on.  [default: now]")
@click.option(
    "-n",
    "count",
    type=click.IntRange(1, 100),
    default=3,
    metavar="N",
    help="How many of the next times are shown.",
)
@job_id_option
@json_option
@click.pass_context
def explain_command(
    ctx: click.Context,
    expression: tuple[str, ...],
    dialect: str | None,
    zone: tzinfo | None,
    after: datetime | None,
    count: int,
    job_id: str | None,
    as_json: bool,
) -> None:
    """
    Say what an expression means, field by field, when it fires next, and what about
    it may surprise; no service is needed.

    What other dialects of cron would make of it is said where it differs.  The exit
    code is 1 for an expression that never fires from now on.

    \b
    Examples:
      txsched explain "0 9 1 * mon" --dialect crontab
      txsched explain "every 1 day" --timezone Europe/Berlin
    """
    start = aware(after or coming_second(), zone)
    text = " ".join(expression)
    trigger = read_expression(text, dialect, zone, job_id)
    key = zone_of(trigger, zone)
    rows = rows_of(trigger, times_after(trigger, start, count), key, start)
    traps = traps_of(text, dialect, trigger, zone, start)
    columns, readings = _fields(trigger)
    if as_json:
        from .shaping import json_text

        data = {
            "trigger": str(trigger),
            "description": _described(trigger),
            "timezone": key,
            "fields": [column._asdict() for column in columns],
            "times": [row.data() for row in rows],
            "warnings": [asdict(trap) for trap in traps],
            "readings": [_data(reading) for reading in readings],
        }
        click.echo(json_text(data))
    else:
        from .printing import print_table

        click.echo(f"{_described(trigger)}\n{trigger}")
        if columns:
            click.echo()
            print_table(("FIELD", "TEXT", "MEANING"), columns, "")
        click.echo()
        print_rows(rows, why_none(trigger, start))
        _print_list(
            "Beware:",
            [
                f"{trap.text} [{trap.code}]"
                for trap in traps
                if rows or trap.code not in ENDS
            ],
        )
        _print_list("Other dialects read this otherwise:", map(_otherwise, readings))
    if not rows and any(trap.code in ENDS for trap in traps):
        ctx.exit(REFUSED)


def _described(trigger: ITrigger) -> str:
    text: str = trigger.describe()  # type: ignore[attr-defined]
    return text


def _fields(trigger: ITrigger) -> tuple[list[Column], list[Reading]]:
    from ...triggers import CronTrigger
    from ...triggers.cron.meaning import columns_of, other_readings

    if not isinstance(trigger, CronTrigger):
        return [], []
    return columns_of(trigger), list(other_readings(trigger))


def _data(reading: Reading) -> dict[str, Any]:
    return {
        "dialect": reading.dialect,
        "expression": reading.trigger.expression,
        "description": reading.trigger.describe(),
    }


def _otherwise(reading: Reading) -> str:
    trigger = reading.trigger
    return f"{reading.dialect} '{trigger.expression}': {trigger.describe()}"


def _print_list(title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        click.echo(f"\n{title}")
    for line in lines:
        click.echo(f"- {line}")
