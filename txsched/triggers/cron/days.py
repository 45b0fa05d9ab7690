"""
Which days of which months match: masks of bits, one bit a day.

Bit *n* of a month's mask stands for day *n*; bit 0 is not used.  A mask depends
only on the month and on the *kind* of its year: on which weekday it begins,
whether it is a leap year, and whether the year before was one (this decides the
number of a week that began in the year before).
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import NamedTuple, Protocol

from attrs import frozen
from zope.interface import Interface, implementer

from ..zones import FIRST_YEAR, LAST_YEAR

__all__ = [
    "ALL_WEEKDAYS",
    "ALL_WEEKS",
    "ALL_YEARS",
    "DayRule",
    "DaysFromEnd",
    "DaysOfMonth",
    "IDayItem",
    "IDayRule",
    "LastDay",
    "NearestWeekday",
    "NthWeekday",
    "year_kind",
]

ALL_WEEKDAYS = (1 << 7) - 1
ALL_WEEKS = (1 << 54) - 2
ALL_YEARS = (1 << (LAST_YEAR - FIRST_YEAR + 1)) - 1
_EVERY_SEVENTH = sum(1 << day for day in range(1, 36, 7))
_SATURDAY, _SUNDAY = 5, 6
_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class IDayItem(Interface):
    """
    A part of a day-of-month field; an immutable value.
    """

    def mask(first: int, length: int) -> int:  # noqa: N805
        """
        Give the days of a month that match.

        :param first: the weekday of its first day; Monday is 0.
        :param length: how many days it has.
        """


class IDayRule(Protocol):
    """
    What decides which days match.

    :ivar years: a mask in which bit 0 is 1970.
    """

    @property
    def years(self) -> int:
        """
        Give a mask of years.
        """

    def masks(self, kind: int) -> tuple[int, ...]:
        """
        See :meth:`DayRule.masks`.
        """


def _weekday_mask(weekday: int, first: int, length: int) -> int:
    return _EVERY_SEVENTH << (weekday - first) % 7 & (2 << length) - 2


@implementer(IDayItem)
@frozen
class DaysOfMonth:
    """
    Days by number.

    :ivar days: a mask of bits 1 to 31.
    """

    days: int

    def mask(self, first: int, length: int) -> int:
        """
        See :meth:`IDayItem.mask`.
        """
        return self.days & (2 << length) - 2


@implementer(IDayItem)
@frozen
class LastDay:
    """
    The last day of the month, or one that lies so many days before it.

    :ivar before: 0 to 30.
    """

    before: int = 0

    def mask(self, first: int, length: int) -> int:
        """
        See :meth:`IDayItem.mask`.
        """
        return 1 << length - self.before & -2 if self.before < length else 0


@implementer(IDayItem)
@frozen
class DaysFromEnd:
    """
    Days counted from the end of the month.

    :ivar days: a mask of bits 1 to 31; bit 1 is the last day.
    """

    days: int

    def mask(self, first: int, length: int) -> int:
        """
        See :meth:`IDayItem.mask`.
        """
        return sum(
            1 << length + 1 - day
            for day in range(1, length + 1)
            if self.days >> day & 1
        )


@implementer(IDayItem)
@frozen
class NearestWeekday:
    """
    The weekday, Monday to Friday, that is nearest to a day; it never leaves the month.

    The day before a Saturday and after a Sunday, but the Monday after a 1st that is
    a Saturday and the Friday before a last day that is a Sunday: the rule of Quartz,
    http://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html.

    :ivar day: 1 to 31; 0 is the last day, and -3 the third before it.
    """

    day: int

    def mask(self, first: int, length: int) -> int:
        """
        See :meth:`IDayItem.mask`.
        """
        day = self.day if self.day > 0 else length + self.day
        if not 1 <= day <= length:
            return 0
        weekday = (first + day - 1) % 7
        if weekday == _SATURDAY:
            day += -1 if day > 1 else 2
        elif weekday == _SUNDAY:
            day += 1 if day < length else -2
        return 1 << day


@implementer(IDayItem)
@frozen
class NthWeekday:
    """
    A weekday counted within the month, as in ``3rd fri`` and ``last mon``.

    :ivar nth: 1 to 5, or -1 for the last.
    :ivar weekday: Monday is 0.
    """

    nth: int
    weekday: int

    def mask(self, first: int, length: int) -> int:
        """
        See :meth:`IDayItem.mask`.
        """
        days = _weekday_mask(self.weekday, first, length)
        if self.nth < 0:
            return 1 << days.bit_length() - 1
        begin = 7 * self.nth - 6
        return days & 0b1111111 << begin


class DayRule(NamedTuple):
    """
    All that decides about a day.

    :ivar days: the parts of the day-of-month field; one of them is to match.
    :ivar weekdays: a mask of bits 0 to 6; Monday is bit 0.
    :ivar either: a day matches when *days* or one of the weekdays does, and not both.
    :ivar months: a mask of bits 1 to 12.
    :ivar weeks: a mask of ISO 8601 weeks, bits 1 to 53.
    :ivar years: a mask in which bit 0 is 1970.
    :ivar some_weekdays: further parts of the day-of-week field, as ``fri#3``.
    """

    days: tuple[IDayItem, ...]
    weekdays: int = ALL_WEEKDAYS
    either: bool = False
    months: int = (1 << 13) - 2
    weeks: int = ALL_WEEKS
    years: int = ALL_YEARS
    some_weekdays: tuple[IDayItem, ...] = ()

    def masks(self, kind: int) -> tuple[int, ...]:
        """
        Give the masks of the months of a year of this kind, whichever years match.

        :returns: thirteen numbers: the first is a mask of the months that have any
            day at all, the others are the masks of January to December.
        """
        weekday, leap = kind >> 2, kind >> 1 & 1
        masks, some, yearday = [0], 0, 1
        for month in range(1, 13):
            length = _LENGTHS[month] + (leap and month == 2)
            mask = 0
            if self.months >> month & 1:
                mask = self._month(weekday, length)
                if mask and self.weeks != ALL_WEEKS:
                    mask &= _week_mask(self.weeks, kind, yearday, length)
            masks.append(mask)
            some |= bool(mask) << month
            weekday = (weekday + length) % 7
            yearday += length
        return (some, *masks[1:])

    def _month(self, first: int, length: int) -> int:
        by_number = 0
        for item in self.days:
            by_number |= item.mask(first, length)
        by_weekday = 0
        for item in self.some_weekdays:
            by_weekday |= item.mask(first, length)
        for weekday in range(7):
            if self.weekdays >> weekday & 1:
                by_weekday |= _weekday_mask(weekday, first, length)
        return by_number | by_weekday if self.either else by_number & by_weekday


def _week_mask(weeks: int, kind: int, yearday: int, length: int) -> int:
    """
    Give the days of a month that lie in one of *weeks*.

    :param yearday: the number of the month's first day in its year, from 1.
    """
    begin, leap, leap_before = kind >> 2, kind >> 1 & 1, kind & 1
    # A year has 53 weeks when it begins on a Thursday, or in a leap year on a
    # Wednesday; seen from the year after, it ended on a Thursday or a Friday.
    count = 53 if begin == 3 or (leap and begin == 2) else 52
    count_before = 53 if begin == 4 or (leap_before and begin == 5) else 52
    mask = 0
    for day in range(1, length + 1):
        number = yearday + day - 1
        week = (number + 9 - (begin + number - 1) % 7) // 7
        if week == 0:
            week = count_before
        elif week > count:
            week = 1
        mask |= (weeks >> week & 1) << day
    return mask


def year_kind(year: int) -> int:
    """
    Give the kind of a year, 0 to 27.
    """
    weekday = date(year, 1, 1).weekday()
    return weekday << 2 | calendar.isleap(year) << 1 | calendar.isleap(year - 1)
