"""
Sets of wall times of which only some periods count, or some times of each period.

As in :class:`~txsched.triggers.cron.walls.Walls` wall times carry UTC as their zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from ...model.instant import UTC
from ..cron.search import IWalls
from ..cron.walls import ALWAYS, NEVER
from .parts import Frequency

__all__ = ["MAX_PERIOD", "PeriodicWalls", "Periods", "PickedWalls"]

#: How many times may lie in one period of which some are picked.
MAX_PERIOD = 10_000

_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_LENGTHS = {
    Frequency.DAILY: timedelta(days=1),
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.MINUTELY: timedelta(minutes=1),
    Frequency.SECONDLY: timedelta(seconds=1),
}


class Periods:
    """
    The years, months, weeks, days, hours, minutes or seconds that count.
    """

    def __init__(
        self, freq: Frequency, interval: int, wkst: int, start: datetime
    ) -> None:
        """
        :param interval: each so manieth counts.
        :param wkst: the weekday with which a week begins; Monday is 0.
        :param start: a wall time in one that counts.
        """
        self._freq = freq
        self.interval = interval
        # The first day of the calendar, with number 1, was a Monday.
        self._wkst = wkst
        self._phase = self.number(start) % interval

    def number(self, wall: datetime) -> int:
        """
        Give the number of the period in which *wall* lies.
        """
        if self._freq is Frequency.YEARLY:
            return wall.year
        if self._freq is Frequency.MONTHLY:
            return 12 * wall.year + wall.month - 1
        if self._freq is Frequency.WEEKLY:
            return (wall.toordinal() - 1 - self._wkst) // 7
        return (wall - _EPOCH) // _LENGTHS[self._freq]

    def start(self, number: int) -> datetime:
        """
        Give the wall time with which a period begins.
        """
        if self._freq is Frequency.YEARLY:
            return datetime(number, 1, 1, tzinfo=UTC)
        if self._freq is Frequency.MONTHLY:
            return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        if self._freq is Frequency.WEEKLY:
            day = date.fromordinal(7 * number + 1 + self._wkst)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        return _EPOCH + number * _LENGTHS[self._freq]

    def counting_from(self, number: int) -> int:
        """
        Give the first period that counts, from this one on.
        """
        return number + (self._phase - number) % self.interval

    def counting_to(self, number: int) -> int:
        """
        Give the last period that counts, up to this one.
        """
        return number - (number - self._phase) % self.interval


class PeriodicWalls:
    """
    The wall times of a set that lie in periods that count.
    """

    def __init__(self, walls: IWalls, periods: Periods) -> None:
        self._walls = walls
        self._periods = periods

    def after(self, wall: datetime) -> datetime:
        """
        Give the first one later than *wall*, or :data:`~.cron.walls.NEVER`.
        """
        periods = self._periods
        while True:
            found = self._walls.after(wall)
            if found is NEVER:
                return NEVER
            number = periods.number(found)
            counting = periods.counting_from(number)
            if counting == number:
                return found
            wall = periods.start(counting) - _TICK

    def before(self, wall: datetime) -> datetime:
        """
        Give the last one earlier than *wall*, or :data:`~.cron.walls.ALWAYS`.
        """
        periods = self._periods
        while True:
            found = self._walls.before(wall)
            if found is ALWAYS:
                return ALWAYS
            number = periods.number(found)
            counting = periods.counting_to(number)
            if counting == number:
                return found
            wall = periods.start(counting + 1)


class PickedWalls:
    """
    The wall times that have one of some places among those of their period.
    """

    def __init__(
        self, walls: IWalls, periods: Periods, positions: Sequence[int]
    ) -> None:
        """
        :param positions: 1 is the first, -1 the last.
        """
        self._walls = walls
        self._periods = periods
        self._positions = positions

    def after(self, wall: datetime) -> datetime:
        """
        Give the first one later than *wall*, or :data:`~.cron.walls.NEVER`.
        """
        periods = self._periods
        begin = periods.start(periods.number(wall)) - _TICK
        while True:
            found = self._walls.after(begin)
            if found is NEVER:
                return NEVER
            number = periods.number(found)
            for picked in self._pick(number):
                if picked > wall:
                    return picked
            begin = periods.start(number + 1) - _TICK

    def before(self, wall: datetime) -> datetime:
        """
        Give the last one earlier than *wall*, or :data:`~.cron.walls.ALWAYS`.
        """
        periods = self._periods
        end = periods.start(periods.number(wall) + 1)
        while True:
            found = self._walls.before(end)
            if found is ALWAYS:
                return ALWAYS
            number = periods.number(found)
            for picked in reversed(self._pick(number)):
                if picked < wall:
                    return picked
            end = periods.start(number)

    def _pick(self, number: int) -> list[datetime]:
        end = self._periods.start(number + 1)
        times: list[datetime] = []
        found = self._walls.after(self._periods.start(number) - _TICK)
        while found < end and len(times) < MAX_PERIOD:
            times.append(found)
            found = self._walls.after(found)
        picked = set()
        for position in self._positions:
            place = position - 1 if position > 0 else len(times) + position
            if 0 <= place < len(times):
                picked.add(times[place])
        return sorted(picked)
