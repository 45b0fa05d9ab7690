"""
How a scheduler is, and who shares its stores.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from .._version import __version__
from ..errors import StoreUnavailable
from ..model import Node, SchedulerStatus, StoreHealth, from_seconds
from .arguments import check_alias
from .stores import AttachedStore, Stores

__all__ = ["find_nodes", "survey"]


async def survey(
    stores: Stores,
    *,
    node: str,
    state: str,
    note: str,
    started_at: datetime | None,
    now: datetime,
) -> SchedulerStatus:
    """
    Ask stores and engines how they are.

    The parameters that are not explained here are those of the status.
    """
    return SchedulerStatus(
        node=node,
        version=__version__,
        state=state,
        note=note,
        started_at=started_at,
        now=now,
        stores=tuple([await _health(one, now) for one in stores]),
    )


async def _health(one: AttachedStore, now: datetime) -> StoreHealth:
    counts = lag = None
    health = one.engine.health
    error, lost_at = health.error, health.since
    if lost_at is None:
        # What does not answer is not asked for the sake of those who wait to hear it.
        try:
            counts = await one.store.status()
            due = await one.store.next_due(now)
            lag = 0.0 if due is None else max(0.0, (now - due).total_seconds())
        except StoreUnavailable as unavailable:
            error = str(unavailable)
    wakeup = one.engine.next_wakeup
    return StoreHealth(
        alias=one.alias,
        counts=counts,
        running=one.engine.runner.in_flight,
        next_wakeup=None if wakeup is None else from_seconds(wakeup),
        lag=lag,
        error=error,
        lost_at=lost_at,
    )


async def find_nodes(stores: Stores, alias: str | None) -> list[Node]:
    """
    Give the nodes that share one of the stores, ordered by id.

    :param alias: of the only store that is asked; ``None`` for all.  What a node says
        in several is put together: the latest, and all of its active runs.
    :raises NoSuchStore: there is no such store.
    """
    nodes: dict[str, Node] = {}
    for one in stores.chosen(check_alias(alias)):
        for node in await stores.ask(one, one.store.find_nodes()):
            before = nodes.get(node.id)
            if before is not None:
                latest = max(before, node, key=lambda one: one.seen_at)
                runs = before.active_runs + node.active_runs
                node = evolve(latest, active_runs=runs)
            nodes[node.id] = node
    return [nodes[node_id] for node_id in sorted(nodes)]
