"""
Expressions on the command line: reading them, and what is to be said of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

import click

from ...errors import BadValue
from .naming import field_name
from .pointing import pointed

if TYPE_CHECKING:
    from ...model import ITrigger, Job
    from ...triggers.traps import Trap

__all__ = [
    "coming_second",
    "local_zone",
    "read_expression",
    "traps_of",
    "warn",
    "warn_of_past",
    "zone_of",
]


def read_expression(
    text: str, dialect: str | None, zone: tzinfo | None, job_id: str | None = None
) -> ITrigger:
    """
    Read the expression that a command was given.

    :param dialect: of an expression of cron; ``None`` where its first word says what
        it is.
    :param job_id: of the job whose numbers are put in place of ``H``.
    :raises click.UsageError: it cannot be read.
    """
    try:
        trigger = _parse(text, dialect, zone)
    except BadValue as error:
        words = f"{pointed(str(error))}{_advice(text, dialect)}"
        raise click.UsageError(words, click.get_current_context()) from None
    if job_id is not None and hasattr(trigger, "for_job"):
        seeded: ITrigger = trigger.for_job(job_id)
        return seeded
    return trigger


def _parse(text: str, dialect: str | None, zone: tzinfo | str | None) -> ITrigger:
    from ...triggers import parse_trigger
    from ...triggers.cron import DIALECTS

    whole = text if dialect is None else f"{DIALECTS[dialect].word} {text}"
    return parse_trigger(whole, timezone=zone)


def _advice(text: str, dialect: str | None) -> str:
    """
    Name the dialects that could read an expression whose first word says nothing.
    """
    from ...triggers.cron import DIALECTS

    if dialect is not None:
        return ""
    able = []
    for name in DIALECTS:
        try:
            _parse(text, name, "UTC")
        except BadValue:
            continue
        able.append(f"--dialect {name}")
    return f"\n\nIt can be read with {' or '.join(able)}." if able else ""


def coming_second() -> datetime:
    """
    Give the full second that comes next: what is shown has no fractions then.
    """
    return datetime.now().astimezone().replace(microsecond=0) + timedelta(seconds=1)


def local_zone() -> str:
    """
    Give the name of the zone of this machine, or UTC where it has none.
    """
    from ...triggers.zones import zone_key

    try:
        return zone_key(None)
    except BadValue:
        return "UTC"


def zone_of(trigger: ITrigger, zone: tzinfo | None) -> str:
    """
    Give the name of the zone in which the times of a trigger are shown.

    :param zone: the one that was asked for.
    """
    from ...triggers.zones import zone_key

    if zone is not None:
        return zone_key(zone)
    named = getattr(trigger, "timezone", None)
    return named if isinstance(named, str) else local_zone()


def traps_of(
    text: str,
    dialect: str | None,
    trigger: ITrigger,
    zone: tzinfo | None,
    now: datetime,
) -> list[Trap]:
    """
    Give the traps of an expression that was read, and of the zone it was read in.
    """
    from ...triggers.traps import Trap, find_traps

    traps = find_traps(trigger, now, zone_of(trigger, zone))
    if zone is None and _depends_on_zone(text, dialect):
        traps.append(
            Trap(
                "local-zone",
                f"the zone is that of this machine, {local_zone()}; name one to mean"
                " the same everywhere",
            )
        )
    return traps


def _depends_on_zone(text: str, dialect: str | None) -> bool:
    try:
        one, other = (str(_parse(text, dialect, zone)) for zone in ("+01:00", "+02:00"))
    except BadValue:
        # There it would lie before the first year that is known.
        return True
    return one != other


#: What has passed since then is meant to run at once, as ``--at now`` is.
_JUST_NOW = timedelta(minutes=1)
#: Their numbers of days of the week are those of crontab(5).
_USUAL = ("crontab", "seconds", "celery")


def warn(trigger: ITrigger, zone: tzinfo | None) -> None:
    """
    Tell the traps of the trigger that a job got, on standard error, a line for each.

    That a number of a day means another one elsewhere is not told of those that most
    people know; that a single time has passed is told by :func:`warn_of_past`.
    """
    from ...triggers import DateTrigger
    from ...triggers.traps import find_traps

    now = datetime.now().astimezone()
    once = isinstance(trigger, DateTrigger)
    usual = getattr(trigger, "dialect", None) in _USUAL
    for trap in find_traps(trigger, now, zone_of(trigger, zone)):
        if not (
            (usual and trap.code == "weekday-number") or (once and trap.code == "past")
        ):
            _warn(trap.text)


def warn_of_past(job: Job) -> None:
    """
    Tell on standard error what becomes of a job whose one time has passed when it is
    added, or gets that time; unless it passed just now, and the job runs.
    """
    from ...triggers import DateTrigger
    from .wording import duration_text, instant_text

    planned, due, grace = job.next_run_time, job.due, job.misfire_grace_time
    if not isinstance(job.trigger, DateTrigger) or planned is None or due is None:
        return
    now = datetime.now().astimezone()
    text = f"{instant_text(planned)} has passed"
    if grace is not None and now - planned > grace + (job.jitter or timedelta()):
        limit = f"{field_name('misfire_grace_time')} is {duration_text(grace)}"
        _warn(f"{text}, and {limit}: its run is missed, and the job finished")
    elif now - due > _JUST_NOW:
        _warn(f"{text}: the job runs at once")


def _warn(text: str) -> None:
    click.echo(f"txsched: warning: {text}", err=True)
