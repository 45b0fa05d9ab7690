"""
What may follow the rule in the text of a trigger: its bounds, and its choices.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum
from typing import TypeVar

from attrs import fields, frozen

from ..errors import BadTrigger
from .daylight import Fold, Gap
from .durations import MAX_DURATION, format_duration, parse_duration
from .instants import as_instant

__all__ = [
    "Clauses",
    "check_bounds",
    "check_choice",
    "check_jitter",
    "describe_clauses",
    "split_clauses",
    "write_clauses",
]

_CLAUSE = re.compile(r"\s(from|until|jitter|gap|fold)\s+", re.IGNORECASE)
_NAMES = {"from": "start_date", "until": "end_date"}

Choice = TypeVar("Choice", bound=Enum)


@frozen(kw_only=True)
class Clauses:
    """
    The clauses that a text has, as they stand there.

    :ivar start_date: what follows ``from``.
    :ivar end_date: what follows ``until``.
    :ivar jitter: a length of time.
    :ivar gap: the name of a :class:`~txsched.triggers.Gap`.
    :ivar fold: the name of a :class:`~txsched.triggers.Fold`.
    """

    start_date: str | None = None
    end_date: str | None = None
    jitter: str | None = None
    gap: str | None = None
    fold: str | None = None

    def given(self, kind: str, allowed: Collection[str]) -> dict[str, str]:
        """
        Give those that are there, by name.

        :param kind: the kind of the trigger, as an error names it.
        :param allowed: the names that make sense for it.
        :raises BadTrigger: for one that does not.
        """
        found = {}
        for field in fields(Clauses):
            value = getattr(self, field.name)
            if value is None:
                continue
            if field.name not in allowed:
                raise BadTrigger(field.name, f"is not for a trigger of kind {kind!r}")
            found[field.name] = value
        return found


def split_clauses(text: str) -> tuple[str, Clauses]:
    """
    Take the clauses off the end of *text*.

    :raises BadTrigger: one is there twice.
    """
    body, *parts = _CLAUSE.split(text)
    found: dict[str, str] = {}
    for word, value in zip(parts[::2], parts[1::2], strict=True):
        name = _NAMES.get(word.lower(), word.lower())
        if name in found:
            raise BadTrigger("trigger", f"{word!r} is given twice in {text!r}")
        found[name] = value.strip()
    return body, Clauses(**found)


def write_clauses(
    start_date: date | None = None,
    end_date: date | None = None,
    jitter: timedelta | None = None,
    gap: Gap = Gap.NEXT,
    fold: Fold = Fold.FIRST,
) -> str:
    """
    Write what :func:`split_clauses` reads; what is as always is left out.
    """
    text = ""
    if start_date is not None:
        text += f" from {start_date.isoformat()}"
    if end_date is not None:
        text += f" until {end_date.isoformat()}"
    if jitter is not None:
        text += f" jitter {format_duration(jitter)}"
    if gap is not Gap.NEXT:
        text += f" gap {gap}"
    if fold is not Fold.FIRST:
        text += f" fold {fold}"
    return text


def describe_clauses(
    start_date: date | None, end_date: date | None, jitter: timedelta | None
) -> str:
    """
    Say in English what bounds and jitter there are.
    """
    text = ""
    if start_date is not None:
        text += f" from {_plain(start_date)}"
    if end_date is not None:
        text += f" until {_plain(end_date)}"
    if jitter is not None:
        text += f", up to {format_duration(jitter)} later"
    return text


def _plain(moment: date) -> str:
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return f"{moment.replace(tzinfo=None)} UTC"
    return str(moment)


def check_bounds(
    start_date: datetime | date | str | None,
    end_date: datetime | date | str | None,
    timezone: str | tzinfo | None,
) -> tuple[datetime | None, datetime | None]:
    """
    Turn what a person gave for the bounds of a trigger into instants.

    :param timezone: of what has no zone; ``None`` is the zone of this machine.
    :raises BadTrigger: for the one that cannot be used, or an end before the start.
    """
    if start_date is None and end_date is None:
        return None, None
    start = end = None
    if start_date is not None:
        start = as_instant(start_date, timezone, "start_date")
    if end_date is not None:
        end = as_instant(end_date, timezone, "end_date")
    if start is not None and end is not None and end < start:
        raise BadTrigger("end_date", f"{end} is before start_date, {start}")
    return start, end


def check_jitter(value: timedelta | float | str | None) -> timedelta | None:
    """
    Turn what a person gave for ``jitter`` into a length of time.

    :param value: also a number of seconds, or text as ``30s``; 0 is none at all.
    :raises BadTrigger: it is none, or not within a hundred years.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = parse_duration(value, "jitter")
    if isinstance(value, bool) or not isinstance(value, (int, float, timedelta)):
        raise BadTrigger("jitter", f"expected seconds or a timedelta, not {value!r}")
    if not isinstance(value, timedelta):
        try:
            value = timedelta(seconds=value)
        except (OverflowError, ValueError):
            raise BadTrigger("jitter", f"{value!r} is not usable") from None
    if not timedelta() <= value <= MAX_DURATION:
        raise BadTrigger(
            "jitter", f"{value} is not within 0 to {MAX_DURATION.days} days"
        )
    return value or None


def check_choice(kind: type[Choice], value: Choice | str, name: str) -> Choice:
    """
    Turn the name of a choice into the choice.

    :param name: of the argument, as an error names it.
    :raises BadTrigger: there is no such choice.
    """
    if type(value) is kind:
        return value
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(one) for one in kind)
        raise BadTrigger(name, f"{value!r} is not one of {known}") from None
