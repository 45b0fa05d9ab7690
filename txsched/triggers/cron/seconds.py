"""
The dialect of crontab(5) with seconds: six fields, seconds first; seven with a year.

All that holds for five fields holds here too: Sunday is 0 and 7, and a day
matches when either day field does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import BadTrigger
from ..zones import FIRST_YEAR, LAST_YEAR
from .columns import split_placed, write_placed
from .crontab import FIELDS as FIVE
from .crontab import NICKNAMES, parse_columns, resolve_columns, split_zone
from .specials import write_specials
from .syntax import FieldSyntax, check_length, count_of, hint_at_dialect
from .walls import Fields

__all__ = [
    "FIELDS",
    "columns",
    "length",
    "normalize",
    "parse",
    "resolve",
    "split_zone",
    "write",
]

#: The fields, in the order in which they stand; the last one may be left out.
FIELDS = (
    FieldSyntax("second", 0, 59, wide_steps=True, open_steps=True),
    *FIVE,
    FieldSyntax("year", FIRST_YEAR, LAST_YEAR, wraps=False, open_steps=True),
)


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: six or seven fields, names in
    lower case.

    :raises BadTrigger: for ``expression``: it has not so many fields.
    """
    words = check_length("expression", text).split()
    if len(words) == 1 and words[0] in NICKNAMES:
        return f"0 {NICKNAMES[words[0]]}"
    if len(words) not in (6, 7):
        raise BadTrigger(
            "expression",
            f"{text!r} has {count_of(len(words), 'field')}, seconds has 6 or 7: second,"
            f" minute, hour, day, month, day_of_week and perhaps year"
            f"{hint_at_dialect(text)}",
        )
    return write_specials(" ".join(words[:6] if words[6:] == ["*"] else words))


def length(words: Sequence[str]) -> int:
    """
    Say how many words are the expression; a year begins with a digit or a star.
    """
    if words and words[0].startswith("@"):
        return 1
    return 7 if len(words) > 6 and words[6][0] in "*0123456789" else 6


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
