"""
What can be said of any trigger whose times lie fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..model.trigger import ITimetable
from .instants import utc

__all__ = ["clip_mask", "comb_mask", "walk_between"]

_SECOND = timedelta(seconds=1)


def walk_between(
    trigger: ITimetable, start: datetime, end: datetime
) -> Iterator[datetime]:
    """
    Walk through the times of *trigger*; see :meth:`.ITimetable.between`.
    """
    start, end = utc(start), utc(end)
    return _walk(trigger, start, end)


def _walk(trigger: ITimetable, start: datetime, end: datetime) -> Iterator[datetime]:
    planned = trigger.get_next_fire_time(None, start)
    while planned is not None and planned < end:
        # A trigger of one time gives it also when it has passed.
        if planned >= start:
            yield planned
        planned = trigger.next_after(planned)


def clip_mask(
    mask: int, first: datetime, start: datetime | None, end: datetime | None
) -> int:
    """
    Leave those of a mask of full seconds that lie from *start* to *end*.

    :param first: what bit 0 stands for.
    """
    if start is not None and start > first:
        skipped = -((first - start) // _SECOND)
        mask = mask >> skipped << skipped
    if end is not None:
        left = max(0, (end - first) // _SECOND + 1)
        mask &= (1 << min(left, mask.bit_length())) - 1
    return mask


def comb_mask(ahead: int, step: int, length: int) -> int:
    """
    Give every *step*-th of *length* bits.

    :param ahead: which is the first; a negative one lies before them.
    """
    if ahead >= length:
        return 0
    taken, width = 1, step
    while width < length:
        taken |= taken << width
        width *= 2
    return taken << (ahead if ahead > 0 else ahead % step) & (1 << length) - 1
