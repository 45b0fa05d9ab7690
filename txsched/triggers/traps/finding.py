"""
The traps of any trigger.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from ...model.trigger import ITrigger
from ..calendar_interval import CalendarIntervalTrigger
from ..combine.trigger import Combination
from ..cron import CronTrigger
from ..instants import utc
from ..interval import IntervalTrigger
from ..zones import zone_key
from .clocks import clock_traps, drift_traps
from .days import cron_day_traps, interval_day_traps
from .ends import end_traps
from .fields import field_traps
from .trap import Trap

__all__ = ["find_traps"]


def find_traps(
    trigger: ITrigger, now: datetime, timezone: str | tzinfo = "UTC"
) -> list[Trap]:
    """
    Find what a trigger does and its author may not expect.

    The same question has the same answer; an answer takes some milliseconds.

    :param trigger: one of ours; of another one nothing is known, and nothing found.
    :param now: what lies before it has passed; traps that depend on the calendar are
        looked for in the years after it.
    :param timezone: whose clocks matter to a trigger that has no zone itself.
    :raises BadTrigger: *now* has no time zone, or there is no such zone.
    """
    return list(_find(trigger, utc(now), zone_key(timezone)))


def _find(trigger: ITrigger, now: datetime, timezone: str) -> Iterator[Trap]:
    ended = list(end_traps(trigger, now))
    yield from ended
    if isinstance(trigger, CronTrigger):
        yield from field_traps(trigger)
    if isinstance(trigger, Combination):
        for member in trigger.members:
            for trap in _find(member, now, timezone):
                yield Trap(trap.code, f"({member}): {trap.text}")
    if ended:
        # What happens on which days matters no more.
        return
    if isinstance(trigger, CronTrigger):
        yield from cron_day_traps(trigger, now)
    elif isinstance(trigger, CalendarIntervalTrigger):
        yield from interval_day_traps(trigger)
    elif isinstance(trigger, IntervalTrigger):
        yield from drift_traps(trigger, now, timezone)
    yield from clock_traps(trigger, now)
