"""
What people get wrong about triggers: warnings, as pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from attrs import evolve

from ..errors import BadTrigger
from ..model.trigger import ITimetable, ITrigger
from .calendar_interval import CalendarIntervalTrigger
from .cron import CronTrigger
from .cron.days import ALL_WEEKDAYS, DayRule, DaysOfMonth, year_kind
from .cron.dialects import DIALECTS
from .daylight import EPOCH, Fold, Gap, wall_of
from .instants import utc
from .interval import IntervalTrigger
from .zones import find_zone

__all__ = ["Trap", "find_traps"]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_TICK = timedelta(microseconds=1)
_YEARS = 3 * 366 * _DAY
_ALL_DAYS = (1 << 32) - 2
_SHORTEST_MONTH = 28
#: The numbers of Sunday and Monday, where a dialect numbers weekdays.
_NUMBERS = {
    "own": "0 is Monday and 6 Sunday",
    "crontab": "0 and 7 are Sunday and 1 is Monday",
    "seconds": "0 and 7 are Sunday and 1 is Monday",
    "quartz": "1 is Sunday and 2 Monday",
    "celery": "0 is Sunday and 1 Monday",
}
#: Where fields that stand one beside the other have the one that is named.
_PLACES = {
    "crontab": ("minute", "hour", "day", "month", "day_of_week"),
    "seconds": ("second", "minute", "hour", "day", "month", "day_of_week", "year"),
    "quartz": ("second", "minute", "hour", "day", "month", "day_of_week", "year"),
}
_SIZES = {"second": 60, "minute": 60, "hour": 24}
_STEP = re.compile(r"(?:\*|0)/(\d+)")


class Trap(NamedTuple):
    """
    A warning.

    :ivar code: names the kind of trap, for programs.
    :ivar text: what may not be as it was meant, in a sentence.
    """

    code: str
    text: str


def find_traps(trigger: ITrigger, now: datetime) -> list[Trap]:
    """
    Warn of what may not be as it was meant.

    :param trigger: any; of a stranger's nothing is known.
    :param now: the present instant: what has passed, and which changes of the clock
        are near, depends on it.
    """
    now = utc(now)
    return [trap for find in _FINDERS for trap in find(trigger, now)]


def _never(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not ITimetable.providedBy(trigger) or trigger.next_after(now) is not None:
        return
    last = trigger.previous_before(now)
    if last is None:
        yield Trap("never", "it never fires: nothing matches up to the year 2199")
    else:
        yield Trap("past", f"it does not fire any more; the last time was {last}")


def _days(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, CronTrigger):
        return
    rule = trigger.fields.day_rule
    if not isinstance(rule, DayRule):
        return
    by_number = DaysOfMonth(_ALL_DAYS) not in rule.days
    by_weekday = rule.weekdays != ALL_WEEKDAYS
    if not (by_number and by_weekday):
        return
    either, both = (
        _count_days(rule._replace(either=choice), now.year + 1)
        for choice in (True, False)
    )
    if rule.either:
        yield Trap(
            "days",
            "day and day_of_week are both given, and one of them is enough:"
            f" {either} days in {now.year + 1}; where both have to match, as in quartz"
            f" and systemd, it would be {both}",
        )
    else:
        yield Trap(
            "days",
            "day and day_of_week are both given, and both have to match:"
            f" {both} days in {now.year + 1}; in crontab one of them would be enough,"
            f" on {either} days",
        )


def _count_days(rule: DayRule, year: int) -> int:
    return sum(mask.bit_count() for mask in rule.masks(year_kind(year))[1:])


def _field(trigger: CronTrigger, name: str) -> str:
    """
    Give the text of a field of an expression; empty when there is none.
    """
    places = _PLACES.get(trigger.dialect)
    if places is not None:
        words = dict(zip(places, trigger.expression.split(), strict=False))
        return words.get(name, "")
    match = re.search(rf"(?:^|\s){name}=(\S+)", trigger.expression)
    return "" if match is None else match[1]


def _weekday_numbers(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, CronTrigger) or trigger.dialect not in _NUMBERS:
        return
    text = _field(trigger, "day_of_week")
    if re.search(r"(?<![#/\d])\d", text) is None:
        return
    others = [
        f"in {DIALECTS[name].word} {_NUMBERS[name]}"
        for name in ("crontab", "own", "quartz")
        if _NUMBERS[name] != _NUMBERS[trigger.dialect]
    ]
    yield Trap(
        "weekday",
        f"days of the week are numbers: {_NUMBERS[trigger.dialect]} here;"
        f" {', '.join(others)}; names leave no doubt",
    )


def _short_months(trigger: Any, now: datetime) -> Iterator[Trap]:
    if isinstance(trigger, CalendarIntervalTrigger):
        start = trigger.start_date
        months = trigger.years or trigger.months
        last = start.day if start is not None and months else 0
    elif isinstance(trigger, CronTrigger) and isinstance(
        trigger.fields.day_rule, DayRule
    ):
        rule = trigger.fields.day_rule
        numbers = [one.days for one in rule.days if isinstance(one, DaysOfMonth)]
        if len(numbers) != len(rule.days) or rule.either:
            return
        days = numbers[0]
        last = (days & -days).bit_length() - 1
    else:
        return
    if last > _SHORTEST_MONTH:
        yield Trap(
            "short-months",
            f"months without a day {last} are left out; the last day of each month is"
            " written as 'last' or L",
        )


def _steps(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, CronTrigger):
        return
    units = {"second": "minute", "minute": "hour", "hour": "day"}
    for name, size in _SIZES.items():
        match = _STEP.fullmatch(_field(trigger, name))
        step = 0 if match is None else int(match[1])
        if step and (size % step if step < size else step > size):
            yield Trap(
                "step",
                f"{name} {match[0] if match else ''} begins anew with each"
                f" {units[name]}: {step} does not divide {size}, so the last step is"
                " shorter",
            )
    match = _STEP.fullmatch(_field(trigger, "day"))
    if match is not None and int(match[1]) > 1:
        yield Trap(
            "step",
            f"day {match[0]} begins anew on the first of each month; days at equal"
            f" distances are 'calendar every {match[1]} days at ...'",
        )


def _every_minute(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, CronTrigger):
        return
    fields = trigger.fields
    hours, minutes = fields.hours.bit_count(), fields.minutes.bit_count()
    if minutes == 60 and hours < 5:
        text = _field(trigger, "minute") or "*"
        yield Trap(
            "every-minute",
            f"minute {text} is each minute of the hour: {60 * hours} times a day; at"
            " the full hour only it would be 0",
        )


def _drift(trigger: Any, now: datetime) -> Iterator[Trap]:
    if isinstance(trigger, IntervalTrigger) and not trigger.interval % _DAY:
        days = trigger.interval // _DAY
        yield Trap(
            "drift",
            "an interval is time that passes: where clocks are changed it comes an hour"
            f" earlier or later; at one time of day it is 'calendar every {days}"
            f" day{'s' if days > 1 else ''} at ...'",
        )


def _with(trigger: Any, gap: Gap, fold: Fold) -> Any:
    if isinstance(trigger, CronTrigger):
        return CronTrigger.parse(
            trigger.expression,
            trigger.dialect,
            trigger.timezone,
            trigger.start_date,
            trigger.end_date,
            None,
            gap,
            fold,
        )
    return evolve(trigger, gap=gap, fold=fold)


def _clock_changes(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, (CronTrigger, CalendarIntervalTrigger)):
        return
    if isinstance(trigger, CronTrigger) and trigger.fields.elapsed:
        return
    skipping = _with(trigger, Gap.SKIP, Fold.BOTH)
    shifting = _with(trigger, Gap.SHIFT, Fold.FIRST)
    gaps, folds = [], []
    for change in _changes(trigger.timezone, now):
        first, last = change - _DAY, change + _DAY
        both = set(skipping.between(first, last))
        single = set(shifting.between(first, last))
        gaps += sorted(single - both)[:1]
        folds += sorted(both - single)[:1]
    for code, found, does, choice in (
        ("gap", gaps, "does not exist", f"gap {trigger.gap}"),
        ("fold", folds, "exists twice", f"fold {trigger.fold}"),
    ):
        if found:
            day = wall_of(found[0], trigger.timezone).date()
            yield Trap(
                code,
                f"a time of it {does} where the clock is changed, next on {day};"
                f" it has '{choice}', see 'txsched next' for what that does",
            )


def _changes(zone: str, now: datetime) -> Iterator[datetime]:
    for seconds in find_zone(zone).history.changes:
        change = EPOCH + seconds * _SECOND
        if now <= change <= now + _YEARS:
            yield change


def _other_dialects(trigger: Any, now: datetime) -> Iterator[Trap]:
    if not isinstance(trigger, CronTrigger):
        return
    mine = _some(trigger, now)
    for name, dialect in DIALECTS.items():
        if name == trigger.dialect:
            continue
        try:
            other = CronTrigger.parse(
                trigger.expression,
                name,
                trigger.timezone,
                gap=trigger.gap,
                fold=trigger.fold,
            )
        except BadTrigger:
            continue
        if _some(other, now) != mine:
            yield Trap("dialect", f"as {dialect.word} it would be: {other.describe()}")


def _some(trigger: CronTrigger, now: datetime) -> list[datetime]:
    times: list[datetime] = []
    at: datetime | None = now
    while at is not None and len(times) < 20:
        at = trigger.next_after(at)
        if at is not None:
            times.append(at)
    return times


_FINDERS: tuple[Callable[[Any, datetime], Iterator[Trap]], ...] = (
    _never,
    _days,
    _weekday_numbers,
    _short_months,
    _steps,
    _every_minute,
    _drift,
    _clock_changes,
    _other_dialects,
)
