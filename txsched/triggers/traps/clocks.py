"""
Traps that lie in changes of the clocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ...model.trigger import ITrigger
from ..changes import Change, WallTrigger, changes_between, named_walls
from ..cron import CronTrigger
from ..daylight import Fold, Gap, instants_of, wall_of
from ..english import join_words
from ..interval import IntervalTrigger
from ..marks import write_time
from ..rrule import RRuleTrigger
from .trap import Trap

__all__ = ["clock_traps", "drift_traps"]

_DAY = timedelta(days=1)
#: No wall time is further than this from its instant.
_NEAR = timedelta(days=2)
#: How far is looked ahead.
_AHEAD = timedelta(days=3 * 366)
#: So many wall times and dates are named.
_FEW = 3
_EVERY_HOUR = (1 << 24) - 1


#: A change, and the wall times named that it leaves out or repeats.
_Met = tuple[Change, list[datetime]]


def clock_traps(trigger: ITrigger, now: datetime) -> Iterator[Trap]:
    """
    Find the times of a trigger that the clocks will skip, or show twice.
    """
    if not isinstance(trigger, WallTrigger):
        return
    elapsed = isinstance(trigger, CronTrigger) and trigger.fields.elapsed
    if elapsed and trigger.fields.hours == _EVERY_HOUR:
        # It goes on through the change as through any other hour.
        return
    gaps: list[_Met] = []
    folds: list[_Met] = []
    for change in _changes(trigger, now):
        walls = named_walls(trigger, change.first, change.end, _FEW + 1)
        if walls:
            (gaps if change.is_gap else folds).append((change, walls))
    if gaps:
        yield Trap("gap", _gap(trigger, elapsed, gaps))
    if folds:
        yield Trap("fold", _fold(trigger, elapsed, folds))


def _changes(trigger: WallTrigger, now: datetime) -> Iterator[Change]:
    """
    Give the changes that lie ahead, from the first time of the trigger on.
    """
    first = trigger.next_after(now)
    if first is None:
        return
    begin = max(now, first - _NEAR)
    end = begin + _AHEAD
    if isinstance(trigger, (CronTrigger, RRuleTrigger)) and trigger.end_date:
        end = min(end, trigger.end_date)
    yield from changes_between(trigger.timezone, begin, end)


def _gap(trigger: WallTrigger, elapsed: bool, met: Sequence[_Met]) -> str:
    what = f"the clocks of {trigger.timezone} skip {_named(met)}"
    if elapsed:
        return f"{what}: nothing runs then, as what has a wildcard follows elapsed time"
    if trigger.gap is Gap.SKIP:
        return f"{what}: nothing runs then (gap skip)"
    wall = met[0][1][0]
    (instant,) = instants_of(
        wall.replace(tzinfo=None), trigger.timezone, trigger.gap, trigger.fold
    )
    ran = write_time(wall_of(instant, trigger.timezone))
    if len(met[0][1]) > 1:
        runs = (
            f"runs once, at {ran}" if trigger.gap is Gap.NEXT else f"runs from {ran} on"
        )
        return f"{what}: {runs} (gap {trigger.gap})"
    return f"{what}: runs at {ran} (gap {trigger.gap})"


def _fold(trigger: WallTrigger, elapsed: bool, met: Sequence[_Met]) -> str:
    what = f"the clocks of {trigger.timezone} show {_named(met)} twice"
    if elapsed:
        return (
            f"{what}: it runs both times, as what has a wildcard follows elapsed time"
        )
    which = "both times" if trigger.fold is Fold.BOTH else f"the {trigger.fold} time"
    return f"{what}: runs {which} (fold {trigger.fold})"


def _named(met: Sequence[_Met]) -> str:
    """
    Name the wall times, and the dates on which they are met.
    """
    walls = [write_time(wall) for wall in met[0][1]]
    dates = [f"{walls[0]:%Y-%m-%d}" for _, walls in met]
    return f"{_some(walls)} on {_some(dates)}"


def _some(words: Sequence[str]) -> str:
    if len(words) > _FEW:
        return f"{', '.join(words[:_FEW])} ..."
    return join_words(words)


def drift_traps(
    trigger: IntervalTrigger, now: datetime, timezone: str
) -> Iterator[Trap]:
    """
    Find out whether an interval of whole days will move against the clocks.

    :param timezone: the name of the zone whose clocks matter.
    """
    first = trigger.get_next_fire_time(None, now)
    change = next(changes_between(timezone, now, now + _AHEAD), None)
    if trigger.interval % _DAY or first is None or change is None:
        return
    if trigger.end_date is not None and trigger.end_date < change.at:
        return
    days = trigger.interval // _DAY
    hours = days * 24
    time = f"{wall_of(first, timezone):%H:%M}"
    count = "1 day" if days == 1 else f"{days} days"
    yield Trap(
        "drift",
        f"every {count} is every {hours} hours: from"
        f" {wall_of(change.at, timezone):%Y-%m-%d} on the clocks of {timezone} show"
        f" another time of day; 'calendar every {count} at {time}' keeps to theirs",
    )
