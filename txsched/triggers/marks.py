"""
What changes of the clocks do to single times of a trigger.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from ..model.trigger import ITrigger
from .changes import Change, WallTrigger, changes_between, named_walls, write_offset
from .cron import CronTrigger
from .daylight import Gap, wall_of
from .instants import utc
from .zones import zone_key

__all__ = ["Mark", "find_marks", "write_time"]

_SECOND = timedelta(seconds=1)
#: No wall time is further than this from the change that concerns it.
_NEAR = timedelta(days=2)


@frozen
class Mark:
    """
    Something that is to be known of one time.

    :ivar code: ``gap`` for a time that was moved, as the clocks skip the wall time
        that the trigger names; ``fold`` for one whose wall time comes twice;
        ``offset`` where the clocks changed since the time before.
    :ivar text: the same in English.
    """

    code: str
    text: str


def find_marks(
    trigger: ITrigger,
    instant: datetime,
    timezone: str,
    before: datetime | None = None,
) -> list[Mark]:
    """
    Give what is to be known of one of the times of a trigger.

    :param instant: the time.
    :param timezone: the name of the zone whose clocks are looked at.
    :param before: the time before it, if a change since then is of interest.
    """
    instant, key = utc(instant), zone_key(timezone)
    marks = []
    for change in changes_between(key, instant - _NEAR, instant + _NEAR):
        if change.is_gap:
            marks += _gap(trigger, instant, key, change)
        else:
            marks += _fold(instant, change)
    if before is not None:
        marks += _offset(utc(before), instant, key)
    return marks


def _gap(trigger: ITrigger, instant: datetime, key: str, change: Change) -> list[Mark]:
    if not isinstance(trigger, WallTrigger) or not _moves(trigger, key):
        return []
    if trigger.gap is Gap.SHIFT:
        wall = instant + change.before
        walls = named_walls(trigger, wall, wall + _SECOND, 1)
        if not change.first <= wall < change.end:
            return []
    elif instant == change.at:
        walls = named_walls(trigger, change.first, change.end, 1)
    else:
        return []
    now = write_time(wall_of(instant, key))
    return [
        Mark("gap", f"the clocks skip {write_time(wall)}: runs at {now}")
        for wall in walls
    ]


def _moves(trigger: WallTrigger, key: str) -> bool:
    """
    Say whether a gap of this zone can move times of a trigger.
    """
    elapsed = isinstance(trigger, CronTrigger) and trigger.fields.elapsed
    return trigger.timezone == key and not elapsed and trigger.gap is not Gap.SKIP


def _fold(instant: datetime, change: Change) -> list[Mark]:
    first = instant < change.at
    wall = instant + (change.before if first else change.after)
    if not change.first <= wall < change.end:
        return []
    which = "first" if first else "second"
    return [Mark("fold", f"the {which} of two {write_time(wall)}")]


def _offset(before: datetime, instant: datetime, key: str) -> list[Mark]:
    offsets = [
        write_offset(wall_of(one, key) - one.replace(tzinfo=None))
        for one in (before, instant)
    ]
    if offsets[0] == offsets[1]:
        return []
    return [Mark("offset", f"the clocks went from {offsets[0]} to {offsets[1]}")]


def write_time(wall: datetime) -> str:
    """
    Write the time of day of a wall time: ``02:30``, or ``02:30:15``.
    """
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"
