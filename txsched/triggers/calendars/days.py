"""
Calendars that exclude whole days.
"""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ..cron.syntax import WEEKDAYS as WEEKDAY_NUMBERS
from ..daylight import wall_of
from ..english import MONTHS, WEEKDAYS, join_words
from ..instants import utc
from ..zones import FIRST_YEAR, LAST_YEAR, zone_key
from .joined import Calendar, midnight

__all__ = ["DatesCalendar", "WeekdaysCalendar", "YearlyCalendar"]

_DAY = timedelta(days=1)
_LEAP_YEAR = 2000


class _DayCalendar(Calendar):
    """
    What follows from which days are excluded.
    """

    __slots__ = ()

    @abstractmethod
    def _excludes(self, day: date) -> bool:
        """
        Whether a day is excluded.
        """

    @abstractmethod
    def _next_excluded(self, day: date) -> date | None:
        """
        Give the first excluded day from *day* on.
        """

    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """
        day = wall_of(utc(instant), self.timezone).date()
        if not self._excludes(day):
            return None
        while self._excludes(day) and day.year <= LAST_YEAR:
            day += _DAY
        return midnight(day, self.timezone)

    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """
        day = wall_of(utc(instant), self.timezone).date()
        while self._excludes(day - _DAY) and day.year >= FIRST_YEAR:
            day -= _DAY
        return midnight(day, self.timezone)

    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.
        """
        day = self._next_excluded(wall_of(utc(instant), self.timezone).date() + _DAY)
        if day is None or day.year > LAST_YEAR:
            return None
        return midnight(day, self.timezone)


def _dates(values: Iterable[date | str]) -> tuple[date, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadTrigger("dates", f"expected several dates, not {values!r}")
    dates = set()
    for value in values:
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                raise BadTrigger(
                    "dates", f"{value!r} is not a date such as 2026-12-24"
                ) from None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise BadTrigger("dates", f"expected a date, not {value!r}")
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise BadTrigger(
                "dates", f"the year {value.year} is not within {FIRST_YEAR}-{LAST_YEAR}"
            )
        dates.add(value)
    if not dates:
        raise BadTrigger("dates", "expected one at least")
    return tuple(sorted(dates))


@implementer(ICalendar)
@frozen(weakref_slot=False)
class DatesCalendar(_DayCalendar):
    """
    Excludes single days.

    :ivar dates: the days; also as text, ``2026-12-24``.
    :ivar timezone: in which days begin and end; ``None`` is the zone of this machine.
    """

    dates: tuple[date, ...] = field(converter=_dates)
    timezone: str = field(default=None, converter=zone_key)

    def _excludes(self, day: date) -> bool:
        place = bisect_left(self.dates, day)
        return place < len(self.dates) and self.dates[place] == day

    def _next_excluded(self, day: date) -> date | None:
        place = bisect_left(self.dates, day)
        return self.dates[place] if place < len(self.dates) else None

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        return f"{join_words([str(day) for day in self.dates])} ({self.timezone})"

    def __str__(self) -> str:
        return f"dates {' '.join(map(str, self.dates))} {self.timezone}"


def _days_of_year(values: Iterable[Any]) -> tuple[tuple[int, int], ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadTrigger("days", f"expected several days, not {values!r}")
    days = set()
    for value in values:
        try:
            month, day = value.split("-", 1) if isinstance(value, str) else tuple(value)
            days.add((int(month), int(day)))
            date(_LEAP_YEAR, int(month), int(day))
        except (TypeError, ValueError):
            raise BadTrigger(
                "days", f"{value!r} is not a day of the year such as 12-24"
            ) from None
    if not 1 <= len(days) <= 365:
        raise BadTrigger("days", f"{len(days)} are not within 1-365")
    return tuple(sorted(days))


@implementer(ICalendar)
@frozen(weakref_slot=False)
class YearlyCalendar(_DayCalendar):
    """
    Excludes the same days each year.

    :ivar days: pairs of month and day; also as text, ``12-24``.
    :ivar timezone: in which days begin and end; ``None`` is the zone of this machine.
    """

    days: tuple[tuple[int, int], ...] = field(converter=_days_of_year)
    timezone: str = field(default=None, converter=zone_key)

    def _excludes(self, day: date) -> bool:
        return (day.month, day.day) in self.days

    def _next_excluded(self, day: date) -> date | None:
        for year in range(day.year, min(day.year + 9, LAST_YEAR + 1)):
            for month, number in self.days:
                try:
                    found = date(year, month, number)
                except ValueError:
                    continue
                if found >= day:
                    return found
        return None

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        days = [f"{day} {MONTHS[month - 1]}" for month, day in self.days]
        return f"{join_words(days)} of each year ({self.timezone})"

    def __str__(self) -> str:
        days = " ".join(f"{month:02}-{day:02}" for month, day in self.days)
        return f"yearly {days} {self.timezone}"


def _weekdays(values: Iterable[int | str]) -> tuple[int, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadTrigger("weekdays", f"expected several days, not {values!r}")
    days = set()
    for value in values:
        if isinstance(value, str) and value.lower() in WEEKDAY_NUMBERS:
            days.add(WEEKDAY_NUMBERS[value.lower()])
        elif type(value) is int and 0 <= value <= 6:
            days.add(value)
        else:
            known = ", ".join(WEEKDAY_NUMBERS)
            raise BadTrigger(
                "weekdays", f"{value!r} is not one of {known}, or 0-6 from Monday on"
            )
    if not 1 <= len(days) <= 6:
        raise BadTrigger("weekdays", f"{len(days)} days are not within 1-6")
    return tuple(sorted(days))


@implementer(ICalendar)
@frozen(weakref_slot=False)
class WeekdaysCalendar(_DayCalendar):
    """
    Excludes the same days each week.

    :ivar weekdays: 0 is Monday; also names, ``sat``.
    :ivar timezone: in which days begin and end; ``None`` is the zone of this machine.
    """

    weekdays: tuple[int, ...] = field(converter=_weekdays)
    timezone: str = field(default=None, converter=zone_key)

    def _excludes(self, day: date) -> bool:
        return day.weekday() in self.weekdays

    def _next_excluded(self, day: date) -> date | None:
        while day.weekday() not in self.weekdays:
            day += _DAY
        return day

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        names = join_words([WEEKDAYS[day] for day in self.weekdays])
        return f"each {names} ({self.timezone})"

    def __str__(self) -> str:
        names = list(WEEKDAY_NUMBERS)
        days = " ".join(names[day] for day in self.weekdays)
        return f"weekdays {days} {self.timezone}"
