"""
How a scheduler is, and who shares its stores.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from .._version import __version__
from ..errors import BadValue, StoreUnavailable
from ..model import Examination, Node, SchedulerStatus, StoreHealth, from_seconds
from .arguments import check_alias, check_id
from .examining import Examiner, unavailable
from .settings import Settings
from .stores import AttachedStore, Stores

__all__ = ["UNKNOWN_NODE", "examine", "find_nodes", "hand_back", "survey"]

#: Why a node that nobody knows cannot be forgotten.
UNKNOWN_NODE = "there is no node {!r}, and none of that id holds leases"


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
        refused=health.refused,
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


async def examine(
    stores: Stores, settings: Settings, now: datetime, alias: str | None
) -> list[Examination]:
    """
    Say what is wrong with the stores, ``default`` first.

    :param alias: of the only store that is looked through; ``None`` for all.
    :raises NoSuchStore: there is no such store.
    """
    found = []
    for one in stores.chosen(check_alias(alias)):
        error = one.engine.health.error
        if error is not None and one.engine.health.since is not None:
            found.append(unavailable(one.alias, now, error))
        else:
            found.append(await Examiner(one.store, one.alias, settings).examine(now))
    return found


async def hand_back(
    stores: Stores, settings: Settings, now: datetime, node_id: str, alias: str | None
) -> int:
    """
    Forget a node that does not live, and end its leases in the stores.

    :param alias: of the only store that is asked; ``None`` for all.
    :returns: how many leases.
    :raises BadValue: for ``node_id``: it lives, or nothing is known of it.
    :raises NoSuchStore: there is no such store.
    """
    check_id("node_id", node_id)
    ended: list[int] = []
    for one in stores.chosen(check_alias(alias)):
        examiner = Examiner(one.store, one.alias, settings)
        count = await stores.ask(one, examiner.hand_back(node_id, now))
        if count is not None:
            ended.append(count)
            one.engine.wake()
    if not ended:
        raise BadValue("node_id", UNKNOWN_NODE.format(node_id))
    return sum(ended)
