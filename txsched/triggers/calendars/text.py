"""
The text forms of calendars, for configurations.

=================================================  ==============================
text                                               excludes
=================================================  ==============================
``dates 2026-12-24 2026-12-31 Europe/Berlin``      single days
``yearly 12-25 01-01 Europe/Berlin``               the same days each year
``weekdays sat sun Europe/Berlin``                 the same days each week
``hours 22:00-06:00 12:00-13:00 UTC``              the same times each day
``during crontab * 9-16 * * * Europe/Berlin``      each minute, or second, that an
                                                   expression matches
``ics holidays.ics Europe/Berlin``                 the events of a file
=================================================  ==============================

The name of the zone may be left out.  Several lines exclude what any of them does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ..cron import CronTrigger
from ..cron.syntax import check_length
from ..text import parse_trigger
from .cron import CronCalendar
from .days import DatesCalendar, WeekdaysCalendar, YearlyCalendar
from .hours import HoursCalendar
from .ics import ICSCalendar
from .joined import JoinedCalendar

__all__ = ["parse_calendar"]

Zone = str | tzinfo | None


def parse_calendar(text: str, timezone: Zone = None) -> ICalendar:
    """
    Read a calendar from text; see :mod:`txsched.triggers.calendars.text`.

    :param timezone: for what names no zone; ``None`` is the zone of this machine.
    :raises BadTrigger: naming the field and the reason.
    """
    check_length("calendar", text)
    lines = [line for line in text.splitlines() if line.strip()]
    calendars = [_read(line.split(), timezone) for line in lines]
    if not calendars:
        raise BadTrigger("calendar", f"is empty; {_EXPECTED}")
    return calendars[0] if len(calendars) == 1 else JoinedCalendar(calendars)


def _read(words: list[str], timezone: Zone) -> Any:
    kind, *rest = words
    kind = kind.lower()
    if kind == "during":
        trigger = parse_trigger(" ".join(rest), timezone)
        if not isinstance(trigger, CronTrigger):
            raise BadTrigger("calendar", f"{trigger} is not a cron expression")
        return CronCalendar(trigger)
    make = _KINDS.get(kind)
    if make is None:
        raise BadTrigger("calendar", f"{kind!r} is no kind of calendar; {_EXPECTED}")
    if len(rest) > 1 and _is_zone(rest[-1], kind):
        timezone = rest.pop()
    return make(rest, timezone)


def _is_zone(word: str, kind: str) -> bool:
    if kind == "weekdays":
        return "/" in word or word.isupper() or word[0] in "+-"
    return kind == "ics" or word[0].isalpha() or word[0] in "+-"


def _ics(words: list[str], timezone: Zone) -> ICSCalendar:
    if len(words) != 1:
        raise BadTrigger("path", f"expected one file, not {' '.join(words)!r}")
    return ICSCalendar(words[0], timezone)


_KINDS: Mapping[str, Callable[[list[str], Any], Any]] = {
    "dates": DatesCalendar,
    "yearly": YearlyCalendar,
    "weekdays": WeekdaysCalendar,
    "hours": HoursCalendar,
    "ics": _ics,
}
_EXPECTED = f"expected one of {', '.join(_KINDS)} and during"
