"""
What a recurrence rule means, in plain English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .syntax import Freq, NthDay, Rule
from .times import clock_of

__all__ = ["describe_rule"]

_WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
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
        yield f" in {_join(_MONTHS[month - 1] for month in rule.bymonth)}"
    if rule.byweekno:
        yield f" in the {_join(map(_nth, rule.byweekno))} week"
    if rule.byyearday:
        yield f" on the {_join(map(_nth, rule.byyearday))} day of the year"
    if rule.bymonthday:
        yield f" on the {_join(map(_nth, rule.bymonthday))} day of the month"
    if rule.byday:
        scope = "month" if rule.freq is Freq.MONTHLY or rule.bymonth else "year"
        yield f" on {_join(map(_weekday, rule.byday))}"
        if any(day.nth for day in rule.byday):
            yield f" of the {scope}"


def _times(rule: Rule) -> Iterator[str]:
    clock = clock_of(rule)
    if rule.freq < Freq.HOURLY and len(clock) <= _FEW:
        yield f" at {_join(_time(clock.nth(place)) for place in range(len(clock)))}"
        return
    for name, values in (
        ("hour", rule.byhour),
        ("minute", rule.byminute),
        ("second", rule.bysecond),
    ):
        if values:
            plural = "s" if len(values) > 1 else ""
            yield f" at {name}{plural} {_join(map(str, values))}"


def _limits(rule: Rule) -> Iterator[str]:
    if rule.bysetpos:
        yield f", only the {_join(map(_nth, rule.bysetpos))} of these each time"
    if rule.count is not None:
        yield f", {rule.count} time{'s' if rule.count > 1 else ''}"
    if rule.until is not None:
        where = " UTC" if rule.until.tzinfo else ""
        yield f", until {rule.until.replace(tzinfo=None)}{where}"


def _time(second: int) -> str:
    minute, second = divmod(second, 60)
    text = f"{minute // 60:02}:{minute % 60:02}"
    return f"{text}:{second:02}" if second else text


def _weekday(day: NthDay) -> str:
    name = _WEEKDAYS[day.weekday]
    return f"the {_nth(day.nth)} {name}" if day.nth else name


def _nth(number: int) -> str:
    if number == -1:
        return "last"
    if number < 0:
        return f"{_nth(-number)} last"
    teen = number % 100 // 10 == 1
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if teen else number % 10, "th")
    return f"{number}{ending}"


def _join(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
