"""
Traps that lie in how the fields of an expression are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..cron import CronTrigger
from ..cron.days import DayRule
from ..cron.dialects import DIALECTS
from ..cron.english import name_weekdays
from ..cron.meaning import columns_of_own, read_as
from ..english import join_words
from .trap import Trap

__all__ = ["field_traps"]

_STEP = re.compile(r"(\*|\d+|H)/(\d+)")
_SINGLE = re.compile(r"\d+(,\d+)*")
_NO_WEEKDAYS = re.compile(r"/\d+|#\d+")
_DIGIT = re.compile(r"\d")


class _Cycle(NamedTuple):
    """
    The values of a field, and what they go round in.

    :ivar within: what begins anew after them.
    :ivar instead: how an even interval is written.
    """

    low: int
    size: int
    within: str
    instead: str


_CYCLES = {
    "second": _Cycle(0, 60, "minute", "every {}s"),
    "minute": _Cycle(0, 60, "hour", "every {}m"),
    "hour": _Cycle(0, 24, "day", "every {}h"),
    "day": _Cycle(1, 31, "month", "calendar every {} days at HH:MM"),
    "month": _Cycle(1, 12, "year", "calendar every {} months at HH:MM"),
}


def field_traps(trigger: CronTrigger) -> Iterator[Trap]:
    """
    Find the traps of how an expression is written, whatever the time is.
    """
    texts = columns_of_own(trigger)
    yield from _numbered_weekdays(trigger, texts["day_of_week"])
    for name, cycle in _CYCLES.items():
        for item in texts.get(name, "").split(","):
            yield from _steps(name, cycle, item)
    yield from _floods(trigger, texts)


def _numbered_weekdays(trigger: CronTrigger, text: str) -> Iterator[Trap]:
    if _DIGIT.search(_NO_WEEKDAYS.sub("", text)) is None:
        return
    here = _weekdays(trigger)
    others: dict[str, list[str]] = {}
    for name in DIALECTS:
        read = read_as(name, {"minute": "0", "hour": "0", "day_of_week": text}, "UTC")
        if read is not None and _weekdays(read) != here:
            others.setdefault(_weekdays(read), []).append(name)
    if others:
        said = [f"{days} in {join_words(names)}" for days, names in others.items()]
        yield Trap(
            "weekday-number",
            f"day_of_week {text} is {here} here, but {join_words(said)}; names such as"
            " mon are the same everywhere",
        )


def _weekdays(trigger: CronTrigger) -> str:
    rule = trigger.fields.day_rule
    assert isinstance(rule, DayRule)
    return name_weekdays(rule) or "every day"


def _steps(name: str, cycle: _Cycle, item: str) -> Iterator[Trap]:
    match = _STEP.fullmatch(item)
    if match is None:
        return
    step = int(match[2])
    first = int(match[1]) if match[1].isdecimal() else cycle.low
    if step >= cycle.size:
        value = "one value" if match[1] == "H" else f"{name} {first}"
        yield Trap(
            "wide-step",
            f"{name} {item} is {value} of each {cycle.within} alone;"
            f" '{cycle.instead.format(step)}' is an interval",
        )
        return
    if first - cycle.low >= step or step == 1:
        return
    if cycle.size % step == 0 and name != "day":
        return
    yield Trap(
        "uneven-step",
        f"{name} {item} begins anew with each {cycle.within}"
        f"{_seam(name, cycle, first, step) if match[1] != 'H' else ''};"
        f" '{cycle.instead.format(step)}' is even",
    )


def _seam(name: str, cycle: _Cycle, first: int, step: int) -> str:
    """
    Say what follows the last value.
    """
    last = first + (cycle.low + cycle.size - 1 - first) // step * step
    rest = cycle.size - last + first
    text = f": after {name} {last} comes {name} {first}"
    # A month may have fewer days.
    return text if name == "day" else f"{text}, {rest} later"


def _floods(trigger: CronTrigger, texts: dict[str, str]) -> Iterator[Trap]:
    for name, above in (("second", "minute"), ("minute", "hour")):
        if texts.get(name) == "*" and _SINGLE.fullmatch(texts[above]):
            yield Trap(
                f"every-{name}",
                f"{name} * is each {name} of {above} {texts[above]}: 60 times each;"
                f" {name} 0 is once",
            )
