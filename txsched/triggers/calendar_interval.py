"""
Every so many days, weeks, months or years, at a time of day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from attrs import field, frozen
from zope.interface import implementer

from ..errors import BadTrigger
from ..model.trigger import ICountingTrigger, ITimetable
from .calendar_dates import DateStep, Walls
from .clauses import check_choice, check_jitter, describe_clauses, write_clauses
from .daylight import Fold, Gap, Policy, instants_of
from .instants import as_wall, utc, wall_of
from .search import Search
from .timetable import walk_between
from .zones import FIRST_YEAR, LAST_YEAR, zone_key

__all__ = ["CalendarIntervalTrigger"]

_TICK = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)
_MIDNIGHT = time()
#: What each part may be at most: what is longer than all known years says nothing.
_LIMITS = {"years": 229, "months": 2759, "weeks": 12_000, "days": 84_000}
_TIMES = {"hour": 23, "minute": 59, "second": 59}
_PART = re.compile(r"(\d*)\s*([a-z]+)\s*", re.ASCII)
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?", re.ASCII)


@lru_cache(maxsize=1024)
def _search(
    step: DateStep,
    start: date,
    end: date | None,
    second: int,
    zone: str,
    gap: Gap,
    fold: Fold,
) -> Search:
    """
    Prepare the search for the times; equal triggers share it.
    """
    return Search(Walls(step, start, end, second), zone, Policy(gap, fold))


@implementer(ITimetable, ICountingTrigger)
@frozen(init=False, weakref_slot=False, repr=False)
class CalendarIntervalTrigger:
    """
    Fires every so many years, months, weeks or days at the same time of day.

    From one date to the next first the years and months are added, then the weeks
    and days.  Where a month has no such day, they are added once more: from
    31 January on, each month, come 31 March, 31 May and so on, and 29 February comes
    in leap years.

    With a *start_date* the dates are counted from it on.  Without one the first time
    is the next one at that time of day, if today's is still to come, and otherwise
    one step after today's; each following date is one step after the one before:
    the phase is kept by the job, since a trigger has no memory.  Of an instant that
    is no time of the trigger, the last day whose time is not later counts as the
    date before.

    What becomes of a wall time that the zone leaves out or has twice is told in
    :mod:`txsched.triggers.daylight`.

    :ivar years: 12 months are one.
    :ivar months: 0 to 11.
    :ivar weeks: 7 days are one.
    :ivar days: 0 to 6.
    :ivar hour: of the time of day, as are the following two.
    :ivar minute: 0 to 59.
    :ivar second: 0 to 59.
    :ivar timezone: the name of the zone.
    :ivar start_date: the first date.
    :ivar end_date: no date after this.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    :ivar gap: what becomes of a wall time that does not exist.
    :ivar fold: what becomes of a wall time that exists twice.
    """

    years: int = field()
    months: int = field()
    weeks: int = field()
    days: int = field()
    hour: int = field()
    minute: int = field()
    second: int = field()
    timezone: str = field()
    start_date: date | None = field()
    end_date: date | None = field()
    jitter: timedelta | None = field()
    gap: Gap = field()
    fold: Fold = field()

    def __init__(
        self,
        years: int = 0,
        months: int = 0,
        weeks: int = 0,
        days: int = 0,
        hour: int = 0,
        minute: int = 0,
        second: int = 0,
        start_date: date | str | None = None,
        end_date: date | str | None = None,
        timezone: str | tzinfo | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> None:
        """
        :param years: this and the following three add up; one of them is to be given.
        :param hour: of the time of day, 0 to 23.
        :param minute: 0 to 59.
        :param second: 0 to 59.
        :param start_date: the first date; also as text.  A time of day in it is
            refused, as it would mean nothing.
        :param end_date: the last date that counts.
        :param timezone: whose wall times are meant: a name or a ``tzinfo`` that has
            one; ``None`` is the zone of this machine.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :param gap: what becomes of a wall time that does not exist: ``next``,
            ``skip`` or ``shift``; see :class:`~txsched.triggers.Gap`.
        :param fold: what becomes of a wall time that exists twice: ``first``,
            ``second`` or ``both``; see :class:`~txsched.triggers.Fold`.
        :raises BadTrigger: naming the argument and what was expected.
        """
        parts = {"years": years, "months": months, "weeks": weeks, "days": days}
        for name, value in parts.items():
            _check_number(name, value, _LIMITS[name])
        if not any(parts.values()):
            raise BadTrigger("interval", "give years, months, weeks or days")
        clock = {"hour": hour, "minute": minute, "second": second}
        for name, value in clock.items():
            _check_number(name, value, _TIMES[name])
        zone = zone_key(timezone)
        start = _check_date(start_date, zone, "start_date")
        end = _check_date(end_date, zone, "end_date")
        if start is not None and end is not None and end < start:
            raise BadTrigger("end_date", f"{end} is before start_date, {start}")
        self.__attrs_init__(
            *divmod(years * 12 + months, 12),
            *divmod(weeks * 7 + days, 7),
            hour,
            minute,
            second,
            zone,
            start,
            end,
            check_jitter(jitter),
            check_choice(Gap, gap, "gap"),
            check_choice(Fold, fold, "fold"),
        )

    @classmethod
    def parse(
        cls,
        text: str,
        timezone: str | tzinfo | None = None,
        start_date: date | str | None = None,
        end_date: date | str | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> CalendarIntervalTrigger:
        """
        Read the rule as text: ``every 2 months at 09:00 Europe/Berlin``.

        The units are years, months, weeks and days.  Without a time, midnight is meant.

        :param timezone: where the text names none.
        :raises BadTrigger: naming the part and what was expected.
        """
        parts, rest = _read_parts(text.strip())
        clock = {}
        if rest and rest[0].lower() == "at":
            clock = _read_time(" ".join(rest[1:2]))
            rest = rest[2:]
        if len(rest) > 1:
            raise BadTrigger(
                "interval",
                f"{' '.join(rest)!r} has too many words: only at, a time of day and the"
                " name of a time zone may follow",
            )
        return cls(
            **parts,
            **clock,
            start_date=start_date,
            end_date=end_date,
            timezone=rest[0] if rest else timezone,
            jitter=jitter,
            gap=gap,
            fold=fold,
        )

    @property
    def _step(self) -> DateStep:
        return DateStep(self.years * 12 + self.months, self.weeks * 7 + self.days)

    def _from(self, start: date) -> Search:
        return _search(
            self._step,
            start,
            self.end_date,
            self.hour * 3600 + self.minute * 60 + self.second,
            self.timezone,
            self.gap,
            self.fold,
        )

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        if self.start_date is not None:
            return self._from(self.start_date).next_after(instant)
        return self._walk_on(self._date_of(instant), instant)

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        if self.start_date is not None:
            return self._from(self.start_date).last_before(instant)
        day = self._date_of(instant)
        while day is not None:
            times = [at for at in self._instants(day) if at < instant]
            if times:
                beyond = self.end_date is not None and day > self.end_date
                return None if beyond else times[-1]
            day = self._step.preceding(day) if _is_known(day) else None
        return None

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
        if previous_fire_time is not None:
            return self.next_after(previous_fire_time)
        before = utc(now) - _TICK
        if self.start_date is not None:
            return self.next_after(before)
        return self._walk_on(wall_of(utc(now), self.timezone).date(), before)

    def count_until(self, first: datetime, end: datetime) -> tuple[int, datetime]:
        """
        See :meth:`txsched.interfaces.ICountingTrigger.count_until`.
        """
        first, end = utc(first), utc(end)
        start = self.start_date or self._date_of(first)
        if start is None:
            return 1, first
        search = self._from(start)
        # *first* counts even if the data of its zone changed since it was planned.
        number = search.count(first + _TICK, end)
        last = search.last_before(end) if number else None
        return number + 1, first if last is None else last

    def _instants(self, day: date) -> tuple[datetime, ...]:
        wall = datetime.combine(day, time(self.hour, self.minute, self.second))
        return instants_of(wall, self.timezone, self.gap, self.fold)

    def _date_of(self, instant: datetime) -> date | None:
        """
        Give the last date whose time is not later than *instant*.
        """
        if not FIRST_YEAR - 1 <= instant.year <= LAST_YEAR + 1:
            return None
        day = wall_of(instant, self.timezone).date() + _ONE_DAY
        while _is_known(day):
            times = self._instants(day)
            if times and times[0] <= instant:
                return day
            day -= _ONE_DAY
        return None

    def _walk_on(self, day: date | None, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, on *day* or a date after it.
        """
        while day is not None and _is_known(day):
            if self.end_date is not None and day > self.end_date:
                return None
            times = [at for at in self._instants(day) if at > instant]
            if times:
                return times[0]
            day = self._step.following(day)
        return None

    def mask(self, first: datetime, length: int) -> int | None:
        """
        Give those of the *length* full seconds from *first* on, as bits, or ``None``
        where there is no start to count from.
        """
        if self.start_date is None:
            return None
        return self._from(self.start_date).bits(first, length)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"{self._write_step()} at {self._write_time()} ({self.timezone})"
        return text + describe_clauses(self.start_date, self.end_date, self.jitter)

    def _write_step(self) -> str:
        parts = [
            f"{number} {name if number > 1 else name[:-1]}"
            for name in _LIMITS
            if (number := getattr(self, name))
        ]
        return f"every {' '.join(parts)}"

    def _write_time(self) -> str:
        text = f"{self.hour:02}:{self.minute:02}"
        return f"{text}:{self.second:02}" if self.second else text

    def __str__(self) -> str:
        text = f"calendar {self._write_step()} at {self._write_time()} {self.timezone}"
        return text + write_clauses(
            self.start_date, self.end_date, self.jitter, self.gap, self.fold
        )

    def __repr__(self) -> str:
        return f"<CalendarIntervalTrigger {self}>"


