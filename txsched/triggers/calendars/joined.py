"""
Several calendars at once; and what all calendars have in common.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.calendar import ICalendar
from ...model.instant import UTC
from ..daylight import Fold, Gap, instants_of, wall_of
from ..instants import utc

__all__ = ["Calendar", "JoinedCalendar", "midnight"]

#: How many stretches that touch are looked at before all is taken to be excluded.
MAX_STRETCHES = 1000

_MIDNIGHT = time()
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def midnight(day: Any, zone: str) -> datetime:
    """
    Give the instant with which a day begins in a zone.
    """
    wall = datetime.combine(day, _MIDNIGHT)
    found = instants_of(wall, zone, Gap.NEXT, Fold.FIRST)
    return found[0] if found else wall.replace(tzinfo=UTC)


class Calendar(ABC):
    """
    What follows for any calendar from where its stretches begin and end.

    :ivar timezone: the name of the zone in which days begin and end.
    """

    __slots__ = ()

    timezone: str

    @abstractmethod
    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """

    @abstractmethod
    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """

    @abstractmethod
    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.
        """

    @abstractmethod
    def describe(self) -> str:
        """
        Say in English what is excluded.
        """

    def next_allowed(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.next_allowed`.
        """
        instant = utc(instant)
        for _ in range(MAX_STRETCHES):
            until = self.excluded_until(instant)
            if until is None:
                return instant
            if until >= _LATEST:
                return None
            instant = self._put_off(instant, until)
        return None

    def _put_off(self, instant: datetime, until: datetime) -> datetime:
        zone = self.timezone
        if self._whole_days(until) and self._whole_days(self._begin(instant)):
            wall = datetime.combine(
                wall_of(until, zone).date(), wall_of(instant, zone).time()
            )
            moved = instants_of(wall, zone, Gap.NEXT, Fold.FIRST)
            if moved and moved[0] >= until:
                return moved[0]
        return until

    def previous_allowed(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.previous_allowed`.
        """
        instant = utc(instant)
        zone = self.timezone
        for _ in range(MAX_STRETCHES):
            until = self.excluded_until(instant)
            if until is None:
                return instant
            since = self._begin(instant)
            if since <= _EARLIEST:
                return None
            moved = since - _SECOND
            if self._whole_days(since) and self._whole_days(until):
                day = wall_of(since, zone).date() - _DAY
                wall = datetime.combine(day, wall_of(instant, zone).time())
                found = instants_of(wall, zone, Gap.NEXT, Fold.FIRST)
                if found and found[0] < since:
                    moved = found[0]
            instant = moved
        return None

    def _begin(self, instant: datetime) -> datetime:
        """
        Give the start of all that is excluded without a break up to *instant*.
        """
        since = self.excluded_since(instant)
        for _ in range(MAX_STRETCHES):
            before = since - timedelta(microseconds=1)
            if before < _EARLIEST or not self._excludes_at(before):
                return since
            since = self.excluded_since(before)
        return _EARLIEST

    def _excludes_at(self, instant: datetime) -> bool:
        return self.excluded_until(instant) is not None

    def _whole_days(self, instant: datetime) -> bool:
        zone = self.timezone
        return instant == midnight(wall_of(instant, zone).date(), zone)

    def joined(self, other: ICalendar) -> JoinedCalendar:
        """
        Give the calendar that excludes what this one or *other* does.
        """
        return JoinedCalendar((*_parts(self), *_parts(other)))


def _parts(calendar: Any) -> tuple[Any, ...]:
    return calendar.calendars if isinstance(calendar, JoinedCalendar) else (calendar,)


def _checked(calendars: Iterable[Any]) -> tuple[Any, ...]:
    found = tuple(calendars)
    for one in found:
        if not ICalendar.providedBy(one):
            raise BadTrigger("calendars", f"{one!r} is not a calendar")
    if not found:
        raise BadTrigger("calendars", "expected one at least")
    return found


@implementer(ICalendar)
@frozen(weakref_slot=False)
class JoinedCalendar(Calendar):
    """
    Excludes what one of several calendars does.

    :ivar calendars: one at least; days begin and end as in the first one's zone.
    """

    calendars: tuple[Any, ...] = field(converter=_checked)

    @property
    def timezone(self) -> str:  # type: ignore[override]
        """
        The name of the zone in which days begin and end.
        """
        zone: str = getattr(self.calendars[0], "timezone", "UTC")
        return zone

    def excluded_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.excluded_until`.
        """
        end = utc(instant)
        for _ in range(MAX_STRETCHES):
            further = max(self._ends(end), default=None)
            if further is None:
                return None if end == instant else end
            end = further
        return _LATEST

    def _excludes_at(self, instant: datetime) -> bool:
        return any(True for _ in self._ends(instant))

    def _ends(self, instant: datetime) -> Iterator[datetime]:
        for one in self.calendars:
            until = one.excluded_until(instant)
            if until is not None:
                yield until

    def excluded_since(self, instant: datetime) -> datetime:
        """
        See :meth:`txsched.model.ICalendar.excluded_since`.
        """
        starts: list[datetime] = [
            one.excluded_since(instant)
            for one in self.calendars
            if one.excluded_until(instant) is not None
        ]
        return min(starts)

    def allowed_until(self, instant: datetime) -> datetime | None:
        """
        See :meth:`txsched.model.ICalendar.allowed_until`.
        """
        starts = [one.allowed_until(instant) for one in self.calendars]
        return min((one for one in starts if one is not None), default=None)

    def describe(self) -> str:
        """
        Say in English what is excluded.
        """
        return "; ".join(one.describe() for one in self.calendars)

    def __str__(self) -> str:
        return "\n".join(str(one) for one in self.calendars)
