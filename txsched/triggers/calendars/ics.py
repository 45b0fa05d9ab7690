"""
A calendar out of a file of iCalendar.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ...model.instant import UTC
from ..daylight import Fold, Gap, instants_of
from ..instants import utc
from ..zones import FIRST_YEAR, LAST_YEAR, zone_key
from .joined import Calendar, midnight

__all__ = ["ICSCalendar"]

Stretch = tuple[datetime, datetime]


@implementer(ICalendar)
@frozen(init=False, weakref_slot=False)
class ICSCalendar(Calendar):
    """
    Excludes the events of a file of iCalendar, :rfc:`5545`, with their recurrences.

    The file is read once, when the calendar is made.  Two calendars are equal when
    what they read was.  Needs the extra ``ical``.

    :ivar path: the file.
    :ivar timezone: of all-day events, and of times without a zone.
    :ivar digest: of what was read.
    """

    path: str = field(eq=False)
    timezone: str = field()
    digest: str = field()
    _events: Any = field(eq=False, repr=False)

    def __init__(self, path: str | Path, timezone: str | tzinfo | None = None) -> None:
        """
        :param path: of the file.
        :param timezone: of all-day events, and of times without a zone; ``None`` is
            the zone of this machine.
        :raises BadTrigger: for ``path``: it cannot be read.
        """
        try:
            import icalendar
            import recurring_ical_events
        except ImportError as error:
            raise BadTrigger(
                "path",
                f"an .ics file needs the extra 'ical' ({error.name} is missing): pip"
                " install 'txsched[ical]'",
            ) from None
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise BadTrigger("path", f"{path}: {error.strerror or error}") from None
        try:
            calendar = icalendar.Calendar.from_ical(data)
        except ValueError as error:
            raise BadTrigger(
                "path", f"{path} is not a calendar of iCalendar: {error}"
            ) from None
        self.__attrs_init__(
            str(path),
            zone_key(timezone),
            blake2b(data, digest_size=16).hexdigest(),
            recurring_ical_events.of(calendar),
        )

    def _stretches(self, year: int) -> tuple[Stretch, ...]:
        """
        Give the stretches that begin in a year, in order and joined where they touch.
        """
        return _of_year(self, year)

    def _expand(self, year: int) -> tuple[Stretch, ...]:
        found: list[Stretch] = []
        start = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=2)
        end = datetime(year + 1, 1, 1, tzinfo=UTC)
        for event in self._events.between(start, end):
            first = self._instant(event["DTSTART"].dt)
            last = self._instant(event["DTEND"].dt if "DTEND" in event else None)
            if last is None:
                length = event.get("DURATION")
                last = (first or start) + (
                    length.dt if length is not None else timedelta(days=1)
                )
            if first is not None and first < last:
                found.append((first, last))
        return _merge(found)

    def _instant(self, value: date | None) -> datetime | None:
        if value is None:
            return None
        if not isinstance(value, datetime):
            return midnight(value, self.timezone)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        found = instants_of(value, self.timezone, Gap.NEXT, Fold.FIRST)
        return found[0] if found else None

    def _holding(self, instant: datetime) -> Stretch | None:
        for year in (instant.year, instant.year - 1):
            stretches = self._stretches(year)
            place = bisect_right(stretches, instant, key=lambda one: one[0])
            if place and instant < stretches[place - 1][1]:
                return stretches[place - 1]
        return None

    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """
        found = self._holding(utc(instant))
        return None if found is None else found[1]

    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """
        found = self._holding(utc(instant))
        assert found is not None, f"{instant} is not excluded"
        return found[0]

    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.

        Of the year of *instant* and the five that follow.
        """
        instant = utc(instant)
        for year in range(instant.year, min(instant.year + 6, LAST_YEAR + 1)):
            for start, _ in self._stretches(year):
                if start > instant:
                    return start
        return None

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        return f"the events of {self.path} ({self.timezone})"

    def __str__(self) -> str:
        return f"ics {self.path} {self.timezone}"


@lru_cache(maxsize=1000)
def _of_year(calendar: ICSCalendar, year: int) -> tuple[Stretch, ...]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ()
    return calendar._expand(year)


def _merge(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
