"""
How much of a time somebody could have used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
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
            busy.setdefault(pid, [(begin, end)]).append((one.begin, one.end))
    edges = {begin, end}
    for spans in busy.values():
        edges.update(edge for span in spans for edge in span if begin < edge < end)
    ordered = sorted(edges)
    free = 0.0
    for low, high in pairwise(ordered):
        if any(
            not any(first <= low and high <= last for first, last in spans)
            for spans in busy.values()
        ):
            free += high - low
    return free
