"""
The times of a combination, found by leaps and within a bound of work.

A leap asks one trigger for its first time past a time of another one.  Where triggers
fire often and yet the combination does not, the seconds of whole days are compared at
once, as masks of bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Protocol

from ...model.instant import UTC
from ..walldays import DAY, highest, lowest
from ..zones import FIRST_YEAR, LAST_YEAR
from .lattice import Lattice

__all__ = [
    "AFTER",
    "BEFORE",
    "All",
    "Any",
    "Member",
    "Node",
    "Steps",
    "Without",
    "search",
]

#: The ways in which can be searched.
AFTER, BEFORE = 1, -1

_TICK = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)
#: How many times are asked for until the search gives up, and how many questions the
#: masks of a day or a week are worth.
_LIMIT = 250
_COSTS = {DAY: 4, 7 * DAY: 13}
#: So many leaps in less than a week are followed by masks; fewer after masks.
_PATIENCE = 24
_LESS_PATIENCE = 2
_WEEK = timedelta(days=7)
#: No time of a combination is earlier or later.
_EARLIEST = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - timedelta(days=3)
_LATEST = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - _TICK


class _Exhausted(Exception):
    """The search would go on for too long."""


class _Budget:
    """
    What a search may still ask for.
    """

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _LIMIT

    def spend(self, number: int) -> None:
        """
        Take a number away, or give up.
        """
        self.left -= number
        if self.left < 0:
            raise _Exhausted


class _Asked(Protocol):
    """
    What a trigger has that can be a member of a combination.
    """

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*.
        """

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*.
        """

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        Count the times from *first*, itself one, up to but without *end*.
        """

    def mask(self, first: datetime, length: int) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where times are not full seconds.
        """


class Node(ABC):
    """
    A set of instants that can be searched both ways.
    """

    @abstractmethod
    def find(self, instant: datetime, way: int, budget: _Budget) -> datetime | None:
        """
        Give the first one past *instant*.
        """

    @abstractmethod
    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where some are no full seconds.
        """

    def has(self, instant: datetime, budget: _Budget) -> bool:
        """
        Whether *instant* is one of the set.
        """
        return self.find(instant - _TICK, AFTER, budget) == instant

    def fills(self, first: datetime, span: timedelta, budget: _Budget) -> bool:
        """
        Whether each full second of *span* from *first* on is one for sure.
        """
        return False


class Member(Node):
    """
    The times of one trigger.
    """

    def __init__(self, trigger: _Asked) -> None:
        self._trigger = trigger

    def find(self, instant: datetime, way: int, budget: _Budget) -> datetime | None:
        """
        Ask the trigger.
        """
        budget.spend(1)
        if way == AFTER:
            return self._trigger.next_after(instant)
        return self._trigger.previous_before(instant)

    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Ask the trigger.
        """
        budget.spend(_COSTS[length])
        return self._trigger.mask(first, length)

    def fills(self, first: datetime, span: timedelta, budget: _Budget) -> bool:
        """
        Count them.
        """
        budget.spend(_COSTS[DAY])
        if not self.has(first, budget):
            return False
        number, _ = self._trigger.count_until(first, first + span)
        return number == span // _SECOND


class Steps(Node):
    """
    The instants at which intervals meet.
    """

    def __init__(self, lattice: Lattice) -> None:
        self._lattice = lattice

    def find(self, instant: datetime, way: int, budget: _Budget) -> datetime | None:
        """
        Give the first one past *instant*.
        """
        budget.spend(1)
        if way == AFTER:
            return self._lattice.after(instant)
        return self._lattice.before(instant)

    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Give the full seconds, if all are.
        """
        budget.spend(_COSTS[length])
        return self._lattice.mask(first, length)


class Any(Node):
    """
    The instants of each of several sets.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes

    def find(self, instant: datetime, way: int, budget: _Budget) -> datetime | None:
        """
        Give the one that comes first.
        """
        found = [node.find(instant, way, budget) for node in self._nodes]
        times = [time for time in found if time is not None]
        if not times:
            return None
        return min(times) if way == AFTER else max(times)

    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Join the masks.
        """
        masks = [node.mask(first, length, budget) for node in self._nodes]
        known = [mask for mask in masks if mask is not None]
        return reduce(or_, known) if len(known) == len(masks) else None


