"""
Where intervals meet.
"""

from __future__ import annotations

from datetime import datetime
from math import gcd

from attrs import frozen

from ...model.instant import EPOCH, from_micros, to_micros
from ...model.trigger import ITimetable
from ..interval import IntervalTrigger
from ..timetable import comb_mask
from ..zones import LAST_YEAR

__all__ = ["FULL_SECONDS", "NOWHERE", "Lattice", "lattice_of"]

_SECOND = 1_000_000
_END = to_micros(datetime(LAST_YEAR + 1, 1, 1, tzinfo=EPOCH.tzinfo)) - 1


@frozen
class Lattice:
    """
    Every instant that is a whole number of steps after the first; in microseconds
    since 1970.

    :ivar first: the first one.
    :ivar step: the time between two of them.
    :ivar last: none is later; it is none itself, but by chance.
    """

    first: int
    step: int
    last: int = _END

    def after(self, instant: datetime) -> datetime | None:
        """
        Give the first one later than *instant*.
        """
        at = to_micros(instant)
        found = self.first
        if at >= found:
            found = at + self.step - (at - found) % self.step
        return from_micros(found) if found <= self.last else None

    def before(self, instant: datetime) -> datetime | None:
        """
        Give the last one earlier than *instant*.
        """
        at = min(to_micros(instant) - 1, self.last)
        found = at - (at - self.first) % self.step
        return from_micros(found) if found >= self.first else None

    def mask(self, first: datetime, length: int) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where some are no full seconds.
        """
        if self.first % _SECOND or self.step % _SECOND:
            return None
        at = to_micros(first)
        mask = comb_mask((self.first - at) // _SECOND, self.step // _SECOND, length)
        left = min(length, max(0, (self.last - at) // _SECOND + 1))
        return mask & (1 << left) - 1

    def meet(self, other: Lattice) -> Lattice:
        """
        Give the instants that both have, by the Chinese remainder theorem.
        """
        common = gcd(self.step, other.step)
        apart = other.first - self.first
        if apart % common:
            return NOWHERE
        modulus = other.step // common
        steps = apart // common * pow(self.step // common, -1, modulus) % modulus
        step = self.step * modulus
        begin = max(self.first, other.first)
        found = self.first + steps * self.step
        return Lattice(begin + (found - begin) % step, step, min(self.last, other.last))


#: What has no instant at all.
NOWHERE = Lattice(1, 1, 0)
FULL_SECONDS = Lattice(0, _SECOND)


def lattice_of(trigger: ITimetable) -> Lattice | None:
    """
    Give the times of an interval trigger with a start; ``None`` for any other.
    """
    if not isinstance(trigger, IntervalTrigger) or trigger.start_date is None:
        return None
    end = trigger.end_date
    step = to_micros(EPOCH + trigger.interval)
    last = _END if end is None else to_micros(end)
    return Lattice(to_micros(trigger.start_date), step, last)
