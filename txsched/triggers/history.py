"""
The history of a time zone, read from the data base of the system.

The files are those that :mod:`zoneinfo` reads, found in the same places.  Their
format is that of RFC 8536: a table of changes, and after it a rule as POSIX has it
in ``TZ`` for all the time that follows.
"""

from __future__ import annotations

import re
import struct
import zoneinfo
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from importlib import resources
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

__all__ = ["FIRST_YEAR", "LAST_YEAR", "History", "read_history"]

#: The years that triggers know.
FIRST_YEAR = 1970
LAST_YEAR = 2199

_HEADER = struct.Struct(">4sc15x6L")
_TYPE = struct.Struct(">lBB")
_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86400
#: So many years that one change is earlier than all that matters.
_RULED = range(FIRST_YEAR - 2, LAST_YEAR + 2)
_NAME = r"(?:[^<,0-9:.+-]+|<[^>]+>)"
_CLOCK = r"[+-]?\d+(?::\d+){0,2}"
_RULE = rf",([^,/]+)(?:/({_CLOCK}))?"
_TZ = re.compile(rf"{_NAME}({_CLOCK})(?:{_NAME}({_CLOCK})?{_RULE}{_RULE})?", re.ASCII)


class History(NamedTuple):
    """
    The offsets of a zone through the known years and a little around them.

    :ivar changes: the instants at which the offset changes, in seconds since 1970.
    :ivar offsets: wall time minus UTC in seconds: the first holds before the first
        change, the others from each change on.  Neighbours differ.
    """

    changes: tuple[int, ...]
    offsets: tuple[int, ...]


def read_history(key: str) -> History:
    """
    Read the history of a zone that :class:`zoneinfo.ZoneInfo` knows.
    """
    times, offsets, rule = _parse(_load(key))
    changes = list(zip(times, offsets[1:], strict=True))
    if rule:
        # From the end of the table on the rule says all, also what holds there.
        last = times[-1] if times else _midnight(FIRST_YEAR - 1, 1, 1)
        ruled = sorted(_follow(rule), key=itemgetter(0))
        place = bisect_right(ruled, last, key=itemgetter(0))
        changes += [(last, ruled[place - 1][1]), *ruled[place:]]
    return _tidy(offsets[0], changes)


def _load(key: str) -> bytes:
    for folder in zoneinfo.TZPATH:
        path = Path(folder, key)
        if path.is_file():
            return path.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()


def _parse(data: bytes) -> tuple[list[int], list[int], str]:
    """
    Give the times of a file, the offset before the first and from each on, its rule.
    """
    begin, size = 0, 4
    _, version, *counts = _HEADER.unpack_from(data)
    if version != b"\0":
        # What follows says the same again, with room for all times.
        begin, size = _HEADER.size + _length(counts, 4), 8
        _, _, *counts = _HEADER.unpack_from(data, begin)
    begin += _HEADER.size
    number, kinds = counts[3:5]
    times = struct.unpack_from(f">{number}{'q' if size == 8 else 'l'}", data, begin)
    types = begin + number * (size + 1)
    offsets = [
        _TYPE.unpack_from(data, types + _TYPE.size * kind)[0] for kind in range(kinds)
    ]
    which = data[begin + number * size : types]
    rule = data[begin + _length(counts, size) :] if size == 8 else b""
    return (
        list(times),
        [offsets[0], *(offsets[kind] for kind in which)],
        rule.strip(b"\n").decode("ascii"),
    )


def _length(counts: list[int], size: int) -> int:
    utc, standard, leaps, times, kinds, letters = counts
    return (
        times * (size + 1)
        + kinds * _TYPE.size
        + letters
        + leaps * (size + 4)
        + standard
        + utc
    )


def _follow(rule: str) -> Iterator[tuple[int, int]]:
    """
    Give the changes of all known years, and some before, by the rule of POSIX.
    """
    match = _TZ.fullmatch(rule)
    assert match is not None, f"{rule!r} is not as in RFC 8536"
    standard, summer, *dates = match.groups()
    usual = -_seconds(standard)
    if dates[0] is None:
        yield _midnight(_RULED[0], 1, 1), usual
        return
    ahead = usual + 3600 if summer is None else -_seconds(summer)
    begin, end = _day_finder(dates[0]), _day_finder(dates[2])
    begins = _seconds(dates[1] or "2") - usual
    ends = _seconds(dates[3] or "2") - ahead
    for year in _RULED:
        yield begin(year) + begins, ahead
        yield end(year) + ends, usual


def _seconds(text: str) -> int:
    hours, minutes, seconds, *_ = [*map(int, text.lstrip("+-").split(":")), 0, 0]
    total = hours * 3600 + minutes * 60 + seconds
    return -total if text.startswith("-") else total


def _day_finder(text: str) -> Callable[[int], int]:
    """
    Read the date of a rule: give a function from a year to the start of that day.
    """
    if text.startswith("M"):
        month, week, weekday = map(int, text[1:].split("."))
        return lambda year: _nth_weekday(year, month, week, weekday)
    if text.startswith("J"):
        # 1 to 365; 29 February is never counted.
        common = date.fromordinal(date(2001, 1, 1).toordinal() + int(text[1:]) - 1)
        return lambda year: _midnight(year, common.month, common.day)
    # 0 to 365; 29 February is counted.
    return lambda year: _midnight(year, 1, 1) + int(text) * _DAY


def _nth_weekday(year: int, month: int, nth: int, weekday: int) -> int:
    """
    Give the start of the *nth* weekday of a month; Sunday is 0, the fifth the last.
    """
    if nth < 5:
        first = date(year, month, 1).toordinal()
        ordinal = first + (weekday - first) % 7 + 7 * (nth - 1)
    else:
        following = date(year + month // 12, month % 12 + 1, 1).toordinal()
        ordinal = following - 1 - (following - 1 - weekday) % 7
    return (ordinal - _EPOCH) * _DAY


def _midnight(year: int, month: int, day: int) -> int:
    return (date(year, month, day).toordinal() - _EPOCH) * _DAY


def _tidy(first: int, changes: list[tuple[int, int]]) -> History:
    """
    Drop what is far from the known years, and changes that change no offset.
    """
    begin, end = _midnight(FIRST_YEAR - 1, 1, 1), _midnight(LAST_YEAR + 2, 1, 1)
    early = [offset for time, offset in changes if time <= begin]
    first = early[-1] if early else first
    times, offsets = [], [first]
    # A rule may end summer time at the moment at which it begins it again.
    for time, offset in dict(changes).items():
        if begin < time < end and offset != offsets[-1]:
            times.append(time)
            offsets.append(offset)
    return History(tuple(times), tuple(offsets))
