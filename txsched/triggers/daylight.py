"""
What happens to wall times that a zone leaves out (a *gap*) or has twice (a *fold*).

Two kinds of rules exist, as in Vixie cron:

* A rule that names its hour and minute means these wall times.  One inside a gap
  happens at the first moment after the gap; one inside a fold happens at the
  first of the two.  Several that fall together there are one.
* A rule whose hour or minute is a wildcard follows elapsed time: it matches what
  a clock on the wall shows, whenever it shows that.

Every other change of a zone's offset is treated in the same way, whatever its
reason and width.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from ..model.instant import UTC
from .zones import FIRST_YEAR, LAST_YEAR, Segment, Zone, find_zone

__all__ = [
    "Fold",
    "Gap",
    "Stretch",
    "Timeline",
    "instant_of",
    "instants_of",
    "timeline",
]

_ZERO = timedelta()
#: No instant of a wall time, nor its gap, is further than this from it.
_FAR = timedelta(days=3)
_NOWHERE = datetime(1, 1, 1, tzinfo=UTC)


class Gap(str, Enum):
    """
    What becomes of a wall time that a zone leaves out.
    """

    NEXT = "next"  #: it happens at the first moment after the gap
    SKIP = "skip"  #: it does not happen
    SHIFT = "shift"  #: it happens later by the width of the gap

    def __str__(self) -> str:
        return str(self.value)


class Fold(str, Enum):
    """
    What becomes of a wall time that a zone has twice.
    """

    FIRST = "first"  #: it happens at the first of the two
    SECOND = "second"  #: it happens at the second of the two
    BOTH = "both"  #: it happens at both

    def __str__(self) -> str:
        return str(self.value)


class Stretch(NamedTuple):
    """
    A part of a zone's history in which each wall time stands for one instant.

    Wall times are datetimes that carry UTC as their zone, so that adding *offset*
    is all it takes to get from an instant to its wall time.

    :ivar start: its first instant that counts.
    :ivar end: the first instant after it; the next stretch is responsible there.
    :ivar offset: wall time minus UTC.
    :ivar begin: its first instant; those up to *start* are in a fold, and their
        wall times were taken in the stretch before.
    :ivar gap: the wall times before it that do not exist and happen at *start*:
        from the first one up to but without the second.
    """

    start: datetime
    end: datetime
    offset: timedelta
    begin: datetime
    gap: tuple[datetime, datetime] | None


class Timeline:
    """
    The stretches of a zone, for one kind of rule.
    """

    __slots__ = ("_years", "_zone", "last")

    def __init__(self, key: str, elapsed: bool) -> None:
        """
        :param key: the name of the zone.
        :param elapsed: whether the rule follows elapsed time.
        """
        self._zone = find_zone(key)
        self._years = lru_cache(maxsize=None)(
            lambda year: tuple(
                _stretch(segment, elapsed) for segment in self._zone.segments(year)
            )
        )
        #: The one that was found last: most questions are about the same.
        self.last = Stretch(_NOWHERE, _NOWHERE, _ZERO, _NOWHERE, None)

    def find(self, instant: datetime) -> Stretch | None:
        """
        Give the stretch that is responsible for *instant*, a time of a known year.
        """
        for stretch in self._years(instant.year):
            if instant < stretch.end:
                self.last = stretch
                return stretch
        return None


def _stretch(segment: Segment, elapsed: bool) -> Stretch:
    start, end, offset, before = segment
    if elapsed or before == offset:
        return Stretch(start, end, offset, start, None)
    if before < offset:
        return Stretch(start, end, offset, start, (start + before, start + offset))
    return Stretch(start + (before - offset), end, offset, start, None)


@lru_cache(maxsize=2048)
def timeline(key: str, elapsed: bool) -> Timeline:
    """
    Give the timeline of a zone; the same one each time.
    """
    return Timeline(key, elapsed)


def instants_of(wall: datetime, key: str, gap: Gap, fold: Fold) -> tuple[datetime, ...]:
    """
    Give the instants at which a rule that names a wall time makes it happen.

    A wall time that the clock shows is no matter of *gap*, however often it was
    jumped over; one that it never shows happens by the first jump over it.

    :param wall: a naive datetime.
    :param key: the name of the zone.
    :param gap: what becomes of it where the zone leaves it out.
    :param fold: what becomes of it where the zone has it twice.
    :returns: in UTC, in order: one; two for :attr:`Fold.BOTH` in a fold; none for
        :attr:`Gap.SKIP` in a gap, and outside the years 1970 to 2199.
    """
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        return ()
    wall = wall.replace(tzinfo=UTC, fold=0)
    near = _segments_near(find_zone(key), wall)
    shown = [
        wall - segment.offset
        for segment in near
        if segment.start <= wall - segment.offset < segment.end
    ]
    if not shown:
        return _over_gap(near, wall, gap)
    if fold is Fold.FIRST:
        return (shown[0],)
    return (shown[-1],) if fold is Fold.SECOND else tuple(shown)


def _segments_near(zone: Zone, wall: datetime) -> list[Segment]:
    years = sorted({(wall - _FAR).year, wall.year, (wall + _FAR).year})
    return [segment for year in years for segment in zone.segments(year)]


def _over_gap(near: list[Segment], wall: datetime, gap: Gap) -> tuple[datetime, ...]:
    if gap is Gap.SKIP:
        return ()
    jump = next(
        segment
        for segment in near
        if segment.start + segment.before <= wall < segment.start + segment.offset
    )
    return (jump.start if gap is Gap.NEXT else wall - jump.before,)


def instant_of(wall: datetime, key: str) -> datetime:
    """
    Give the instant of a wall time; in a gap and in a fold as a rule that names it.

    :param wall: a naive datetime of a known year.
    :param key: the name of the zone.
    """
    return instants_of(wall, key, Gap.NEXT, Fold.FIRST)[0]
