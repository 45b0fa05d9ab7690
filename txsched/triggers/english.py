"""
English words for dates, and how words are joined.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["MONTHS", "WEEKDAYS", "join_words", "ordinal"]

#: From Monday on, as :meth:`datetime.date.weekday` counts.
WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
#: January is the first, at 0.
MONTHS = (
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


def join_words(words: Sequence[str]) -> str:
    """
    Join words as a sentence does: ``a, b and c``.
    """
    *others, last = words or [""]
    return f"{', '.join(others)} and {last}" if others else last


def ordinal(number: int) -> str:
    """
    Write the place of something: ``1st``, ``22nd``, ``112th``.
    """
    teen = number % 100 // 10 == 1
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if teen else number % 10, "th")
    return f"{number}{ending}"
