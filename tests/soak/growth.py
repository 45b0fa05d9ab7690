"""
Whether a process and its store grow: a pure function over samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from attrs import frozen

__all__ = ["Bounds", "Sample", "grown"]


@frozen
class Sample:
    """
    What was measured at one instant.

    :ivar at: seconds since the beginning.
    :ivar memory: the resident size of the process, in bytes.
    :ivar threads: how many it has.
    :ivar descriptors: how many it has open.
    :ivar rows: of the ledger.
    :ivar size: of the files of the store, in bytes.
    """

    at: float
    memory: int
    threads: int
    descriptors: int
    rows: int
    size: int


@frozen
class Bounds:
    """
    By how much each may be more, in the last quarter than in the one after the first.

    :ivar memory: a run that is not let go takes a kilobyte with its context, and half
        a minute has 6,000 of them; a cache of pages may still grow by less.
    :ivar threads: none is started for a run.
    :ivar descriptors: connections that come and go may meet a sample.
    :ivar rows: the most rows of the ledger, not a growth: what retention keeps, and
        what comes until it is enforced again.
    :ivar size: deleted rows leave room that is used again, but not at once.
    """

    memory: int = 6 << 20
    threads: int = 0
    descriptors: int = 3
    rows: int = 10_000
    size: int = 32 << 20


def grown(samples: Sequence[Sample], bounds: Bounds) -> list[str]:
    """
    Tell what has grown beyond its bound; nothing, when all is well.

    Medians are compared, as memory that is freed is given back when it suits the
    allocator.

    :raises ValueError: there are too few samples to tell.
    """
    quarter = len(samples) // 4
    if quarter < 3:
        raise ValueError(f"{len(samples)} samples say nothing")
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    found = []
    for name in ("memory", "threads", "descriptors", "size"):
        before = median(getattr(one, name) for one in early)
        after = median(getattr(one, name) for one in late)
        if after - before > getattr(bounds, name):
            found.append(f"{name} grew from {before:,.0f} to {after:,.0f}")
    rows = max(one.rows for one in samples)
    if rows > bounds.rows:
        found.append(f"there were {rows:,} rows, more than {bounds.rows:,}")
    return found