class _Picky(Node):
    """
    Instants that have to be looked for, as not each that is met is one.
    """

    @abstractmethod
    def leap(
        self, instant: datetime, way: int, budget: _Budget
    ) -> tuple[datetime | None, datetime | None]:
        """
        Look for the first one past *instant*.

        :returns: it, if it was met, and past which instant to go on, if that is of
            any use.
        """

    def skip(self, instant: datetime, way: int, budget: _Budget) -> datetime:
        """
        Pass over weeks after *instant* in which there is none for sure.
        """
        return instant

    def find(self, instant: datetime, way: int, budget: _Budget) -> datetime | None:
        """
        Leap, and look at whole days where that leads no further.
        """
        length, patience = DAY, _PATIENCE
        while True:
            begin = instant
            for _ in range(patience):
                found, following = self.leap(instant, way, budget)
                if found is not None or following is None:
                    return found
                instant = following
                if not _EARLIEST <= instant <= _LATEST:
                    return None
            if abs(instant - begin) > _WEEK:
                continue
            first = _full_second(instant, way, length)
            mask = self.mask(first, length, budget)
            if mask:
                place = lowest(mask) if way == AFTER else highest(mask)
                return first + place * _SECOND
            if mask is not None:
                instant = first
                if way == AFTER:
                    instant += length * _SECOND - _TICK
                instant = self.skip(instant, way, budget)
                length, patience = 7 * DAY, _LESS_PATIENCE


def _full_second(instant: datetime, way: int, length: int) -> datetime:
    """
    Give the first full second of *length* ones that all lie past *instant*.
    """
    full = instant.replace(microsecond=0)
    if way == AFTER or full < instant:
        full += _SECOND
    return full if way == AFTER else full - length * _SECOND


class All(_Picky):
    """
    The instants that several sets have in common.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes

    def leap(
        self, instant: datetime, way: int, budget: _Budget
    ) -> tuple[datetime | None, datetime | None]:
        """
        Ask one after the other for its first past the one before.
        """
        met = None
        for node in self._nodes:
            found = node.find(instant, way, budget)
            if found is None:
                return None, None
            if met is not None and found != met:
                return None, found - way * _TICK
            met, instant = found, found - way * _TICK
        return met, instant

    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Leave what all masks have.
        """
        common: int | None = None
        for node in self._nodes:
            mask = node.mask(first, length, budget)
            if mask is None:
                return None
            common = mask if common is None else common & mask
        return common


class Without(_Picky):
    """
    The instants of a set that another one has not.
    """

    def __init__(self, node: Node, excluded: Node) -> None:
        self._node = node
        self._excluded = excluded

    def leap(
        self, instant: datetime, way: int, budget: _Budget
    ) -> tuple[datetime | None, datetime | None]:
        """
        Look at the first one past *instant*.
        """
        found = self._node.find(instant, way, budget)
        if found is None:
            return None, None
        if self._excluded.has(found, budget):
            return None, found
        return found, found

    def skip(self, instant: datetime, way: int, budget: _Budget) -> datetime:
        """
        Pass over weeks in which each full second is excluded.
        """
        span, grows = _WEEK, True
        while span >= _WEEK:
            first = _full_second(instant, way, span // _SECOND)
            if not _EARLIEST <= first <= _LATEST - span:
                grows = False
            elif self._excluded.fills(first, span, budget):
                instant += way * span
            else:
                grows = False
            span = span * 2 if grows else span // 2
        return instant

    def mask(self, first: datetime, length: int, budget: _Budget) -> int | None:
        """
        Leave what the other mask has not.
        """
        mask = self._node.mask(first, length, budget)
        excluded = self._excluded.mask(first, length, budget)
        return None if mask is None or excluded is None else mask & ~excluded


def search(node: Node, instant: datetime, way: int) -> datetime | None:
    """
    Give the first instant of *node* past *instant*; none where the search gives up.
    """
    try:
        found = node.find(min(instant, _LATEST + _TICK), way, _Budget())
    except _Exhausted:
        return None
    return None if found is None or found > _LATEST else found
