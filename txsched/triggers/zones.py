"""
Time zones and their names.
"""

from __future__ import annotations

import re
from datetime import time, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

from ..errors import BadTrigger
from .history import FIRST_YEAR, LAST_YEAR, History, read_history

__all__ = ["FIRST_YEAR", "LAST_YEAR", "Zone", "find_zone", "zone_key"]

_OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
_MAX_OFFSET = 24 * 3600


class Zone(NamedTuple):
    """
    A time zone.

    :ivar key: its name.
    :ivar history: its offsets.
    """

    key: str
    history: History


@lru_cache(maxsize=1024)
def find_zone(key: str) -> Zone:
    """
    Give the zone of a name that :func:`zone_key` gave.

    :raises BadTrigger: for ``timezone``: there is none of this name.
    """
    if key == "UTC":
        return Zone(key, History((), (0,)))
    match = _OFFSET.fullmatch(key)
    if match is not None:
        sign, hours, minutes = match.groups()
        offset = int(hours) * 3600 + int(minutes) * 60
        if offset < _MAX_OFFSET:
            return Zone(key, History((), (-offset if sign == "-" else offset,)))
    try:
        ZoneInfo(key)
        return Zone(key, read_history(key))
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
