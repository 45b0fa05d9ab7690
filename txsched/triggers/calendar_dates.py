"""
The dates of a calendar interval: every so many months and days.
"""

from __future__ import annotations

from datetime import MAXYEAR, date, timedelta
from functools import lru_cache

from attrs import frozen

from .walldays import WallDays
from .zones import LAST_YEAR

__all__ = ["DateStep", "Walls"]


@frozen
class DateStep:
    """
    The way from one date to the next: first the months, then the days.

    As in APScheduler 3.11, the months are added again and again until the month has
    the day; so the 31st of each month is not in every one.

    :ivar months: how many, years included.
    :ivar days: how many, weeks included.
    """

    months: int
    days: int

    def following(self, day: date) -> date | None:
        """
        Give the date after *day*, ``None`` where the calendar ends.
        """
        found = self._month(day, self.months) if self.months else day
        return None if found is None else _move(found, self.days)

    def preceding(self, day: date) -> date | None:
        """
        Give the date that *day* follows, ``None`` where the calendar begins.
        """
        found = _move(day, -self.days)
        if found is None or not self.months:
            return found
        return self._month(found, -self.months)

    def _month(self, day: date, months: int) -> date | None:
        month = day.year * 12 + day.month - 1 + months
        while 12 <= month < 12 * (MAXYEAR + 1):
            try:
                return day.replace(year=month // 12, month=month % 12 + 1)
            except ValueError:
                month += months
        return None


def _move(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days)
    except OverflowError:
        return None


class Walls(WallDays):
    """
    The same time of day on each date of a calendar interval.
    """

    def __init__(
        self, step: DateStep, start: date, end: date | None, second: int
    ) -> None:
        """
        :param start: the first date.
        :param end: no date is after it.
        :param second: of the day.
        """
        super().__init__()
        self._step = step
        self._first = start.toordinal()
        self._last = date(LAST_YEAR, 12, 31).toordinal()
        if end is not None:
            self._last = min(self._last, end.toordinal())
        self._start = start
        self._times = 1 << second

    def find_days(self, year: int) -> int:
        """
        Give the days of a known year that have a time.
        """
        begin = date(year, 1, 1).toordinal()
        end = min(date(year, 12, 31).toordinal(), self._last)
        if not self._step.months:
            first = max(self._first, begin + (self._first - begin) % self._step.days)
            return sum(1 << at - begin for at in range(first, end + 1, self._step.days))
        return sum(
            1 << at - begin
            for at in _table(self._step, self._start).get(year, ())
            if at <= end
        )

    def times(self, year: int, day: int) -> int:
        """
        Give the one second.
        """
        return self._times

    def count_days(self, year: int, days: int) -> int:
        """
        Count one for each of the days.
        """
        return days.bit_count()


@lru_cache(maxsize=256)
def _table(step: DateStep, start: date) -> dict[int, list[int]]:
    """
    Give the dates of the known years by year: one a month at most.
    """
    table: dict[int, list[int]] = {}
    day: date | None = start
    while day is not None and day.year <= LAST_YEAR:
        table.setdefault(day.year, []).append(day.toordinal())
        day = step.following(day)
    return table
