"""
The wall times of a recurrence rule whose periods are days or longer.
"""

from __future__ import annotations

from datetime import date, datetime

from ..cron.days import year_kind
from .days import bits, comb, days_of_year, month_spans, year_length
from .syntax import Freq, Rule
from .times import chosen, clock_of
from .walls import RuleWalls

__all__ = ["ChosenWalls", "PeriodWalls"]


class PeriodWalls(RuleWalls):
    """
    A rule whose periods are days or longer: each of its days has the same times.
    """

    def __init__(self, rule: Rule, start: datetime) -> None:
        super().__init__(rule, start)
        self.clock = clock_of(rule)
        self._times = self.clock.mask()
        if rule.freq is Freq.DAILY and rule.bysetpos:
            places = chosen(rule.bysetpos, len(self.clock))
            self._times = sum(1 << self.clock.nth(place) for place in places)
            self.possible = bool(places)

    def active(self, year: int, days: int) -> int:
        """
        Leave the days of those years, months, weeks or days that are taken.
        """
        rule, start = self.rule, self.start
        if rule.interval == 1:
            return days
        if rule.freq is Freq.YEARLY:
            return 0 if (year - start.year) % rule.interval else days
        if rule.freq is Freq.MONTHLY:
            first = -(year * 12 - start.year * 12 - start.month + 1) % rule.interval
            spans = month_spans(year)[first :: rule.interval]
            return days & sum((1 << length) - 1 << at for at, length in spans)
        begin, length = date(year, 1, 1).toordinal(), year_length(year)
        if rule.freq is Freq.DAILY:
            first = (start.toordinal() - begin) % rule.interval
            return days & comb(first, rule.interval, length)
        monday = start.toordinal() - (start.weekday() - rule.wkst) % 7
        step = 7 * rule.interval
        # A week may have begun in the year before.
        first = (monday - begin + 6) % step
        return days & comb(first, step, length + 6) * 0b1111111 >> 6

    def times_of(self, year: int, day: int) -> int:
        """
        Give the times of each day.
        """
        return self._times

    def count_inner(self, year: int, days: int) -> int:
        """
        Count the same for each day.
        """
        return days.bit_count() * self._times.bit_count()


class ChosenWalls(PeriodWalls):
    """
    A rule that takes only some positions out of each week, month or year.
    """

    def __init__(self, rule: Rule, start: datetime) -> None:
        super().__init__(rule, start)
        self._tables: dict[int, dict[int, int]] = {}
        self._known: dict[int, list[tuple[int, int]]] = {}

    def days_of_kind(self, year: int) -> int:
        """
        Give the days that have a time at one of the positions.
        """
        return sum(1 << day for day in self._table(year))

    def times_of(self, year: int, day: int) -> int:
        """
        Give the times of the day that are at one of the positions.
        """
        return self._table(year).get(day, 0)

    def count_inner(self, year: int, days: int) -> int:
        """
        Count day by day.
        """
        table = self._table(year)
        return sum(table[day].bit_count() for day in bits(days))

    def _table(self, year: int) -> dict[int, int]:
        """
        Give the days of a year that have a time at one of the positions, with these.
        """
        kind = year_kind(year)
        table = self._tables.get(kind)
        if table is None:
            table = self._tables[kind] = {}
            for first, days in self._periods(year):
                for day, times in self._choose(days):
                    # Of a week, another year may have a part.
                    if 0 <= first + day < year_length(year):
                        table[first + day] = times
        return table

    def _choose(self, days: int) -> list[tuple[int, int]]:
        """
        Give the days of a period that have a time at one of the positions.
        """
        found = self._known.get(days)
        if found is None:
            size, places = len(self.clock), list(bits(days))
            times: dict[int, int] = {}
            for place in chosen(self.rule.bysetpos, len(places) * size):
                at, number = divmod(place, size)
                day = places[at]
                times[day] = times.get(day, 0) | 1 << self.clock.nth(number)
            found = self._known[days] = list(times.items())
        return found

    def _periods(self, year: int) -> list[tuple[int, int]]:
        """
        Give the first day of each period, and which of the days from it on are left.
        """
        days, length = days_of_year(self.rule, year), year_length(year)
        if self.rule.freq is Freq.YEARLY:
            return [(0, days)]
        if self.rule.freq is Freq.MONTHLY:
            return [
                (first, days >> first & (1 << length) - 1)
                for first, length in month_spans(year)
            ]
        # Whole weeks, also those of which another year has a part.
        before = days_of_year(self.rule, year - 1) >> year_length(year - 1) - 7
        after = days_of_year(self.rule, year + 1)
        days = before | days << 7 | after << length + 7
        begin = (date(year, 1, 1).weekday() - self.rule.wkst) % 7
        return [
            (first, days >> first + 7 & 0b1111111) for first in range(-begin, length, 7)
        ]
