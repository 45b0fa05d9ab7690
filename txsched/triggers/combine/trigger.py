"""
The triggers that combine others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import reduce
from typing import Any as Whatever

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.trigger import ISeededTrigger, ITimetable, ITrigger
from ..clauses import check_jitter, describe_clauses, write_clauses
from ..instants import utc
from ..timetable import walk_between
from .lattice import FULL_SECONDS, Lattice, lattice_of
from .members import (
    FULL_SECOND_KINDS,
    MAX_DEPTH,
    MAX_LENGTH,
    Simple,
    check_member,
)
from .search import AFTER, BEFORE, All, Any, Member, Node, Steps, Without, search

__all__ = ["AndNotTrigger", "AndTrigger", "OrTrigger"]

_TICK = timedelta(microseconds=1)
_MAX_MEMBERS = 16


@implementer(ITimetable, ISeededTrigger)
class Combination(ABC):
    """
    What all combinations have in common.

    Each answer takes a bounded number of questions to the members; where these do not
    lead to a time, or it would be after 2199, the answer is never.  So it is for
    members that do not meet, or only after very many times of their own.

    A combination does not count its times, as that would mean to find each; missed
    times are walked in stretches.
    """

    __slots__ = ()

    jitter: timedelta | None
    _node: Node

    @property
    @abstractmethod
    def members(self) -> tuple[Simple | Combination, ...]:
        """
        The triggers that are combined.
        """

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        return search(self._node, utc(instant), AFTER)

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        return search(self._node, utc(instant), BEFORE)

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """
        Walk through the times from *start* up to but without *end*.
        """
        return walk_between(self, start, end)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """
        See :meth:`txsched.interfaces.ITrigger.get_next_fire_time`.
        """
        if previous_fire_time is None:
            return self.next_after(now - _TICK)
        return self.next_after(previous_fire_time)

    def for_job(self, job_id: str) -> ITimetable:
        """
        Give the trigger that a job of this id gets: with numbers in place of ``H``.
        """
        members = tuple(
            member.for_job(job_id) if ISeededTrigger.providedBy(member) else member
            for member in self.members
        )
        return self if members == self.members else self._of(members)

    @abstractmethod
    def _of(self, members: tuple[Simple | Combination, ...]) -> Combination:
        """
        Make another one with these members.
        """

    @abstractmethod
    def describe(self) -> str:
        """
        Say in English when it fires.
        """

    def _described(self, word: str) -> str:
        text = word.join(
            f"({member.describe()})"
            if isinstance(member, Combination)
            else member.describe()
            for member in self.members
        )
        return text + describe_clauses(None, None, self.jitter)

    def _written(self, word: str) -> str:
        text = word.join(f"({member})" for member in self.members)
        return text + write_clauses(jitter=self.jitter)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


def _node_of(member: Simple | Combination) -> Node:
    return member._node if isinstance(member, Combination) else Member(member)


def _depth(trigger: Simple | Combination) -> int:
    if not isinstance(trigger, Combination):
        return 0
    return 1 + max(map(_depth, trigger.members))


def _check(trigger: ITrigger, name: str) -> Simple | Combination:
    """
    Give a member as it is meant.
    """
    if not isinstance(trigger, Combination):
        return check_member(trigger, name)
    if trigger.jitter is not None:
        raise BadTrigger(
            name, f"{trigger} has jitter; give it to the outer combination"
        )
    if _depth(trigger) >= MAX_DEPTH:
        raise BadTrigger(name, f"is nested more than {MAX_DEPTH} deep")
    return trigger


def _check_many(triggers: Iterable[ITrigger]) -> tuple[Simple | Combination, ...]:
    if isinstance(triggers, str) or not isinstance(triggers, Iterable):
        raise BadTrigger("triggers", f"expected several triggers, not {triggers!r}")
    members = tuple(_check(trigger, "triggers") for trigger in triggers)
    if not 2 <= len(members) <= _MAX_MEMBERS:
        raise BadTrigger(
            "triggers", f"{len(members)} are not within 2-{_MAX_MEMBERS} triggers"
        )
    return members


def _check_length(trigger: Combination) -> None:
    length = len(str(trigger))
    if length > MAX_LENGTH:
        raise BadTrigger(
            "triggers",
            f"are {length} characters as text, at most {MAX_LENGTH} are allowed",
        )


@frozen(init=False, weakref_slot=False, repr=False)
class OrTrigger(Combination):
    """
    Fires whenever one of several triggers does; once where they do together.

    The members are triggers of this package but those that wait for something; they
    have no jitter of their own.  An interval, or a calendar interval, that has no start
    counts from 1970-01-01T00:00 UTC (or that date) on, and is written so.

    :ivar triggers: the members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    """

    triggers: tuple[Simple | Combination, ...] = field()
    jitter: timedelta | None = field()
    _node: Node = field(eq=False)

    def __init__(
        self,
        triggers: Iterable[ITrigger],
        jitter: timedelta | float | str | None = None,
    ) -> None:
        """
        :param triggers: 2 to 16; combinations may be nested up to 4 deep.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :raises BadTrigger: naming the argument and what was expected.
        """
        members = _check_many(triggers)
        node = Any([_node_of(member) for member in members])
        self.__attrs_init__(members, check_jitter(jitter), node)
        _check_length(self)

    @property
    def members(self) -> tuple[Simple | Combination, ...]:
        """
        The triggers that are combined.
        """
        return self.triggers

    def _of(self, members: tuple[Simple | Combination, ...]) -> Combination:
        return OrTrigger(members, self.jitter)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._described(", or ")

    def __str__(self) -> str:
        return self._written(" or ")

    def __reduce__(self) -> tuple[Whatever, ...]:
        return OrTrigger, (self.triggers, self.jitter)


@frozen(init=False, weakref_slot=False, repr=False)
class AndTrigger(Combination):
    """
    Fires when several triggers do at the same instant.

    The members are as those of :class:`OrTrigger`.  Where intervals meet is found by
    arithmetic.

    :ivar triggers: the members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    """

    triggers: tuple[Simple | Combination, ...] = field()
    jitter: timedelta | None = field()
    _node: Node = field(eq=False)

    def __init__(
        self,
        triggers: Iterable[ITrigger],
        jitter: timedelta | float | str | None = None,
    ) -> None:
        """
        :param triggers: 2 to 16; combinations may be nested up to 4 deep.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :raises BadTrigger: naming the argument and what was expected.
        """
        members = _check_many(triggers)
        self.__attrs_init__(members, check_jitter(jitter), _meeting(members))
        _check_length(self)

    @property
    def members(self) -> tuple[Simple | Combination, ...]:
        """
        The triggers that are combined.
        """
        return self.triggers

    def _of(self, members: tuple[Simple | Combination, ...]) -> Combination:
        return AndTrigger(members, self.jitter)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._described(", and at the same time ")

    def __str__(self) -> str:
        return self._written(" and ")

    def __reduce__(self) -> tuple[Whatever, ...]:
        return AndTrigger, (self.triggers, self.jitter)


def _flat(
    members: Iterable[Simple | Combination],
) -> Iterator[Simple | Combination]:
    for member in members:
        if isinstance(member, AndTrigger):
            yield from _flat(member.triggers)
        else:
            yield member


def _meeting(members: Iterable[Simple | Combination]) -> Node:
    """
    Prepare the search for where all members meet: intervals first, by arithmetic.
    """
    members = list(_flat(members))
    lattices: list[Lattice] = []
    nodes: list[Node] = []
    for member in members:
        lattice = None if isinstance(member, Combination) else lattice_of(member)
        if lattice is None:
            nodes.append(_node_of(member))
        else:
            lattices.append(lattice)
    if not lattices:
        return All(nodes)
    if any(isinstance(member, FULL_SECOND_KINDS) for member in members):
        lattices.append(FULL_SECONDS)
    steps = Steps(reduce(Lattice.meet, lattices))
    return All([steps, *nodes]) if nodes else steps


@frozen(init=False, weakref_slot=False, repr=False)
class AndNotTrigger(Combination):
    """
    Fires when one trigger does and another one does not at the same instant.

    The members are as those of :class:`OrTrigger`.  Only the very instants of the
    excluded trigger are left out: to leave out whole hours, exclude a trigger that
    fires in each second of them.

    :ivar trigger: gives the times.
    :ivar excluded: takes times away.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    """

    trigger: Simple | Combination = field()
    excluded: Simple | Combination = field()
    jitter: timedelta | None = field()
    _node: Node = field(eq=False)

    def __init__(
        self,
        trigger: ITrigger,
        excluded: ITrigger,
        jitter: timedelta | float | str | None = None,
    ) -> None:
        """
        :param trigger: gives the times.
        :param excluded: takes times away.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :raises BadTrigger: naming the argument and what was expected.
        """
        trigger = _check(trigger, "trigger")
        excluded = _check(excluded, "excluded")
        node = Without(_node_of(trigger), _node_of(excluded))
        self.__attrs_init__(trigger, excluded, check_jitter(jitter), node)
        _check_length(self)

    @property
    def members(self) -> tuple[Simple | Combination, ...]:
        """
        The triggers that are combined.
        """
        return self.trigger, self.excluded

    def _of(self, members: tuple[Simple | Combination, ...]) -> Combination:
        return AndNotTrigger(members[0], members[1], self.jitter)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._described(", but not ")

    def __str__(self) -> str:
        return self._written(" and not ")

    def __reduce__(self) -> tuple[Whatever, ...]:
        return AndNotTrigger, (self.trigger, self.excluded, self.jitter)
