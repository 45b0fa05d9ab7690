"""
Every so many years, months, weeks or days, at a time of day.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ..errors import BadTrigger
from ..model.trigger import ITimetable
from .clauses import check_choice, check_jitter, describe_clauses, write_clauses
from .daylight import Fold, Gap, instants_of, wall_of
from .durations import describe_parts
from .instants import utc
from .timetable import walk_between
from .zones import FIRST_YEAR, LAST_YEAR, zone_key

__all__ = ["CalendarIntervalTrigger"]

_TICK = timedelta(microseconds=1)
#: No instant of a date is further from its midnight in UTC.
_FAR = timedelta(days=4)
_MONTH_DAYS = 146_097 / 4800
_PARTS = ("years", "months", "weeks", "days")
_MOST = {"years": 230, "months": 2760, "weeks": 12_000, "days": 84_000}


@implementer(ITimetable)
@frozen(init=False, weakref_slot=False)
class CalendarIntervalTrigger:
    """
    Fires every so often by the calendar, at the same wall time in a zone.

    The dates are *start_date* and those that lie one, two, three and so on intervals
    after it; one that does not exist, as 30 February, is left out.  Without a
    *start_date* each date follows the one before, and the first lies one interval
    after the day of asking: the phase is kept by the job, since a trigger has no
    memory.

    What happens to a time of day that a change of daylight saving time leaves out or
    has twice is said by *gap* and *fold*.

    :ivar years: the parts of the interval.
    :ivar hour: the time of day.
    :ivar start_date: the first date.
    :ivar end_date: the last date that counts.
    :ivar timezone: the name of the zone.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    :ivar gap: what becomes of a wall time that does not exist.
    :ivar fold: what becomes of a wall time that exists twice.
    """

    years: int = field()
    months: int = field()
    weeks: int = field()
    days: int = field()
    hour: int = field()
    minute: int = field()
    second: int = field()
    start_date: date | None = field()
    end_date: date | None = field()
    timezone: str = field()
    jitter: timedelta | None = field()
    gap: Gap = field()
    fold: Fold = field()

    def __init__(
        self,
        years: int = 0,
        months: int = 0,
        weeks: int = 0,
        days: int = 0,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        start_date: date | str | None = None,
        end_date: date | str | None = None,
        timezone: str | tzinfo | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> None:
        """
        :param years: this and the next three add up to the interval, which is at
            least a day.
        :param hour: the time of day, with *minute* and *second*.
        :param start_date: the first date; also as text, ``2026-01-31``.
        :param end_date: the last date that counts.
        :param timezone: whose wall time is meant: a name or a ``tzinfo`` that has
            one; ``None`` is the zone of this machine.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :param gap: ``next``, ``skip`` or ``shift``, see :class:`~txsched.triggers.Gap`.
        :param fold: ``first``, ``second`` or ``both``, see
            :class:`~txsched.triggers.Fold`.
        :raises BadTrigger: naming the argument and what was expected.
        """
        parts = dict(zip(_PARTS, (years, months, weeks, days), strict=True))
        for name, value in parts.items():
            _check_whole(name, value, 0, _MOST[name])
        if not any(parts.values()):
            raise BadTrigger("interval", "is at least one day")
        for name, value, high in (
            ("hour", hour, 23),
            ("minute", minute, 59),
            ("second", second, 59),
        ):
            _check_whole(name, value, 0, high)
        start = _date(start_date, "start_date")
        end = _date(end_date, "end_date")
        if start is not None and end is not None and end < start:
            raise BadTrigger("end_date", f"{end} is before start_date, {start}")
        self.__attrs_init__(
            years,
            months,
            weeks,
            days,
            hour,
            minute,
            second,
            start,
            end,
            zone_key(timezone),
            check_jitter(jitter),
            check_choice(Gap, gap, "gap"),
            check_choice(Fold, fold, "fold"),
        )

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.

        Without a *start_date*: of the dates that lie whole intervals after that of
        *instant*.
        """
        instant = utc(instant)
        start = self.start_date
        if start is None:
            return self._first_of(self._local(instant), 1, instant)
        near = self._place_near(start, instant - _FAR)
        return self._first_of(start, max(0, near - 2), instant)

    def _first_of(self, anchor: date, place: int, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, from the date of a *place* on.
        """
        while True:
            day = self._place(anchor, place)
            if day is not None:
                if self.end_date is not None and day > self.end_date:
                    return None
                for time_ in self._instants(day):
                    if time_ > instant:
                        return time_
            elif self._beyond(anchor, place):
                return None
            place += 1

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.

        Without a *start_date*: of the dates that lie whole intervals before that of
        *instant*.
        """
        instant = utc(instant)
        anchor = self.start_date
        if anchor is None:
            anchor, place, least = self._local(instant), -1, -_MOST["days"]
        else:
            place, least = self._place_near(anchor, instant + _FAR) + 2, 0
        while place >= least:
            day = self._place(anchor, place)
            if day is not None and (self.end_date is None or day <= self.end_date):
                for time_ in reversed(self._instants(day)):
                    if time_ < instant:
                        return time_
            elif day is None and place < 0 and self._beyond(anchor, place):
                return None
            place -= 1
        return None

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """
        Walk through the times from *start* up to but without *end*.
        """
        return walk_between(self, start, end)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        if previous_fire_time is not None:
            return self.next_after(previous_fire_time)
        if self.start_date is None:
            return self.next_after(now)
        return self.next_after(now - _TICK)

    def _local(self, instant: datetime) -> date:
        return wall_of(instant, self.timezone).date()

    def _instants(self, day: date) -> tuple[datetime, ...]:
        wall = datetime.combine(day, time(self.hour, self.minute, self.second))
        return instants_of(wall, self.timezone, self.gap, self.fold)

    @property
    def _step(self) -> tuple[int, int]:
        return 12 * self.years + self.months, 7 * self.weeks + self.days

    def _place(self, anchor: date, place: int) -> date | None:
        """
        Give the date that lies so many intervals after *anchor*, where there is one.
        """
        months, days = self._step
        year, month = divmod(12 * anchor.year + anchor.month - 1 + place * months, 12)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        if anchor.day > calendar.monthrange(year, month + 1)[1]:
            return None
        try:
            day = date(year, month + 1, anchor.day) + timedelta(days=place * days)
        except OverflowError:
            return None
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else None

    def _beyond(self, anchor: date, place: int) -> bool:
        """
        Whether a place that has no date lies outside the known years.
        """
        months, days = self._step
        length = place * (months * _MONTH_DAYS + days)
        from_first = (anchor - date(FIRST_YEAR, 1, 1)).days + length
        from_last = (anchor - date(LAST_YEAR, 12, 31)).days + length
        return from_first < -31 or from_last > 31

    def _place_near(self, anchor: date, instant: datetime) -> int:
        """
        Give the place of a date that is at most two places from *instant*.
        """
        months, days = self._step
        ahead = (instant.date() - anchor).days
        return math.floor(ahead / (months * _MONTH_DAYS + days))

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        at = f"{self.hour:02}:{self.minute:02}"
        if self.second:
            at += f":{self.second:02}"
        parts = describe_parts(
            [(getattr(self, name), name[:-1]) for name in _PARTS if getattr(self, name)]
        )
        text = f"every {parts} at {at} ({self.timezone})"
        if self.start_date is not None:
            text += f" from {self.start_date}"
        if self.end_date is not None:
            text += f" until {self.end_date}"
        return text + describe_clauses(None, None, self.jitter)

    def __str__(self) -> str:
        words = []
        for name in _PARTS:
            value = getattr(self, name)
            if value:
                words.append(f"{value} {name if value > 1 else name[:-1]}")
        at = f"{self.hour:02}:{self.minute:02}"
        if self.second:
            at += f":{self.second:02}"
        text = f"calendar every {' '.join(words)} at {at} {self.timezone}"
        if self.start_date is not None:
            text += f" from {self.start_date}"
        if self.end_date is not None:
            text += f" until {self.end_date}"
        return text + write_clauses(jitter=self.jitter, gap=self.gap, fold=self.fold)


def _check_whole(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadTrigger(name, f"expected a whole number, not {value!r}")
    if not low <= value <= high:
        raise BadTrigger(name, f"{value} is not within {low}-{high}")


def _date(value: date | str | None, name: str) -> date | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise BadTrigger(
                name, f"{value!r} is not a date such as 2026-01-31"
            ) from None
    if isinstance(value, datetime):
        if value.time() != time():
            raise BadTrigger(name, f"expected a date, without the time of {value}")
        value = value.date()
    if not isinstance(value, date):
        raise BadTrigger(name, f"expected a date, not {value!r}")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadTrigger(
            name, f"the year {value.year} is not within {FIRST_YEAR}-{LAST_YEAR}"
        )
    return value
