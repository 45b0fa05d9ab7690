"""
Which times of a day the parts of a recurrence rule leave: masks of bits.

Bit 0 is midnight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from attrs import evolve

from .syntax import Freq, NthDay, Rule

__all__ = ["Clock", "chosen", "clock_of", "explicit", "nth_bit", "spread"]


def explicit(rule: Rule, start: datetime) -> Rule:
    """
    Write into a rule what it takes from its start.
    """
    changes: dict[str, Any] = {}
    if not (rule.byweekno or rule.byyearday or rule.bymonthday or rule.byday):
        if rule.freq is Freq.YEARLY and not rule.bymonth:
            changes["bymonth"] = (start.month,)
        if rule.freq in (Freq.YEARLY, Freq.MONTHLY):
            changes["bymonthday"] = (start.day,)
        if rule.freq is Freq.WEEKLY:
            changes["byday"] = (NthDay(0, start.weekday()),)
    if rule.freq < Freq.HOURLY and not rule.byhour:
        changes["byhour"] = (start.hour,)
    if rule.freq < Freq.MINUTELY and not rule.byminute:
        changes["byminute"] = (start.minute,)
    if rule.freq < Freq.SECONDLY and not rule.bysecond:
        changes["bysecond"] = (start.second,)
    return evolve(rule, **changes)


class Clock(NamedTuple):
    """
    Times of day: each hour with each minute and each second.
    """

    hours: Sequence[int]
    minutes: Sequence[int]
    seconds: Sequence[int]

    def mask(self) -> int:
        """
        Give all of them.
        """
        minute = _places(self.seconds, 1)
        return spread(spread(minute, self.minutes, 60), self.hours, 3600)

    def nth(self, number: int) -> int:
        """
        Give the second of the day of the *number*-th, from 0 on.
        """
        number, second = divmod(number, len(self.seconds))
        hour, minute = divmod(number, len(self.minutes))
        return (
            self.hours[hour] * 3600 + self.minutes[minute] * 60 + self.seconds[second]
        )

    def __len__(self) -> int:
        return len(self.hours) * len(self.minutes) * len(self.seconds)


def clock_of(rule: Rule) -> Clock:
    """
    Give the times of day that the parts of an explicit rule leave.
    """
    return Clock(
        rule.byhour or range(24), rule.byminute or range(60), rule.bysecond or range(60)
    )


def _places(places: Iterable[int], width: int) -> int:
    return sum(1 << place * width for place in places)


def spread(pattern: int, places: Iterable[int], width: int) -> int:
    """
    Give *pattern* once for each of *places*, each *width* bits further.
    """
    return sum(pattern << place * width for place in places)


def chosen(positions: Iterable[int], length: int) -> list[int]:
    """
    Give the places, from 0 on, of those positions that a list of *length* has.

    :param positions: counted from 1 on, or from -1 backwards.
    """
    places = {
        position - 1 if position > 0 else length + position for position in positions
    }
    return sorted(place for place in places if 0 <= place < length)


def nth_bit(mask: int, number: int) -> int:
    """
    Give the place of the *number*-th bit, from 0 on, of a mask that has it.
    """
    low, high = 0, mask.bit_length() - 1
    while low < high:
        middle = (low + high) // 2
        if (mask & (2 << middle) - 1).bit_count() > number:
            high = middle
        else:
            low = middle + 1
    return low
