"""
What a recurrence rule means, in plain English.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..cron.english import MONTHS, WEEKDAYS, join_words, ordinal
from .parts import Rule

__all__ = ["describe"]

_NOUNS = ("year", "month", "week", "day", "hour", "minute", "second")


def describe(rule: Rule) -> str:
    """
    Say when a rule matches, without its zone and its bounds.
    """
    noun = _NOUNS[rule.freq]
    text = f"every {noun}" if rule.interval == 1 else f"every {rule.interval} {noun}s"
    if rule.days:
        text += f" on {join_words([_day(*one) for one in rule.days])}"
    for name, word in (("monthday", "day"), ("yearday", "day of the year")):
        if rule.part(name):
            text += f" on {join_words([_place(one, word) for one in rule.part(name)])}"
    if rule.part("weekno"):
        weeks = join_words([str(one) for one in rule.part("weekno")])
        text += f" in ISO week {weeks}"
    if rule.part("month"):
        text += f" in {join_words([MONTHS[one - 1] for one in rule.part('month')])}"
    for name in ("hour", "minute", "second"):
        if rule.part(name):
            text += f" at {name} {_numbers(rule.part(name))}"
    if rule.part("setpos"):
        picked = join_words([_place(one, "time") for one in rule.part("setpos")])
        text += f", of these {picked} in each {noun}"
    if rule.count:
        text += f", {rule.count} times"
    return text


def _numbers(values: Sequence[int]) -> str:
    return join_words([str(one) for one in values])


def _day(day: int, number: int) -> str:
    name = WEEKDAYS[day]
    return name if not number else f"the {_nth(number)} {name}"


def _place(number: int, word: str) -> str:
    return f"the {_nth(number)} {word}"


def _nth(number: int) -> str:
    if number > 0:
        return ordinal(number)
    return "last" if number == -1 else f"{ordinal(-number)} last"
