"""
Several intervals at once: the times that they have in common.

Two sequences of equal steps meet in one sequence of equal steps, or nowhere: the
Chinese remainder theorem, for lengths that need not be coprime.  See D. E. Knuth, The
Art of Computer Programming, volume 2, section 4.3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import gcd

from attrs import frozen

from ..model import from_micros, to_micros
from .interval import IntervalTrigger
from .zones import LAST_YEAR

__all__ = ["Steps", "join_steps"]

_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_LATEST = to_micros(datetime.fromisoformat(f"{LAST_YEAR + 1}-01-01T00:00:00+00:00"))


@frozen
class Steps:
    """
    Times at equal distances; all are in microseconds since 1970.

    :ivar first: the first one.
    :ivar length: from one to the next.
    :ivar last: none is later; less than *first* when there is none.
    """

    first: int
    length: int
    last: int

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        at = to_micros(instant)
        found = self.first
        if at >= found:
            found = at + self.length - (at - found) % self.length
        return None if found > self.last else from_micros(found)

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        at = min(to_micros(instant) - 1, self.last)
        if at < self.first:
            return None
        return from_micros(at - (at - self.first) % self.length)


def join_steps(intervals: Sequence[IntervalTrigger], full_seconds: bool) -> Steps:
    """
    Give the times that intervals have in common, up to the year 2199.

    :param intervals: each with a start.
    :param full_seconds: whether only times at full seconds are wanted.
    """
    phase, length = 0, _SECOND if full_seconds else 1
    first, last = 0, _LATEST
    for interval in intervals:
        assert interval.start_date is not None
        start = to_micros(interval.start_date)
        joined = _join(phase, length, start, interval.interval // _MICROSECOND)
        if joined is None:
            return Steps(1, 1, 0)
        phase, length = joined
        first = max(first, start)
        if interval.end_date is not None:
            last = min(last, to_micros(interval.end_date))
    return Steps(first + (phase - first) % length, length, last)


def _join(
    phase: int, length: int, other_phase: int, other_length: int
) -> tuple[int, int] | None:
    """
    Give phase and length of what two sequences have in common; ``None`` for nothing.
    """
    common = gcd(length, other_length)
    distance, rest = divmod(other_phase - phase, common)
    if rest:
        return None
    step = other_length // common
    turns = distance * pow(length // common, -1, step) % step if step > 1 else 0
    return phase + turns * length, length * step
