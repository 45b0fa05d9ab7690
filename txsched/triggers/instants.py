"""
Instants, as people write them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date, datetime, timedelta, timezone, tzinfo

from ..errors import BadTrigger
from ..model.instant import UTC
from .daylight import EPOCH, instant_of
from .zones import FIRST_YEAR, LAST_YEAR, find_zone, zone_key

__all__ = ["as_instant", "as_wall", "parse_instant", "utc", "wall_of"]

_TEXT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ]\s*(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?)?"
    r"\s*(?:([Zz])|([+-])(\d\d):?([0-5]\d)|([A-Za-z][\w+/-]*))?"
)


def utc(instant: datetime) -> datetime:
    """
    Give *instant* in UTC.

    :raises BadTrigger: it has no time zone.
    """
    if instant.tzinfo is None:
        raise BadTrigger("instant", f"{instant} has no time zone")
    return instant.astimezone(UTC)


def parse_instant(
    text: str, timezone: str | tzinfo | None = None, field: str = "instant"
) -> datetime:
    """
    Read an instant: ISO 8601, or as in ``2009-11-06 16:30:05.720400``.

    Seconds, and the whole time of day, may be left out.  An offset, ``Z`` or the
    name of a zone may follow.

    :param timezone: where the text names none; ``None`` is the zone of this machine.
    :param field: how an error names it.
    :returns: in UTC.  A wall time that does not exist there is moved to the first
        moment that does; of one that exists twice the first is meant.
    :raises BadTrigger: it cannot be read, or is not of the years 1970 to 2199.
    """
    wall, name = _read(text, field)
    return as_instant(wall, name or timezone, field)


def _read(text: str, field: str) -> tuple[datetime, str | None]:
    """
    Read a date and time, aware if it has an offset, and the name of a zone.
    """
    if not isinstance(text, str):
        raise BadTrigger(field, f"expected text, not {text!r}")
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise BadTrigger(
            field,
            f"{text!r} is not a date and time such as 2026-01-31T12:00:00+01:00"
            " or 2026-01-31 12:00",
        )
    year, month, day, hour, minute, second, fraction, *where = match.groups()
    zulu, sign, hours, minutes, name = where
    try:
        wall = datetime(  # noqa: DTZ001
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0").ljust(6, "0")),
        )
        if zulu:
            wall = wall.replace(tzinfo=UTC)
        elif sign:
            wall = _at_offset(wall, sign, hours, minutes)
    except ValueError as error:
        raise BadTrigger(field, f"{text!r}: {error}") from None
    return wall, name


def _at_offset(wall: datetime, sign: str, hours: str, minutes: str) -> datetime:
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return wall.replace(tzinfo=timezone(-offset if sign == "-" else offset))


def as_instant(
    value: datetime | date | str, timezone: str | tzinfo | None, field: str
) -> datetime:
    """
    Turn what a person gave for an instant into one in UTC.

    :param value: a datetime, a date (its midnight), or text.
    :param timezone: for what has no zone; ``None`` is the zone of this machine.
    :param field: how an error names it.
    :raises BadTrigger: it is no instant of the years 1970 to 2199.
    """
    if isinstance(value, str):
        return parse_instant(value, timezone, field)
    value = _moment(value, field)
    if value.tzinfo is None:
        instant = instant_of(value, zone_key(timezone))
    else:
        instant = value.astimezone(UTC)
    _check_year(instant, field)
    return instant


def wall_of(instant: datetime, key: str) -> datetime:
    """
    Give what the clock on the wall shows at an instant, as a naive datetime.

    :param instant: of a known year, in UTC.
    :param key: the name of the zone.
    """
    changes, offsets = find_zone(key).history
    place = bisect_right(changes, (instant - EPOCH) // timedelta(seconds=1))
    return instant.replace(tzinfo=None) + timedelta(seconds=offsets[place])


def as_wall(value: datetime | date | str, key: str, field: str) -> datetime:
    """
    Turn what a person gave for a wall time into a naive datetime.

    :param value: a datetime, a date (its midnight), or text.  What has a zone of its
        own is an instant: its wall time is meant.
    :param key: the name of the zone whose wall time is meant.
    :param field: how an error names it.
    :raises BadTrigger: it is no date and time of the years 1970 to 2199.
    """
    name = None
    if isinstance(value, str):
        value, name = _read(value, field)
    value = _moment(value, field)
    if name is None and value.tzinfo is None:
        return value
    wall = wall_of(as_instant(value, name, field), key)
    _check_year(wall, field)
    return wall


def _moment(value: datetime | date, field: str) -> datetime:
    if not isinstance(value, date):
        raise BadTrigger(field, f"expected a date and time, not {value!r}")
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001
    _check_year(value, field)
    return value


def _check_year(moment: datetime, field: str) -> None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise BadTrigger(
            field, f"the year {moment.year} is not within {FIRST_YEAR}-{LAST_YEAR}"
        )
