"""
What happens to wall times that a zone leaves out (a *gap*) or has twice (a *fold*).

Two kinds of rules exist, as in Vixie cron:

* A rule that names its hour and minute means these wall times.  One inside a gap
  happens at the first moment after the gap, unless the trigger's ``gap`` says
  otherwise (:class:`Gap`); one inside a fold happens at the first of the two,
  unless its ``fold`` says otherwise (:class:`Fold`).  Several that fall together
  are one.
* A rule whose hour or minute is a wildcard or a step from one follows elapsed time,
  whatever ``gap`` and ``fold`` say: it matches what a clock on the wall shows,
  whenever it shows that.

Every change of a zone's offset is treated in the same way, whatever its reason and
width.  A wall time is in a gap when the clock never shows it; one that is jumped over
and yet shown, because the clock goes back soon, is an ordinary one.

:doc:`/explanation/daylight-saving` has examples, and what other schedulers do.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from ..model.instant import UTC
from .history import History
from .zones import FIRST_YEAR, LAST_YEAR, find_zone

__all__ = [
    "BEGIN",
    "END",
    "EPOCH",
    "FAR",
    "Fold",
    "Gap",
    "Policy",
    "Segment",
    "happens",
    "instant_of",
    "instants_of",
    "jump_over",
    "segments_near",
    "shown",
    "wall_of",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
#: No instant of a wall time, and no change that matters to it, is further from it;
#: in seconds.
FAR = 3 * 86400
#: What is known of zones, in seconds since 1970.
BEGIN = (datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - EPOCH) // _SECOND - FAR
END = (datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - EPOCH) // _SECOND + FAR


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


class Policy(NamedTuple):
    """
    What becomes of the wall times that a rule names.
    """

    gap: Gap
    fold: Fold


class Segment(NamedTuple):
    """
    A time from one change of a zone's offset to the next.

    Instants and wall times are in seconds since 1970, offsets in seconds.

    :ivar start: its first instant.
    :ivar end: the first instant after it.
    :ivar offset: wall time minus UTC.
    :ivar before: the offset that held just before *start*.
    """

    start: int
    end: int
    offset: int
    before: int


def segments_near(history: History, first: int, last: int) -> list[Segment]:
    """
    Give the segments that can matter to the wall times from *first* to *last*.
    """
    changes, offsets = history
    low = bisect_right(changes, first - FAR)
    high = bisect_right(changes, last + FAR)
    return [
        Segment(
            changes[place - 1] if place else BEGIN - FAR,
            changes[place] if place < len(changes) else END + FAR,
            offsets[place],
            offsets[place - 1 if place else 0],
        )
        for place in range(low, high + 1)
    ]


def shown(near: list[Segment], wall: int) -> list[int]:
    """
    Give the instants at which the clock shows a wall time.

    :param near: the segments that can matter to it.
    """
    return [
        wall - segment.offset
        for segment in near
        if segment.start <= wall - segment.offset < segment.end
    ]


def happens(near: list[Segment], wall: int, policy: Policy) -> list[int]:
    """
    Give the instants at which a wall time that is named happens, in order.

    :param near: the segments that can matter to it.
    """
    found = shown(near, wall)
    gap, fold = policy
    if found:
        if len(found) == 1 or fold is Fold.BOTH:
            return found
        return found[:1] if fold is Fold.FIRST else found[-1:]
    if gap is Gap.SKIP:
        return []
    jump = jump_over(near, wall)
    return [jump.start if gap is Gap.NEXT else wall - jump.before]


def jump_over(near: list[Segment], wall: int) -> Segment:
    """
    Give the segment whose begin jumped over a wall time that is never shown.
    """
    return next(
        segment
        for segment in near
        if segment.start + segment.before <= wall < segment.start + segment.offset
    )


def instants_of(wall: datetime, key: str, gap: Gap, fold: Fold) -> tuple[datetime, ...]:
    """
    Give the instants at which a rule that names a wall time makes it happen.

    :param wall: a naive datetime.
    :param key: the name of the zone.
    :param gap: what becomes of it where the zone leaves it out.
    :param fold: what becomes of it where the zone has it twice.
    :returns: in UTC, in order: one; two for :attr:`Fold.BOTH` in a fold; none for
        :attr:`Gap.SKIP` in a gap, and outside the years 1970 to 2199.
    """
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        return ()
    past = wall.replace(tzinfo=UTC, fold=0) - EPOCH
    seconds, rest = divmod(past, _SECOND)
    near = segments_near(find_zone(key).history, seconds, seconds)
    if len(near) == 1:
        return (EPOCH + (past - timedelta(seconds=near[0].offset)),)
    if gap is Gap.NEXT and not shown(near, seconds):
        # The end of a gap is a moment of its own.
        rest = timedelta()
    return tuple(
        EPOCH + timedelta(seconds=at) + rest
        for at in happens(near, seconds, Policy(gap, fold))
    )


def instant_of(wall: datetime, key: str) -> datetime:
    """
    Give the instant of a wall time; in a gap and in a fold as a rule that names it.

    :param wall: a naive datetime of a known year.
    :param key: the name of the zone.
    """
    return instants_of(wall, key, Gap.NEXT, Fold.FIRST)[0]


def wall_of(instant: datetime, key: str) -> datetime:
    """
    Give what the clock shows at an instant, as a naive datetime.

    :param instant: in UTC.
    :param key: the name of the zone.
    """
    changes, offsets = find_zone(key).history
    seconds = (instant - EPOCH) // _SECOND
    offset = timedelta(seconds=offsets[bisect_right(changes, seconds)])
    return instant.replace(tzinfo=None) + offset
