"""
Again and again after the same time, whatever the clocks on the wall do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ..model.instant import UTC
from ..model.trigger import ICountingTrigger, ITimetable
from .clauses import check_bounds, check_jitter, describe_clauses, write_clauses
from .durations import add_up, check_duration, describe_duration, format_duration
from .instants import utc
from .timetable import clip_mask, comb_mask, walk_between

__all__ = ["IntervalTrigger"]

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


@implementer(ITimetable, ICountingTrigger)
@frozen(init=False, weakref_slot=False)
class IntervalTrigger:
    """
    Fires every so often, by elapsed time and arithmetic on whole microseconds.

    With a *start_date* the times are that instant and every whole multiple of the
    interval after it.  Without one the first time is one interval after the
    instant of asking, and each following time is one interval after the time
    before: the phase is kept by the job, since a trigger has no memory.

    :ivar interval: the time between two times.
    :ivar start_date: the first time, in UTC.
    :ivar end_date: no time after this; in UTC.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    """

    interval: timedelta = field()
    start_date: datetime | None = field()
    end_date: datetime | None = field()
    jitter: timedelta | None = field()

    def __init__(
        self,
        weeks: float = 0,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        microseconds: float = 0,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
        timezone: str | tzinfo | None = None,
        jitter: timedelta | float | str | None = None,
    ) -> None:
        """
        :param weeks: these and the following five add up to the interval, from one
            microsecond to a hundred years.
        :param start_date: the first time; also as text.
        :param end_date: the last instant at which a time may lie.
        :param timezone: of dates that have none; ``None`` is the zone of this
            machine.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :raises BadTrigger: naming the argument and what was expected.
        """
        interval = add_up(
            "interval",
            weeks=weeks,
            days=days,
            hours=hours,
            minutes=minutes,
            seconds=seconds,
            microseconds=microseconds,
        )
        bounds = check_bounds(start_date, end_date, timezone)
        self.__attrs_init__(interval, *bounds, check_jitter(jitter))

    @classmethod
    def of(
        cls,
        interval: timedelta,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        jitter: timedelta | None = None,
    ) -> IntervalTrigger:
        """
        Make one of a whole interval and aware dates.

        :raises BadTrigger: naming the argument and what was expected.
        """
        trigger = cls.__new__(cls)
        bounds = check_bounds(start_date, end_date, UTC)
        check_duration(interval, "interval")
        trigger.__attrs_init__(interval, *bounds, check_jitter(jitter))
        return trigger

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.

        Without a *start_date* that is one interval later.
        """
        if instant.tzinfo is not UTC:
            instant = utc(instant)
        start = self.start_date
        try:
            if start is None:
                answer = instant + self.interval
            elif instant < start:
                answer = start
            else:
                interval = self.interval
                answer = instant + (interval - (instant - start) % interval)
        except OverflowError:
            return None
        if self.end_date is not None and answer > self.end_date:
            return None
        return answer

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.

        Without a *start_date* that is one interval earlier.
        """
        instant = utc(instant)
        start, interval = self.start_date, self.interval
        if start is None:
            try:
                answer = instant - interval
            except OverflowError:
                return None
            return None if self.end_date and answer > self.end_date else answer
        if instant <= start:
            return None
        if self.end_date is not None and instant > self.end_date:
            instant = self.end_date + _TICK
        return instant - _TICK - (instant - _TICK - start) % interval

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

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        first = utc(first)
        if self.end_date is not None and self.end_date < end:
            end = self.end_date + _TICK
        second = self.next_after(first)
        if second is None or second >= end:
            return 1, first
        more = (end - second - _TICK) // self.interval
        return more + 2, second + more * self.interval

    def mask(self, first: datetime, length: int) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where times are not full seconds.
        """
        step, rest = divmod(self.interval, _SECOND)
        start = self.start_date
        if rest or start is None or start.microsecond:
            return None
        mask = comb_mask((start - first) // _SECOND, step, length)
        return clip_mask(mask, first, None, self.end_date)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"every {describe_duration(self.interval)}"
        return text + describe_clauses(self.start_date, self.end_date, self.jitter)

    def __str__(self) -> str:
        text = f"every {format_duration(self.interval)}"
        return text + write_clauses(self.start_date, self.end_date, self.jitter)
