"""
The trigger that fires at wall times which match an expression.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.instant import UTC
from ...model.trigger import ICountingTrigger
from ..instants import as_instant, utc
from ..zones import zone_key
from . import crontab, own
from .english import describe
from .search import Schedule

__all__ = ["DIALECTS", "CronTrigger"]

#: The dialects of expressions, by name.
DIALECTS = {"crontab": crontab, "own": own}

_TICK = timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def _schedule(dialect: str, expression: str, zone: str) -> Schedule:
    """
    Compile an expression; equal ones share what is made.
    """
    return Schedule(DIALECTS[dialect].parse(expression), zone)


@implementer(ICountingTrigger)
@frozen(init=False, weakref_slot=False, repr=False)
class CronTrigger:
    """
    Fires whenever the clock on the wall matches an expression.

    The constructor takes the fields of the scheduler's own dialect; :meth:`parse`
    reads text, in that dialect and others.  What happens at a change of daylight
    saving time is told in :mod:`txsched.triggers.daylight`.

    Years go from 1970 to 2199; an expression that matches nothing there never fires.

    :ivar dialect: the name of the dialect, a key of ``DIALECTS``.
    :ivar expression: in its one way of writing.
    :ivar timezone: the name of the zone.
    :ivar start_date: no time before this; in UTC.
    :ivar end_date: no time after this; in UTC.
    """

    dialect: str = field()
    expression: str = field()
    timezone: str = field()
    start_date: datetime | None = field()
    end_date: datetime | None = field()
    _schedule: Schedule = field(eq=False)

    def __init__(
        self,
        year: int | str | None = None,
        month: int | str | None = None,
        day: int | str | None = None,
        week: int | str | None = None,
        day_of_week: int | str | None = None,
        hour: int | str | None = None,
        minute: int | str | None = None,
        second: int | str | None = None,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
        timezone: str | tzinfo | None = None,
    ) -> None:
        """
        Each field takes a number or text: ``*``, ``*/a``, ``a-b``, ``a-b/c`` or a list
        of these with commas; ``month`` and ``day_of_week`` also take names of three
        letters; ``day`` also ``last``, ``3rd fri`` and ``last fri``.  At least one
        field is to be given.

        :param year: 1970 to 2199.
        :param month: 1 to 12.
        :param day: of the month, 1 to 31.
        :param week: of ISO 8601, 1 to 53.
        :param day_of_week: 0 to 6; 0 is Monday.
        :param hour: 0 to 23.
        :param minute: 0 to 59.
        :param second: 0 to 59.
        :param start_date: no time before this; also as text.
        :param end_date: no time after this; also as text.
        :param timezone: whose wall times are meant, also those of dates without a
            zone: a name or a ``tzinfo`` that has one; ``None`` is the zone of this
            machine.
        :raises BadTrigger: naming the field and the place in it.
        """
        expression = own.join_fields(
            {
                "year": year,
                "month": month,
                "day": day,
                "week": week,
                "day_of_week": day_of_week,
                "hour": hour,
                "minute": minute,
                "second": second,
            }
        )
        self._begin("own", expression, timezone, start_date, end_date)

    @classmethod
    def parse(
        cls,
        text: str,
        dialect: str = "crontab",
        timezone: str | tzinfo | None = None,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
    ) -> CronTrigger:
        """
        Read an expression.

        :param text: the expression alone.
        :param dialect: ``crontab``: five fields as in crontab(5), or a nickname as
            ``@daily``; ``own``: named fields as ``hour=9 day_of_week=mon-fri``.
        :raises BadTrigger: naming the field and the place in it.
        """
        syntax = DIALECTS.get(dialect)
        if syntax is None:
            known = ", ".join(DIALECTS)
            raise BadTrigger("dialect", f"{dialect!r} is not one of {known}")
        trigger = cls.__new__(cls)
        expression = syntax.normalize(text)
        trigger._begin(dialect, expression, timezone, start_date, end_date)
        return trigger

    @classmethod
    def from_crontab(
        cls, text: str, timezone: str | tzinfo | None = None
    ) -> CronTrigger:
        """
        Read five fields as in crontab(5), or a nickname.

        :raises BadTrigger: naming the field and the place in it.
        """
        return cls.parse(text, "crontab", timezone)

    def _begin(
        self,
        dialect: str,
        expression: str,
        timezone: str | tzinfo | None,
        start_date: datetime | date | str | None,
        end_date: datetime | date | str | None,
    ) -> None:
        zone = zone_key(timezone)
        schedule = _schedule(dialect, expression, zone)
        start = end = None
        if start_date is not None:
            start = as_instant(start_date, zone, "start_date")
        if end_date is not None:
            end = as_instant(end_date, zone, "end_date")
        if start is not None and end is not None and end < start:
            raise BadTrigger("end_date", f"{end} is before start_date, {start}")
        self.__attrs_init__(dialect, expression, zone, start, end, schedule)

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        if instant.tzinfo is not UTC:
            instant = utc(instant)
        if self.start_date is not None and instant < self.start_date:
            instant = self.start_date - _TICK
        answer = self._schedule.next_after(instant)
        if self.end_date is not None and answer is not None and answer > self.end_date:
            return None
        return answer

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        if previous_fire_time is None:
            return self.next_after(now - _TICK)
        return self.next_after(previous_fire_time)

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        first, end = utc(first), utc(end)
        if self.end_date is not None and self.end_date < end:
            end = self.end_date + _TICK
        # *first* counts even if the data of its zone changed since it was planned.
        number = self._schedule.count(first + _TICK, end)
        last = self._schedule.last_before(end) if number else None
        return number + 1, first if last is None else last

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"{describe(self._schedule.fields)} ({self.timezone})"
        if self.start_date is not None:
            text += f" from {self.start_date.replace(tzinfo=None)} UTC"
        if self.end_date is not None:
            text += f" until {self.end_date.replace(tzinfo=None)} UTC"
        return text

    def __str__(self) -> str:
        word = "cron" if self.dialect == "own" else self.dialect
        text = f"{word} {self.expression} {self.timezone}"
        if self.start_date is not None:
            text += f" from {self.start_date.isoformat()}"
        if self.end_date is not None:
            text += f" until {self.end_date.isoformat()}"
        return text

    def __repr__(self) -> str:
        return f"<CronTrigger {self}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # What was compiled is made again, and shared with its equals.
        return _again, (
            self.expression,
            self.dialect,
            self.timezone,
            self.start_date,
            self.end_date,
        )


def _again(*parts: Any) -> CronTrigger:
    return CronTrigger.parse(*parts)
