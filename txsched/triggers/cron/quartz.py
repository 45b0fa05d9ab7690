"""
The dialect of Quartz: six fields, seconds first, or seven, with a year at the end.

Sunday is **1**.  Exactly one of day and day_of_week is ``?``, and the other decides.
``a/b`` is a and each b-th value after it, ``/b`` the same as ``*/b``.  The day may be
``L``, ``L-3``, ``LW`` and ``15W``, the day of the week ``6L`` (the last Friday),
``6#3`` (the third) and ``L``, which is 7; see :mod:`.specials`.  A minute or hour
field that begins with ``*`` or
is ``a/b`` makes the rule follow elapsed time.

After http://www.quartz-scheduler.org/documentation/quartz-2.3.0/tutorials/crontrigger.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve

from ...errors import BadTrigger
from ..zones import FIRST_YEAR, LAST_YEAR
from .columns import split_placed, write_placed
from .days import ALL_WEEKDAYS, ALL_YEARS, DayRule, DaysOfMonth, IDayItem
from .specials import parse_days, parse_weekdays, write_specials
from .syntax import (
    FOREIGN,
    MONTHS,
    SUNDAY_FIRST,
    FieldSyntax,
    Place,
    check_length,
    count_of,
    hint_at_dialect,
    is_steady,
    parse_field,
)
from .walls import Fields

__all__ = ["FIELDS", "columns", "length", "normalize", "parse", "write"]

_SUNDAY_ONE = {name: number + 1 for name, number in SUNDAY_FIRST.items()}
_MONDAY = 2
_HINTS = {**FOREIGN, "?": "? may stand in day or in day_of_week, alone"}
#: The fields, in the order in which they stand; the last one may be left out.
FIELDS = tuple(
    evolve(syntax, open_steps=True, hints={**_HINTS, **syntax.hints})
    for syntax in (
        FieldSyntax("second", 0, 59, hints={}),
        FieldSyntax("minute", 0, 59, hints={}),
        FieldSyntax("hour", 0, 23, hints={}),
        FieldSyntax("day", 1, 31, hints={}),
        FieldSyntax("month", 1, 12, MONTHS, hints={}),
        FieldSyntax(
            "day_of_week",
            1,
            7,
            _SUNDAY_ONE,
            hints={"0": "Sunday is 1 here, and Saturday 7"},
        ),
        FieldSyntax("year", FIRST_YEAR, LAST_YEAR, wraps=False, hints={}),
    )
)
_ANY_DAY = (DaysOfMonth((1 << 32) - 2),)
_WORD = re.compile(r"\S+")
_BARE_STEP = re.compile(r"(?<![^\s,])/")


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: six or seven fields, names in
    lower case.

    :raises BadTrigger: it has not so many fields, or ``?`` does not stand in exactly
        one of the two fields of days.
    """
    words = check_length("expression", text).split()
    if len(words) not in (6, 7):
        raise BadTrigger(
            "expression",
            f"{text!r} has {count_of(len(words), 'field')}, quartz has 6 or 7: second,"
            f" minute, hour, day, month, day_of_week and perhaps year"
            f"{hint_at_dialect(text)}",
        )
    marks = words[3].count("?") + words[5].count("?")
    if marks != 1:
        what = "neither has it" if not marks else "both have it"
        raise BadTrigger(
            "day_of_week",
            f"exactly one of day and day_of_week must be ?, in {text!r} {what}",
        )
    expression = " ".join(words[:6] if words[6:] == ["*"] else words)
    return write_specials(_BARE_STEP.sub("*/", expression))


def length(words: Sequence[str]) -> int:
    """
    Say how many words are the expression; a year begins with a digit or a star.
    """
    return 7 if len(words) > 6 and words[6][0] in "*0123456789" else 6


def columns(expression: str) -> dict[str, str]:
    """
    Give the text of each field.
    """
    return split_placed(expression, FIELDS)


def write(texts: Mapping[str, str]) -> str | None:
    """
    Write the texts of fields as an expression, with ``?`` for one of the two of days.

    :returns: ``None`` where a field is given that Quartz has not, or both of days.
    """
    for name in ("day_of_week", "day"):
        if texts.get(name, "*") == "*":
            return write_placed({**texts, name: "?"}, FIELDS)
    return None


def parse(expression: str) -> Fields:
    """
    Read an expression that :func:`normalize` gave.

    :raises BadTrigger: naming the field and the place.
    """
    columns = {
        syntax.name: (
            syntax,
            word[0].lower(),
            Place(syntax.name, expression, word.start()),
        )
        for syntax, word in zip(FIELDS, _WORD.finditer(expression), strict=False)
    }
    days, weekdays = columns.pop("day"), columns.pop("day_of_week")
    masks = {name: parse_field(*column) for name, column in columns.items()}
    some_days = _ANY_DAY if days[1] == "?" else parse_days(*days)
    mask = ALL_WEEKDAYS
    some_weekdays: tuple[IDayItem, ...] = ()
    if weekdays[1] == "l":
        mask = 1 << (FIELDS[5].high - _MONDAY)
    elif weekdays[1] != "?":
        mask, some_weekdays = parse_weekdays(*weekdays, _MONDAY)
    return Fields(
        DayRule(
            some_days,
            mask,
            False,
            masks["month"],
            years=masks["year"] >> FIRST_YEAR if "year" in masks else ALL_YEARS,
            some_weekdays=some_weekdays,
        ),
        masks["hour"],
        masks["minute"],
        masks["second"],
        is_steady(columns["minute"][1]) or is_steady(columns["hour"][1]),
    )
