"""
What a cron rule means, in plain English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from ..english import MONTHS, WEEKDAYS, join_words, ordinal
from ..zones import FIRST_YEAR, LAST_YEAR
from .days import (
    ALL_WEEKDAYS,
    ALL_WEEKS,
    DayRule,
    DaysFromEnd,
    DaysOfMonth,
    IDayItem,
    LastDay,
    NearestWeekday,
    NthWeekday,
)
from .walls import Fields

__all__ = [
    "ALL_DAYS",
    "ALL_MONTHS",
    "bits_of",
    "describe",
    "describe_item",
    "list_numbers",
    "name_weekdays",
]

_NTH = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 5: "5th", -1: "last"}
ALL_DAYS = (1 << 32) - 2
ALL_MONTHS = (1 << 13) - 2
#: So many times of a day are named one by one.
_FEW = 6


def bits_of(mask: int) -> list[int]:
    """
    Give the places of the bits that are set, from the least on.
    """
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def list_numbers(values: Sequence[int], name: Callable[[int], str] = str) -> str:
    """
    Name numbers: ``1, 2 and 5``, ``1 to 5``, ``1, 3, 5 and so on up to 31``.
    """
    steps = {after - before for before, after in pairwise(values)}
    if len(values) > 4 and len(steps) == 1 and steps != {1}:
        begin = ", ".join(name(value) for value in values[:3])
        return f"{begin} and so on up to {name(values[-1])}"
    words: list[str] = []
    start = 0
    for at, value in enumerate(values):
        if at + 1 == len(values) or values[at + 1] != value + 1:
            run = values[start : at + 1]
            if len(run) > 2:
                words.append(f"{name(run[0])} to {name(run[-1])}")
            else:
                words += [name(one) for one in run]
            start = at + 1
    return join_words(words)


def _several(word: str, values: Sequence[int]) -> str:
    return f"{word}{'s' if len(values) > 1 else ''} {list_numbers(values)}"


def _step(values: Sequence[int], size: int) -> int:
    """
    Give the distance of values that are evenly spread over *size*, or 0.
    """
    step = size // len(values)
    return step if list(values) == list(range(0, size, step)) else 0


def _every(step: int, word: str) -> str:
    return f"every {word}" if step == 1 else f"every {step} {word}s"


def describe(fields: Fields) -> str:
    """
    Say when a rule matches, without its zone.
    """
    hours, minutes, seconds = map(
        bits_of, (fields.hours, fields.minutes, fields.seconds)
    )
    assert isinstance(fields.day_rule, DayRule)
    days = _days(fields.day_rule)
    if len(hours) * len(minutes) * len(seconds) <= _FEW:
        shape = "{:02}:{:02}" if seconds == [0] else "{:02}:{:02}:{:02}"
        times = [
            shape.format(hour, minute, second)
            for hour in hours
            for minute in minutes
            for second in seconds
        ]
        return f"{days or 'every day'} at {join_words(times)}"
    return " ".join(part for part in (_often(hours, minutes, seconds), days) if part)


def _often(hours: list[int], minutes: list[int], seconds: list[int]) -> str:
    every_hour, every_minute = len(hours) == 24, len(minutes) == 60
    steady = every_minute
    if seconds != [0]:
        step = _step(seconds, 60)
        text = _every(step, "second") if step else f"at {_several('second', seconds)}"
        if not every_minute:
            text += f" of {_several('minute', minutes)}"
            text += " of every hour" if every_hour else ""
        elif not step:
            text += " of every minute"
    elif minutes != [0] and (step := _step(minutes, 60)):
        text, steady = _every(step, "minute"), True
    elif step := _step(hours, 24):
        text = _every(step, "hour")
        return text if minutes == [0] else f"{text} at {_several('minute', minutes)}"
    else:
        text = f"at {_several('minute', minutes)}"
    if every_hour:
        return text
    if steady and hours == list(range(hours[0], hours[-1] + 1)):
        return f"{text} from {hours[0]:02}:00 to {hours[-1]:02}:59"
    return f"{text} of {_several('hour', hours)}"


def _days(rule: DayRule) -> str:
    """
    Say on which days; nothing when on every day.
    """
    numbers = (
        ""
        if DaysOfMonth(ALL_DAYS) in rule.days
        else join_words(
            [describe_item(item) for item in sorted(rule.days, key=_is_counted)]
        )
    )
    names = name_weekdays(rule)
    if numbers and names:
        text = f"on {numbers} of the month"
        text += f" or on {names}" if rule.either else f" if it is {names}"
    elif rule.either:
        text = ""
    elif numbers:
        text = f"on {numbers} of the month"
    else:
        text = f"on {names}" if names else ""
    parts = [text] if text else []
    if rule.months != ALL_MONTHS:
        months = list_numbers(bits_of(rule.months), lambda month: MONTHS[month - 1])
        parts.append(f"in {months}")
    if rule.weeks != ALL_WEEKS:
        parts.append(f"in ISO {_several('week', bits_of(rule.weeks))}")
    years = [FIRST_YEAR + bit for bit in bits_of(rule.years)]
    if len(years) <= LAST_YEAR - FIRST_YEAR:
        parts.append(f"in {list_numbers(years)}")
    if parts and not text:
        parts.insert(0, "every day")
    return " ".join(parts)


def name_weekdays(rule: DayRule) -> str:
    """
    Name the days of the week; nothing when they are all.
    """
    if rule.weekdays == ALL_WEEKDAYS:
        return ""
    counted = [describe_item(item) for item in rule.some_weekdays]
    named = bits_of(rule.weekdays)
    words = [list_numbers(named, WEEKDAYS.__getitem__)] if named else []
    text = join_words(words + counted)
    return f"{text} of the month" if counted else text


def _is_counted(item: IDayItem) -> bool:
    return not isinstance(item, DaysOfMonth)


def describe_item(item: IDayItem) -> str:
    """
    Name a part of a field of days.
    """
    if isinstance(item, DaysOfMonth):
        return _several("day", bits_of(item.days))
    if isinstance(item, NthWeekday):
        return f"the {_NTH[item.nth]} {WEEKDAYS[item.weekday]}"
    if isinstance(item, NearestWeekday):
        if item.day > 0:
            return f"the weekday nearest to day {item.day}"
        if item.day == 0:
            return "the last weekday"
        return f"the weekday nearest to {_before_last(-item.day)}"
    if isinstance(item, DaysFromEnd):
        numbers = bits_of(item.days)
        if numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 1:
            return f"the last {len(numbers)} days"
        days = list_numbers(numbers, lambda day: _before_last(day - 1))
        return days.replace(" and the ", " and ").replace(", the ", ", ")
    assert isinstance(item, LastDay)
    return _before_last(item.before)


def _before_last(days: int) -> str:
    if not days:
        return "the last day"
    return f"the {ordinal(days + 1)} last day"
