"""
A calendar that excludes what a cron expression matches.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ...model.instant import UTC
from ..cron import CronTrigger
from ..instants import utc
from .joined import Calendar

__all__ = ["CronCalendar"]

_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
#: How many matches that touch are joined into one stretch.
MAX_JOINED = 2000
#: Dialects in which an expression names whole minutes.
_MINUTES = ("crontab", "celery")


def _trigger(value: Any) -> CronTrigger:
    if not isinstance(value, CronTrigger):
        raise BadTrigger("trigger", f"expected a CronTrigger, not {value!r}")
    return value


@implementer(ICalendar)
@frozen(weakref_slot=False)
class CronCalendar(Calendar):
    """
    Excludes each minute that an expression matches; where the dialect has seconds, as
    all but ``crontab`` and ``celery`` have, each second.

    ``* 9-16 * * mon-fri`` excludes office hours, where ``0 9 * * mon-fri`` would
    exclude one minute.

    :ivar trigger: says which.
    """

    trigger: CronTrigger = field(converter=_trigger)

    @property
    def timezone(self) -> str:  # type: ignore[override]
        """
        The name of the zone in which days begin and end.
        """
        return self.trigger.timezone

    @property
    def _width(self) -> timedelta:
        return _MINUTE if self.trigger.dialect in _MINUTES else _SECOND

    def _match(self, instant: datetime) -> datetime | None:
        """
        Give the match whose minute or second *instant* lies in.
        """
        found = self.trigger.previous_before(instant + _TICK)
        return found if found is not None and instant < found + self._width else None

    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """
        found = self._match(utc(instant))
        if found is None:
            return None
        end = found + self._width
        for _ in range(MAX_JOINED):
            if self.trigger.next_after(end - _TICK) != end:
                break
            end += self._width
        return end

    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """
        start = self._match(utc(instant))
        assert start is not None, f"{instant} is not excluded"
        for _ in range(MAX_JOINED):
            before = self.trigger.previous_before(start)
            if before is None or before + self._width < start:
                break
            start = before
        return start

    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.
        """
        return self.trigger.next_after(utc(instant))

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        word = "each minute" if self._width == _MINUTE else "each second"
        return f"{word} of: {self.trigger.describe()}"

    def __str__(self) -> str:
        return f"during {self.trigger}"
