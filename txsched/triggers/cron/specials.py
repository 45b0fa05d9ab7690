"""
What stands for days that no number names: ``L``, ``W`` and ``#``, after Quartz.
"""

from __future__ import annotations

import re

from .days import DaysOfMonth, IDayItem, LastDay, NearestWeekday, NthWeekday
from .syntax import FieldSyntax, Place, parse_field, parse_value, split_items

__all__ = ["parse_days", "parse_weekdays", "write_specials"]

_LAST = re.compile(r"l(?:-([0-9]{1,3}))?(w)?")
_NEAREST = re.compile(r"(\d{1,3})w")
_COUNTED = re.compile(r"([^#]*)#(.*)")
_LAST_OF = re.compile(r"(\w+)l")
_FIVE = 5
_LETTERS = re.compile(
    r"(?<![^\s,])(?:lw?|h)(?![^\s,/(-])|(?<=\d)w(?![^\s,])"
    r"|(?<=\d)l(?![^\s,])|(?<=(?:sun|mon|tue|wed|thu|fri|sat))l(?![^\s,])"
)


def write_specials(expression: str) -> str:
    """
    Write ``L``, ``W`` and ``H`` in an expression of lower case as they are known.
    """
    if "l" in expression or "w" in expression or "h" in expression:
        return _LETTERS.sub(lambda match: match[0].upper(), expression)
    return expression


def parse_days(syntax: FieldSyntax, text: str, place: Place) -> tuple[IDayItem, ...]:
    """
    Read a field of days of the month.

    Beside numbers it may have ``L``, the last day; ``L-3``, the third before it;
    ``15W``, the weekday nearest to the 15th within the month; ``LW``.

    :param text: in lower case.
    :raises BadTrigger: pointing at what cannot be read.
    """
    if "l" not in text and "w" not in text:
        return (DaysOfMonth(parse_field(syntax, text, place)),)
    items: list[IDayItem] = []
    days = 0
    for at, item in split_items(text):
        last, nearest = _LAST.fullmatch(item), _NEAREST.fullmatch(item)
        if last is not None:
            before = int(last[1] or 0)
            if before >= syntax.high:
                raise place.error(
                    f"{before} is not within 0-{syntax.high - 1}", at + last.start(1)
                )
            items.append(NearestWeekday(-before) if last[2] else LastDay(before))
        elif nearest is not None:
            items.append(NearestWeekday(parse_value(syntax, nearest[1], at, place)))
        else:
            days |= parse_field(syntax, item, place._replace(start=place.start + at))
    if days:
        items.append(DaysOfMonth(days))
    return tuple(items)


def parse_weekdays(
    syntax: FieldSyntax, text: str, place: Place, monday: int
) -> tuple[int, tuple[IDayItem, ...]]:
    """
    Read a field of days of the week.

    Beside numbers and names it may have ``fri#3``, the third Friday of the month, and
    ``friL``, the last one.

    :param text: in lower case.
    :param monday: the number of Monday in this dialect.
    :returns: a mask in which Monday is bit 0, and what is counted within the month.
    :raises BadTrigger: pointing at what cannot be read.
    """
    items: list[IDayItem] = []
    mask = 0
    for at, item in split_items(text):
        counted, last = _COUNTED.fullmatch(item), _LAST_OF.fullmatch(item)
        if counted is not None:
            day = parse_value(syntax, counted[1], at, place)
            nth = counted[2]
            if not (nth.isascii() and nth.isdecimal() and 1 <= int(nth[:9]) <= _FIVE):
                raise place.error(
                    f"{nth!r} is not within 1-5: which one of the month",
                    at + counted.start(2),
                )
            items.append(NthWeekday(int(nth), (day - monday) % 7))
        elif last is not None and item not in syntax.names:
            day = parse_value(syntax, last[1], at, place)
            items.append(NthWeekday(-1, (day - monday) % 7))
        else:
            mask |= parse_field(syntax, item, place._replace(start=place.start + at))
    days = 0
    for day in range(syntax.low, syntax.high + 1):
        if mask >> day & 1:
            days |= 1 << (day - monday) % 7
    return days, tuple(items)
