"""
Nodes: the scheduler processes that share a store, and how a store is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

__all__ = ["LeaseCount", "Node", "StoreReport"]


@frozen
class Node:
    """
    One scheduler process, as it says of itself.

    :ivar id: under which it holds leases; new at each start.
    :ivar name: as its owner called it; several nodes may have one name.
    :ivar host: the machine that it runs on.
    :ivar pid: the number of its process there.
    :ivar version: of txsched.
    :ivar started_at: when it was started, by its own clock.
    :ivar seen_at: when it last wrote that it lives; by the store's clock where the
        store has one.
    :ivar skew: by how much its clock is ahead of the store's, negative when it is
        behind; ``None`` when that is not known.
    :ivar state: ``running``, ``paused`` or ``stopping``.
    :ivar active_runs: how many runs it carries out.
    """

    id: str
    name: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    skew: timedelta | None
    state: str
    active_runs: int


@frozen
class LeaseCount:
    """
    The leases that one node holds in a store, and those that ended without anybody
    taking over.

    :ivar owner: the id of the node.
    :ivar jobs: how many leases on jobs.
    :ivar runs: how many on runs.
    :ivar until: when the last of them ends or ended.
    """

    owner: str
    jobs: int
    runs: int
    until: datetime


@frozen
class StoreReport:
    """
    What a store says when it is asked whether all is well.

    :ivar kind: what it is, with its version, as ``PostgreSQL 18.4``.
    :ivar schema: the version of what it keeps; ``None`` where there are none.
    :ivar newest_schema: the newest version that this txsched knows.
    :ivar clock: the store's own clock; ``None`` when it has none.
    :ivar leases: by owner, in the order of their ids.
    :ivar overdue: how many jobs are due that nobody holds.
    :ivar oldest_due: since when the first of them is due.
    :ivar waiting: how many runs are pending that nobody holds.
    :ivar oldest_waiting: the planned time of the first of them.
    :ivar quarantined: how many jobs cannot be loaded.
    :ivar warnings: what the server says against keeping data in it.
    """

    kind: str
    schema: int | None
    newest_schema: int | None
    clock: datetime | None
    leases: tuple[LeaseCount, ...]
    overdue: int
    oldest_due: datetime | None
    waiting: int
    oldest_waiting: datetime | None
    quarantined: int
    warnings: tuple[str, ...] = ()
