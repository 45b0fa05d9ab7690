"""
Again and again after the same time, whatever the clocks on the wall do.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ..errors import BadTrigger
from ..model.instant import UTC
from ..model.trigger import ICountingTrigger
from .durations import MAX_DURATION, describe_duration, format_duration
from .instants import as_instant, utc

__all__ = ["IntervalTrigger"]

_TICK = timedelta(microseconds=1)


@implementer(ICountingTrigger)
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
    """

    interval: timedelta = field()
    start_date: datetime | None = field()
    end_date: datetime | None = field()

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
    ) -> None:
        """
        :param weeks: these and the following five add up to the interval, from one
            microsecond to a hundred years.
        :param start_date: the first time; also as text.
        :param end_date: the last instant at which a time may lie.
        :param timezone: of dates that have none; ``None`` is the zone of this
            machine.
        :raises BadTrigger: naming the argument and what was expected.
        """
        parts = {
            "weeks": weeks,
            "days": days,
            "hours": hours,
            "minutes": minutes,
            "seconds": seconds,
            "microseconds": microseconds,
        }
        for name, value in parts.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise BadTrigger(name, f"expected a number, not {value!r}")
        try:
            interval = timedelta(**parts)
        except (OverflowError, ValueError):
            raise BadTrigger("interval", "is not a usable length of time") from None
        start = end = None
        if start_date is not None:
            start = as_instant(start_date, timezone, "start_date")
        if end_date is not None:
            end = as_instant(end_date, timezone, "end_date")
        self._begin(interval, start, end)

    @classmethod
    def of(
        cls,
        interval: timedelta,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> IntervalTrigger:
        """
        Make one of a whole interval and aware dates.

        :raises BadTrigger: naming the argument and what was expected.
        """
        trigger = cls.__new__(cls)
        trigger._begin(
            interval,
            None if start_date is None else as_instant(start_date, UTC, "start_date"),
            None if end_date is None else as_instant(end_date, UTC, "end_date"),
        )
        return trigger

    def _begin(
        self, interval: timedelta, start: datetime | None, end: datetime | None
    ) -> None:
        if not _TICK <= interval <= MAX_DURATION:
            raise BadTrigger(
                "interval",
                f"{interval} is not within 1 microsecond to {MAX_DURATION.days} days",
            )
        if start is not None and end is not None and end < start:
            raise BadTrigger("end_date", f"{end} is before start_date, {start}")
        self.__attrs_init__(interval, start, end)

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

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"every {describe_duration(self.interval)}"
        if self.start_date is not None:
            text += f" from {self.start_date.replace(tzinfo=None)} UTC"
        if self.end_date is not None:
            text += f" until {self.end_date.replace(tzinfo=None)} UTC"
        return text

    def __str__(self) -> str:
        text = f"every {format_duration(self.interval)}"
        if self.start_date is not None:
            text += f" from {self.start_date.isoformat()}"
        if self.end_date is not None:
            text += f" until {self.end_date.isoformat()}"
        return text
