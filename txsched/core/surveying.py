"""
How a scheduler is.
"""

from __future__ import annotations

from datetime import datetime

from .._version import __version__
from ..errors import StoreUnavailable
from ..interfaces import IJobStore
from ..model import SchedulerStatus, from_seconds
from .engine import Engine

__all__ = ["survey"]


async def survey(
    store: IJobStore,
    engine: Engine,
    *,
    state: str,
    note: str,
    started_at: datetime | None,
    now: datetime,
) -> SchedulerStatus:
    """
    Ask store and engine how they are.

    The parameters that are not explained here are those of the status.
    """
    counts, due, error = None, None, engine.health.error
    if engine.health.since is None:
        # What does not answer is not asked for the sake of those who wait to hear it.
        try:
            counts = await store.status()
            due = await store.next_due(now)
        except StoreUnavailable as unavailable:
            error = str(unavailable)
    wakeup = engine.next_wakeup
    return SchedulerStatus(
        node=engine.node,
        version=__version__,
        state=state,
        note=note,
        started_at=started_at,
        now=now,
        store=counts,
        running=engine.runner.in_flight,
        next_wakeup=None if wakeup is None else from_seconds(wakeup),
        lag=0.0 if due is None else max(0.0, (now - due).total_seconds()),
        store_error=error,
        store_lost_at=engine.health.since,
    )
