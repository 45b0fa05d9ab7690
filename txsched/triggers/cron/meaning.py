"""
What each field of an expression means, and what other dialects would make of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from ...errors import BadTrigger
from ..english import MONTHS, join_words, ordinal
from ..zones import FIRST_YEAR
from .days import ALL_WEEKS, ALL_YEARS, DayRule, DaysOfMonth
from .dialects import DIALECTS
from .english import (
    ALL_DAYS,
    ALL_MONTHS,
    bits_of,
    describe_item,
    list_numbers,
    name_weekdays,
)
from .hashing import has_hash
from .trigger import CronTrigger
from .walls import Fields

__all__ = [
    "Column",
    "Reading",
    "columns_of",
    "columns_of_own",
    "other_readings",
    "read_as",
]

#: What the scheduler's own dialect calls the fields of the others.
_OWN_NAMES = {"day_of_month": "day", "month_of_year": "month"}
_SIZES = {"second": 60, "minute": 60, "hour": 24}
#: The kinds of years, see :func:`~txsched.triggers.cron.days.year_kind`.
_KINDS = range(28)


class Column(NamedTuple):
    """
    One field of an expression.

    :ivar name: as its dialect calls it.
    :ivar text: as it stands there, or what it is where it is not given.
    :ivar meaning: in English.
    """

    name: str
    text: str
    meaning: str


class Reading(NamedTuple):
    """
    What another dialect makes of an expression.

    :ivar dialect: its name.
    :ivar trigger: with the expression as it stands, or with the same fields put in
        the order of the other dialect.
    """

    dialect: str
    trigger: CronTrigger


def columns_of(trigger: CronTrigger) -> list[Column]:
    """
    Give the fields of an expression in their order, each with its meaning.
    """
    texts = DIALECTS[trigger.dialect].columns(trigger.expression)
    fields = trigger.fields
    columns = []
    for name, text in texts.items():
        meaning = _meaning(_OWN_NAMES.get(name, name), fields)
        if has_hash(text):
            meaning += ", another one for each job"
        columns.append(Column(name, text, meaning))
    return columns


def columns_of_own(trigger: CronTrigger) -> dict[str, str]:
    """
    Give the text of each field, by the names of the scheduler's own dialect.
    """
    texts = DIALECTS[trigger.dialect].columns(trigger.expression)
    return {_OWN_NAMES.get(name, name): text for name, text in texts.items()}


def _meaning(name: str, fields: Fields) -> str:
    if name in _SIZES:
        return _clock(name, bits_of(getattr(fields, f"{name}s")))
    rule = fields.day_rule
    assert isinstance(rule, DayRule)
    if name == "day":
        if DaysOfMonth(ALL_DAYS) in rule.days:
            return "every day"
        return join_words([describe_item(item) for item in rule.days])
    if name == "day_of_week":
        return name_weekdays(rule) or "any day of the week"
    if name == "month":
        if rule.months == ALL_MONTHS:
            return "every month"
        return list_numbers(bits_of(rule.months), lambda month: MONTHS[month - 1])
    if name == "week":
        weeks = list_numbers(bits_of(rule.weeks))
        return "every week" if rule.weeks == ALL_WEEKS else f"ISO week {weeks}"
    if rule.years == ALL_YEARS:
        return "every year"
    return list_numbers([FIRST_YEAR + bit for bit in bits_of(rule.years)])


def _clock(name: str, values: list[int]) -> str:
    if len(values) == _SIZES[name]:
        return f"every {name}"
    steps = {after - before for before, after in pairwise(values)}
    if len(values) > 2 and len(steps) == 1 and steps != {1}:
        step = ordinal(steps.pop())
        return f"every {step} {name}, from {values[0]} to {values[-1]}"
    return f"{name} {list_numbers(values)}"


def other_readings(trigger: CronTrigger) -> Iterator[Reading]:
    """
    Give what the other dialects make of an expression, where they can read it and
    mean something else.

    An expression that a dialect cannot read as it stands is put in its order: the
    five fields of crontab get a second and a ``?`` to become those of Quartz.
    """
    for name in DIALECTS:
        if name == trigger.dialect:
            continue
        found = _read_in(trigger, name)
        if found is not None and not _same(found.fields, trigger.fields):
            yield Reading(name, found)


def _read_in(trigger: CronTrigger, name: str) -> CronTrigger | None:
    try:
        return CronTrigger.parse(trigger.expression, name, trigger.timezone)
    except BadTrigger:
        return read_as(name, columns_of_own(trigger), trigger.timezone)


def read_as(name: str, texts: Mapping[str, str], timezone: str) -> CronTrigger | None:
    """
    Read the texts of fields as the dialect of this name would.

    :param texts: by the names of the scheduler's own dialect.
    :returns: ``None`` where it has no place for them, or cannot read one.
    """
    texts = {key: "*" if text == "?" else text for key, text in texts.items()}
    expression = DIALECTS[name].write(texts)
    if expression is None:
        return None
    try:
        return CronTrigger.parse(expression, name, timezone)
    except BadTrigger:
        return None


def _same(one: Fields, other: Fields) -> bool:
    """
    Say whether two rules match the same wall times.
    """
    if (one.hours, one.minutes, one.seconds) != (
        other.hours,
        other.minutes,
        other.seconds,
    ):
        return False
    rules = one.day_rule, other.day_rule
    return rules[0].years == rules[1].years and all(
        rules[0].masks(kind) == rules[1].masks(kind) for kind in _KINDS
    )
