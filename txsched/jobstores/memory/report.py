"""
How the memory store is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ...model import LeaseCount, StoreReport
from .ledger import Ledger
from .rows import JobRow

__all__ = ["report"]


def report(
    rows: Iterable[JobRow],
    held: Iterable[tuple[str, datetime]],
    ledger: Ledger,
    now: datetime,
) -> StoreReport:
    """
    Look for what is wrong.

    :param rows: the jobs.
    :param held: owner and end of each lease on a job.
    """
    due = [
        row.due
        for row in rows
        if row.due is not None
        and row.due <= now
        and (row.until is None or row.until <= now)
    ]
    counts: dict[str, LeaseCount] = {}
    leases = [(*lease, 1, 0) for lease in held]
    leases += [(*lease, 0, 1) for lease in ledger.leases()]
    for owner, until, jobs, runs in leases:
        so_far = counts.get(owner, LeaseCount(owner, 0, 0, until))
        counts[owner] = LeaseCount(
            owner, so_far.jobs + jobs, so_far.runs + runs, max(so_far.until, until)
        )
    waiting = ledger.pending_times()
    return StoreReport(
        kind="memory",
        schema=None,
        newest_schema=None,
        clock=None,
        leases=tuple(counts[owner] for owner in sorted(counts)),
        overdue=len(due),
        oldest_due=min(due, default=None),
        waiting=len(waiting),
        oldest_waiting=min(waiting, default=None),
        quarantined=0,
    )
