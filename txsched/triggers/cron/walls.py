"""
The wall times that a cron rule matches, apart from any time zone.

Wall times are datetimes that carry UTC as their zone; see
:class:`~txsched.triggers.daylight.Stretch`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from ...model.instant import UTC
from ..search import ALWAYS, NEVER
from ..zones import FIRST_YEAR, LAST_YEAR
from .days import IDayRule, year_kind

__all__ = ["Fields", "Walls"]

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_NO_MONTHS = (0,) * 13


class Fields(NamedTuple):
    """
    What an expression says, whatever dialect it was written in.

    :ivar day_rule: which days.
    :ivar hours: a mask of bits 0 to 23.
    :ivar minutes: a mask of bits 0 to 59.
    :ivar seconds: a mask of bits 0 to 59.
    :ivar elapsed: whether it follows elapsed time through gaps and folds.
    """

    day_rule: IDayRule
    hours: int
    minutes: int
    seconds: int
    elapsed: bool


@lru_cache(maxsize=4096)
def _table(mask: int, size: int) -> bytes:
    """
    Give for each number below *size* the next larger bit of *mask*, or *size*.
    """
    table, done = b"", 0
    while mask:
        bit = _lowest(mask)
        table += bytes((bit,)) * (bit - done)
        mask &= mask - 1
        done = bit
    return table + bytes((size,)) * (size - done)


def _spread(pattern: int, mask: int, width: int) -> int:
    """
    Give *pattern* once for each bit of *mask*, each *width* bits further.
    """
    return sum(pattern << width * place for place in range(60) if mask >> place & 1)


def _full_second(wall: datetime) -> datetime:
    """
    Give the first full second that is not earlier.
    """
    if wall.microsecond:
        return wall.replace(microsecond=0) + _SECOND
    return wall


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


class Walls:
    """
    A set of wall times that can be searched and counted; none lies between seconds.
    """

    __slots__ = (
        "_after_hour",
        "_after_minute",
        "_after_second",
        "_day_rule",
        "_hour",
        "_hours",
        "_kinds",
        "_minute",
        "_minutes",
        "_second",
        "_seconds",
        "_years",
    )

    def __init__(self, fields: Fields) -> None:
        """
        :param fields: each has at least one value.
        """
        self._day_rule = fields.day_rule
        self._hours = fields.hours
        self._minutes = fields.minutes
        self._seconds = fields.seconds
        self._after_hour = _table(fields.hours, 24)
        self._after_minute = _table(fields.minutes, 60)
        self._after_second = _table(fields.seconds, 60)
        self._hour = _lowest(fields.hours)
        self._minute = _lowest(fields.minutes)
        self._second = _lowest(fields.seconds)
        self._kinds: dict[int, tuple[int, ...]] = {}
        self._years: dict[int, tuple[int, ...]] = {}

    def after(self, wall: datetime) -> datetime:
        """
        Give the first one later than *wall*, or :data:`~txsched.triggers.search.NEVER`.
        """
        year = wall.year
        months = self._years.get(year) or self._months(year)
        month = wall.month
        day = wall.day
        days = months[month]
        if days >> day & 1:
            hour = wall.hour
            if self._hours >> hour & 1:
                minute = wall.minute
                if self._minutes >> minute & 1:
                    second = self._after_second[wall.second]
                    if second < 60:
                        return datetime(year, month, day, hour, minute, second, 0, UTC)
                minute = self._after_minute[minute]
                if minute < 60:
                    return datetime(
                        year, month, day, hour, minute, self._second, 0, UTC
                    )
            hour = self._after_hour[hour]
            if hour < 24:
                return datetime(
                    year, month, day, hour, self._minute, self._second, 0, UTC
                )
        days >>= day + 1
        if days:
            day += (days & -days).bit_length()
        else:
            some = months[0] >> month + 1
            if some:
                month += (some & -some).bit_length()
            else:
                while not some:
                    year += 1
                    if year > LAST_YEAR:
                        return NEVER
                    months = self._years.get(year) or self._months(year)
                    some = months[0]
                month = _lowest(some)
            day = _lowest(months[month])
        return datetime(
            year, month, day, self._hour, self._minute, self._second, 0, UTC
        )

    def before(self, wall: datetime) -> datetime:
        """
        Give the last one earlier than *wall*, or
        :data:`~txsched.triggers.search.ALWAYS`.
        """
        if wall.microsecond:
            wall += _SECOND
        year, month, day = wall.year, wall.month, wall.day
        months = self._months(year)
        if months[month] >> day & 1:
            found = self._time_before(wall.hour, wall.minute, wall.second)
            if found is not None:
                hour, minute, second = found
                return datetime(year, month, day, hour, minute, second, 0, UTC)
        days = months[month] & (1 << day) - 1
        if not days:
            some = months[0] & (1 << month) - 1
            while not some:
                year -= 1
                if year < FIRST_YEAR:
                    return ALWAYS
                months = self._months(year)
                some = months[0]
            month = some.bit_length() - 1
            days = months[month]
        day = days.bit_length() - 1
        last = self._time_before(24, 0, 0)
        assert last is not None
        hour, minute, second = last
        return datetime(year, month, day, hour, minute, second, 0, UTC)

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*, which is not earlier.
        """
        first, end = _full_second(first), _full_second(end)
        per_day = self._below(24, 0, 0)
        total = self._days_below(end, first.year) - self._days_below(first, first.year)
        total *= per_day
        if self._months(end.year)[end.month] >> end.day & 1:
            total += self._below(end.hour, end.minute, end.second)
        if self._months(first.year)[first.month] >> first.day & 1:
            total -= self._below(first.hour, first.minute, first.second)
        return total

    def bits(self, first: datetime, end: datetime) -> int:
        """
        Give those from *first* up to but without *end* as a mask.

        :param end: at most some days after *first*.
        :returns: bit 0 is the first full second not earlier than *first*.
        """
        first, end = _full_second(first), _full_second(end)
        hour = _spread(self._seconds, self._minutes, 60)
        day = _spread(hour, self._hours, 3600)
        midnight = first.replace(hour=0, minute=0, second=0)
        skipped = (first - midnight) // _SECOND
        bits = place = 0
        while midnight < end:
            if self._months(midnight.year)[midnight.month] >> midnight.day & 1:
                bits |= day << place
            midnight += _DAY
            place += 86400
        return bits >> skipped & (1 << (end - first) // _SECOND) - 1

    def _months(self, year: int) -> tuple[int, ...]:
        """
        Give the masks of a year; see :meth:`DayRule.masks`.
        """
        months = self._years.get(year)
        if months is None:
            known = FIRST_YEAR <= year <= LAST_YEAR
            if known and self._day_rule.years >> year - FIRST_YEAR & 1:
                kind = year_kind(year)
                months = self._kinds.get(kind)
                if months is None:
                    months = self._kinds[kind] = self._day_rule.masks(kind)
            else:
                months = _NO_MONTHS
            self._years[year] = months
        return months

    def _time_before(
        self, hour: int, minute: int, second: int
    ) -> tuple[int, int, int] | None:
        """
        Give the last time of a day that is earlier than the given one.
        """
        hours = self._hours & (1 << hour) - 1
        if self._hours >> hour & 1:
            minutes = self._minutes & (1 << minute) - 1
            if self._minutes >> minute & 1:
                seconds = self._seconds & (1 << second) - 1
                if seconds:
                    return hour, minute, seconds.bit_length() - 1
            if minutes:
                return hour, minutes.bit_length() - 1, self._seconds.bit_length() - 1
        if not hours:
            return None
        return (
            hours.bit_length() - 1,
            self._minutes.bit_length() - 1,
            self._seconds.bit_length() - 1,
        )

    def _below(self, hour: int, minute: int, second: int) -> int:
        """
        Count the times of a day that are earlier than the given one.
        """
        per_minute = self._seconds.bit_count()
        per_hour = self._minutes.bit_count() * per_minute
        total = (self._hours & (1 << hour) - 1).bit_count() * per_hour
        if self._hours >> hour & 1:
            total += (self._minutes & (1 << minute) - 1).bit_count() * per_minute
            if self._minutes >> minute & 1:
                total += (self._seconds & (1 << second) - 1).bit_count()
        return total

    def _days_below(self, wall: datetime, year: int) -> int:
        """
        Count the matching days from the start of *year* up to without that of *wall*.
        """
        total = sum(
            days.bit_count()
            for before in range(year, wall.year)
            for days in self._months(before)[1:]
        )
        months = self._months(wall.year)
        total += sum(days.bit_count() for days in months[1 : wall.month])
        return total + (months[wall.month] & (1 << wall.day) - 1).bit_count()
