"""
The instants of a cron rule: its wall times, carried through a zone's history.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ...model.instant import UTC
from ..daylight import Fold, Gap, Stretch, timeline
from ..zones import FIRST_YEAR, LAST_YEAR
from .walls import Fields, Walls

__all__ = ["Schedule"]

_TICK = timedelta(microseconds=1)
#: No wall time is further than this from its instant.
_FAR = timedelta(hours=36)
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
        self._timeline = timeline(zone, fields.elapsed)

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*, which is in UTC, as the answer is.
        """
        stretch = self._timeline.last
        if stretch.start <= instant < stretch.end:
            offset = stretch.offset
            answer = self._walls.after(instant + offset) - offset
            if answer < stretch.end:
                return answer
        return self._search(max(instant, _EARLIEST))

    def _search(self, instant: datetime) -> datetime | None:
        stretch = self._timeline.find(instant)
        if stretch is None:
            return None
        wall = max(instant, stretch.start - _TICK) + stretch.offset
        while True:
            candidate = self._walls.after(wall)
            answer = candidate - stretch.offset
            if answer < stretch.end:
                return answer
            following = self._timeline.find(stretch.end)
            if following is None:
                return None
            if self._in_gap(following):
                return following.start
            after = following.start - _TICK + following.offset
            # Nothing lies between wall and candidate, so a far one is gone to
            # at once; but not past a fold, where earlier wall times come back.
            if wall <= after and candidate - _FAR > following.end:
                following = self._timeline.find(candidate - _FAR)
                if following is None:
                    return None
                after = candidate - _FAR
            stretch, wall = following, after

    def count(self, first: datetime, end: datetime) -> int:
        """
        Count those from *first* up to but without *end*; both are in UTC.
        """
        total = 0
        stretch = self._timeline.find(max(first, _EARLIEST))
        while stretch is not None and stretch.begin < end:
            start, offset = max(first, stretch.start), stretch.offset
            total += self._walls.count(start + offset, min(end, stretch.end) + offset)
            if first <= stretch.start and self._in_gap(stretch):
                # It may be a wall time of its own as well: still one instant.
                at = stretch.start + offset
                total += not self._walls.count(at, at + _TICK)
            stretch = self._timeline.find(stretch.end)
        return total

    def last_before(self, end: datetime) -> datetime | None:
        """
        Give the last one earlier than *end*, which is in UTC, as the answer is.
        """
        end = min(end, _LATEST)
        stretch = self._timeline.find(end - _TICK)
        while stretch is not None:
            wall = min(end, stretch.end) + stretch.offset
            candidate = self._walls.before(wall)
            if candidate - stretch.offset >= stretch.start:
                return candidate - stretch.offset
            if stretch.start < end and self._in_gap(stretch):
                return stretch.start
            previous = self._timeline.find(stretch.begin - _TICK)
            # As in _search: a far one is gone to at once, but not past a fold.
            if (
                previous is not None
                and previous.end + previous.offset <= wall
                and candidate + _FAR < previous.begin
            ):
                previous = self._timeline.find(candidate + _FAR)
            stretch = previous
        return None

    def _in_gap(self, stretch: Stretch) -> bool:
        """
        Whether a wall time lies in the gap before *stretch*.
        """
        if stretch.gap is None:
            return False
        start, end = stretch.gap
        return self._walls.after(start - _TICK) < end
