"""
What is special about an instant on the clock of a zone.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timedelta

from .daylight import EPOCH
from .instants import utc
from .zones import find_zone

__all__ = ["daylight_mark"]

_SECOND = timedelta(seconds=1)


def daylight_mark(instant: datetime, zone: str) -> str | None:
    """
    Say what a change of the clock has to do with an instant.

    :param zone: the name of the zone.
    :returns: that it is the first moment after a gap, or which one of two equal wall
        times it is; ``None`` for any other instant.
    """
    changes, offsets = find_zone(zone).history
    seconds = (utc(instant) - EPOCH) // _SECOND
    place = bisect_right(changes, seconds)
    if place and changes[place - 1] == seconds and offsets[place] > offsets[place - 1]:
        first, last = (_clock(seconds + offsets[at]) for at in (place - 1, place))
        return f"first moment after the gap from {first} to {last}"
    wall = _clock(seconds + offsets[place])
    if place and seconds - changes[place - 1] < offsets[place - 1] - offsets[place]:
        return f"second of two {wall}"
    if place < len(changes) and (
        changes[place] - seconds <= offsets[place] - offsets[place + 1]
    ):
        return f"first of two {wall}"
    return None


def _clock(seconds: int) -> str:
    return (EPOCH + seconds * _SECOND).strftime("%H:%M:%S").removesuffix(":00")
