"""
A calendar that excludes the same times of each day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ..daylight import Fold, Gap, instants_of, wall_of
from ..english import join_words
from ..instants import utc
from ..zones import LAST_YEAR, zone_key
from .joined import Calendar

__all__ = ["HoursCalendar"]

_DAY = timedelta(days=1)
_RANGE = re.compile(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")
_END = 24 * 60
Range = tuple[int, int]


def _ranges(values: Iterable[Any]) -> tuple[Range, ...]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise BadTrigger("ranges", f"expected several ranges, not {values!r}")
    ranges = tuple(sorted({_range(value) for value in values}))
    if not ranges:
        raise BadTrigger("ranges", "expected one at least")
    return ranges


def _range(value: Any) -> Range:
    if isinstance(value, tuple) and len(value) == 2:
        first, last = value
    else:
        match = _RANGE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise BadTrigger("ranges", f"{value!r} is not a range such as 22:00-06:00")
        hour, minute, last_hour, last_minute = map(int, match.groups())
        if minute > 59 or last_minute > 59:
            raise BadTrigger("ranges", f"{value!r} has a minute beyond 59")
        first, last = 60 * hour + minute, 60 * last_hour + last_minute
    if not (0 <= first < _END and 0 <= last <= _END):
        raise BadTrigger("ranges", f"{value!r} is not within 00:00 to 24:00")
    if first == last or (first, last) == (0, _END):
        raise BadTrigger("ranges", f"{value!r} is no part of a day")
    return first, last


def _written(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@implementer(ICalendar)
@frozen(weakref_slot=False)
class HoursCalendar(Calendar):
    """
    Excludes the same times of each day.

    :ivar ranges: each from a time of day up to but without another one, as text,
        ``22:00-06:00``, or in minutes; over midnight where the second is not later.
    :ivar timezone: whose wall times are meant; ``None`` is the zone of this machine.
    """

    ranges: tuple[Range, ...] = field(converter=_ranges)
    timezone: str = field(default=None, converter=zone_key)

    def _near(self, day: date) -> list[tuple[datetime, datetime]]:
        """
        Give the stretches that begin on a day or one next to it, in order.
        """
        stretches = []
        for begin in (day - _DAY, day, day + _DAY):
            for first, last in self.ranges:
                end = begin if last > first else begin + _DAY
                start_at, end_at = self._at(begin, first), self._at(end, last)
                if start_at is not None and end_at is not None and start_at < end_at:
                    stretches.append((start_at, end_at))
        return stretches

    def _at(self, day: date, minutes: int) -> datetime | None:
        if minutes == _END:
            day, minutes = day + _DAY, 0
        wall = datetime.combine(day, time(*divmod(minutes, 60)))
        found = instants_of(wall, self.timezone, Gap.NEXT, Fold.FIRST)
        return found[0] if found else None

    def _around(self, instant: datetime) -> list[tuple[datetime, datetime]]:
        return self._near(wall_of(instant, self.timezone).date())

    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """
        instant = utc(instant)
        ends = [end for start, end in self._around(instant) if start <= instant < end]
        return max(ends, default=None)

    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """
        instant = utc(instant)
        return min(
            start for start, end in self._around(instant) if start <= instant < end
        )

    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.
        """
        instant = utc(instant)
        starts = [start for start, _ in self._around(instant) if start > instant]
        found = min(starts, default=None)
        return None if found is None or found.year > LAST_YEAR else found

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        ranges = [
            f"{_written(first)} to {_written(last)}" for first, last in self.ranges
        ]
        return f"{join_words(ranges)} ({self.timezone})"

    def __str__(self) -> str:
        ranges = " ".join(
            f"{_written(one)}-{_written(two)}" for one, two in self.ranges
        )
        return f"hours {ranges} {self.timezone}"
