"""
The trigger that fires at wall times which match an expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from attrs import field, frozen
from zope.interface import implementer

from ...errors import BadTrigger
from ...model.instant import UTC
from ...model.trigger import ICountingTrigger, ISeededTrigger, ITimetable
from ..clauses import (
    check_bounds,
    check_choice,
    check_jitter,
    describe_clauses,
    write_clauses,
)
from ..daylight import Fold, Gap
from ..instants import utc
from ..timetable import clip_mask, walk_between
from ..zones import zone_key
from . import celery, own
from .dialects import DIALECTS, find_dialect
from .english import describe
from .hashing import has_hash
from .search import Schedule
from .walls import Fields

__all__ = ["CronTrigger"]

_TICK = timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def _schedule(
    dialect: str, expression: str, zone: str, gap: Gap, fold: Fold
) -> Schedule:
    """
    Compile an expression; equal ones share what is made.
    """
    return Schedule(DIALECTS[dialect].parse(expression), zone, gap, fold)


@implementer(ITimetable, ICountingTrigger, ISeededTrigger)
@frozen(init=False, weakref_slot=False, repr=False)
class CronTrigger:
    """
    Fires whenever the clock on the wall matches an expression.

    The constructor takes the fields of the scheduler's own dialect; :meth:`parse`
    reads text, in that dialect and others.  What happens at a change of daylight
    saving time is told in :mod:`txsched.triggers.daylight`.

    Years go from 1970 to 2199; an expression that matches nothing there never fires.

    :ivar dialect: the name of the dialect, a key of ``DIALECTS``.
    :ivar expression: in its one way of writing.
    :ivar timezone: the name of the zone.
    :ivar start_date: no time before this; in UTC.
    :ivar end_date: no time after this; in UTC.
    :ivar jitter: by how much a job with this trigger puts off its runs at most; the
        times that the trigger gives are without it.
    :ivar gap: what becomes of a wall time that does not exist.
    :ivar fold: what becomes of a wall time that exists twice.
    """

    dialect: str = field()
    expression: str = field()
    timezone: str = field()
    start_date: datetime | None = field()
    end_date: datetime | None = field()
    jitter: timedelta | None = field()
    gap: Gap = field()
    fold: Fold = field()
    _schedule: Schedule = field(eq=False)

    def __init__(
        self,
        year: int | str | None = None,
        month: int | str | None = None,
        day: int | str | None = None,
        week: int | str | None = None,
        day_of_week: int | str | None = None,
        hour: int | str | None = None,
        minute: int | str | None = None,
        second: int | str | None = None,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
        timezone: str | tzinfo | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> None:
        """
        Each field takes a number or text: ``*``, ``*/a``, ``a-b``, ``a-b/c`` or a list
        of these with commas; ``month`` and ``day_of_week`` also take names of three
        letters; ``day`` also ``last``, ``3rd fri`` and ``last fri``.  At least one
        field is to be given.

        :param year: 1970 to 2199.
        :param month: 1 to 12.
        :param day: of the month, 1 to 31.
        :param week: of ISO 8601, 1 to 53.
        :param day_of_week: 0 to 6; 0 is Monday.
        :param hour: 0 to 23.
        :param minute: 0 to 59.
        :param second: 0 to 59.
        :param start_date: no time before this; also as text.
        :param end_date: no time after this; also as text.
        :param timezone: whose wall times are meant, also those of dates without a
            zone: a name or a ``tzinfo`` that has one; ``None`` is the zone of this
            machine.
        :param jitter: a job with this trigger puts off each run by up to this much;
            also in seconds, or text as ``30s``.
        :param gap: what becomes of a wall time that does not exist: ``next``,
            ``skip`` or ``shift``; see :class:`~txsched.triggers.Gap`.
        :param fold: what becomes of a wall time that exists twice: ``first``,
            ``second`` or ``both``; see :class:`~txsched.triggers.Fold`.
        :raises BadTrigger: naming the field and the place in it.
        """
        expression = own.join_fields(
            {
                "year": year,
                "month": month,
                "day": day,
                "week": week,
                "day_of_week": day_of_week,
                "hour": hour,
                "minute": minute,
                "second": second,
            }
        )
        self._begin(
            "own", expression, timezone, start_date, end_date, jitter, gap, fold
        )

    @classmethod
    def parse(
        cls,
        text: str | Mapping[str, Any],
        dialect: str = "crontab",
        timezone: str | tzinfo | None = None,
        start_date: datetime | date | str | None = None,
        end_date: datetime | date | str | None = None,
        jitter: timedelta | float | str | None = None,
        gap: Gap | str = Gap.NEXT,
        fold: Fold | str = Fold.FIRST,
    ) -> CronTrigger:
        """
        Read an expression.

        :param text: the expression alone; of ``celery`` also a mapping.
        :param dialect: how it is meant, which is never guessed:

            - ``crontab``: five fields as in crontab(5), or a nickname as ``@daily``;
            - ``seconds``: six fields, seconds first, or seven, with a year;
            - ``quartz``: six or seven fields as Quartz has them;
            - ``systemd``: a calendar event as after ``OnCalendar=``;
            - ``celery``: five named fields, ``minute=0 hour=*/3``;
            - ``own``: eight named fields, ``hour=9 day_of_week=mon-fri``.
        :param timezone: whose wall times are meant, as for the constructor.  Where the
            expression itself names a zone, as ``CRON_TZ=Europe/Berlin 0 9 * * *`` and
            a calendar event may, it is left out, or the same.
        :raises BadTrigger: naming the field and the place in it.
        """
        syntax = find_dialect(dialect)
        if isinstance(text, Mapping) and dialect == "celery":
            text = celery.join_fields(text)
        if not isinstance(text, str):
            raise BadTrigger("expression", f"expected text, not {text!r}")
        expression, zone = syntax.split_zone(text)
        trigger = cls.__new__(cls)
        expression = syntax.normalize(expression)
        if zone is not None:
            timezone = _agreed(zone, timezone)
        trigger._begin(
            dialect, expression, timezone, start_date, end_date, jitter, gap, fold
        )
        return trigger

    @classmethod
    def from_crontab(
        cls, text: str, timezone: str | tzinfo | None = None
    ) -> CronTrigger:
        """
        Read five fields as in crontab(5), or a nickname.

        :raises BadTrigger: naming the field and the place in it.
        """
        return cls.parse(text, "crontab", timezone)

    @classmethod
    def from_celery(
        cls,
        minute: int | str | Iterable[int] = "*",
        hour: int | str | Iterable[int] = "*",
        day_of_week: int | str | Iterable[int] = "*",
        day_of_month: int | str | Iterable[int] = "*",
        month_of_year: int | str | Iterable[int] = "*",
        timezone: str | tzinfo | None = None,
    ) -> CronTrigger:
        """
        Take the five fields of Celery's ``crontab``; Sunday is 0, and all must match.

        :raises BadTrigger: naming the field and the place in it.
        """
        fields = {
            "minute": minute,
            "hour": hour,
            "day_of_week": day_of_week,
            "day_of_month": day_of_month,
            "month_of_year": month_of_year,
        }
        return cls.parse(fields, "celery", timezone)

    def _begin(
        self,
        dialect: str,
        expression: str,
        timezone: str | tzinfo | None,
        start_date: datetime | date | str | None,
        end_date: datetime | date | str | None,
        jitter: timedelta | float | str | None,
        gap: Gap | str,
        fold: Fold | str,
    ) -> None:
        zone = zone_key(timezone)
        if type(gap) is not Gap:
            gap = check_choice(Gap, gap, "gap")
        if type(fold) is not Fold:
            fold = check_choice(Fold, fold, "fold")
        schedule = _schedule(dialect, expression, zone, gap, fold)
        start, end = check_bounds(start_date, end_date, zone)
        self.__attrs_init__(
            dialect,
            expression,
            zone,
            start,
            end,
            check_jitter(jitter),
            gap,
            fold,
            schedule,
        )

    def for_job(self, job_id: str) -> CronTrigger:
        """
        Give the trigger that a job of this id gets: with numbers in place of ``H``.

        As long as nobody asked it answers as for the id ``""``.
        """
        resolve = DIALECTS[self.dialect].resolve
        if resolve is None or not has_hash(self.expression):
            return self
        return CronTrigger.parse(
            resolve(self.expression, job_id),
            self.dialect,
            self.timezone,
            self.start_date,
            self.end_date,
            self.jitter,
            self.gap,
            self.fold,
        )

    @property
    def fields(self) -> Fields:
        """
        What the expression says, whatever dialect it is written in.
        """
        return self._schedule.fields

    def next_after(self, instant: datetime) -> datetime | None:
        """
        Give the first time later than *instant*, ``None`` for never.
        """
        if instant.tzinfo is not UTC:
            instant = utc(instant)
        if self.start_date is not None and instant < self.start_date:
            instant = self.start_date - _TICK
        answer = self._schedule.next_after(instant)
        if self.end_date is not None and answer is not None and answer > self.end_date:
            return None
        return answer

    def previous_before(self, instant: datetime) -> datetime | None:
        """
        Give the last time earlier than *instant*, ``None`` for never.
        """
        instant = utc(instant)
        if self.end_date is not None and instant > self.end_date:
            instant = self.end_date + _TICK
        answer = self._schedule.last_before(instant)
        if (
            self.start_date is not None
            and answer is not None
            and answer < self.start_date
        ):
            return None
        return answer

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
        if self.end_date is not None and self.end_date < end:
            end = self.end_date + _TICK
        # *first* counts even if the data of its zone changed since it was planned.
        number = self._schedule.count(first + _TICK, end)
        last = self._schedule.last_before(end) if number else None
        return number + 1, first if last is None else last

    def mask(self, first: datetime, length: int) -> int:
        """
        Give those of the *length* full seconds from *first* on, as bits.
        """
        found = self._schedule.bits(first, length)
        return clip_mask(found, first, self.start_date, self.end_date)

    def describe(self) -> str:
        """
        Say in English when it fires.
        """
        text = f"{describe(self._schedule.fields)} ({self.timezone})"
        if has_hash(self.expression):
            text += ", different for each job"
        return text + describe_clauses(self.start_date, self.end_date, self.jitter)

    def __str__(self) -> str:
        word = DIALECTS[self.dialect].word
        return f"{word} {self.expression} {self.timezone}" + write_clauses(
            self.start_date, self.end_date, self.jitter, self.gap, self.fold
        )

    def __repr__(self) -> str:
        return f"<CronTrigger {self}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # What was compiled is made again, and shared with its equals.
        return _again, (
            self.expression,
            self.dialect,
            self.timezone,
            self.start_date,
            self.end_date,
            self.jitter,
            self.gap,
            self.fold,
        )


def _agreed(zone: str, timezone: str | tzinfo | None) -> str:
    """
    Give the key of the zone that an expression names, where nobody says another.
    """
    key = zone_key(zone)
    if timezone is not None and zone_key(timezone) != key:
        raise BadTrigger(
            "timezone", f"the expression says {key}, and timezone {zone_key(timezone)}"
        )
    return key


def _again(*parts: Any) -> CronTrigger:
    return CronTrigger.parse(*parts)
