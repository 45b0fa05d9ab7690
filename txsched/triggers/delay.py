"""
Again and again, so long after the end of the run before.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ..model.instant import UTC
from ..model.trigger import IWaitingTrigger, Waiting
from .clauses import check_bounds, describe_clauses, write_clauses
from .durations import add_up, check_duration, describe_duration, format_duration
from .instants import utc

__all__ = ["DelayTrigger"]


@implementer(IWaitingTrigger)
@frozen(init=False, weakref_slot=False)
class DelayTrigger:
    """
    Fires so long after the end of the last run of the job.

    The first time is *start_date*, or one delay after the instant of asking.  While a
    run is active the next time is not known; the store sets it when that run ends,
    however it ends.  So two runs by this trigger never overlap, whatever
    ``max_instances`` says.

    There is no jitter: the end of a run is as irregular as its work, and the store,
    which sets the time, adds up two numbers and nothing else.

    :ivar delay: the time from the end of a run to the next planned time.
    :ivar start_date: the first time, in UTC.
    :ivar end_date: no time after this; in UTC.
    """

    delay: timedelta = field()
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
        :param weeks: these and the following five add up to the delay, from one
            microsecond to a hundred years.
        :param start_date: the first time; also as text.  One that has passed when the
            trigger is first asked does not count.
        :param end_date: the last instant at which a time may lie.
        :param timezone: of dates that have none; ``None`` is the zone of this
            machine.
        :raises BadTrigger: naming the argument and what was expected.
        """
        delay = add_up(
            "delay",
            weeks=weeks,
            days=days,
            hours=hours,
            minutes=minutes,
            seconds=seconds,
            microseconds=microseconds,
        )
        self.__attrs_init__(delay, *check_bounds(start_date, end_date, timezone))

    @classmethod
    def of(
        cls,
        delay: timedelta,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
    ) -> DelayTrigger:
        """
        Make one of a whole delay and aware dates.

        :raises BadTrigger: naming the argument and what was expected.
        """
        trigger = cls.__new__(cls)
        check_duration(delay, "delay")
        trigger.__attrs_init__(delay, *check_bounds(start_date, end_date, UTC))
        return trigger

    @property
    def waiting(self) -> Waiting:
        """
        See :attr:`txsched.model.IWaitingTrigger.waiting`.
        """
        return Waiting(self.delay, self.end_date)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        Give the first time; none after another one, for that depends on its run.
        """
        now = utc(now)
        if previous_fire_time is not None:
            return None
        first = self.start_date
        if first is None or first < now:
            try:
                first = now + self.delay
            except OverflowError:
                return None
        return None if self.end_date is not None and first > self.end_date else first

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"{_counted(self.delay)} after the end of each run"
        return text + describe_clauses(self.start_date, self.end_date, None)

    def __str__(self) -> str:
        text = f"delay {format_duration(self.delay)}"
        return text + write_clauses(self.start_date, self.end_date)


def _counted(delay: timedelta) -> str:
    text = describe_duration(delay)
    return text if text[0].isdigit() else f"1 {text}"
