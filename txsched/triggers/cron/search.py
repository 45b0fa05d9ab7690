"""
The instants of a cron rule: its wall times, carried through a zone's history.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ...model.instant import UTC
from ..daylight import Fold, Gap, Policy
from ..timeline import Stretch, timeline
from ..zones import FIRST_YEAR, LAST_YEAR
from .walls import Fields, Walls

__all__ = ["Schedule"]

_TICK = timedelta(microseconds=1)
#: No wall time is further than this from its instant, and from the end of its gap.
_FAR = timedelta(days=3)
_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - _FAR
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) + _FAR


class Schedule:
    """
    A strictly increasing sequence of instants that can be searched and counted.
    """

    __slots__ = ("_timeline", "_walls", "fields")

    def __init__(self, fields: Fields, zone: str, gap: Gap, fold: Fold) -> None:
        """
        :param fields: which wall times.
        :param zone: the name of the zone whose wall times are meant.
        :param gap: what becomes of wall times that do not exist.
        :param fold: what becomes of wall times that exist twice.
        """
        self.fields = fields
        self._walls = Walls(fields)
        self._timeline = timeline(zone, None if fields.elapsed else Policy(gap, fold))

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*, which is in UTC, as the answer is.
        """
        start, end, offset = self._timeline.last
        if start <= instant < end:
            answer = self._walls.after(instant + offset) - offset
            if answer < end:
                return answer
        return self._search(max(instant, _EARLIEST))

    def _search(self, instant: datetime) -> datetime | None:
        stretch = self._timeline.find(instant)
        while stretch is not None:
            if instant < stretch.start:
                if self._in_gap(stretch):
                    return stretch.start
                instant = stretch.start - _TICK
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
        Give the last one earlier than *end*, which is in UTC, as the answer is.
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
            # As in _search, the other way round.
            target = stretch.start
            if target + _FAR < end and answer + _FAR < target:
                target = answer + _FAR
            end = target
            stretch = self._timeline.find(end - _TICK)
        return None

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*; both are in UTC.
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
