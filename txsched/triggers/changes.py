"""
Where the clocks of a zone change, and which wall times of a trigger that concerns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import NamedTuple

from attrs import evolve

from ..model.instant import UTC
from ..model.trigger import ITrigger
from .calendar_interval import CalendarIntervalTrigger
from .cron import CronTrigger
from .daylight import EPOCH
from .rrule import RRuleTrigger
from .zones import find_zone

__all__ = ["Change", "WallTrigger", "changes_between", "named_walls", "write_offset"]

_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)

#: The triggers that name wall times of a zone.
WallTrigger = CalendarIntervalTrigger | CronTrigger | RRuleTrigger


class Change(NamedTuple):
    """
    A change of a zone's offset.

    Wall times are datetimes that carry UTC as their zone.

    :ivar at: the first instant with the new offset, in UTC.
    :ivar before: wall time minus UTC, before it.
    :ivar after: the same from it on.
    """

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_gap(self) -> bool:
        """
        Whether wall times are left out; else some come twice.
        """
        return self.after > self.before

    @property
    def first(self) -> datetime:
        """
        The first wall time that is left out, or comes twice.
        """
        return self.at + min(self.before, self.after)

    @property
    def end(self) -> datetime:
        """
        The first one after those.
        """
        return self.at + max(self.before, self.after)


def changes_between(key: str, start: datetime, end: datetime) -> Iterator[Change]:
    """
    Give the changes of a zone from *start* up to but without *end*, in order.

    :param key: the name of the zone.
    """
    changes, offsets = find_zone(key).history
    place = bisect_right(changes, (start - _TICK - EPOCH) // _SECOND)
    while place < len(changes):
        at = EPOCH + timedelta(seconds=changes[place])
        if at >= end:
            return
        before, after = offsets[place : place + 2]
        yield Change(at, timedelta(seconds=before), timedelta(seconds=after))
        place += 1


def named_walls(
    trigger: ITrigger, first: datetime, end: datetime, limit: int
) -> list[datetime]:
    """
    Give the wall times that a trigger names, from *first* up to but without *end*.

    :param first: a wall time that carries UTC as its zone, as *end* and the answers.
    :param limit: how many at most.
    :returns: none for a trigger that names no wall times.
    """
    if isinstance(trigger, CronTrigger):
        twin: WallTrigger = CronTrigger.parse(
            trigger.expression, trigger.dialect, "UTC"
        )
    elif isinstance(trigger, RRuleTrigger):
        twin = evolve(trigger, timezone=UTC, end_date=None)
    elif isinstance(trigger, CalendarIntervalTrigger) and _is_fixed(trigger):
        twin = evolve(trigger, timezone=UTC)
    else:
        return []
    return list(islice(twin.between(first, end), limit))


def _is_fixed(trigger: CalendarIntervalTrigger) -> bool:
    """
    Say whether the trigger alone decides about its dates: each day is such a case.
    """
    step = trigger.years, trigger.months, trigger.weeks, trigger.days
    return trigger.start_date is not None or step == (0, 0, 0, 1)


def write_offset(offset: timedelta) -> str:
    """
    Write an offset as in an instant: ``+02:00``.
    """
    return datetime(2000, 1, 1, tzinfo=timezone(offset)).isoformat()[19:]
