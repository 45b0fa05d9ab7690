"""
Looking through stores for what is wrong, and repairing what can be repaired safely.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from ..errors import BadValue, StoreUnavailable
from ..interfaces import IJobStore
from ..model import Disposition, Examination, Finding, Node, RunQuery, StoreReport
from .diagnosing import diagnose, lives
from .settings import Settings

__all__ = ["Examiner", "unavailable"]

#: How many pending runs are looked at for what they wait for.
_LOOKED_AT = 100


def unavailable(alias: str, now: datetime, error: str) -> Examination:
    """
    Say that a store could not be examined.
    """
    advice = "see whether its server runs and can be reached"
    finding = Finding("error", "unavailable", error, advice)
    return Examination(alias, now, None, (), (finding,))


@frozen(eq=False)
class Examiner:
    """
    Looks through one store.

    :param alias: its name, for those who are told of it.
    :param settings: those of the nodes that share it.
    """

    _store: IJobStore
    _alias: str
    _settings: Settings

    async def examine(self, now: datetime) -> Examination:
        """
        Say what is wrong; a store that does not answer is told of as such.
        """
        try:
            report, nodes = await self._look(now)
            waiting_for: list[str] = []
            if report.waiting:
                waiting_for = await self._waiting_for()
        except StoreUnavailable as error:
            return unavailable(self._alias, now, str(error))
        settings = self._settings
        clock = report.clock or now
        findings = diagnose(
            report,
            nodes,
            waiting_for,
            clock,
            settings.lease_duration,
            settings.clock_skew_limit,
        )
        return Examination(self._alias, clock, report, tuple(nodes), findings)

    async def _look(self, now: datetime) -> tuple[StoreReport, Sequence[Node]]:
        return await self._store.examine(now), await self._store.find_nodes()

    async def _waiting_for(self) -> list[str]:
        query = RunQuery(
            dispositions=(Disposition.PENDING,), descending=False, limit=_LOOKED_AT
        )
        page = await self._store.find_runs(query)
        return sorted({run.executor for run in page.items})

    async def hand_back(self, node_id: str, now: datetime) -> int | None:
        """
        Forget a node that does not live, and end its leases.

        :returns: how many; ``None`` when the store knows nothing of it.
        :raises BadValue: for ``node_id``: it lives.
        """
        report, nodes = await self._look(now)
        clock = report.clock or now
        for node in nodes:
            if node.id == node_id and lives(node, clock, self._settings.lease_duration):
                raise BadValue("node_id", f"node {node_id!r} lives: stop it first")
        known = {node.id for node in nodes} | {one.owner for one in report.leases}
        if node_id not in known:
            return None
        return await self._store.leave(node_id, now)
