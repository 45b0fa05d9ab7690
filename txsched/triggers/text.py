"""
The one text form of each trigger, for stores, command lines and people.

============================================  ===================================
text                                          trigger
============================================  ===================================
``at 2026-01-31T12:00:00+00:00``              once; also ``at 2026-01-31 12:00``
                                              with or without the name of a zone
``every 1h30m``                               interval; also ``every 2 days``,
                                              ``every hour``
``calendar every 2 months at 09:00 UTC``      calendar interval, in years, months,
                                              weeks and days
``delay 10m``                                 so long after the end of each run
``manual``                                    never by itself
``crontab */5 * * * * Europe/Berlin``         five fields as in crontab(5)
``@daily Europe/Berlin``                      the same by a nickname; also after
                                              ``crontab``
``cron hour=9 day_of_week=mon-fri UTC``       named fields
``seconds 0 */5 9 * * mon-fri UTC``           six fields, seconds first, or seven
``quartz 0 0 9 ? * 2-6 UTC``                  six or seven fields of Quartz
``systemd Mon..Fri *-*-* 09:00:00 UTC``       a calendar event of systemd
``celery minute=0 hour=*/3 UTC``              five named fields of Celery
``rrule FREQ=WEEKLY UTC from 2026-01-31``     iCalendar; ``from`` is needed
``(every 1h) or (crontab 5 9 * * * UTC)``     any of several
``(every 1h) and (every 25m)``                when several fall together
``(every 1h) and not (crontab 0 9 * * *)``    the times that the second has not
============================================  ===================================

Combinations may be nested; of the clauses they take ``jitter`` only, and their members
all but ``jitter``.

Clauses may follow the rule, in any order:

====================  ===========================================================
clause                meaning
====================  ===========================================================
``from INSTANT``      no time before; the first time of an interval; a date for
                      ``calendar``, a wall time for ``rrule``
``until INSTANT``     no time after
``jitter DURATION``   each run is put off by up to this much
``gap CHOICE``        what becomes of a wall time that does not exist: ``next``,
                      ``skip`` or ``shift``
``fold CHOICE``       what becomes of a wall time that exists twice: ``first``,
                      ``second`` or ``both``
====================  ===========================================================

What names no zone is read in the one that the caller gives.  ``str()`` of a trigger
always writes the zone, so that the text means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import partial

from ..errors import BadTrigger
from ..model.trigger import ITrigger
from .calendar_interval import CalendarIntervalTrigger
from .clauses import Clauses, check_jitter, split_clauses
from .combine import AndNotTrigger, AndTrigger, OrTrigger
from .combine.text import split_members
from .cron import CronTrigger
from .cron.dialects import DIALECTS, Dialect
from .cron.syntax import check_length
from .date import DateTrigger
from .delay import DelayTrigger
from .durations import parse_duration
from .instants import parse_instant
from .interval import IntervalTrigger
from .manual import ManualTrigger
from .rrule import RRuleTrigger

__all__ = ["parse_trigger"]

Zone = str | tzinfo | None


def parse_trigger(text: str, timezone: Zone = None) -> ITrigger:
    """
    Read any trigger from text; see :mod:`txsched.triggers.text` for the forms.

    :param timezone: for what names no zone; ``None`` is the zone of this machine.
    :raises BadTrigger: naming the field and the reason.
    """
    if isinstance(text, str) and text.lstrip().startswith("("):
        return _read_combination(text.strip(), timezone)
    check_length("trigger", text)
    word, _, rest = text.strip().partition(" ")
    kind = word.lower()
    if kind.startswith("@"):
        kind, rest = "crontab", f"{word} {rest}"
    reader = _READERS.get(kind)
    if reader is None:
        *words, last = _READERS
        raise BadTrigger(
            "trigger",
            f"{text!r} does not begin with {', '.join(words)}, {last} or a nickname"
            " such as @daily",
        )
    body, clauses = split_clauses(f" {rest.strip()}")
    return reader(body.strip(), clauses, timezone)


def _read_at(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    clauses.given("at", ())
    return DateTrigger(parse_instant(rest, timezone, "run_date"))


def _read_every(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    given = clauses.given("every", ("start_date", "end_date", "jitter"))
    return IntervalTrigger.of(
        parse_duration(rest, "interval"),
        **_bounds(given, timezone),
        jitter=check_jitter(given.get("jitter")),
    )


def _read_calendar(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    given = clauses.given(
        "calendar", ("start_date", "end_date", "jitter", "gap", "fold")
    )
    return CalendarIntervalTrigger.parse(rest, timezone, **given)


def _bounds(given: Mapping[str, str], timezone: Zone) -> dict[str, datetime]:
    return {
        name: parse_instant(given[name], timezone, name)
        for name in ("start_date", "end_date")
        if name in given
    }


def _read_delay(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    if clauses.jitter is not None:
        raise BadTrigger(
            "jitter",
            "is not for a trigger of kind 'delay': the end of a run, which it counts"
            " from, is as irregular as the work is",
        )
    given = clauses.given("delay", ("start_date", "end_date"))
    return DelayTrigger.of(parse_duration(rest, "delay"), **_bounds(given, timezone))


def _read_manual(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    if clauses.jitter is not None:
        raise BadTrigger(
            "jitter",
            "is not for a trigger of kind 'manual': it has no times to put off",
        )
    clauses.given("manual", ())
    if rest:
        raise BadTrigger("trigger", f"nothing may follow 'manual', but {rest!r} does")
    return ManualTrigger()


def _read_cron(
    name: str, dialect: Dialect, rest: str, clauses: Clauses, timezone: Zone
) -> ITrigger:
    given = clauses.given(
        dialect.word, ("start_date", "end_date", "jitter", "gap", "fold")
    )
    rest, named = dialect.split_zone(rest)
    words = rest.split()
    length = dialect.length(words)
    expression, where = " ".join(words[:length]), words[length:]
    if len(where) > 1:
        raise BadTrigger(
            "expression",
            f"{rest!r} has too many words: after {expression!r} only the name of a"
            " time zone may follow",
        )
    if where and named is not None:
        raise BadTrigger("timezone", f"two zones are named, {named} and {where[0]}")
    zone = where[0] if where else timezone
    if named is not None:
        zone = named
    return CronTrigger.parse(expression, name, zone, **given)


def _read_rrule(rest: str, clauses: Clauses, timezone: Zone) -> ITrigger:
    given = clauses.given("rrule", ("start_date", "end_date", "jitter", "gap", "fold"))
    if "start_date" not in given:
        raise BadTrigger("start_date", f"is missing: 'from' is to follow {rest!r}")
    rule, _, zone = rest.partition(" ")
    return RRuleTrigger(rule, timezone=zone.strip() or timezone, **given)


def _read_combination(text: str, timezone: Zone) -> ITrigger:
    members, words, rest = split_members(text)
    # The clauses are those of the combination: a member has its own within.
    _, clauses = split_clauses(f" {rest}")
    jitter = clauses.given("combination", ("jitter",)).get("jitter")
    triggers = [parse_trigger(member, timezone) for member in members]
    if words == ["and not"]:
        return AndNotTrigger(triggers[0], triggers[1], jitter)
    if set(words) == {"or"}:
        return OrTrigger(triggers, jitter)
    if set(words) == {"and"}:
        return AndTrigger(triggers, jitter)
    if words or jitter is not None:
        raise BadTrigger(
            "trigger",
            f"{text!r} needs more parentheses: join all by or, or all by and, or two by"
            " and not",
        )
    return triggers[0]


Reader = Callable[[str, Clauses, Zone], ITrigger]

#: How the rest of a text is read, by its first word.
_READERS: Mapping[str, Reader] = {
    "at": _read_at,
    "every": _read_every,
    "delay": _read_delay,
    "manual": _read_manual,
    "calendar": _read_calendar,
    "rrule": _read_rrule,
    **{
        dialect.word: partial(_read_cron, name, dialect)
        for name, dialect in DIALECTS.items()
    },
}
