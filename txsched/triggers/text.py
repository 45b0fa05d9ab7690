"""
The one text form of each trigger, for stores, command lines and people.

========================================  =======================================
text                                      trigger
========================================  =======================================
``at 2026-01-31T12:00:00+00:00``          once; also ``at 2026-01-31 12:00`` with
                                          or without the name of a zone
``every 1h30m``                           interval; also ``every 2 days``,
                                          ``every hour``
``crontab */5 * * * * Europe/Berlin``     five fields as in crontab(5)
``@daily Europe/Berlin``                  the same by a nickname; also after
                                          ``crontab``
``cron hour=9 day_of_week=mon-fri UTC``   named fields
========================================  =======================================

``from`` and ``until``, each with an instant, may follow all but the first.  What
names no zone is read in the one that the caller gives.  ``str()`` of a trigger
always writes the zone, so that the text means the same everywhere.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from ..errors import BadTrigger
from ..model.trigger import ITrigger
from .cron import CronTrigger
from .cron.syntax import WEEKDAYS, check_length
from .date import DateTrigger
from .durations import parse_duration
from .instants import parse_instant
from .interval import IntervalTrigger

__all__ = ["parse_trigger"]

_BOUND = re.compile(r"\s(from|until)\s+")
_AROUND = re.compile(r"\s*([=,])\s*")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")
_WEEKDAY = re.compile(rf"(?:{'|'.join(WEEKDAYS)})(?:,|$)")


def parse_trigger(text: str, timezone: str | tzinfo | None = None) -> ITrigger:
    """
    Read any trigger from text; see :mod:`txsched.triggers.text` for the forms.

    :param timezone: for what names no zone; ``None`` is the zone of this machine.
    :raises BadTrigger: naming the field and the reason.
    """
    check_length("trigger", text)
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    kind = word.lower()
    if kind.startswith("@"):
        kind, rest = "crontab", f"{word} {rest}"
    if kind == "at":
        return DateTrigger(parse_instant(rest, timezone, "run_date"))
    if kind not in ("every", "crontab", "cron"):
        raise BadTrigger(
            "trigger",
            f"{text!r} does not begin with at, every, cron, crontab or a nickname"
            " such as @daily",
        )
    rest, start, end = _bounds(rest)
    if kind == "every":
        return IntervalTrigger.of(
            parse_duration(rest, "interval"),
            None if start is None else parse_instant(start, timezone, "start_date"),
            None if end is None else parse_instant(end, timezone, "end_date"),
        )
    own = kind == "cron"
    words = (_AROUND.sub(r"\1", rest) if own else rest).split()
    length = _length_own(words) if own else _length_crontab(words)
    expression, where = " ".join(words[:length]), words[length:]
    if len(where) > 1:
        raise BadTrigger(
            "expression",
            f"{text!r} has too many words: after {expression!r} only the name of a"
            " time zone may follow",
        )
    return CronTrigger.parse(
        expression,
        "own" if own else "crontab",
        where[0] if where else timezone,
        start,
        end,
    )


def _bounds(text: str) -> tuple[str, str | None, str | None]:
    """
    Take ``from`` and ``until`` off the end of *text*.
    """
    body, *parts = _BOUND.split(text)
    found: dict[str, str] = {}
    for name, value in zip(parts[::2], parts[1::2], strict=True):
        if name in found:
            raise BadTrigger("trigger", f"{name!r} is given twice in {text!r}")
        found[name] = value
    return body, found.get("from"), found.get("until")


def _length_crontab(words: list[str]) -> int:
    """
    Say how many words are the expression: one for a nickname, else five.
    """
    return 1 if words and words[0].startswith("@") else 5


def _length_own(words: list[str]) -> int:
    """
    Say how many words are the expression: fields, and what continues a value.
    """
    length = 0
    for before, word in zip(["", *words], words, strict=False):
        goes_on = _ORDINAL.search(before.lower()) or (
            before.lower().endswith("last") and _WEEKDAY.match(word.lower())
        )
        if "=" not in word and not goes_on:
            break
        length += 1
    return length
