"""
The trigger that fires by a recurrence rule of iCalendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.instant import UTC
from ...model.trigger import ITimetable
from ..clauses import (
    check_bounds,
    check_choice,
    check_jitter,
    describe_clauses,
    write_clauses,
)
from ..cron.search import IWalls, Search
from ..cron.walls import Fields, Walls
from ..daylight import Fold, Gap, Policy, wall_of
from ..instants import parse_instant, utc
from ..timeline import timeline
from ..timetable import walk_between
from ..zones import zone_key
from .days import RuleDays
from .english import describe
from .parts import Frequency, Rule, parse_rule
from .periods import MAX_PERIOD, PeriodicWalls, Periods, PickedWalls

__all__ = ["RRuleTrigger"]

_TICK = timedelta(microseconds=1)
_ALL = {"hour": (1 << 24) - 1, "minute": (1 << 60) - 1, "second": (1 << 60) - 1}
_FINER = {
    "hour": Frequency.HOURLY,
    "minute": Frequency.MINUTELY,
    "second": Frequency.SECONDLY,
}


@implementer(ITimetable)
@frozen(init=False, weakref_slot=False, repr=False)
class RRuleTrigger:
    """
    Fires by a recurrence rule of iCalendar, :rfc:`5545`.

    The rule begins with *start_date*, its ``DTSTART``: what the rule leaves open, as
    the time of day, is as it is there.  The start itself is a time only if the rule
    says so.  Rules of which the hour, minute or second repeats follow elapsed time
    through changes of daylight saving time; the others name wall times, to which *gap*
    and *fold* apply.

    :ivar rule: in its one way of writing, without its end.
    :ivar start_date: no time before this; in UTC.
    :ivar timezone: the name of the zone whose wall times are meant.
    :ivar end_date: no time after this: the ``UNTIL`` of the rule, if it had one.
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
    _parsed: Rule = field(eq=False)
    _search: Search = field(eq=False)
    _last: datetime | None = field(eq=False)

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
        :param rule: as ``FREQ=MONTHLY;BYDAY=-1FR``, also with ``RRULE:`` before it.
            ``COUNT`` is at most 10,000.
        :param start_date: with which the rule begins; also as text.
        :param timezone: whose wall times are meant, also those of dates without a
            zone: a name or a ``tzinfo`` that has one; ``None`` is the zone of this
            machine.
        :param end_date: no time after this; also as text.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :param gap: ``next``, ``skip`` or ``shift``, see :class:`~txsched.triggers.Gap`.
        :param fold: ``first``, ``second`` or ``both``, see
            :class:`~txsched.triggers.Fold`.
        :raises BadTrigger: naming the part of the rule, or the argument.
        """
        if start_date is None:
            raise BadTrigger("start_date", "is needed: the rule begins with it")
        parsed = parse_rule(rule)
        zone = zone_key(timezone)
        start, end = check_bounds(start_date, end_date, zone)
        assert start is not None
        if parsed.until:
            until = parse_instant(parsed.until, zone, "UNTIL")
            end = until if end is None else min(until, end)
            check_bounds(start, end, zone)
        gap, fold = check_choice(Gap, gap, "gap"), check_choice(Fold, fold, "fold")
        walls = _walls(parsed, wall_of(start, zone).replace(microsecond=0, tzinfo=UTC))
        policy = None if parsed.freq > Frequency.DAILY else Policy(gap, fold)
        search = Search(walls, timeline(zone, policy))
        self.__attrs_init__(
            str(parsed),
            start,
            zone,
            end,
            check_jitter(jitter),
            gap,
            fold,
            parsed,
            search,
            _last_of(search, start, end, parsed.count),
        )

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        if self._last is None or instant >= self._last:
            return None
        found = self._search.next_after(max(instant, self.start_date - _TICK))
        return None if found is None or found > self._last else found

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        if self._last is None or instant <= self.start_date:
            return None
        found = self._search.last_before(min(instant, self._last + _TICK))
        return None if found is None or found < self.start_date else found

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

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"{describe(self._parsed)} ({self.timezone})"
        return text + describe_clauses(self.start_date, self.end_date, self.jitter)

    def __str__(self) -> str:
        return f"rrule {self.rule} {self.timezone}" + write_clauses(
            self.start_date, self.end_date, self.jitter, self.gap, self.fold
        )

    def __repr__(self) -> str:
        return f"<RRuleTrigger {self}>"

    def __reduce__(self) -> tuple[object, ...]:
        # What was worked out is worked out again.
        return RRuleTrigger, (
            self.rule,
            self.start_date,
            self.timezone,
            self.end_date,
            self.jitter,
            self.gap,
            self.fold,
        )


def _walls(rule: Rule, start: datetime) -> IWalls:
    """
    Give the wall times of a rule, whatever its end.

    :param start: the wall time of its beginning.
    """
    masks = {}
    for name, finest in _FINER.items():
        given = rule.part(name)
        if given:
            masks[name] = sum(1 << one for one in given)
        elif rule.freq >= finest:
            masks[name] = _ALL[name]
        else:
            masks[name] = 1 << getattr(start, name)
    fields = Fields(
        RuleDays(rule, start), masks["hour"], masks["minute"], masks["second"], False
    )
    plain = Walls(fields)
    walls: IWalls = plain
    periods = Periods(rule.freq, rule.interval, rule.wkst, start)
    positions = rule.part("setpos")
    if positions:
        number = periods.number(start)
        if plain.count(periods.start(number), periods.start(number + 2)) > MAX_PERIOD:
            raise BadTrigger(
                "BYSETPOS", f"picks among more than {MAX_PERIOD // 2} times of a period"
            )
        walls = PickedWalls(walls, periods, positions)
    if rule.interval > 1:
        walls = PeriodicWalls(walls, periods)
    return walls


def _last_of(
    search: Search, start: datetime, end: datetime | None, count: int
) -> datetime | None:
    """
    Give an instant after which there is nothing; ``None`` when there is nothing at all.

    :param count: how many there are; 0 is without limit.
    """
    found = search.next_after(start - _TICK)
    if found is None or (end is not None and found > end):
        return None
    for _ in range(count - 1):
        following = search.next_after(found)
        if following is None or (end is not None and following > end):
            break
        found = following
    if count:
        return found
    return _FOREVER if end is None else end


_FOREVER = datetime(2200, 1, 1, tzinfo=UTC)
