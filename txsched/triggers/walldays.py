"""
Wall times as days of years, and times of these days: all in masks of bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date, datetime, timedelta

from ..model.instant import UTC
from .search import ALWAYS, NEVER
from .zones import FIRST_YEAR, LAST_YEAR

__all__ = ["DAY", "WallDays", "highest", "lowest"]

#: The seconds of a day.
DAY = 86400
_SECOND = timedelta(seconds=1)


def lowest(mask: int) -> int:
    """
    Give the place of the lowest bit of a mask that has one.
    """
    return (mask & -mask).bit_length() - 1


def highest(mask: int) -> int:
    """
    Give the place of the highest bit of a mask that has one.
    """
    return mask.bit_length() - 1


def _place(wall: datetime) -> tuple[int, int]:
    """
    Give the day of the year, from 0 on, and the second of the day.
    """
    return (
        wall.toordinal() - date(wall.year, 1, 1).toordinal(),
        wall.hour * 3600 + wall.minute * 60 + wall.second,
    )


def _full_second(wall: datetime) -> datetime:
    if wall.microsecond:
        return wall.replace(microsecond=0) + _SECOND
    return wall


def _at(year: int, day: int, second: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC) + timedelta(day, second)


class WallDays(ABC):
    """
    Wall times that can be searched and counted, year by year; those of a year are
    worked out when it is first asked for.

    Provides what :class:`~txsched.triggers.search.WallTimes` says.
    """

    def __init__(self) -> None:
        self._years: dict[int, int] = {}

    @abstractmethod
    def find_days(self, year: int) -> int:
        """
        Give the days of a known year that have a time; bit 0 is the first of January.
        """

    @abstractmethod
    def times(self, year: int, day: int) -> int:
        """
        Give the seconds of one of these days; bit 0 is midnight.
        """

    def days(self, year: int) -> int:
        """
        Give the days of any year that have a time.
        """
        found = self._years.get(year)
        if found is None:
            known = FIRST_YEAR <= year <= LAST_YEAR
            found = self._years[year] = self.find_days(year) if known else 0
        return found

    def after(self, wall: datetime) -> datetime:
        """
        Give the first one later than *wall*.
        """
        year = wall.year
        day, second = _place(wall)
        days = self.days(year) >> day
        if days & 1:
            times = self.times(year, day) >> second + 1
            if times:
                return _at(year, day, second + 1 + lowest(times))
        days = days >> 1 << day + 1
        while not days:
            year += 1
            if year > LAST_YEAR:
                return NEVER
            days = self.days(year)
        day = lowest(days)
        return _at(year, day, lowest(self.times(year, day)))

    def before(self, wall: datetime) -> datetime:
        """
        Give the last one earlier than *wall*.
        """
        wall = _full_second(wall)
        year = wall.year
        day, second = _place(wall)
        days = self.days(year)
        if days >> day & 1:
            times = self.times(year, day) & (1 << second) - 1
            if times:
                return _at(year, day, highest(times))
        days &= (1 << day) - 1
        while not days:
            year -= 1
            if year < FIRST_YEAR:
                return ALWAYS
            days = self.days(year)
        day = highest(days)
        return _at(year, day, highest(self.times(year, day)))

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*.
        """
        first, end = _full_second(first), _full_second(end)
        if first >= end:
            return 0
        whole = sum(
            self.count_days(year, self.days(year))
            for year in range(first.year, end.year)
        )
        return whole + self._below(end) - self._below(first)

    def count_days(self, year: int, days: int) -> int:
        """
        Count the times of some of the days that have one.
        """
        total = 0
        while days:
            day = lowest(days)
            total += self.times(year, day).bit_count()
            days &= days - 1
        return total

    def bits(self, first: datetime, end: datetime) -> int:
        """
        Give those from *first* up to but without *end* as a mask.
        """
        first, end = _full_second(first), _full_second(end)
        at = first.replace(hour=0, minute=0, second=0)
        skipped = (first - at) // _SECOND
        bits = place = 0
        while at < end:
            day, _ = _place(at)
            if self.days(at.year) >> day & 1:
                bits |= self.times(at.year, day) << place
            at += timedelta(days=1)
            place += DAY
        return bits >> skipped & (1 << (end - first) // _SECOND) - 1

    def _below(self, wall: datetime) -> int:
        """
        Count those of its year that are earlier than *wall*.
        """
        day, second = _place(wall)
        days = self.days(wall.year)
        total = self.count_days(wall.year, days & (1 << day) - 1)
        if days >> day & 1:
            total += (self.times(wall.year, day) & (1 << second) - 1).bit_count()
        return total
