"""
The trigger that fires by a recurrence rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.trigger import ICountingTrigger, ITimetable
from ..clauses import check_choice, check_jitter, describe_clauses, write_clauses
from ..daylight import Fold, Gap, Policy
from ..instants import as_instant, as_wall, utc
from ..search import Search
from ..timetable import clip_mask, walk_between
from ..zones import zone_key
from .english import describe_rule
from .periods import ChosenWalls, PeriodWalls
from .syntax import Freq, parse_rule
from .times import explicit
from .units import UnitWalls
from .walls import RuleWalls

__all__ = ["RRuleTrigger"]

_TICK = timedelta(microseconds=1)


@lru_cache(maxsize=512)
def _prepare(
    rule: str, start: datetime, zone: str, gap: Gap, fold: Fold
) -> tuple[Search, datetime | None]:
    """
    Prepare the search for the times; equal triggers share it.

    :returns: also the instant at which the rule itself ends, if it names one.
    """
    parts = explicit(parse_rule(rule), start)
    kind: type[RuleWalls] = UnitWalls
    if parts.freq < Freq.HOURLY:
        positions = parts.bysetpos and parts.freq is not Freq.DAILY
        kind = ChosenWalls if positions else PeriodWalls
    walls = kind(parts, start)
    walls.limit()
    until = parts.until if parts.until and parts.until.tzinfo else None
    return Search(walls, zone, Policy(gap, fold)), until


@implementer(ITimetable, ICountingTrigger)
@frozen(init=False, weakref_slot=False, repr=False)
class RRuleTrigger:
    """
    Fires by a recurrence rule of iCalendar, RFC 5545.

    Each time is a wall time, as the RFC has it, also of a rule that counts hours,
    minutes or seconds.  What becomes of one that the zone leaves out or has twice is
    told in :mod:`txsched.triggers.daylight`.

    The start gives the rule what it does not say itself: the time of day, the weekday,
    the day of the month.  It is a time of the rule only if the rule matches it.
    Years go from 1970 to 2199; a rule that matches nothing there never fires.

    :ivar rule: in its one way of writing.
    :ivar start_date: the wall time from which on the rule counts, a naive datetime:
        ``DTSTART``.
    :ivar timezone: the name of the zone.
    :ivar end_date: no time after this; in UTC.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    :ivar gap: what becomes of a wall time that does not exist.
    :ivar fold: what becomes of a wall time that exists twice.
    """

    rule: str = field()
    start_date: datetime = field()
    timezone: str = field()
    end_date: datetime | None = field()
    jitter: timedelta | None = field()
    gap: Gap = field()
    fold: Fold = field()

    def __init__(
        self,
        rule: str,
        start_date: datetime | date | str,
        timezone: str | tzinfo | None = None,
        end_date: datetime | date | str | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> None:
        """
        :param rule: as in ``FREQ=MONTHLY;BYDAY=-1FR``, also after ``RRULE:``.
        :param start_date: ``DTSTART``, in whole seconds; also as text.  The wall time
            of what has a zone of its own is meant.
        :param timezone: whose wall times are meant: a name or a ``tzinfo`` that has
            one; ``None`` is the zone of this machine.
        :param end_date: no time after this; also as text.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :param gap: what becomes of a wall time that does not exist: ``next``,
            ``skip`` or ``shift``; see :class:`~txsched.triggers.Gap`.
        :param fold: what becomes of a wall time that exists twice: ``first``,
            ``second`` or ``both``; see :class:`~txsched.triggers.Fold`.
        :raises BadTrigger: naming the argument or the part of the rule, and what was
            expected.
        """
        parts = parse_rule(rule)
        zone = zone_key(timezone)
        start = as_wall(start_date, zone, "start_date")
        if start.microsecond:
            raise BadTrigger("start_date", f"{start} is not in whole seconds")
        end = None if end_date is None else as_instant(end_date, zone, "end_date")
        self.__attrs_init__(
            str(parts),
            start.replace(fold=0),
            zone,
            end,
            check_jitter(jitter),
            check_choice(Gap, gap, "gap"),
            check_choice(Fold, fold, "fold"),
        )

    def _prepared(self) -> tuple[Search, datetime | None]:
        """
        Give the search, and the last instant at which a time may lie.
        """
        search, until = _prepare(
            self.rule, self.start_date, self.timezone, self.gap, self.fold
        )
        end = self.end_date
        if until is None or (end is not None and end < until):
            return search, end
        return search, until

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        search, end = self._prepared()
        answer = search.next_after(utc(instant))
        return None if end and answer and answer > end else answer

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        search, end = self._prepared()
        if end is not None and instant > end:
            instant = end + _TICK
        return search.last_before(instant)

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

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        first, end = utc(first), utc(end)
        search, limit = self._prepared()
        if limit is not None and limit < end:
            end = limit + _TICK
        # *first* counts even if the data of its zone changed since it was planned.
        number = search.count(first + _TICK, end)
        last = search.last_before(end) if number else None
        return number + 1, first if last is None else last

    def mask(self, first: datetime, length: int) -> int:
        """
        Give those of the *length* full seconds from *first* on, as bits.
        """
        search, end = self._prepared()
        return clip_mask(search.bits(first, length), first, None, end)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        parts = explicit(parse_rule(self.rule), self.start_date)
        text = f"{describe_rule(parts)} ({self.timezone})"
        return text + describe_clauses(self.start_date, self.end_date, self.jitter)

    def __str__(self) -> str:
        text = f"rrule {self.rule} {self.timezone}"
        return text + write_clauses(
            self.start_date, self.end_date, self.jitter, self.gap, self.fold
        )

    def __repr__(self) -> str:
        return f"<RRuleTrigger {self}>"
