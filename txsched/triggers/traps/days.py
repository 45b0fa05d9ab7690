"""
Traps that lie in which days match.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from ..calendar_interval import CalendarIntervalTrigger
from ..cron import CronTrigger
from ..cron.days import ALL_WEEKDAYS, DayRule, DaysOfMonth, NthWeekday, year_kind
from ..cron.dialects import DIALECTS
from ..cron.english import ALL_DAYS, bits_of, describe_item, name_weekdays
from ..cron.meaning import columns_of_own, read_as
from ..cron.search import Schedule
from ..daylight import wall_of
from ..english import MONTHS, WEEKDAYS, join_words, ordinal
from .trap import Trap

__all__ = ["cron_day_traps", "interval_day_traps"]

_YEAR = timedelta(days=365)
_SHORTEST_MONTH = 28
_FIFTH = 5
#: Years that begin on a Monday: one with 365 days, and a leap year.
_COMMON, _LEAP = year_kind(2018), year_kind(2024)
#: How the last day of a month is written.
_LAST_DAY = defaultdict(
    str,
    {
        "own": "; day=last is the last one",
        "systemd": "; *-*~01 is the last one",
        **dict.fromkeys(("crontab", "seconds", "quartz"), "; L is the last one"),
    },
)


def cron_day_traps(trigger: CronTrigger, now: datetime) -> Iterator[Trap]:
    """
    Find the traps of the days of an expression.
    """
    rule = trigger.fields.day_rule
    assert isinstance(rule, DayRule)
    counted = rule.weekdays != ALL_WEEKDAYS
    numbered = DaysOfMonth(ALL_DAYS) not in rule.days
    if counted and numbered:
        yield _both(trigger, rule, now)
    if numbered and not (counted and rule.either):
        yield from _rare(trigger, rule, now)
    for item in (*rule.days, *rule.some_weekdays):
        if isinstance(item, NthWeekday) and item.nth == _FIFTH:
            yield Trap("rare-day", f"most months have no 5th {WEEKDAYS[item.weekday]}")


def _both(trigger: CronTrigger, rule: DayRule, now: datetime) -> Trap:
    days = join_words([describe_item(item) for item in rule.days])
    here = _count(trigger, rule, now)
    there = _count(trigger, rule._replace(either=not rule.either), now)
    others = join_words(_dialects(not rule.either))
    if rule.either:
        return Trap(
            "day-or-weekday",
            f"a day matches when it is {days} or {name_weekdays(rule)}: {_times(here)}"
            f" in a year from now; in {others} both have to match: {_times(there)}",
        )
    text = (
        f"a day matches only when it is both {days} and {name_weekdays(rule)}:"
        f" {_times(here)} in a year from now"
    )
    if trigger.dialect in _dialects(True):
        star = next(
            f"{name} {value}"
            for name, value in columns_of_own(trigger).items()
            if name in ("day", "day_of_week") and value.startswith("*")
        )
        return Trap(
            "day-and-weekday",
            f"{text}, since {star} begins with a star; otherwise either would do:"
            f" {_times(there)}",
        )
    return Trap(
        "day-and-weekday", f"{text}; in {others} either would do: {_times(there)}"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _dialects(either: bool) -> list[str]:
    """
    Give the dialects in which either of the two fields of days, or both, decide.
    """
    found = []
    for name in DIALECTS:
        texts = {"minute": "0", "hour": "0", "day": "13", "day_of_week": "fri"}
        read = read_as(name, texts, "UTC")
        if read is not None:
            rule = read.fields.day_rule
            assert isinstance(rule, DayRule)
            if rule.either == either:
                found.append(name)
    return found


def _count(trigger: CronTrigger, rule: DayRule, now: datetime) -> int:
    fields = trigger.fields._replace(day_rule=rule)
    schedule = Schedule(fields, trigger.timezone, trigger.gap, trigger.fold)
    return schedule.count(now, now + _YEAR)


def _rare(trigger: CronTrigger, rule: DayRule, now: datetime) -> Iterator[Trap]:
    if not all(isinstance(item, DaysOfMonth) for item in rule.days):
        return
    plain = DayRule(rule.days, months=rule.months)
    common, leap = plain.masks(_COMMON), plain.masks(_LEAP)
    if not common[0] and leap[0]:
        following = trigger.next_after(now)
        said = f": next in {_year(following, trigger)}" if following else ""
        yield Trap("rare-day", f"29 February comes in leap years only{said}")
        return
    without = [month for month in bits_of(rule.months) if not common[month]]
    if not common[0] or not without:
        return
    days = join_words([describe_item(item) for item in rule.days])
    months = join_words([MONTHS[month - 1] for month in without])
    have = "have" if len(without) > 1 else "has"
    yield Trap("rare-day", f"{months} {have} no {days}{_LAST_DAY[trigger.dialect]}")


def _year(instant: datetime, trigger: CronTrigger) -> int:
    return wall_of(instant, trigger.timezone).year


def interval_day_traps(trigger: CalendarIntervalTrigger) -> Iterator[Trap]:
    """
    Find the traps of the dates of a calendar interval.
    """
    start = trigger.start_date
    if start is None or trigger.weeks or trigger.days:
        return
    if start.day <= _SHORTEST_MONTH:
        return
    if trigger.months:
        yield Trap(
            "rare-day",
            f"it counts from a {ordinal(start.day)}: months without one are left out",
        )
    elif (start.month, start.day) == (2, 29):
        yield Trap("rare-day", "29 February comes in leap years only")
