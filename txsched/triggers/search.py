"""
Sets of wall times, carried through a zone's history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from ..model.instant import UTC
from .daylight import Policy
from .timeline import Stretch, timeline
from .zones import FIRST_YEAR, LAST_YEAR

__all__ = ["ALWAYS", "NEVER", "Plain", "Search", "WallTimes"]

#: What :meth:`WallTimes.after` and :meth:`WallTimes.before` give when there is none.
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
ALWAYS = datetime(1000, 1, 1, tzinfo=UTC)

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
#: No wall time is further than this from its instant, and from the end of its gap.
_FAR = timedelta(days=3)
_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _FAR
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) + _FAR
#: Start, end and offset of a stretch with one offset, and how to search there.
Plain = tuple[datetime, datetime, timedelta, Callable[[datetime], datetime]]


class WallTimes(Protocol):
    """
    A set of wall times of whole seconds.

    They are datetimes that carry UTC as their zone; see
    :class:`~txsched.triggers.timeline.Stretch`.
    """

    def after(self, wall: datetime) -> datetime:
        """
        Give the first one later than *wall*, or :data:`NEVER`.
        """

    def before(self, wall: datetime) -> datetime:
        """
        Give the last one earlier than *wall*, or :data:`ALWAYS`.
        """

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*.
        """

    def bits(self, first: datetime, end: datetime) -> int:
        """
        Give those from *first* up to but without *end* as a mask.

        :param end: at most some days after *first*.
        :returns: bit 0 is the first full second not earlier than *first*.
        """


class Search:
    """
    A strictly increasing sequence of instants that can be searched and counted.
    """

    __slots__ = ("_timeline", "_walls", "plain")

    def __init__(self, walls: WallTimes, zone: str, policy: Policy | None) -> None:
        """
        :param walls: which wall times.
        :param zone: the name of the zone whose wall times are meant.
        :param policy: what becomes of those that do not exist or exist twice;
            ``None`` for a rule that follows elapsed time.
        """
        self._walls = walls
        self._timeline = timeline(zone, policy)
        #: What was met last: most questions are about the same.
        self.plain: Plain | None = None

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*.
        """
        instant = max(instant, _EARLIEST)
        stretch = self._timeline.find(instant)
        while stretch is not None:
            if instant < stretch.start:
                if self._in_gap(stretch):
                    return stretch.start
                instant = stretch.start - _TICK
            if len(stretch.offsets) == 1:
                self.plain = (*stretch[:2], stretch.offsets[0], self._walls.after)
            candidates = [
                self._walls.after(instant + offset) - offset
                for offset in stretch.offsets
            ]
            answer = min(candidates, default=stretch.end)
            if answer < stretch.end:
                return answer
            # Nothing is between the two wall times.  Where the end of the stretch is
            # far from the first, none that comes back in a fold can be earlier, and
            # all that is far from the second is passed over.
            target = stretch.end
            if target - _FAR > instant and answer - _FAR > target:
                target = answer - _FAR
            instant = target - _TICK
            stretch = self._timeline.find(target)
        return None

    def last_before(self, end: datetime) -> datetime | None:
        """
        Give the last one earlier than *end*.
        """
        end = min(end, _LATEST)
        stretch = self._timeline.find(end - _TICK)
        while stretch is not None:
            candidates = [
                self._walls.before(end + offset) - offset for offset in stretch.offsets
            ]
            answer = max(candidates, default=stretch.start - _TICK)
            if answer >= stretch.start:
                return answer
            if self._in_gap(stretch):
                return stretch.start
            # As in next_after, the other way round.
            target = stretch.start
            if target + _FAR < end and answer + _FAR < target:
                target = answer + _FAR
            end = target
            stretch = self._timeline.find(end - _TICK)
        return None

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*.
        """
        total = 0
        first = max(first, _EARLIEST)
        while first < end:
            stretch = self._timeline.find(first)
            if stretch is None:
                break
            total += self._count(stretch, first, min(end, stretch.end))
            first = stretch.end
        return total

    def bits(self, first: datetime, length: int) -> int:
        """
        Give those of the *length* seconds from *first* on as a mask.

        :param first: a full second; bit 0 stands for it.
        :param length: of some days at most.
        """
        bits, at = 0, max(first, _EARLIEST)
        end = first + timedelta(seconds=length)
        while at < end:
            stretch = self._timeline.find(at)
            if stretch is None:
                break
            last = min(end, stretch.end)
            found = int(at == stretch.start and self._in_gap(stretch))
            for offset in stretch.offsets:
                found |= self._walls.bits(at + offset, last + offset)
            bits |= found << (at - first) // _SECOND
            at = last
        return bits

    def _count(self, stretch: Stretch, first: datetime, end: datetime) -> int:
        """
        Count those of one stretch.
        """
        offsets = stretch.offsets
        if len(offsets) > 1:
            # What falls together is one.
            bits = 0
            for offset in offsets:
                bits |= self._walls.bits(first + offset, end + offset)
            return bits.bit_count()
        total = 0
        for offset in offsets:
            total = self._walls.count(first + offset, end + offset)
        if first == stretch.start and self._in_gap(stretch):
            # It may be a wall time of its own as well: still one instant.
            total += not any(
                self._walls.count(first + offset, first + offset + _TICK)
                for offset in offsets
            )
        return total

    def _in_gap(self, stretch: Stretch) -> bool:
        """
        Whether a wall time happens at the start of *stretch* because it does not exist.
        """
        return any(
            self._walls.after(first - _TICK) < last for first, last in stretch.gap
        )
