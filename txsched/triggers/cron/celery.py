"""
The dialect of Celery's ``crontab``: five named fields.

Each is ``*`` where it is not given.  Sunday is 0, and *all* fields must match.  A
minute or hour that begins with ``*`` makes the rule follow elapsed time.

After https://docs.celeryq.dev/en/stable/reference/celery.schedules.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from ...errors import BadTrigger
from .columns import is_only
from .days import DayRule, DaysOfMonth
from .named import named_length, split_named, write_named
from .syntax import (
    FOREIGN,
    MONTHS,
    SUNDAY_FIRST,
    FieldSyntax,
    Place,
    check_length,
    parse_field,
)
from .walls import Fields

__all__ = ["columns", "join_fields", "length", "normalize", "parse", "write"]

_LONG_DAYS = ("sun", "mon", "tues", "wednes", "thurs", "fri", "satur")
_WEEKDAYS = SUNDAY_FIRST | {
    f"{name}day": number for number, name in enumerate(_LONG_DAYS)
}
_SYNTAX = {
    syntax.name: evolve(syntax, wide_steps=True)
    for syntax in (
        FieldSyntax("minute", 0, 59),
        FieldSyntax("hour", 0, 23),
        FieldSyntax(
            "day_of_week", 0, 6, _WEEKDAYS, hints={**FOREIGN, "7": "Sunday is 0 here"}
        ),
        FieldSyntax("day_of_month", 1, 31),
        FieldSyntax("month_of_year", 1, 12, MONTHS),
    )
}
_MONDAY = 1


def join_fields(values: Mapping[str, Any]) -> str:
    """
    Write fields as one text, ``minute=0 hour=*/3``.

    :param values: for each field that is given a number, text, or several numbers, as
        Celery takes them.
    :raises BadTrigger: naming the field.
    """
    texts = {}
    for name, value in values.items():
        if name not in _SYNTAX:
            known = ", ".join(_SYNTAX)
            raise BadTrigger(str(name), f"there is no such field; there are {known}")
        texts[name] = _text(name, value)
    return normalize(write_named(texts) or "minute=*")


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return check_length(name, value)
    if isinstance(value, bool) or not isinstance(value, (int, Iterable)):
        raise BadTrigger(name, f"expected a number, text or numbers, not {value!r}")
    numbers = [value] if isinstance(value, int) else list(value)
    if any(isinstance(one, bool) or not isinstance(one, int) for one in numbers):
        raise BadTrigger(name, f"expected numbers, not {value!r}")
    return ",".join(str(one) for one in sorted(set(numbers)))


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: fields in order, without those that say
    nothing.

    :raises BadTrigger: for ``expression`` or an unknown or repeated field.
    """
    values = split_named(check_length("expression", text).strip(), tuple(_SYNTAX))
    said = {name: values[name] for name in _SYNTAX if values.get(name, "*") != "*"}
    return write_named(said) or "minute=*"


length = named_length


def columns(expression: str) -> dict[str, str]:
    """
    Give the text of each field, also of those that are not given.
    """
    given = split_named(expression, tuple(_SYNTAX))
    return {name: given.get(name, "*") for name in _SYNTAX}


def write(texts: Mapping[str, str]) -> str | None:
    """
    Write the texts of fields, by the names that other dialects have for them.

    :returns: ``None`` where one is given that Celery has not.
    """
    names = {"day_of_month": "day", "month_of_year": "month"}
    if not is_only(texts, {names.get(name, name) for name in _SYNTAX}):
        return None
    return write_named(
        {name: texts.get(names.get(name, name), "*") for name in _SYNTAX}
    )


def parse(expression: str) -> Fields:
    """
    Read an expression that :func:`normalize` gave.

    :raises BadTrigger: naming the field and the place.
    """
    texts = columns(expression)
    masks = {
        name: parse_field(_SYNTAX[name], text, Place(name, text))
        for name, text in texts.items()
    }
    weekdays = masks["day_of_week"]
    monday_first = weekdays >> _MONDAY | (weekdays & 1) << 6
    return Fields(
        DayRule(
            (DaysOfMonth(masks["day_of_month"]),),
            monday_first,
            False,
            masks["month_of_year"],
        ),
        masks["hour"],
        masks["minute"],
        1,
        texts["minute"].startswith("*") or texts["hour"].startswith("*"),
    )
