"""
The instants of a cron rule: its wall times, carried through a zone's history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ...model.instant import UTC
from ..daylight import Fold, Gap, Policy
from ..timeline import Stretch, Timeline, timeline
from ..zones import FIRST_YEAR, LAST_YEAR
from .walls import Fields, Walls

__all__ = ["Schedule"]

_TICK = timedelta(microseconds=1)
#: No wall time is further than this from its instant, and from the end of its gap.
_FAR = timedelta(days=3)
_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _FAR
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) + _FAR
#: Start, end and offset of a stretch with one offset, and how to search there.
_Plain = tuple[datetime, datetime, timedelta, Callable[[datetime], datetime]]


class Schedule:
    """
    A strictly increasing sequence of instants that can be searched and counted.

    Nothing is worked out before the first question.
    """

    __slots__ = ("_fold", "_gap", "_plain", "_search", "_zone", "fields")

    def __init__(self, fields: Fields, zone: str, gap: Gap, fold: Fold) -> None:
        """
        :param fields: which wall times.
        :param zone: the name of the zone whose wall times are meant.
        :param gap: what becomes of wall times that do not exist.
        :param fold: what becomes of wall times that exist twice.
        """
        self.fields = fields
        self._zone = zone
        self._gap = gap
        self._fold = fold
        self._search: _Search | None = None
        self._plain: _Plain | None = None

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*, which is in UTC, as the answer is.
        """
        if self._plain is not None:
            start, end, offset, after = self._plain
            if start <= instant < end:
                answer = after(instant + offset) - offset
                if answer < end:
                    return answer
        search = self._search or self._begin()
        found = search.next_after(instant)
        self._plain = search.plain
        return found

    def last_before(self, end: datetime) -> datetime | None:
        """
        Give the last one earlier than *end*, which is in UTC, as the answer is.
        """
        return (self._search or self._begin()).last_before(end)

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*; both are in UTC.
        """
        return (self._search or self._begin()).count(first, end)

    def _begin(self) -> _Search:
        policy = None if self.fields.elapsed else Policy(self._gap, self._fold)
        search = _Search(Walls(self.fields), timeline(self._zone, policy))
        self._search = search
        return search


class _Search:
    """
    What answers the questions to a schedule.
    """

    __slots__ = ("_timeline", "_walls", "plain")

    def __init__(self, walls: Walls, timeline: Timeline) -> None:
        self._walls = walls
        self._timeline = timeline
        #: What was met last: most questions are about the same.
        self.plain: _Plain | None = None

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*.
        """
        instant = max(instant, _EARLIEST)
        stretch = self._timeline.find(instant)
        while stretch is not None:
            if instant < stretch.start and self._in_gap(stretch):
                return stretch.start
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
