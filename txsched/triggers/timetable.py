"""
What can be said of any trigger whose times lie fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from .instants import utc

__all__ = ["walk_between"]


class _Walked(Protocol):
    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None: ...

    def next_after(self, instant: datetime) -> datetime | None: ...


def walk_between(
    trigger: _Walked, start: datetime, end: datetime
) -> Iterator[datetime]:
    """
    Walk through the times of *trigger*; see :meth:`.ITimetable.between`.
    """
    start, end = utc(start), utc(end)
    return _walk(trigger, start, end)


def _walk(trigger: _Walked, start: datetime, end: datetime) -> Iterator[datetime]:
    planned = trigger.get_next_fire_time(None, start)
    while planned is not None and planned < end:
        # A trigger of one time gives it also when it has passed.
        if planned >= start:
            yield planned
        planned = trigger.next_after(planned)
