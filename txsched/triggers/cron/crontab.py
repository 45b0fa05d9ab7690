"""
The dialect of crontab(5): five fields, with the meaning that Vixie cron gave them.

Sunday is 0 and 7.  When both day fields are restricted a day matches when *either*
does; when one of them begins with ``*``, be it ``*/2``, both must match.  ``a/b`` is a
and each b-th value after it.  A minute or hour field that begins with ``*`` or is
``a/b``, which ``H/b`` becomes, makes the rule follow elapsed time.

Beyond crontab(5), where nothing can be mistaken: ``L`` and ``W`` among the days of
the month, ``#`` and ``L`` behind a day of the week, see :mod:`.specials`; ``H``, see
:mod:`.hashing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve

from ...errors import BadTrigger
from ..zones import FIRST_YEAR
from .columns import split_placed, write_placed
from .days import ALL_YEARS, DayRule, DaysOfMonth
from .hashing import resolve_hash
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
    parse_fields,
)
from .walls import Fields

__all__ = [
    "FIELDS",
    "NICKNAMES",
    "columns",
    "length",
    "normalize",
    "parse",
    "parse_columns",
    "resolve",
    "resolve_columns",
    "split_zone",
    "write",
]

#: Words that stand for five fields.
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_HINTS = {**FOREIGN, "h": "H stands alone, or as H/15 or H(0-29)"}
#: The fields, in the order in which they stand.
FIELDS = tuple(
    evolve(syntax, wide_steps=True, open_steps=True, hints={**_HINTS, **syntax.hints})
    for syntax in (
        FieldSyntax("minute", 0, 59, hints={}),
        FieldSyntax("hour", 0, 23, hints={}),
        FieldSyntax("day", 1, 31, hints={}),
        FieldSyntax("month", 1, 12, MONTHS, hints={}),
        FieldSyntax(
            "day_of_week",
            0,
            6,
            SUNDAY_FIRST,
            same=7,
            hints={"l": "L follows a day, as in friL"},
        ),
    )
)
_MONDAY = 1
_SPECIAL = re.compile("[LWH#]")
_WORD = re.compile(r"\S+")
_FIELD = re.compile(rf"[*?\d]|(?:{'|'.join(SUNDAY_FIRST)})\b", re.IGNORECASE)
_ZONE = re.compile(r"\s*(?:CRON_)?TZ=(\S*)\s*(.*)", re.IGNORECASE | re.DOTALL)


def split_zone(text: str) -> tuple[str, str | None]:
    """
    Take ``CRON_TZ=Europe/Berlin``, or ``TZ=``, off the beginning, as cronie and others
    know it.

    :returns: the expression, and the name of the zone, if any.
    """
    if "=" not in text:
        return text, None
    match = _ZONE.fullmatch(text)
    return (text, None) if match is None else (match[2], match[1])


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: five fields, names in lower case.

    :raises BadTrigger: for ``expression``: it has not five fields, or an unknown
        nickname.
    """
    lower = check_length("expression", text).strip()
    if lower == "@reboot":
        raise BadTrigger(
            "expression",
            "@reboot names no time: a schedule goes on after a restart, it does not"
            " begin anew",
        )
    if lower.startswith("@"):
        if lower not in NICKNAMES:
            known = ", ".join(NICKNAMES)
            raise BadTrigger("expression", f"{text!r} is not one of {known}")
        return NICKNAMES[lower]
    words = lower.split()
    if len(words) != len(FIELDS):
        raise BadTrigger(
            "expression",
            f"{text!r} has {count_of(len(words), 'field')}, crontab has 5:"
            f" minute, hour, day, month and day_of_week{hint_at_dialect(lower)}",
        )
    return write_specials(" ".join(words))


def length(words: Sequence[str]) -> int:
    """
    Say how many words are the expression: one for a nickname, else five, and what
    follows them that can only be a field too many.
    """
    if words and words[0].startswith("@"):
        return 1
    number = len(FIELDS)
    while number < len(words) and _FIELD.match(words[number]) is not None:
        number += 1
    return number


def resolve(expression: str, seed: str) -> str:
    """
    Put numbers in place of each ``H`` of a normal expression.
    """
    return resolve_columns(expression, FIELDS, seed)


def columns(expression: str) -> dict[str, str]:
    """
    Give the text of each field.
    """
    return split_placed(expression, FIELDS)


def write(texts: Mapping[str, str]) -> str | None:
    """
    Write the texts of fields as an expression.

    :returns: ``None`` where one is given that this dialect has not.
    """
    return write_placed(texts, FIELDS)


def parse(expression: str) -> Fields:
    """
    Read an expression that :func:`normalize` gave.

    :raises BadTrigger: naming the field and the place.
    """
    return parse_columns(expression, FIELDS)


def _columns(
    expression: str, fields: Sequence[FieldSyntax], seed: str
) -> dict[str, tuple[FieldSyntax, str, Place]]:
    columns = {}
    for syntax, word in zip(fields, _WORD.finditer(expression), strict=False):
        place = Place(syntax.name, expression, word.start())
        text = resolve_hash(syntax, word[0].lower(), place, seed)
        columns[syntax.name] = (syntax, text, place)
    return columns


def resolve_columns(expression: str, fields: Sequence[FieldSyntax], seed: str) -> str:
    """
    Put numbers in place of each ``H`` of fields that stand one beside the other.
    """
    columns = _columns(expression, fields, seed)
    return " ".join(text for _, text, _ in columns.values())


def parse_columns(expression: str, fields: Sequence[FieldSyntax]) -> Fields:
    """
    Read fields that stand one beside the other, with the meaning of crontab(5).

    :param fields: those of this dialect, and perhaps ``second`` before them and
        ``year`` behind, which need not be there.
    """
    if _SPECIAL.search(expression) is not None:
        return _parse_special(expression, fields)
    words = expression.split(" ")
    masks = parse_fields(fields[: len(words)], expression)
    first = len(fields) > len(FIELDS)
    minutes, hours, days, months, weekdays = masks[first : first + 5]
    minute, hour, day, _, weekday = words[first : first + 5]
    return Fields(
        DayRule(
            (DaysOfMonth(days),),
            # Bit 0 is Sunday here and Monday within.
            weekdays >> 1 | (weekdays & 1) << 6,
            day[0] != "*" and weekday[0] != "*",
            months,
            years=masks[6] >> FIRST_YEAR if len(masks) > 6 else ALL_YEARS,
        ),
        hours,
        minutes,
        masks[0] if first else 1,
        minute[0] == "*"
        or hour[0] == "*"
        or ("/" in expression and (is_steady(minute) or is_steady(hour))),
    )


def _parse_special(expression: str, fields: Sequence[FieldSyntax]) -> Fields:
    """
    Read fields of which some have ``L``, ``W``, ``#`` or ``H``.
    """
    columns = _columns(expression, fields, "")
    texts = {name: text for name, (_, text, _) in columns.items()}
    days = parse_days(*columns.pop("day"))
    weekdays, some_weekdays = parse_weekdays(*columns.pop("day_of_week"), _MONDAY)
    masks = {name: parse_field(*column) for name, column in columns.items()}
    return Fields(
        DayRule(
            days,
            weekdays,
            not (texts["day"].startswith("*") or texts["day_of_week"].startswith("*")),
            masks["month"],
            years=masks["year"] >> FIRST_YEAR if "year" in masks else ALL_YEARS,
            some_weekdays=some_weekdays,
        ),
        masks["hour"],
        masks["minute"],
        masks.get("second", 1),
        is_steady(texts["minute"]) or is_steady(texts["hour"]),
    )
