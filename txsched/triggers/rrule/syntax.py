"""
The text of a recurrence rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, NamedTuple

from attrs import field, fields, frozen

from ...errors import BadTrigger
from ...model.instant import UTC
from ..cron.syntax import check_length
from ..zones import FIRST_YEAR, LAST_YEAR

__all__ = [
    "_MAX_COUNT",
    "_MAX_INTERVAL",
    "_WEEKDAYS",
    "Freq",
    "NthDay",
    "Rule",
    "parse_rule",
]

_MAX_LENGTH = 800
#: The most times that a rule may be limited to.
_MAX_COUNT = 10_000
#: The longest interval, in units of the frequency.
_MAX_INTERVAL = 1_000_000_000

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(r"([+-]?\d{1,3})?([A-Z]{2})", re.ASCII)
_UNTIL = re.compile(r"(\d{8})T(\d{6})(Z?)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,10}", re.ASCII)


class Freq(IntEnum):
    """
    The periods of which a rule takes every one, or each so many.
    """

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


class NthDay(NamedTuple):
    """
    A weekday, or the nth of it.

    :ivar nth: counted from 1 on, or from -1 backwards; 0 is each.
    :ivar weekday: 0 is Monday.
    """

    nth: int
    weekday: int

    def __str__(self) -> str:
        return f"{self.nth or ''}{_WEEKDAYS[self.weekday]}"


@frozen(kw_only=True)
class Rule:
    """
    The parts of a rule, each list in order and without doubles.

    :ivar until: aware if the rule gives it in UTC, otherwise a wall time.
    :ivar wkst: the weekday on which weeks begin; 0 is Monday.
    """

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    bymonth: tuple[int, ...] = ()
    byweekno: tuple[int, ...] = ()
    byyearday: tuple[int, ...] = ()
    bymonthday: tuple[int, ...] = ()
    byday: tuple[NthDay, ...] = ()
    byhour: tuple[int, ...] = ()
    byminute: tuple[int, ...] = ()
    bysecond: tuple[int, ...] = ()
    bysetpos: tuple[int, ...] = ()
    wkst: int = field(default=0)

    def __str__(self) -> str:
        parts = [f"FREQ={self.freq.name}"]
        for one in fields(Rule)[1:]:
            value = getattr(self, one.name)
            if value != one.default:
                parts.append(f"{one.name.upper()}={_write(one.name, value)}")
        return ";".join(parts)


def _write(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, datetime):
        return f"{value:%Y%m%dT%H%M%S}{'Z' if value.tzinfo else ''}"
    return _WEEKDAYS[value] if name == "wkst" else str(value)


class _Part(NamedTuple):
    """
    A part of a rule as it stands in the text.
    """

    name: str
    value: str
    at: int
    text: str

    def error(self, reason: str, ahead: int = 0) -> BadTrigger:
        return BadTrigger(
            self.name, f"{reason} (at column {self.at + ahead + 1} of {self.text!r})"
        )

    def items(self) -> list[tuple[str, int]]:
        """
        Give the items of a list, each with where it begins.
        """
        found, ahead = [], 0
        for item in self.value.split(","):
            found.append((item, ahead))
            ahead += len(item) + 1
        return found

    def number(self, item: str, ahead: int, low: int, high: int, signed: bool) -> int:
        """
        Read a number; one that is *signed* may also be counted from the end.
        """
        allowed = f"{low}-{high}"
        if signed:
            allowed += f" or -{high} to -{low}"
        match = _NUMBER.fullmatch(item)
        value = int(item) if match and (signed or item[0] not in "+-") else None
        if value is None or not low <= (abs(value) if signed else value) <= high:
            raise self.error(f"{item!r} is not within {allowed}", ahead)
        return value


def _numbers(low: int, high: int, signed: bool = False) -> Callable[[_Part], Any]:
    def read(part: _Part) -> tuple[int, ...]:
        return tuple(
            sorted(
                {
                    part.number(item, ahead, low, high, signed)
                    for item, ahead in part.items()
                }
            )
        )

    return read


def _number(low: int, high: int) -> Callable[[_Part], Any]:
    return lambda part: part.number(part.value, 0, low, high, False)


def _read_freq(part: _Part) -> Freq:
    try:
        return Freq[part.value]
    except KeyError:
        known = ", ".join(freq.name for freq in Freq)
        raise part.error(f"{part.value!r} is not one of {known}") from None


def _weekday(part: _Part, name: str, ahead: int) -> int:
    if name not in _WEEKDAYS:
        raise part.error(f"{name!r} is not one of {', '.join(_WEEKDAYS)}", ahead)
    return _WEEKDAYS.index(name)


def _read_days(part: _Part) -> tuple[NthDay, ...]:
    days = set()
    for item, ahead in part.items():
        match = _DAY.fullmatch(item)
        if match is None:
            raise part.error(
                f"{item!r} is not a weekday such as MO, 1MO or -1MO", ahead
            )
        nth, name = match.groups()
        days.add(
            NthDay(
                part.number(nth, ahead, 1, 53, True) if nth else 0,
                _weekday(part, name, ahead + len(nth or "")),
            )
        )
    return tuple(sorted(days, key=lambda day: (day.weekday, day.nth)))


def _read_until(part: _Part) -> datetime:
    match = _UNTIL.fullmatch(part.value)
    if match is None:
        raise part.error(
            f"{part.value!r} is not a date and time such as 20261231T235959Z;"
            " a date alone is not enough"
        )
    day, clock, zulu = match.groups()
    try:
        until = datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise part.error(f"there is no {part.value!r}") from None
    if not FIRST_YEAR <= until.year <= LAST_YEAR:
        raise part.error(
            f"the year {until.year} is not within {FIRST_YEAR}-{LAST_YEAR}"
        )
    return until.replace(tzinfo=UTC) if zulu else until


_READERS: Mapping[str, Callable[[_Part], Any]] = {
    "FREQ": _read_freq,
    "INTERVAL": _number(1, _MAX_INTERVAL),
    "COUNT": _number(1, _MAX_COUNT),
    "UNTIL": _read_until,
    "BYMONTH": _numbers(1, 12),
    "BYWEEKNO": _numbers(1, 53, True),
    "BYYEARDAY": _numbers(1, 366, True),
    "BYMONTHDAY": _numbers(1, 31, True),
    "BYDAY": _read_days,
    "BYHOUR": _numbers(0, 23),
    "BYMINUTE": _numbers(0, 59),
    "BYSECOND": _numbers(0, 59),
    "BYSETPOS": _numbers(1, 366, True),
    "WKST": lambda part: _weekday(part, part.value, 0),
}


def parse_rule(text: str) -> Rule:
    """
    Read a rule.

    :param text: ``FREQ=…;…``, also after ``RRULE:``.
    :raises BadTrigger: naming the part of the rule, and the place in it.
    """
    check_length("rule", text)
    if len(text) > _MAX_LENGTH:
        # The rest of a trigger's text is to have room.
        raise BadTrigger("rule", f"has {len(text)} characters, over {_MAX_LENGTH}")
    text = text.strip().upper()
    if len(text.split()) > 1:
        raise BadTrigger(
            "rule",
            f"{text!r} is more than one rule: join rules by or, and leave times out by"
            " and not",
        )
    parts: dict[str, _Part] = {}
    at = len("RRULE:") if text.startswith("RRULE:") else 0
    for item in text[at:].split(";"):
        name, equals, value = item.partition("=")
        part = _Part(name, value, at + len(name) + 1, text)
        if not equals or name not in _READERS:
            raise BadTrigger(
                "rule",
                f"{item!r} is not a part such as FREQ=DAILY or BYDAY=MO"
                f" (at column {at + 1} of {text!r})",
            )
        if name in parts:
            raise part.error("is given twice")
        parts[name] = part
        at += len(item) + 1
    if "FREQ" not in parts:
        raise BadTrigger("FREQ", f"is missing in {text!r}")
    rule = Rule(**{name.lower(): _READERS[name](part) for name, part in parts.items()})
    _check(rule, parts)
    return rule


def _check(rule: Rule, parts: Mapping[str, _Part]) -> None:
    """
    Refuse what RFC 5545 does not allow together.
    """
    freq = rule.freq
    if "UNTIL" in parts and "COUNT" in parts:
        raise parts["COUNT"].error("is not allowed beside UNTIL")
    wrong = {
        "BYWEEKNO": freq is not Freq.YEARLY,
        "BYYEARDAY": freq in (Freq.MONTHLY, Freq.WEEKLY, Freq.DAILY),
        "BYMONTHDAY": freq is Freq.WEEKLY,
    }
    for name, refused in wrong.items():
        if refused and name in parts:
            raise parts[name].error(f"is not allowed with FREQ={freq.name}")
    if any(day.nth for day in rule.byday):
        if freq not in (Freq.YEARLY, Freq.MONTHLY):
            raise parts["BYDAY"].error(f"numbers are not allowed with FREQ={freq.name}")
        if rule.byweekno:
            raise parts["BYDAY"].error("numbers are not allowed beside BYWEEKNO")
    if rule.bysetpos and not any(
        name.startswith("BY") for name in parts if name != "BYSETPOS"
    ):
        raise parts["BYSETPOS"].error("needs another part that begins with BY")
