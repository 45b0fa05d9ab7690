"""
The nodes in their collection, and how the store is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...model import LeaseCount, StoreReport, StoreStatus, from_micros
from ..columns import instant_of
from .documents import ACTIVE, Document
from .schema import STEPS, version_of
from .tables import Table, Tables

__all__ = ["examine", "leave", "next_due", "status"]

_ANY: Mapping[str, Any] = {}
_LEASED = {"lease": {"$gt": 0}}


def leave(tables: Tables, node_id: str, clock: int) -> int:
    """
    Forget a node, end its leases, and say how many.

    :param clock: by which leases have ended.
    """
    tables.nodes.delete([node_id])
    held = {"lease": {"$gt": clock}}
    jobs = tables.jobs.find({"owner": node_id, **held})
    runs = tables.runs.find({"node": node_id, **held, **ACTIVE})
    for table, documents in ((tables.jobs, jobs), (tables.runs, runs)):
        table.replace({**document, "lease": clock} for document in documents)
    return len(jobs) + len(runs)


def status(tables: Tables) -> StoreStatus:
    """
    Count.
    """
    broken = tables.jobs.count({"marks": "error"})
    paused = {"$and": [{"marks": "paused"}, {"marks": {"$ne": "error"}}]}
    return StoreStatus(
        jobs=tables.jobs.size() - broken,
        paused=tables.jobs.count(paused),
        quarantined=broken,
        active_runs=tables.runs.count(ACTIVE),
        runs=tables.runs.size(),
    )


def next_due(
    tables: Tables, executors: Iterable[str] | None, difference: int
) -> int | None:
    """
    Give the earliest instant at which a claim may find something.

    :param difference: by how much the clock of leases is ahead of the caller's.
    :returns: 0 for at once.
    """
    pending: Document = {"lease": 0, **ACTIVE}
    if executors is not None:
        pending["executor"] = {"$in": list(executors)}
    if tables.runs.find(pending, (), 1, {"_id": 1}):
        return 0
    answers = [
        tables.jobs.first({"due": {"$gte": -(2**62)}, "lease": 0}, "due"),
        *(
            None if end is None else end - difference
            for end in (
                tables.jobs.first(_LEASED, "lease"),
                tables.runs.first({**_LEASED, **ACTIVE}, "lease"),
            )
        ),
    ]
    return min((one for one in answers if one is not None), default=None)


def examine(
    tables: Tables, now: int, clock: int, own_clock: bool, server: str
) -> StoreReport:
    """
    Look for what is wrong.

    :param clock: by which leases have ended.
    :param own_clock: whether that is the clock of the server.
    :param server: its version.
    """
    overdue = {"due": {"$lte": now}, "lease": {"$lte": clock}}
    waiting = {"lease": 0, **ACTIVE}
    return StoreReport(
        kind=f"MongoDB {server}",
        schema=version_of(tables.notes.collection),
        newest_schema=len(STEPS),
        clock=from_micros(clock) if own_clock else None,
        leases=_leases(tables),
        overdue=tables.jobs.count(overdue),
        oldest_due=instant_of(tables.jobs.first(overdue, "due")),
        waiting=tables.runs.count(waiting),
        oldest_waiting=instant_of(tables.runs.first(waiting, "planned")),
        quarantined=tables.jobs.count({"marks": "error"}),
    )


def _leases(tables: Tables) -> tuple[LeaseCount, ...]:
    jobs = _held(tables.jobs, "owner")
    runs = _held(tables.runs, "node", ACTIVE)
    nobody = (0, 0)
    counts = []
    for owner in sorted(jobs.keys() | runs.keys()):
        on_jobs, on_runs = jobs.get(owner, nobody), runs.get(owner, nobody)
        until = from_micros(max(on_jobs[1], on_runs[1]))
        counts.append(LeaseCount(owner, on_jobs[0], on_runs[0], until))
    return tuple(counts)


def _held(
    table: Table, owner: str, condition: Mapping[str, Any] = _ANY
) -> dict[str, tuple[int, int]]:
    """
    Count leases, and give the last end of them, by owner.
    """
    stages: list[dict[str, Any]] = [
        {"$match": {**_LEASED, **condition}},
        {
            "$group": {
                "_id": f"${owner}",
                "count": {"$sum": 1},
                "until": {"$max": "$lease"},
            }
        },
    ]
    found = table.collection.aggregate(stages, session=table.session)
    return {one["_id"] or "": (one["count"], one["until"]) for one in found}
