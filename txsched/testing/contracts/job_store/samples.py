"""
Values to try a store with: plain, and placed around one instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from ....model import (
    UTC,
    Aftermath,
    Call,
    Disposition,
    Job,
    JobLease,
    Node,
    Plan,
    Run,
    run_id,
)
from ....triggers import IntervalTrigger

__all__ = [
    "NODE",
    "OTHER",
    "START",
    "after",
    "at",
    "ended",
    "make_job",
    "make_jobs",
    "make_node",
    "make_plan",
    "make_run",
    "running",
]

#: The instant that all others are counted from.
START = datetime(2026, 1, 1, tzinfo=UTC)
#: Two nodes.
NODE, OTHER = "node-one", "node-two"


def at(seconds: float) -> datetime:
    """
    Give the instant so many seconds after :data:`START`.
    """
    return START + timedelta(seconds=seconds)


def make_job(id: str = "job", due: float | None = 0.0, **changes: Any) -> Job:
    """
    Make a job that runs every ten seconds.

    :param due: its next planned time in seconds after :data:`START`.
    :param changes: any further attributes of the job.
    """
    attributes: dict[str, Any] = {
        "id": id,
        "call": Call("operator:add", (1, 2)),
        "trigger": IntervalTrigger(seconds=10, start_date=START),
        "name": id,
        "generation": f"{crc32(id.encode()):011x}",
        "next_run_time": None if due is None else at(due),
    }
    return Job(**{**attributes, **changes})


def make_jobs(count: int, **changes: Any) -> list[Job]:
    """
    Make jobs with the ids ``job-0000``, ``job-0001`` and so on.
    """
    return [make_job(f"job-{number:04}", **changes) for number in range(count)]


def make_node(id: str = NODE, seen: float = 0.0, **changes: Any) -> Node:
    """
    Make a node that says so many seconds after :data:`START` that it lives.

    :param changes: any further attributes of the node.
    """
    attributes: dict[str, Any] = {
        "name": "node",
        "host": "localhost",
        "pid": 1234,
        "version": "1.0",
        "started_at": START,
        "seen_at": at(seen),
        "skew": None,
        "state": "running",
        "active_runs": 0,
    }
    return Node(id, **{**attributes, **changes})


def make_run(
    job: Job,
    planned: float = 0.0,
    disposition: Disposition = Disposition.PENDING,
    **changes: Any,
) -> Run:
    """
    Make a row of the ledger; one that ended did so at its planned time.
    """
    time = at(planned)
    run = Run(
        run_id(job.generation, time), job.id, time, disposition, executor=job.executor
    )
    if not disposition.active:
        run = run._replace(ended_at=time)
    return run._replace(**changes)


def running(lease: JobLease, node: str = NODE) -> Run:
    """
    Make the run of a claimed job's planned time, as the planning node starts it.
    """
    job, _, _, planned, _ = lease
    return Run(
        run_id(job.generation, planned),
        job.id,
        planned,
        Disposition.RUNNING,
        executor=job.executor,
        node=node,
        started_at=planned,
    )


def ended(
    run: Run, disposition: Disposition = Disposition.SUCCEEDED, **changes: Any
) -> Run:
    """
    Give a run as it is a second after it began.
    """
    start = run.started_at or run.planned_time
    return run._replace(
        disposition=disposition, ended_at=start + timedelta(seconds=1)
    )._replace(**changes)


def after(
    run: Run,
    term: int,
    disposition: Disposition = Disposition.SUCCEEDED,
    **changes: Any,
) -> Aftermath:
    """
    Let a run end under its lease.

    :param changes: any further attributes of the run.
    """
    return Aftermath(ended(run, disposition, **changes), term)


def make_plan(
    lease: JobLease, runs: Sequence[Run] = (), following: float | None = 10.0
) -> Plan:
    """
    Make a plan that writes *runs* and moves the cursor.

    :param following: by how many seconds; ``None`` finishes the job.
    """
    job, _, term, planned, count = lease
    next_time = None if following is None else planned + timedelta(seconds=following)
    due = next_time
    started = sum(run.disposition.active for run in runs)
    return Plan(job.id, term, tuple(runs), next_time, due, count + started)
