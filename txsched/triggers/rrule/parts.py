"""
The parts of a recurrence rule, each checked: :rfc:`5545`, section 3.3.10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import IntEnum

from attrs import field, frozen

from ...errors import BadTrigger

__all__ = ["Frequency", "Rule", "parse_rule"]

#: The most characters of a rule.
MAX_LENGTH = 1000
_MOST_COUNT = 10_000
_MOST_INTERVAL = 1_000_000
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,7}")


class Frequency(IntEnum):
    """
    Of what a rule repeats; the numbers are those of python-dateutil.
    """

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5
    SECONDLY = 6


@frozen
class Rule:
    """
    A rule, taken apart; an empty part was not given.

    :ivar freq: the period.
    :ivar interval: each so manieth period counts.
    :ivar count: how many times there are; 0 is without limit.
    :ivar until: the text of the last time.
    :ivar wkst: the first day of a week; Monday is 0.
    :ivar days: of the week, each with a number within the month or year, or 0.
    :ivar numbers: the other parts, by the names ``month``, ``weekno``, ``yearday``,
        ``monthday``, ``hour``, ``minute``, ``second`` and ``setpos``.
    """

    freq: Frequency
    interval: int = 1
    count: int = 0
    until: str = ""
    wkst: int = 0
    days: tuple[tuple[int, int], ...] = ()
    numbers: Mapping[str, tuple[int, ...]] = field(factory=dict)

    def part(self, name: str) -> tuple[int, ...]:
        """
        Give the numbers of a part; none when it was not given.
        """
        return self.numbers.get(name, ())

    def __str__(self) -> str:
        """
        Write the rule in its one form, without its end.
        """
        parts = [f"FREQ={self.freq.name}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count:
            parts.append(f"COUNT={self.count}")
        if self.wkst:
            parts.append(f"WKST={WEEKDAYS[self.wkst]}")
        for name in _NUMBERS:
            if self.part(name):
                values = ",".join(map(str, self.part(name)))
                parts.append(f"BY{name.upper()}={values}")
            if name == "monthday" and self.days:
                texts = (f"{n or ''}{WEEKDAYS[day]}" for day, n in self.days)
                parts.append(f"BYDAY={','.join(texts)}")
        return ";".join(parts)


#: Each part that is a list of numbers: least, greatest, and whether counted from the
#: end as well.
_NUMBERS: Mapping[str, tuple[int, int, bool]] = {
    "month": (1, 12, False),
    "weekno": (1, 53, True),
    "yearday": (1, 366, True),
    "monthday": (1, 31, True),
    "hour": (0, 23, False),
    "minute": (0, 59, False),
    "second": (0, 59, False),
    "setpos": (1, 366, True),
}
#: Parts that make no sense with some frequencies, by the table of the standard.
_NOT_WITH: Mapping[str, tuple[Frequency, ...]] = {
    "weekno": tuple(one for one in Frequency if one is not Frequency.YEARLY),
    "yearday": (Frequency.MONTHLY, Frequency.WEEKLY, Frequency.DAILY),
    "monthday": (Frequency.WEEKLY,),
}


def parse_rule(text: str) -> Rule:
    """
    Read a rule, such as ``FREQ=MONTHLY;BYDAY=-1FR``, with ``RRULE:`` before it or
    without.

    :raises BadTrigger: for ``rule``, or the part that cannot be read.
    """
    if not isinstance(text, str):
        raise BadTrigger("rule", f"expected text, not {text!r}")
    if len(text) > MAX_LENGTH:
        raise BadTrigger(
            "rule", f"has {len(text)} characters, at most {MAX_LENGTH} are allowed"
        )
    upper = text.strip().upper().removeprefix("RRULE:")
    if "\n" in upper or ":" in upper:
        raise BadTrigger(
            "rule",
            "has more than an RRULE; give DTSTART as start_date, and use combinations"
            " of triggers, or calendars, in place of RDATE and EXDATE",
        )
    values: dict[str, str] = {}
    for part in upper.removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name not in _READERS:
            known = ", ".join(_READERS)
            raise BadTrigger("rule", f"{part!r} is not one of {known} with a value")
        if name in values:
            raise BadTrigger(name, "is given twice")
        values[name] = value
    if "FREQ" not in values:
        raise BadTrigger("FREQ", "is missing")
    given: dict[str, object] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for name, value in values.items():
        key, result = _READERS[name](name, value)
        if isinstance(result, tuple) and key != "days":
            numbers[key] = result
        else:
            given[key] = result
    rule = Rule(**given, numbers=numbers)  # type: ignore[arg-type]
    _check(rule)
    return rule


def _check(rule: Rule) -> None:
    if rule.count and rule.until:
        raise BadTrigger("COUNT", "cannot be given together with UNTIL")
    for name, frequencies in _NOT_WITH.items():
        if rule.part(name) and rule.freq in frequencies:
            raise BadTrigger(
                f"BY{name.upper()}", f"makes no sense with FREQ={rule.freq.name}"
            )
    if any(n for _, n in rule.days):
        if rule.freq > Frequency.MONTHLY:
            raise BadTrigger("BYDAY", f"has a number, with FREQ={rule.freq.name}")
        if rule.part("weekno"):
            raise BadTrigger("BYDAY", "has a number, with BYWEEKNO")
    if rule.part("setpos") and not (rule.days or set(rule.numbers) - {"setpos"}):
        raise BadTrigger("BYSETPOS", "needs another BY part to choose from")


Reader = Callable[[str, str], tuple[str, object]]


def _freq(name: str, value: str) -> tuple[str, object]:
    try:
        return "freq", Frequency[value]
    except KeyError:
        known = ", ".join(one.name for one in Frequency)
        raise BadTrigger(name, f"{value!r} is not one of {known}") from None


def _whole(key: str, most: int) -> Reader:
    def read(name: str, value: str) -> tuple[str, object]:
        number = _number(name, value)
        if not 1 <= number <= most:
            raise BadTrigger(name, f"{number} is not within 1-{most}")
        return key, number

    return read


def _until(name: str, value: str) -> tuple[str, object]:
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", value)
    if match is None:
        raise BadTrigger(
            name, f"{value!r} is not a date such as 20261231 or 20261231T235959Z"
        )
    year, month, day, hour, minute, second, zone = match.groups()
    if hour is None:
        hour, minute, second, zone = "23", "59", "59", ""
    return "until", f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"


def _wkst(name: str, value: str) -> tuple[str, object]:
    if value not in WEEKDAYS:
        raise BadTrigger(name, f"{value!r} is not one of {', '.join(WEEKDAYS)}")
    return "wkst", WEEKDAYS.index(value)


def _days(name: str, value: str) -> tuple[str, object]:
    days = []
    for item in value.split(","):
        match = _BYDAY.fullmatch(item)
        if match is None:
            raise BadTrigger(name, f"{item!r} is not a day such as MO, 2TU or -1FR")
        number = int(match[1] or 0)
        if match[1] and not 1 <= abs(number) <= 53:
            raise BadTrigger(name, f"{number} is not within 1-53 or -53 to -1")
        days.append((WEEKDAYS.index(match[2]), number))
    return "days", tuple(sorted(set(days)))


def _numbers(key: str) -> Reader:
    low, high, negative = _NUMBERS[key]

    def read(name: str, value: str) -> tuple[str, object]:
        numbers = set()
        for item in value.split(","):
            number = _number(name, item)
            if not (low <= number <= high or (negative and low <= -number <= high)):
                allowed = f"{low}-{high}" + (f" or -{high} to -{low}" * negative)
                raise BadTrigger(name, f"{number} is not within {allowed}")
            numbers.add(number)
        return key, tuple(sorted(numbers))

    return read


def _number(name: str, text: str) -> int:
    if not (text.isascii() and _NUMBER.fullmatch(text)):
        raise BadTrigger(name, f"{text!r} is not a whole number")
    return int(text)


_READERS: Mapping[str, Reader] = {
    "FREQ": _freq,
    "INTERVAL": _whole("interval", _MOST_INTERVAL),
    "COUNT": _whole("count", _MOST_COUNT),
    "UNTIL": _until,
    "WKST": _wkst,
    "BYDAY": _days,
    **{f"BY{key.upper()}": _numbers(key) for key in _NUMBERS},
}
