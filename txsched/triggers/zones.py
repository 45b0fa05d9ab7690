"""
Time zones: their names, and their history as stretches of one offset each.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

from ..errors import BadTrigger
from ..model.instant import UTC

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Segment", "Zone", "find_zone", "zone_key"]

#: The years that triggers know.
FIRST_YEAR = 1970
LAST_YEAR = 2199

#: A wall time of a known year can lie in one of these years of UTC.
_YEARS = range(FIRST_YEAR - 1, LAST_YEAR + 2)
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
_MAX_OFFSET = timedelta(hours=24)


class Segment(NamedTuple):
    """
    A time during which a zone has one offset; it ends at the latest with the year.

    :ivar start: its first instant.
    :ivar end: the first instant after it.
    :ivar offset: what is added to UTC to give the wall time.
    :ivar before: the offset that held just before *start*.
    """

    start: datetime
    end: datetime
    offset: timedelta
    before: timedelta


class Zone:
    """
    A time zone with what is known of its offsets, found out year by year.
    """

    def __init__(self, key: str, tz: tzinfo) -> None:
        """
        :param key: its name.
        :param tz: answers which offset holds at an instant.
        """
        self.key = key
        self.tz = tz
        self._years: dict[int, tuple[Segment, ...]] = {}
        # A zone that never changed answers even a time without a date.
        fixed = time(tzinfo=tz).utcoffset()
        if fixed is not None:
            start, end = _new_year(_YEARS[0]), _new_year(_YEARS[-1] + 1)
            whole = (Segment(start, end, fixed, fixed),)
            self._years = dict.fromkeys(_YEARS, whole)

    def segments(self, year: int) -> tuple[Segment, ...]:
        """
        Give the segments of a year of UTC; none outside the known years.
        """
        try:
            return self._years[year]
        except KeyError:
            if year not in _YEARS:
                return ()
            found = self._years[year] = tuple(self._explore(year))
            return found

    def offset(self, instant: datetime) -> timedelta:
        """
        Give what is to be added to UTC at *instant*.
        """
        offset = instant.astimezone(self.tz).utcoffset()
        assert offset is not None
        return offset

    def _explore(self, year: int) -> list[Segment]:
        segments = []
        start, end = _new_year(year), _new_year(year + 1)
        before = self.offset(start - _SECOND)
        offset = self.offset(start)
        probe, last = start, end - _SECOND
        while probe < last:
            ahead = min(probe + _DAY, last)
            if self.offset(ahead) != offset:
                ahead = self._transition(probe, ahead)
                segments.append(Segment(start, ahead, offset, before))
                start, before, offset = ahead, offset, self.offset(ahead)
            probe = ahead
        segments.append(Segment(start, end, offset, before))
        return segments

    def _transition(self, low: datetime, high: datetime) -> datetime:
        """
        Give the first instant after *low* that has not the offset of *low*.
        """
        offset = self.offset(low)
        while high - low > _SECOND:
            middle = low + (high - low) // _SECOND // 2 * _SECOND
            if self.offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)
def find_zone(key: str) -> Zone:
    """
    Give the zone of a name that :func:`zone_key` gave.

    :raises BadTrigger: for ``timezone``: there is none of this name.
    """
    if key == "UTC":
        return Zone(key, UTC)
    match = _OFFSET.fullmatch(key)
    if match is not None:
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset < _MAX_OFFSET:
            return Zone(key, timezone(-offset if sign == "-" else offset))
    try:
        return Zone(key, ZoneInfo(key))
    except (KeyError, ValueError, OSError):
        raise BadTrigger(
            "timezone",
            f"there is no time zone {key!r}; give a name such as Europe/Berlin,"
            " UTC or +02:00",
        ) from None


def zone_key(value: str | tzinfo | None) -> str:
    """
    Give the name of a time zone, once it is sure that there is one.

    :param value: a name of the IANA data base, an offset as ``+02:00``, a
        ``tzinfo`` that has such a name, or ``None`` for the zone of this machine.
    :raises BadTrigger: for ``timezone``.
    """
    if value is None:
        return _local_key()
    if isinstance(value, str):
        return find_zone(value.strip()).key
    if isinstance(value, timezone):
        fixed = time(tzinfo=value).isoformat()[8:]
        return "UTC" if fixed == "+00:00" else find_zone(fixed).key
    # zoneinfo calls it key, pytz calls it zone.
    for attribute in ("key", "zone"):
        key = getattr(value, attribute, None)
        if isinstance(key, str):
            return find_zone(key).key
    raise BadTrigger("timezone", f"{value!r} is not a time zone that has a name")


def _local_key() -> str:
    key = getattr(get_localzone(), "key", None)
    try:
        return find_zone(key or "").key
    except BadTrigger:
        raise BadTrigger(
            "timezone", "the time zone of this machine has no name; give one"
        ) from None
