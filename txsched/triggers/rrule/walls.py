"""
The wall times of a recurrence rule: what all kinds of rules have in common.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, datetime

from ..cron.days import year_kind
from ..walldays import WallDays
from ..zones import LAST_YEAR
from .days import bits, days_of_year
from .syntax import Rule
from .times import nth_bit

__all__ = ["RuleWalls", "second_of"]


def _day_of(wall: datetime) -> tuple[int, int]:
    return wall.year, wall.toordinal() - date(wall.year, 1, 1).toordinal()


def second_of(wall: datetime) -> int:
    """
    Give the second of the day.
    """
    return wall.hour * 3600 + wall.minute * 60 + wall.second


class RuleWalls(WallDays):
    """
    The wall times of a rule from its start on.
    """

    def __init__(self, rule: Rule, start: datetime) -> None:
        """
        :param rule: an explicit one.
        :param start: a naive datetime.
        """
        super().__init__()
        #: Whether any day at all can have a time.
        self.possible = True
        self.rule = rule
        self.start = start
        self._kinds: dict[int, int] = {}
        self._first = (*_day_of(start), second_of(start))
        self._last = (LAST_YEAR + 1, 0, 0)

    def limit(self) -> None:
        """
        Find where the times end by ``UNTIL`` or ``COUNT``.
        """
        until, count = self.rule.until, self.rule.count
        if until is not None and until.tzinfo is None:
            self._last = (*_day_of(until), second_of(until))
        elif count is not None:
            self._last = self._nth(count)
        self._years.clear()

    def _nth(self, number: int) -> tuple[int, int, int]:
        for year in range(self.start.year, LAST_YEAR + 1):
            days = self.days(year)
            here = self.count_days(year, days)
            if here < number:
                number -= here
                continue
            for day in bits(days):
                here = self.count_days(year, 1 << day)
                if here >= number:
                    return year, day, nth_bit(self.times(year, day), number - 1)
                number -= here
        return self._last

    @abstractmethod
    def active(self, year: int, days: int) -> int:
        """
        Leave those of *days* on which a period begins or lasts that is taken.
        """

    @abstractmethod
    def times_of(self, year: int, day: int) -> int:
        """
        Give the times of a day, without regard to where the rule begins and ends.
        """

    @abstractmethod
    def count_inner(self, year: int, days: int) -> int:
        """
        Count the times of days on which the rule neither begins nor ends.
        """

    def days_of_kind(self, year: int) -> int:
        """
        Give the days that the parts of the rule leave in a year.
        """
        kind = year_kind(year)
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = days_of_year(self.rule, year)
        return found

    def find_days(self, year: int) -> int:
        """
        Give the days of a known year that have a time.
        """
        first, last = self._first, self._last
        if not (self.possible and first[0] <= year <= last[0]):
            return 0
        days = self.days_of_kind(year)
        if year == first[0]:
            days = days >> first[1] << first[1]
        if year == last[0]:
            days &= (2 << last[1]) - 1
        days = self.active(year, days) if days else 0
        for day in bits(days & self._edges(year)):
            if not self.times(year, day):
                days ^= 1 << day
        return days

    def _edges(self, year: int) -> int:
        """
        Give the days on which the rule begins and ends.
        """
        edges = {one[1] for one in (self._first, self._last) if one[0] == year}
        return sum(1 << day for day in edges)

    def times(self, year: int, day: int) -> int:
        """
        Give the seconds of one of these days.
        """
        times = self.times_of(year, day)
        if (year, day) == self._first[:2]:
            times = times >> self._first[2] << self._first[2]
        if (year, day) == self._last[:2]:
            times &= (2 << self._last[2]) - 1
        return times

    def count_days(self, year: int, days: int) -> int:
        """
        Count the times of some of the days that have one.
        """
        edges = days & self._edges(year)
        total = sum(self.times(year, day).bit_count() for day in bits(edges))
        return total + self.count_inner(year, days ^ edges)
