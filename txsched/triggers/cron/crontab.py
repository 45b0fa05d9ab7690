"""
The dialect of crontab(5): five fields, with the meaning that Vixie cron gave them.

Sunday is 0 and 7.  When both day fields are restricted a day matches when *either*
does; when one of them begins with ``*``, be it ``*/2``, both must match.  A minute or
hour field that begins with ``*`` makes the rule follow elapsed time.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import BadTrigger
from .days import DayRule, DaysOfMonth
from .syntax import MONTHS, WEEKDAYS, FieldSyntax, check_length, parse_fields
from .walls import Fields

__all__ = ["NICKNAMES", "length", "normalize", "parse"]

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
_SUNDAY_FIRST = {"sun": 0, **{name: day + 1 for name, day in WEEKDAYS.items()}}
_SUNDAY_FIRST["sun"] = 0

_MINUTE = FieldSyntax("minute", 0, 59, wide_steps=True)
_HOUR = FieldSyntax("hour", 0, 23, wide_steps=True)
_DAY = FieldSyntax("day", 1, 31, wide_steps=True)
_MONTH = FieldSyntax("month", 1, 12, MONTHS, wide_steps=True)
_WEEKDAY = FieldSyntax("day_of_week", 0, 6, _SUNDAY_FIRST, same=7, wide_steps=True)
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY)


def normalize(text: str) -> str:
    """
    Give the one way to write an expression: five fields, in lower case.

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
    if len(words) != len(_FIELDS):
        raise BadTrigger(
            "expression",
            f"{text!r} has {len(words)} fields, crontab has 5:"
            " minute, hour, day, month and day_of_week",
        )
    return " ".join(words)


def length(words: Sequence[str]) -> int:
    """
    Say how many words are the expression: one for a nickname, else five.
    """
    return 1 if words and words[0].startswith("@") else 5


def parse(text: str) -> Fields:
    """
    Read an expression that :func:`normalize` gave.

    :raises BadTrigger: naming the field and the place.
    """
    minutes, hours, days, months, weekdays = parse_fields(_FIELDS, text)
    minute, hour, day, _, weekday = text.split(" ")
    # Bit 0 is Sunday here and Monday within.
    monday_first = weekdays >> 1 | (weekdays & 1) << 6
    return Fields(
        DayRule(
            (DaysOfMonth(days),),
            monday_first,
            not (day.startswith("*") or weekday.startswith("*")),
            months,
        ),
        hours,
        minutes,
        1,
        minute.startswith("*") or hour.startswith("*"),
    )
