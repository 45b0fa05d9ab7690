"""
Runs that wait, and those that a crash cut off: claimed, and begun or ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from attrs import frozen

from ..interfaces import IExecutor, IJobStore
from ..model import Aftermath, Disposition, Job, Run, RunLease
from .aftermath import taken_over
from .rearming import Rearmer
from .runner import Runner

__all__ = ["RunTaker"]

_RUNNING = Disposition.RUNNING


@frozen(eq=False)
class RunTaker:
    """
    Claims runs for one node.
    """

    _store: IJobStore
    _executors: Mapping[str, IExecutor]
    _node: str
    _runner: Runner
    _rearmer: Rearmer

    async def take(self, now: datetime, until: datetime, limit: int) -> int:
        """
        Claim up to *limit* runs, and start them; one that is not to be repeated ends.

        :returns: how many were claimed.
        """
        leases = await self._store.claim_runs(
            self._node, now, until, limit, tuple(self._executors)
        )
        await self._begin(leases, now)
        return len(leases)

    async def _begin(self, leases: Sequence[RunLease], now: datetime) -> None:
        ends: list[Aftermath] = []
        given_up: list[tuple[Job, Run]] = []
        starts: list[tuple[Job, Run, int]] = []
        for lease in leases:
            if self._runner.keep(lease.run.id, lease.term):
                continue
            end = taken_over(lease, now)
            if end is not None:
                ends.append(end)
                if lease.job is not None:
                    given_up.append((lease.job, end.run))
                continue
            run, job, term = lease
            assert job is not None
            again = run.disposition is _RUNNING
            begun = run._replace(
                disposition=_RUNNING,
                node=self._node,
                started_at=now,
                attempt=run.attempt + again,
                reason=_begun_because(run),
            )
            starts.append((job, begun, term))
        self._runner.start(starts)
        if ends:
            await self._runner.finish(ends)
            await self._rearmer.follow(given_up)


def _begun_because(run: Run) -> str | None:
    """
    Give the reason of a run that is begun; not why it had to wait.
    """
    if run.disposition is _RUNNING:
        return f"attempt of node {run.node} was cut off"
    return run.reason if run.manual or run.attempt > 1 else None
