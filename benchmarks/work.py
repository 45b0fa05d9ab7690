"""
The tasks that the benchmarks let both schedulers run.
"""

from __future__ import annotations

import time
from itertools import count

from txsched import current_run

_ticks = count()
_taken = 0
lateness: list[float] = []


def tick() -> None:
    """
    Do nothing but count.
    """
    next(_ticks)


def ticks() -> int:
    """
    How often :func:`tick` was called, this question left out.
    """
    global _taken
    taken = next(_ticks) - _taken
    _taken += 1
    return taken


def late() -> None:
    """
    Note by how many seconds this run started late.
    """
    lateness.append(time.time() - current_run().planned_time.timestamp())


def nothing(*args: object, **kwargs: object) -> None:
    """
    Do nothing, whatever the arguments.
    """
