"""
The wall times of a recurrence rule whose periods are parts of a day.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property, lru_cache
from math import gcd

from ..walldays import DAY
from .days import bits, year_length
from .syntax import Freq, Rule
from .times import Clock, chosen, clock_of, spread
from .walls import RuleWalls, second_of

__all__ = ["UnitWalls"]

_SIZES = {Freq.HOURLY: 3600, Freq.MINUTELY: 60, Freq.SECONDLY: 1}
_ONLY = (0,)
_BITS = bytes.maketrans(b"01", b"\0\1")
#: From this step on it takes fewer steps to fold a mask than to look at each phase.
_FEW = 256


@lru_cache(maxsize=256)
def _listed(days: int) -> tuple[int, ...]:
    """
    Give the places of bits; those of many years are the same.
    """
    return tuple(bits(days))


def _bytes(mask: int, length: int) -> bytes:
    """
    Give each bit of a mask as a byte, which is faster to look at.
    """
    return f"{mask:0{length}b}".encode().translate(_BITS)[::-1]


def _inner(rule: Rule) -> int:
    """
    Give the seconds of each hour, minute or second that is taken.
    """
    _, minutes, seconds = clock_of(rule)
    clock = {
        Freq.HOURLY: Clock(_ONLY, minutes, seconds),
        Freq.MINUTELY: Clock(_ONLY, _ONLY, seconds),
        Freq.SECONDLY: Clock(_ONLY, _ONLY, _ONLY),
    }[rule.freq]
    if not rule.bysetpos:
        return clock.mask()
    return sum(1 << clock.nth(at) for at in chosen(rule.bysetpos, len(clock)))


def _outer(rule: Rule, pattern: int, size: int) -> int:
    """
    Give *pattern* once for each hour, minute or second that the parts leave.

    :param size: how many bits further for the next one.
    """
    hours, minutes, seconds = clock_of(rule)
    if rule.freq is Freq.HOURLY:
        return spread(pattern, hours, size)
    if rule.freq is Freq.SECONDLY:
        pattern, size = spread(pattern, seconds, size), size * 60
    return spread(spread(pattern, minutes, size), hours, size * 60)


class UnitWalls(RuleWalls):
    """
    The wall times of a rule whose periods are hours, minutes or seconds: units.

    Units are counted from the beginning of the calendar; each so many is taken.  The
    *phase* of a day is its first unit that is taken.
    """

    def __init__(self, rule: Rule, start: datetime) -> None:
        """
        :param rule: an explicit one.
        :param start: a naive datetime.
        """
        super().__init__(rule, start)
        size = self._size = _SIZES[rule.freq]
        number = self._number = DAY // size
        inner = _inner(rule)
        #: How many times a unit has.
        self._each = inner.bit_count()
        #: The times that a day would have if all units were taken.
        self._all = _outer(rule, inner, size)
        #: Which units of a day may have times, as bits and as bytes.
        self._units = _outer(rule, 1, 1) if inner else 0
        self._marks = _bytes(self._units, number)
        self._origin = start.toordinal() * number + second_of(start) // size
        common = gcd(rule.interval, number)
        self.possible = 1 in self._marks[self._origin % common :: common]

    @cached_property
    def _taken(self) -> int:
        """
        The units of a day that are taken if the first one is.
        """
        taken, width = (1 << self._size) - 1, self.rule.interval * self._size
        while width < DAY:
            taken |= taken << width
            width *= 2
        return taken

    @cached_property
    def _phases(self) -> bytes:
        """
        A 1 for each phase of a day that has times.
        """
        step = self.rule.interval
        if step < _FEW:
            return bytes(map(bool, self._counts))
        folded, units = 0, self._units
        while units:
            folded |= units & (1 << step) - 1
            units >>= step
        return _bytes(folded, step)

    @cached_property
    def _counts(self) -> list[int]:
        """
        The number of units for each phase of a day, where there are few phases.
        """
        step = self.rule.interval
        return [self._marks[phase::step].count(1) for phase in range(step)]

    def _phase(self, year: int, day: int) -> int:
        ordinal = date(year, 1, 1).toordinal() + day
        return (self._origin - ordinal * self._number) % self.rule.interval

    def active(self, year: int, days: int) -> int:
        """
        Leave the days on which a unit is taken that has times.
        """
        step, number = self.rule.interval, self._number
        if step == 1:
            return days
        if step < number:
            phases, phase = self._phases, self._phase(year, 0)
            found = [
                day for day in _listed(days) if phases[(phase - day * number) % step]
            ]
            return sum(1 << day for day in found)
        units = range(self._phase(year, 0), year_length(year) * number, step)
        marks = self._marks
        met = [unit // number for unit in units if marks[unit % number]]
        return days & sum(1 << day for day in met)

    def times_of(self, year: int, day: int) -> int:
        """
        Give the times of the units of a day that are taken.
        """
        if self.rule.interval == 1:
            return self._all
        # A day of which no unit is taken is not asked for.
        return self._taken << self._phase(year, day) * self._size & self._all

    def count_inner(self, year: int, days: int) -> int:
        """
        Count the units that are taken, with all that each has.
        """
        step = self.rule.interval
        if step == 1:
            return days.bit_count() * self._all.bit_count()
        if step >= self._number:
            return days.bit_count() * self._each
        first, number = self._phase(year, 0), self._number
        phases = [(first - day * number) % step for day in _listed(days)]
        if step < _FEW:
            counts = self._counts
            return self._each * sum(counts[phase] for phase in phases)
        marks = self._marks
        return self._each * sum(marks[phase::step].count(1) for phase in phases)
