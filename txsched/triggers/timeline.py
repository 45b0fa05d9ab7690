"""
The history of a zone as a cron rule sees it, in stretches.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .daylight import (
    BEGIN,
    END,
    EPOCH,
    FAR,
    Gap,
    Policy,
    Segment,
    happens,
    jump_over,
    segments_near,
    shown,
)
from .history import History
from .zones import find_zone

__all__ = ["Stretch", "Timeline", "timeline"]

_SECOND = timedelta(seconds=1)


class Stretch(NamedTuple):
    """
    A time through which the instants of a rule are found in one way.

    Wall times are datetimes that carry UTC as their zone, so that adding an offset
    is all it takes to get from an instant to its wall time.

    :ivar start: its first instant.
    :ivar end: the first instant after it; the next stretch begins there.
    :ivar offsets: wall time minus UTC.  None where the wall times belong to the other
        part of a fold; two where those of a gap happen later by its width, and so
        beside those that the clock shows.
    :ivar gap: the wall times that happen at *start* because they do not exist: from
        the first of each pair up to but without the second.
    """

    start: datetime
    end: datetime
    offsets: tuple[timedelta, ...]
    gap: tuple[tuple[datetime, datetime], ...]


class Timeline:
    """
    The stretches of a zone's history, for one kind of rule.
    """

    __slots__ = ("_history", "_known", "_policy")

    def __init__(self, history: History, policy: Policy | None) -> None:
        """
        :param history: of the zone.
        :param policy: of a rule that names wall times; ``None`` for one that follows
            elapsed time.
        """
        self._history = history
        self._policy = policy
        self._known: dict[int, tuple[Stretch, ...]] = {}

    def find(self, instant: datetime) -> Stretch | None:
        """
        Give the stretch of an instant; ``None`` outside the known years.
        """
        seconds = (instant - EPOCH) // _SECOND
        if not BEGIN <= seconds < END:
            return None
        place = bisect_right(self._history.changes, seconds)
        stretches = self._known.get(place)
        if stretches is None:
            stretches = self._known[place] = tuple(self._explore(place))
        return next(one for one in stretches if instant < one.end)

    def _explore(self, place: int) -> Iterator[Stretch]:
        """
        Cut what lies between two changes of the offset.
        """
        changes, offsets = self._history
        start = changes[place - 1] if place else BEGIN
        end = changes[place] if place < len(changes) else END
        low, high = bisect_right(changes, start - FAR), bisect_right(changes, end + FAR)
        near = History(
            tuple(change - start for change in changes[low:high]),
            offsets[low : high + 1],
        )
        ahead = timedelta(seconds=start)
        for stretch in _cut(near, end - start, self._policy):
            yield Stretch(
                stretch.start + ahead,
                stretch.end + ahead,
                stretch.offsets,
                tuple((first + ahead, last + ahead) for first, last in stretch.gap),
            )


@lru_cache(maxsize=4096)
def _cut(history: History, end: int, policy: Policy | None) -> tuple[Stretch, ...]:
    """
    Give the stretches of a time that begins in 1970.

    Most years are like others, but for when they begin; so they are worked out once.

    :param history: the changes in the time and near it.
    :param end: the first instant after it.
    """
    near = segments_near(history, 0, end)
    this = next(segment for segment in near if segment.end > 0)
    if policy is None or len(near) == 1:
        return (_stretch(0, end, [this.offset], []),)
    stretches = []
    gap = _left_out(near, this) if policy.gap is Gap.NEXT else []
    start, offsets = 0, _offsets(near, this, 0, policy)
    for cut in _cuts(near, end):
        following = _offsets(near, this, cut, policy)
        if following != offsets:
            stretches.append(_stretch(start, cut, offsets, gap))
            start, offsets, gap = cut, following, []
    return (*stretches, _stretch(start, end, offsets, gap))


def _stretch(
    start: int, end: int, offsets: list[int], gap: list[tuple[int, int]]
) -> Stretch:
    return Stretch(
        _moment(start),
        _moment(end),
        tuple(timedelta(seconds=offset) for offset in offsets),
        tuple((_moment(first), _moment(last)) for first, last in gap),
    )


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _cuts(near: list[Segment], end: int) -> list[int]:
    """
    Give the instants before *end* where wall times may begin to happen otherwise.

    Those are where the wall time is one that the clock shows, or would have shown by
    an offset of the neighbourhood, at a change.
    """
    offsets = {segment.offset for segment in near}
    steps = {one - other for one in offsets for other in offsets}
    # The first segment began far away.
    changes = [segment.start for segment in near[1:]]
    cuts = {change + step for change in changes for step in steps}
    return sorted(cut for cut in cuts if 0 < cut < end)


def _offsets(near: list[Segment], this: Segment, at: int, policy: Policy) -> list[int]:
    """
    Give the offsets by which wall times happen at an instant, other than by the end
    of a gap.
    """
    offsets = [this.offset] if at in happens(near, at + this.offset, policy) else []
    if policy.gap is Gap.SHIFT:
        offsets += [
            offset
            for offset in sorted({segment.before for segment in near} - {this.offset})
            if at in happens(near, at + offset, policy)
        ]
    return offsets


def _left_out(near: list[Segment], this: Segment) -> list[tuple[int, int]]:
    """
    Give the wall times that the begin of a segment jumps over and that are not shown.
    """
    first, last = this.start + this.before, this.start + this.offset
    if first >= last:
        return []
    changes = [segment.start + segment.before for segment in near]
    changes += [segment.start + segment.offset for segment in near]
    walls = sorted({first, last, *(one for one in changes if first < one < last)})
    return [
        (wall, following)
        for wall, following in pairwise(walls)
        if not shown(near, wall) and jump_over(near, wall) is this
    ]


@lru_cache(maxsize=2048)
def timeline(key: str, policy: Policy | None) -> Timeline:
    """
    Give the timeline of a zone; the same one each time.
    """
    return Timeline(find_zone(key).history, policy)
