"""
Triggers made of triggers: any of them, all of them, one and not another.

**Members** are triggers whose times are known ahead.  An interval, or calendar
interval, without a start has no phase of its own: as a member it begins on 1970-01-01
at 00:00 UTC, which its text then says.

**Search.** The times of an ``and`` are found by leaps: each member is asked for its
first time from where another one stands, until all stand at the same.  Intervals are
joined beforehand, see :mod:`.steps`.  Members that do not meet within
:data:`MAX_LEAPS` leaps are taken never to meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from attrs import evolve, field, frozen
from zope.interface import implementer

from ..errors import BadTrigger
from ..model.instant import UTC
from ..model.trigger import ISeededTrigger, ITimetable
from .calendar_interval import CalendarIntervalTrigger
from .clauses import check_jitter, describe_clauses, write_clauses
from .cron import CronTrigger
from .instants import utc
from .interval import IntervalTrigger
from .rrule import RRuleTrigger
from .steps import join_steps
from .timetable import walk_between

__all__ = ["MAX_LEAPS", "AndNotTrigger", "AndTrigger", "OrTrigger"]

#: How many leaps a search takes before it gives up.
MAX_LEAPS = 500
#: How many members a combination may have, and how deep it may be nested.
MAX_MEMBERS = 50
MAX_DEPTH = 5

_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: These fire at full seconds only.
_FULL_SECONDS = (CronTrigger, CalendarIntervalTrigger, RRuleTrigger)


class _Searched(Protocol):
    """
    What a search asks of a member.
    """

    def next_after(self, instant: datetime) -> datetime | None: ...

    def previous_before(self, instant: datetime) -> datetime | None: ...


def _members(triggers: Iterable[Any]) -> tuple[Any, ...]:
    """
    Check members, and give those a start that have no phase of their own.
    """
    if isinstance(triggers, str) or not isinstance(triggers, Iterable):
        raise BadTrigger("triggers", f"expected several triggers, not {triggers!r}")
    return tuple(_member(one) for one in triggers)


def _member(trigger: Any) -> Any:
    if isinstance(trigger, type) or not ITimetable.providedBy(trigger):
        raise BadTrigger(
            "triggers",
            f"{trigger!r} cannot be a member: its times cannot be searched for",
        )
    if getattr(trigger, "jitter", None) is not None:
        raise BadTrigger(
            "jitter", f"belongs to the whole combination, not to a member: {trigger}"
        )
    if isinstance(trigger, IntervalTrigger) and trigger.start_date is None:
        return IntervalTrigger.of(trigger.interval, _EPOCH, trigger.end_date)
    if isinstance(trigger, CalendarIntervalTrigger) and trigger.start_date is None:
        return evolve(trigger, start_date=date(1970, 1, 1))
    return trigger


def _check_members(self: Any, attribute: Any, triggers: tuple[Any, ...]) -> None:
    if not 2 <= len(triggers) <= MAX_MEMBERS:
        raise BadTrigger(
            "triggers", f"there are {len(triggers)}, expected 2 to {MAX_MEMBERS}"
        )
    if 1 + max(map(_depth, triggers)) > MAX_DEPTH:
        raise BadTrigger("triggers", f"are nested more than {MAX_DEPTH} deep")


def _depth(trigger: Any) -> int:
    members = getattr(trigger, "triggers", ())
    return 1 + max(map(_depth, members)) if members else 0


@frozen(weakref_slot=False, repr=False)
class _Combination:
    """
    What all combinations have in common.

    :ivar triggers: the members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    """

    triggers: tuple[Any, ...] = field(converter=_members, validator=_check_members)
    jitter: timedelta | None = field(default=None, converter=check_jitter)

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        return self._next(utc(instant))

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        return self._previous(utc(instant))

    def _next(self, instant: datetime) -> datetime | None:
        raise NotImplementedError

    def _previous(self, instant: datetime) -> datetime | None:
        raise NotImplementedError

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

    def for_job(self, job_id: str) -> Any:
        """
        Give the trigger that a job of this id gets: with numbers in place of ``H``.
        """
        triggers = tuple(
            one.for_job(job_id) if ISeededTrigger.providedBy(one) else one
            for one in self.triggers
        )
        return self if triggers == self.triggers else type(self)(triggers, self.jitter)

    def _join(self, word: str) -> str:
        text = f" {word} ".join(f"({one})" for one in self.triggers)
        return text + write_clauses(jitter=self.jitter)

    def _tell(self, before: str, word: str) -> str:
        texts = f"; {word} ".join(one.describe() for one in self.triggers)
        return f"{before}{texts}" + describe_clauses(None, None, self.jitter)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


@implementer(ITimetable, ISeededTrigger)
@frozen(weakref_slot=False, repr=False)
class OrTrigger(_Combination):
    """
    Fires whenever one of its members does; once where several do together.

    :ivar triggers: 2 to 50 members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most.
    """

    def _next(self, instant: datetime) -> datetime | None:
        times = [one.next_after(instant) for one in self.triggers]
        return min((one for one in times if one is not None), default=None)

    def _previous(self, instant: datetime) -> datetime | None:
        times = [one.previous_before(instant) for one in self.triggers]
        return max((one for one in times if one is not None), default=None)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._tell("", "or")

    def __str__(self) -> str:
        return self._join("or")


@implementer(ITimetable, ISeededTrigger)
@frozen(weakref_slot=False, repr=False)
class AndTrigger(_Combination):
    """
    Fires when all of its members do.

    Members that do not meet within :data:`MAX_LEAPS` leaps of the search are taken
    never to meet.

    :ivar triggers: 2 to 50 members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most.
    """

    _searched: tuple[_Searched, ...] = field(init=False, eq=False)

    @_searched.default
    def _prepare(self) -> tuple[_Searched, ...]:
        intervals = [one for one in self.triggers if isinstance(one, IntervalTrigger)]
        others = tuple(one for one in self.triggers if one not in intervals)
        if not intervals:
            return others
        full_seconds = any(isinstance(one, _FULL_SECONDS) for one in others)
        return (join_steps(intervals, full_seconds), *others)

    def _next(self, instant: datetime) -> datetime | None:
        return _meet([one.next_after for one in self._searched], instant, max, -_TICK)

    def _previous(self, instant: datetime) -> datetime | None:
        return _meet(
            [one.previous_before for one in self._searched], instant, min, _TICK
        )

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._tell("whenever these meet: ", "and")

    def __str__(self) -> str:
        return self._join("and")


def _meet(
    questions: list[Callable[[datetime], datetime | None]],
    instant: datetime,
    further: Callable[[datetime, datetime], datetime],
    back: timedelta,
) -> datetime | None:
    """
    Find where all members stand at the same, on one side of *instant*.

    :param further: gives that of two instants which lies further on this side.
    :param back: the least way back.
    """
    at: datetime | None = None
    asked = instant
    for _ in range(MAX_LEAPS):
        times = []
        for question in questions:
            found = question(asked)
            if found is None:
                return None
            times.append(found)
            at = found if at is None else further(at, found)
            # The others need not stand before where this one does.
            asked = further(asked, found + back)
        if all(one == at for one in times):
            return at
    return None


@implementer(ITimetable, ISeededTrigger)
@frozen(weakref_slot=False, repr=False)
class AndNotTrigger(_Combination):
    """
    Fires when its first member does and none of the others.

    This takes out single times.  To take out stretches of time, as nights or holidays,
    a calendar is the better means: where more than :data:`MAX_LEAPS` times in a row
    are taken out, asking fails.

    :ivar triggers: 2 to 50 members.
    :ivar jitter: by how much a job with this trigger puts off its runs at most.
    """

    def _next(self, instant: datetime) -> datetime | None:
        first, *others = self.triggers
        for _ in range(MAX_LEAPS):
            found = first.next_after(instant)
            if found is None or not any(
                one.next_after(found - _TICK) == found for one in others
            ):
                return found if found is None else utc(found)
            instant = found
        raise self._too_many(instant)

    def _previous(self, instant: datetime) -> datetime | None:
        first, *others = self.triggers
        for _ in range(MAX_LEAPS):
            found = first.previous_before(instant)
            if found is None or not any(
                one.next_after(found - _TICK) == found for one in others
            ):
                return found if found is None else utc(found)
            instant = found
        raise self._too_many(instant)

    def _too_many(self, instant: datetime) -> BadTrigger:
        return BadTrigger(
            "triggers",
            f"more than {MAX_LEAPS} times in a row are taken out near {instant}; take"
            " out stretches of time by a calendar",
        )

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        return self._tell("", "but not")

    def __str__(self) -> str:
        return self._join("and not")
