"""
Named fields, ``hour=9 day_of_week=mon-fri``, as several dialects write them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...errors import BadTrigger
from .syntax import WEEKDAYS, hint_at_dialect

__all__ = ["named_length", "split_named", "write_named"]

_BLANKS = re.compile(r"\s+")
_AROUND_COMMA = re.compile(r"\s*,\s*")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")
_WEEKDAY = re.compile(rf"(?:{'|'.join(WEEKDAYS)})(?:,|$)")
_FIELD_START = re.compile(r"(?:^|\s)\s*([^\s=]*)\s*=\s*")


def write_named(values: Mapping[str, str]) -> str:
    """
    Write fields as one text.

    :raises BadTrigger: for a field without a value, or with one that would be taken
        for another field.
    """
    parts = []
    for name, value in values.items():
        text = value.strip()
        if not text:
            raise BadTrigger(name, "a value is missing")
        if "=" in text:
            raise BadTrigger(name, f"{text!r} has a = in it")
        parts.append(f"{name}={_AROUND_COMMA.sub(',', _BLANKS.sub(' ', text))}")
    return " ".join(parts)


def split_named(text: str, names: Sequence[str]) -> dict[str, str]:
    """
    Read fields out of one text, in lower case.

    :param names: the fields that there are.
    :raises BadTrigger: for ``expression``, or an unknown or repeated field.
    """
    starts = list(_FIELD_START.finditer(text))
    if text and (not starts or starts[0].start()):
        raise BadTrigger(
            "expression",
            f"expected field=value, as in hour=9, not {text!r}"
            f"{'' if starts else hint_at_dialect(text)}",
        )
    ends = [start.start() for start in starts[1:]]
    values: dict[str, str] = {}
    for start, end in zip(starts, [*ends, len(text)], strict=False):
        name = start[1]
        if name not in names:
            raise BadTrigger(
                name or "expression",
                f"there is no such field in {text!r}; there are {', '.join(names)}",
            )
        if name in values:
            raise BadTrigger(name, f"is given twice in {text!r}")
        values[name] = text[start.end() : end]
    return values


def named_length(words: Sequence[str]) -> int:
    """
    Say how many words are the expression: fields, and what continues a value.
    """
    at = 0
    before = ""
    for word in map(str.lower, words):
        goes_on = (
            "=" in word
            or word[0] == ","
            or before[-1:] in (",", "=")
            or _ORDINAL.search(before)
            or (before.endswith("last") and _WEEKDAY.match(word))
        )
        follows = at + 1 < len(words) and words[at + 1][0] == "="
        if not goes_on and not follows:
            break
        before = word
        at += 1
    return at