def _is_known(day: date) -> bool:
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _check_number(name: str, value: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadTrigger(name, f"expected a whole number, not {value!r}")
    if not 0 <= value <= most:
        raise BadTrigger(name, f"{value} is not within 0-{most}")


def _check_date(value: date | str | None, zone: str, name: str) -> date | None:
    if value is None:
        return None
    wall = as_wall(value, zone, name)
    if wall.time() != _MIDNIGHT:
        raise BadTrigger(
            name, f"{value} has a time of day; give a date, and the time as hour"
        )
    return wall.date()


def _read_parts(text: str) -> tuple[dict[str, int], list[str]]:
    """
    Read the length of the interval: give its parts, and the words that follow them.
    """
    lower = text.lower()
    parts: dict[str, int] = {}
    begin = re.match(r"every(\s+|$)", lower)
    at = begin.end() if begin else 0
    while begin and (match := _PART.match(lower, at)):
        number, unit = match.groups()
        name = unit.removesuffix("s") + "s"
        if name not in _LIMITS:
            break
        if name in parts:
            raise BadTrigger(name, f"is given twice (at column {at + 1} of {text!r})")
        # What has so many digits is too much in any case.
        parts[name] = int(number[:9] or 1)
        at = match.end()
    if not parts:
        raise BadTrigger(
            "interval",
            "expected every and a number of years, months, weeks or days"
            f" (at column {at + 1} of {text!r})",
        )
    return parts, text[at:].split()


def _read_time(text: str) -> dict[str, int]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadTrigger("time", f"{text!r} is not a time of day such as 09:00")
    return {
        name: int(value or 0)
        for name, value in zip(_TIMES, match.groups(), strict=True)
    }
