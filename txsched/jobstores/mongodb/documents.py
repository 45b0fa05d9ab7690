"""
Documents to values and back.

A field that has nothing to say is left out.  Instants are whole microseconds since
1970.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from ...model import (
    Disposition,
    Job,
    Node,
    Run,
    Waiting,
    from_micros,
    to_micros,
)
from ..columns import (
    instant_of,
    micros_of,
    read_disposition,
    read_wait,
    search_text,
    wait_row,
)
from ..loading import read_result

__all__ = [
    "ACTIVE",
    "NEVER",
    "Document",
    "EncodeResult",
    "end_run",
    "job_document",
    "job_row",
    "mark",
    "next_of",
    "node_document",
    "read_node",
    "read_run",
    "release",
    "run_document",
    "set_progress",
    "set_waiting",
    "waiting_of",
]

Document = dict[str, Any]
EncodeResult = Callable[[Any], bytes]

#: Stands for no next planned time, so that jobs without one come last in that order.
NEVER = 2**62
#: Meets active runs: they alone have this field, which is the id of their job.
ACTIVE: Mapping[str, Any] = {"active": {"$gte": ""}}
_MICROSECOND = timedelta(microseconds=1)


def _put(document: Document, **fields: Any) -> None:
    """
    Set fields, and remove those that are ``None``.
    """
    for name, value in fields.items():
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value


def job_document(job: Job, term: int) -> Document:
    """
    Make the document of a job that nobody holds; its definition lies apart.
    """
    document: Document = {
        "_id": job.id,
        "name": job.name,
        "search": search_text(job.id, job.name),
        "executor": job.executor,
        "tags": list(job.tags),
        "generation": job.generation,
        "revision": job.revision,
        "term": term,
    }
    _put(document, keep_runs=job.keep_runs)
    if job.paused is not None:
        document |= {"paused": to_micros(job.paused.at), "note": job.paused.note}
    planned, due = micros_of(job.next_run_time), micros_of(job.due)
    set_progress(document, planned, due, job.run_count)
    set_waiting(document, job.waiting)
    release(document)
    mark(document)
    return document


def mark(document: Document) -> None:
    """
    Name those of its fields by which a job is found that few jobs have.
    """
    marks = [name for name in ("error", "keep_runs", "paused") if name in document]
    _put(document, marks=marks or None)


def set_progress(
    document: Document, planned: int | None, due: int | None, count: int
) -> None:
    """
    Move the cursor of a job; one that is in quarantine is not due.
    """
    document["next"] = NEVER if planned is None else planned
    document["count"] = count
    _put(document, due=None if "error" in document else due)


def set_waiting(document: Document, waiting: Waiting | None) -> None:
    """
    Say what a job without a next planned time waits for.
    """
    delay, until = wait_row(waiting)
    _put(document, delay=delay, until=until)


def waiting_of(document: Document) -> Waiting | None:
    """
    Say what a job without a next planned time waits for.
    """
    return read_wait(document.get("delay"), document.get("until"))


def release(document: Document) -> None:
    """
    End the lease on a job.
    """
    document["lease"] = 0
    document.pop("owner", None)


def next_of(document: Document) -> int | None:
    """
    Give the next planned time of a job.
    """
    planned: int = document["next"]
    return None if planned == NEVER else planned


def job_row(document: Document, definition: bytes) -> tuple[Any, ...]:
    """
    Give a job as a :class:`..loading.JobLoader` takes it.
    """
    return (
        document["_id"],
        document["revision"],
        document["generation"],
        document.get("paused"),
        document.get("note", ""),
        definition,
        next_of(document),
        document["count"],
        document.get("error"),
        document.get("broken"),
    )


def run_document(
    run: Run, term: int, until: int, encode_result: EncodeResult
) -> Document:
    """
    Make the document of a run.

    :param until: when the lease on it ends; 0 for none.
    """
    document: Document = {
        "_id": run.id,
        "job": run.job_id,
        "planned": to_micros(run.planned_time),
        "executor": run.executor,
        "times": run.times,
    }
    _put(
        document,
        manual=run.manual or None,
        last=micros_of(run.last_planned_time),
        by=run.by,
    )
    end_run(document, run, encode_result)
    document["term"] = term
    if until and run.disposition is Disposition.RUNNING:
        document["lease"] = until
    return document


def end_run(document: Document, run: Run, encode_result: EncodeResult) -> None:
    """
    Write the new state of a run, and end the lease on it.

    ``lease`` and ``active`` are there as long as it is active.
    """
    document |= {"disposition": run.disposition.value, "attempt": run.attempt}
    active = run.disposition.active
    _put(
        document,
        reason=run.reason,
        node=run.node,
        started=micros_of(run.started_at),
        ended=micros_of(run.ended_at),
        result=None if run.result is None else encode_result(run.result),
        error=run.error,
        traceback=run.traceback,
        by=run.by,
        lease=0 if active else None,
        active=run.job_id if active else None,
        cancelling=None,
    )


def read_run(document: Document) -> Run:
    """
    Build a run from its document.
    """
    get = document.get
    result = get("result")
    ended = instant_of(get("ended"))
    disposition, reason = read_disposition(
        document["disposition"], get("reason"), ended
    )
    return Run(
        document["_id"],
        document["job"],
        from_micros(document["planned"]),
        disposition,
        reason,
        document["executor"],
        document["attempt"],
        get("manual", False),
        get("node"),
        instant_of(get("started")),
        ended,
        None if result is None else read_result(result),
        get("error"),
        get("traceback"),
        get("by"),
        document["times"],
        instant_of(get("last")),
    )


def node_document(node: Node, seen: int) -> Document:
    """
    Make the document of a node.
    """
    return {
        "_id": node.id,
        "name": node.name,
        "host": node.host,
        "pid": node.pid,
        "version": node.version,
        "started": to_micros(node.started_at),
        "seen": seen,
        "skew": None if node.skew is None else node.skew // _MICROSECOND,
        "state": node.state,
        "active_runs": node.active_runs,
    }


def read_node(document: Mapping[str, Any]) -> Node:
    """
    Build a node from its document.
    """
    skew = document["skew"]
    return Node(
        id=document["_id"],
        name=document["name"],
        host=document["host"],
        pid=document["pid"],
        version=document["version"],
        started_at=from_micros(document["started"]),
        seen_at=from_micros(document["seen"]),
        skew=None if skew is None else skew * _MICROSECOND,
        state=document["state"],
        active_runs=document["active_runs"],
    )
