"""
The options that several commands share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...errors import BadValue
from .fields import DIALECT, DURATION, INSTANT, NONE, ZONE, OrNone, aware, given
from .naming import sentence
from .pointing import pointed

if TYPE_CHECKING:
    from ...model import ITrigger

__all__ = [
    "as_usage_error",
    "dialect_option",
    "job_changes",
    "job_id_option",
    "job_options",
    "json_option",
    "page_options",
    "store_option",
    "trigger_from",
    "trigger_options",
    "zone_option",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Decorator = Callable[[Decorated], Decorated]

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")

store_option = click.option(
    "--store",
    metavar="ALIAS",
    help="Look only into this store of the service.  [default: into all]",
)

zone_option = click.option(
    "--timezone",
    "zone",
    type=ZONE,
    help="The time zone of times and expressions.  [default: that of this machine]",
)


dialect_option = click.option(
    "--dialect",
    type=DIALECT,
    metavar="NAME",
    help="How an expression of cron is meant: crontab, seconds, quartz, systemd, celery"
    " or own.",
)


job_id_option = click.option(
    "--job-id", metavar="ID", help="Put the numbers of this job in place of each H."
)


def as_usage_error(error: BadValue) -> click.UsageError:
    """
    Turn what a value of ours said into a complaint about the command line.
    """
    return click.UsageError(pointed(sentence(error)), click.get_current_context())


def _stack(*decorators: Decorator[Any]) -> Decorator[Any]:
    def decorate(function: Any) -> Any:
        """
        Give a command these options.
        """
        for one in reversed(decorators):
            function = one(function)
        return function

    return decorate


trigger_options = _stack(
    click.option("--every", metavar="DURATION", help="Each time this has passed: 10s."),
    click.option(
        "--at",
        type=INSTANT,
        metavar="TIME",
        help="Once: 2030-01-31T12:00, +10m or now.",
    ),
    click.option(
        "--cron",
        metavar="CRONTAB",
        help='Five fields as in crontab(5), "*/5 * * * *", or as --dialect has it.',
    ),
    dialect_option,
    click.option(
        "--trigger",
        metavar="EXPRESSION",
        help="Any expression that 'txsched next' takes.",
    ),
    zone_option,
)


def trigger_from(
    every: str | None = None,
    at: datetime | None = None,
    cron: str | None = None,
    trigger: str | None = None,
    dialect: str | None = None,
    zone: tzinfo | None = None,
) -> ITrigger | None:
    """
    Make the one trigger that :data:`trigger_options` ask for; ``None`` for none.
    """
    asked = {"--every": every, "--at": at, "--cron": cron, "--trigger": trigger}
    names = [name for name, value in asked.items() if value is not None]
    if dialect is not None and cron is None:
        raise click.UsageError("--dialect is for --cron only")
    if not names:
        return None
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} exclude each other")
    from ...triggers import CronTrigger, DateTrigger, parse_trigger

    made: ITrigger
    try:
        if every is not None:
            made = parse_trigger(f"every {every}", timezone=zone)
        elif at is not None:
            made = DateTrigger(aware(at, zone))
        elif cron is not None:
            made = CronTrigger.parse(cron, dialect or "crontab", zone)
        else:
            made = parse_trigger(str(trigger), timezone=zone)
    except BadValue as error:
        why = error.reason if every is not None or error.field == "trigger" else error
        raise click.UsageError(
            pointed(f"{names[0]}: {why}"), click.get_current_context()
        ) from None
    return made


_WHOLE = click.IntRange(min=1)

_JOB_OPTIONS = (
    click.option("--name", help="A name for people."),
    click.option("--executor", help="Who carries it out: the alias of an executor."),
    click.option(
        "--misfire-grace-time",
        type=OrNone(DURATION),
        metavar="DURATION|none",
        help="How late a run may start; later it is missed.",
    ),
    click.option(
        "--coalesce/--no-coalesce",
        default=None,
        help="Of several times that are due at once run only the last.",
    ),
    click.option(
        "--max-instances",
        type=_WHOLE,
        metavar="N",
        help="How many runs may be active at once.",
    ),
    click.option(
        "--max-runs",
        type=OrNone(_WHOLE),
        metavar="N|none",
        help="Finish the job after so many runs.",
    ),
    click.option(
        "--start",
        "start_time",
        type=OrNone(INSTANT),
        metavar="TIME|none",
        help="No planned time before.",
    ),
    click.option(
        "--end",
        "end_time",
        type=OrNone(INSTANT),
        metavar="TIME|none",
        help="No planned time after.",
    ),
    click.option(
        "--jitter",
        type=OrNone(DURATION),
        metavar="DURATION|none",
        help="Put each run off by up to this much.",
    ),
    click.option(
        "--tag", "tags", multiple=True, help="A label; may be given more than once."
    ),
    click.option(
        "--on-crash",
        type=click.Choice(["rerun", "abandon"]),
        help="What becomes of a run that a crash cut off.",
    ),
    click.option(
        "--calendar",
        "calendars",
        type=OrNone(click.STRING),
        multiple=True,
        metavar="NAME|none",
        help="A calendar of the service to keep to; may be given more than once.",
    ),
    click.option(
        "--on-excluded",
        type=click.Choice(["skip", "next", "previous"]),
        help="What becomes of a time that a calendar excludes.",
    ),
    click.option(
        "--keep-runs",
        type=OrNone(click.IntRange(min=0)),
        metavar="N|none",
        help="How many ended runs of it the ledger keeps.",
    ),
)

job_options = _stack(*_JOB_OPTIONS)


def job_changes(options: Mapping[str, Any], zone: tzinfo | None) -> dict[str, Any]:
    """
    Give what :data:`job_options` say, as :class:`~txsched.model.JobSpec` takes it.
    """
    changes = given(options)
    for name in ("start_time", "end_time"):
        if changes.get(name) is not None:
            changes[name] = aware(changes[name], zone)
    if NONE in changes.get("calendars", ()):
        if len(changes["calendars"]) > 1:
            raise click.UsageError("--calendar none stands alone")
        changes["calendars"] = ()
    return changes


page_options = _stack(
    click.option(
        "--limit",
        "-n",
        type=click.IntRange(1, 1000),
        default=100,
        metavar="N",
        help="How many at most.",
    ),
    click.option("--cursor", help="Go on where the page before ended."),
)
