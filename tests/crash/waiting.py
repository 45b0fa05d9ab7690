"""
How much of a time somebody could have used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

__all__ = ["free_seconds"]


class Hindrance(Protocol):
    """
    A time in which a process, or with ``None`` each of them, could do nothing.
    """

    @property
    def pid(self) -> int | None: ...

    @property
    def begin(self) -> float: ...

    @property
    def end(self) -> float: ...


def free_seconds(
    begin: float,
    end: float,
    alive: Mapping[int, float],
    hindrances: Iterable[Hindrance],
) -> float:
    """
    Give for how long, from *begin* to *end*, at least one process was alive and free.

    :param alive: by process, since when it is there.
    """
    if end <= begin:
        return 0.0
    busy: dict[int, list[tuple[float, float]]] = {
        pid: [(begin, since)] for pid, since in alive.items()
    }
    for one in hindrances:
        if one.end <= begin or one.begin >= end:
            continue
        for pid in busy if one.pid is None else (one.pid,):
            if pid in busy:
                busy[pid].append((one.begin, one.end))
    free = sorted(gap for spans in busy.values() for gap in _gaps(begin, end, spans))
    seconds, reached = 0.0, begin
    for first, last in free:
        seconds += max(0.0, last - max(first, reached))
        reached = max(reached, last)
    return seconds


def _gaps(
    begin: float, end: float, spans: list[tuple[float, float]]
) -> Iterator[tuple[float, float]]:
    """
    Give what is between *begin* and *end* and in none of *spans*.
    """
    for first, last in sorted(spans):
        if first > begin:
            yield begin, min(first, end)
        begin = max(begin, last)
        if begin >= end:
            return
    yield begin, end
