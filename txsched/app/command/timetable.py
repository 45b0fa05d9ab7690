"""
The times of a trigger as rows of a table, or as data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

if TYPE_CHECKING:
    from ...model import ITimetable, ITrigger
    from ...triggers.marks import Mark

__all__ = ["Row", "print_rows", "rows_of", "times_after", "times_before"]

_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


@frozen
class Row:
    """
    One time of a trigger.

    :ivar time: in UTC.
    :ivar wall: the same in the zone that is shown.
    :ivar wait: from the time before it, or from when one looks; negative where it
        is counted backwards.
    :ivar marks: what changes of the clocks do to it.
    """

    time: datetime
    wall: datetime
    wait: timedelta
    marks: Sequence[Mark]

    def data(self) -> dict[str, Any]:
        """
        Give it as plain data.
        """
        return {
            "time": self.time.isoformat(),
            "wall": self.wall.isoformat(),
            "wait": self.wait.total_seconds(),
            "marks": [asdict(mark) for mark in self.marks],
        }


def _take(
    count: int, following: Callable[[datetime | None], datetime | None]
) -> list[datetime]:
    times: list[datetime] = []
    last = following(None)
    # The first and last years hold no wall time of each zone.
    while last is not None and len(times) < count and MINYEAR < last.year < MAXYEAR:
        times.append(last)
        last = following(last)
    return times


def times_after(trigger: ITrigger, start: datetime, count: int) -> list[datetime]:
    """
    Give the first *count* times from *start* on, in order.
    """
    return _take(count, lambda last: trigger.get_next_fire_time(last, start))


def times_before(trigger: ITimetable, end: datetime, count: int) -> list[datetime]:
    """
    Give the last *count* times before *end*, the last one first.
    """
    return _take(
        count,
        lambda first: trigger.previous_before(end if first is None else first),
    )


def rows_of(
    trigger: ITrigger, times: Sequence[datetime], key: str, start: datetime
) -> list[Row]:
    """
    Make rows of times, which go either way.

    :param key: the name of the zone that is shown.
    :param start: from when one looks.
    """
    from ...triggers.daylight import wall_of
    from ...triggers.marks import find_marks

    earlier = dict(pairwise(sorted(times)))
    before = {after: time for time, after in earlier.items()}
    rows = []
    for last, time in pairwise([start, *times]):
        offset = wall_of(time, key) - time.replace(tzinfo=None)
        rows.append(
            Row(
                time,
                time.astimezone(timezone(offset)),
                time - last,
                find_marks(trigger, time, key, before.get(time)),
            )
        )
    return rows


def print_rows(rows: Sequence[Row], empty: str) -> None:
    """
    Print rows as a table for people.

    :param empty: what to say when there are none.
    """
    from ...triggers.changes import write_offset
    from .printing import print_table

    utc = any(row.wall.utcoffset() for row in rows)
    noted = any(row.marks for row in rows)
    columns = ["TIME", *["UTC"] * utc, "WAIT", *["NOTE"] * noted]
    cells = []
    for number, row in enumerate(rows):
        offset = write_offset(row.wall.utcoffset() or timedelta())
        cell = [f"{row.wall:%a} {_moment(row.wall)} {offset}"]
        cell += [_moment(row.time)] * utc
        cell.append(_wait(row.wait, first=not number))
        cell += ["; ".join(mark.text for mark in row.marks)] * noted
        cells.append(cell)
    print_table(columns, cells, empty)


def _moment(moment: datetime) -> str:
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction}"


def _wait(wait: timedelta, first: bool) -> str:
    words = _spell(abs(wait))
    backwards = wait < timedelta()
    if not wait:
        return "now"
    if not first:
        return f"{words} before" if backwards else f"{words} later"
    return f"{words} ago" if backwards else f"in {words}"


def _spell(wait: timedelta) -> str:
    """
    Say a length of time by its two largest units.
    """
    if wait < timedelta(minutes=1):
        return f"{wait.total_seconds():.3f}".rstrip("0").rstrip(".") + " s"
    rest = round(wait.total_seconds())
    parts: list[str] = []
    for unit, size in (*_UNITS, ("s", 1)):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2])
