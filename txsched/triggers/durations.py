"""
Lengths of time, as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from ..errors import BadTrigger

__all__ = [
    "add_up",
    "check_duration",
    "describe_duration",
    "describe_parts",
    "format_duration",
    "parse_duration",
]

#: The longest length of time that is understood: a hundred years.
MAX_DURATION = timedelta(days=36525)

_MICROSECOND = timedelta(microseconds=1)
#: name, short form, microseconds, from the longest to the shortest.
_UNITS = (
    ("week", "w", 7 * 86_400_000_000),
    ("day", "d", 86_400_000_000),
    ("hour", "h", 3_600_000_000),
    ("minute", "m", 60_000_000),
    ("second", "s", 1_000_000),
    ("millisecond", "ms", 1000),
    ("microsecond", "us", 1),
)
_WORDS = {
    **{
        word: size for name, short, size in _UNITS for word in (name, name + "s", short)
    },
    **dict.fromkeys(("min", "mins"), 60_000_000),
    **dict.fromkeys(("sec", "secs"), 1_000_000),
    **dict.fromkeys(("hr", "hrs"), 3_600_000_000),
}
_PART = re.compile(r"\s*(\d{1,18}(?:\.\d{1,18})?)\s*([a-zA-Z]*)")


def add_up(field: str, **parts: float) -> timedelta:
    """
    Add up the parts of a length of time, as ``timedelta`` names them.

    :param field: how an error names the sum.
    :raises BadTrigger: a part is no number, or the sum is not within one microsecond
        to a hundred years.
    """
    for name, value in parts.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadTrigger(name, f"expected a number, not {value!r}")
    try:
        total = timedelta(**parts)
    except (OverflowError, ValueError):
        raise BadTrigger(field, "is not a usable length of time") from None
    return check_duration(total, field)


def check_duration(value: timedelta, field: str) -> timedelta:
    """
    Refuse a length of time that no two times can be apart.

    :raises BadTrigger: for *field*: it is not within one microsecond to a hundred
        years.
    """
    if not _MICROSECOND <= value <= MAX_DURATION:
        raise BadTrigger(
            field, f"{value} is not within 1 microsecond to {MAX_DURATION.days} days"
        )
    return value


def parse_duration(text: str, field: str = "duration") -> timedelta:
    """
    Read a length of time: ``10s``, ``1h30m``, ``2 days``, ``1.5 hours``, ``90``.

    Units are weeks, days, hours, minutes, seconds, ms and us, with their usual
    short forms (``m`` is a minute); parts add up; a bare number is in seconds, and
    a bare unit (``hour``) is one of it.

    :param field: how an error names it.
    :raises BadTrigger: it cannot be read, is no whole number of microseconds, or
        is over a hundred years.
    """
    if not isinstance(text, str):
        raise BadTrigger(field, f"expected text such as 10s or 1h30m, not {text!r}")
    lower = text.strip().lower()
    if lower in _WORDS:
        lower = "1" + lower
    total, at = Fraction(0), 0
    while at < len(lower):
        match = _PART.match(lower, at)
        if match is None:
            raise BadTrigger(
                field, f"expected a number {_place(lower, at)}, as in 10s or 1h30m"
            )
        number, unit = match.groups()
        if not unit and match.span() != (0, len(lower)):
            raise BadTrigger(field, f"{number} has no unit {_place(lower, at)}")
        size = _WORDS.get(unit or "s")
        if size is None:
            raise BadTrigger(
                field,
                f"there is no unit {unit!r} {_place(lower, match.start(2))};"
                " there are w, d, h, m, s, ms and us",
            )
        total += Fraction(number) * size
        at = match.end()
    if not at:
        raise BadTrigger(field, "is empty; give a length such as 10s or 1h30m")
    if total.denominator != 1:
        raise BadTrigger(field, f"{text!r} is not a whole number of microseconds")
    if total > MAX_DURATION // _MICROSECOND:
        raise BadTrigger(field, f"{text!r} is over {MAX_DURATION.days} days")
    return timedelta(microseconds=int(total))


def _place(text: str, at: int) -> str:
    return f"at column {at + 1} of {text!r}"


def _parts(duration: timedelta) -> list[tuple[int, str, str]]:
    rest = duration // _MICROSECOND
    parts = []
    for name, short, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append((count, name, short))
    return parts


def format_duration(duration: timedelta) -> str:
    """
    Write a length of time so that :func:`parse_duration` reads it: ``1h30m``.
    """
    return "".join(f"{count}{short}" for count, _, short in _parts(duration)) or "0s"


def describe_duration(duration: timedelta) -> str:
    """
    Say a length of time in English: ``10 seconds``, ``day``, ``1 hour 30 minutes``.
    """
    return describe_parts([(count, name) for count, name, _ in _parts(duration)])


def describe_parts(parts: Sequence[tuple[int, str]]) -> str:
    """
    Say in English how many there are of each unit; a single 1 is left out.
    """
    if len(parts) == 1 and parts[0][0] == 1:
        return parts[0][1]
    return " ".join(
        f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts
    )
