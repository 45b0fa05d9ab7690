"""
What a recurrence rule means, in plain English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..english import MONTHS, WEEKDAYS, join_words, ordinal
from .syntax import Freq, NthDay, Rule
from .times import clock_of

__all__ = ["describe_rule"]

_PERIODS = ("year", "month", "week", "day", "hour", "minute", "second")
#: So many times of a day are named one by one.
_FEW = 6


def describe_rule(rule: Rule) -> str:
    """
    Say when an explicit rule matches.
    """
    period = _PERIODS[rule.freq]
    many = f"{rule.interval} {period}s" if rule.interval > 1 else period
    return "".join([f"every {many}", *_days(rule), *_times(rule), *_limits(rule)])


def _days(rule: Rule) -> Iterator[str]:
    if rule.bymonth:
        yield f" in {_list(_month, rule.bymonth)}"
    if rule.byweekno:
        yield f" in the {_list(_nth, rule.byweekno)} week"
    if rule.byyearday:
        yield f" on the {_list(_nth, rule.byyearday)} day of the year"
    if rule.bymonthday:
        yield f" on the {_list(_nth, rule.bymonthday)} day of the month"
    if rule.byday:
        scope = "month" if rule.freq is Freq.MONTHLY or rule.bymonth else "year"
        yield f" on {_list(_weekday, rule.byday)}"
        if any(day.nth for day in rule.byday):
            yield f" of the {scope}"


def _times(rule: Rule) -> Iterator[str]:
    clock = clock_of(rule)
    if rule.freq < Freq.HOURLY and len(clock) <= _FEW:
        times = [_time(clock.nth(place)) for place in range(len(clock))]
        yield f" at {join_words(times)}"
        return
    for name, values in (
        ("hour", rule.byhour),
        ("minute", rule.byminute),
        ("second", rule.bysecond),
    ):
        if values:
            plural = "s" if len(values) > 1 else ""
            yield f" at {name}{plural} {_list(str, values)}"


def _limits(rule: Rule) -> Iterator[str]:
    if rule.bysetpos:
        yield f", only the {_list(_nth, rule.bysetpos)} of these each time"
    if rule.count is not None:
        yield f", {rule.count} time{'s' if rule.count > 1 else ''}"
    if rule.until is not None:
        where = " UTC" if rule.until.tzinfo else ""
        yield f", until {rule.until.replace(tzinfo=None)}{where}"


def _list(name: Callable[[Any], str], values: Iterable[Any]) -> str:
    return join_words([name(value) for value in values])


def _month(number: int) -> str:
    return MONTHS[number - 1]


def _time(second: int) -> str:
    minute, second = divmod(second, 60)
    text = f"{minute // 60:02}:{minute % 60:02}"
    return f"{text}:{second:02}" if second else text


def _weekday(day: NthDay) -> str:
    name = WEEKDAYS[day.weekday]
    return f"the {_nth(day.nth)} {name}" if day.nth else name


def _nth(number: int) -> str:
    if number == -1:
        return "last"
    if number < 0:
        return f"{_nth(-number)} last"
    return ordinal(number)
