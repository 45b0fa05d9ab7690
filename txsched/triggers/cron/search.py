"""
The instants of a cron rule: its wall times, carried through a zone's history.
"""

from __future__ import annotations

from datetime import datetime

from ..daylight import Fold, Gap, Policy
from ..search import Plain, Search
from .walls import Fields, Walls

__all__ = ["Schedule"]


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
        self._search: Search | None = None
        self._plain: Plain | None = None

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

    def bits(self, first: datetime, length: int) -> int:
        """
        Give those of the *length* seconds from *first* on as a mask.
        """
        return (self._search or self._begin()).bits(first, length)

    def _begin(self) -> Search:
        walls = Walls(self.fields)
        policy = None if self.fields.elapsed else Policy(self._gap, self._fold)
        search = self._search = Search(walls, self._zone, policy)
        return search
