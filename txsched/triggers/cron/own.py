"""
The scheduler's own dialect of cron: eight named fields, after APScheduler.

Monday is 0.  All fields must match.  A field that is not given takes its least value
when it lies below the last one given, in the order of :data:`FIELD_NAMES`, and else
every value; week and day_of_week always take every value.  ``a/b`` is a and each b-th
value after it.  A minute or hour that begins with ``*`` or is ``a/b`` makes the rule
follow elapsed time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...errors import BadTrigger
from ..zones import FIRST_YEAR, LAST_YEAR
from .days import DayRule, DaysOfMonth, IDayItem, LastDay, NthWeekday
from .named import named_length, split_named, write_named
from .syntax import (
    FOREIGN,
    MONTHS,
    WEEKDAYS,
    FieldSyntax,
    Place,
    check_length,
    is_steady,
    parse_field,
    split_items,
)
from .walls import Fields

__all__ = [
    "FIELD_NAMES",
    "columns",
    "join_fields",
    "length",
    "normalize",
    "parse",
    "write",
]

_SYNTAX = {
    syntax.name: syntax
    for syntax in (
        FieldSyntax("year", FIRST_YEAR, LAST_YEAR, wraps=False, open_steps=True),
        FieldSyntax("month", 1, 12, MONTHS, open_steps=True),
        FieldSyntax(
            "day",
            1,
            31,
            open_steps=True,
            hints={**FOREIGN, "l": "the last day of the month is written last"},
        ),
        FieldSyntax("week", 1, 53, open_steps=True),
        FieldSyntax(
            "day_of_week",
            0,
            6,
            WEEKDAYS,
            open_steps=True,
            hints={
                **FOREIGN,
                "7": "Monday is 0 here, and Sunday 6",
                "#": "the third Friday is written 3rd fri, in day",
            },
        ),
        FieldSyntax("hour", 0, 23, open_steps=True),
        FieldSyntax("minute", 0, 59, open_steps=True),
        FieldSyntax("second", 0, 59, open_steps=True),
    )
}
#: The fields, from the most to the least significant.
FIELD_NAMES = tuple(_SYNTAX)
_LEAST = {"month": "1", "day": "1", "hour": "0", "minute": "0", "second": "0"}

_ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1}
_NTH = re.compile(r"(\S+) (\S+)")


def join_fields(values: Mapping[str, int | str | None]) -> str:
    """
    Write fields as one text, ``hour=9 day_of_week=mon-fri``.

    :param values: a number or text for each field that is given.
    :raises BadTrigger: naming the field.
    """
    texts = {}
    for name in FIELD_NAMES:
        value = values.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise BadTrigger(name, f"expected a number or text, not {value!r}")
        texts[name] = check_length(name, str(value))
    if not texts:
        raise BadTrigger("expression", f"give one of {', '.join(FIELD_NAMES)}")
    return write_named(texts)


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: fields in order, in lower case.

    :raises BadTrigger: for ``expression`` or an unknown or repeated field.
    """
    lower = check_length("expression", text).strip()
    return join_fields(split_named(lower, FIELD_NAMES))


length = named_length


def columns(expression: str) -> dict[str, str]:
    """
    Give the text of each field, also of those that are not given.
    """
    given = split_named(expression, FIELD_NAMES)
    least = False
    texts = {}
    for name in reversed(FIELD_NAMES):
        # Going up: until the first field that is given all take their least value.
        least = least or name in given
        texts[name] = given.get(name, "*" if least else _LEAST.get(name, "*"))
    return {name: texts[name] for name in FIELD_NAMES}


def write(texts: Mapping[str, str]) -> str:
    """
    Write the texts of fields as an expression, without those that say nothing.
    """
    said: dict[str, int | str | None] = {}
    for name in reversed(FIELD_NAMES):
        text = texts.get(name, "*")
        # A star says something where all below it would take their least value.
        if name in texts and (text != "*" or not said):
            said[name] = text
    return join_fields(said)


def parse(text: str) -> Fields:
    """
    Read an expression that :func:`normalize` gave.

    :raises BadTrigger: naming the field and the place.
    """
    texts = columns(text)
    masks = {
        name: parse_field(_SYNTAX[name], texts[name], Place(name, texts[name]))
        for name in FIELD_NAMES
        if name != "day"
    }
    return Fields(
        DayRule(
            _day_items(texts["day"]),
            masks["day_of_week"],
            False,
            masks["month"],
            masks["week"],
            masks["year"] >> FIRST_YEAR,
        ),
        masks["hour"],
        masks["minute"],
        masks["second"],
        is_steady(texts["minute"]) or is_steady(texts["hour"]),
    )


def _day_items(text: str) -> tuple[IDayItem, ...]:
    place = Place("day", text)
    items: list[IDayItem] = []
    days = 0
    for at, item in split_items(text):
        words = _NTH.fullmatch(item)
        if item == "last":
            items.append(LastDay())
        elif words is not None:
            nth, weekday = words.groups()
            if nth not in _ORDINALS:
                known = ", ".join(_ORDINALS)
                raise place.error(f"{nth!r} is not one of {known}", at)
            if weekday not in WEEKDAYS:
                known = ", ".join(WEEKDAYS)
                raise place.error(
                    f"{weekday!r} is not one of {known}", at + words.start(2)
                )
            items.append(NthWeekday(_ORDINALS[nth], WEEKDAYS[weekday]))
        else:
            days |= parse_field(_SYNTAX["day"], item, Place("day", text, at))
    if days:
        items.append(DaysOfMonth(days))
    return tuple(items)
