"""
Jobs, runs and nodes as packed fields, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from ...model import Disposition, Job, Node, Run, Waiting
from ..columns import read_disposition, search_text, wait_row
from ..loading import read_result
from .packing import (
    count,
    encode,
    instant,
    instant_from,
    micros_from,
    pack,
    unpack,
)

__all__ = [
    "job_fields",
    "node_fields",
    "outcome_fields",
    "progress_fields",
    "read_job_row",
    "read_node",
    "read_runs",
    "run_fields",
    "tag_text",
    "wait_fields",
]

_MICROSECOND = timedelta(microseconds=1)
#: Stands between tags; it cannot be in one, as it cannot be printed.
_BETWEEN = "\x1f"
_WORDS = {one: one.value.encode() for one in Disposition}


def tag_text(tags: Sequence[str]) -> bytes:
    """
    Put tags into one text in which each can be found.
    """
    return encode(_BETWEEN.join(("", *tags, "")))


def _optional(text: str | None) -> bytes:
    return b"" if text is None else b"=" + encode(text)


def _from_optional(field: bytes) -> str | None:
    return _text(field[1:]) if field else None


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogatepass")


def job_fields(job: Job, definition: bytes) -> list[bytes]:
    """
    Give the row of a job: what a fire does not change.
    """
    paused = job.paused
    return [
        count(job.revision),
        encode(job.generation),
        b"" if paused is None else instant(paused.at),
        b"" if paused is None else encode(paused.note),
        definition,
        encode(job.name),
        encode(job.executor),
        tag_text(job.tags),
        b"" if job.keep_runs is None else count(job.keep_runs),
        encode(search_text(job.id, job.name)),
        b"",
        b"",
    ]


def wait_fields(waiting: Waiting | None) -> list[bytes]:
    """
    Give what a job waits for: the delay in microseconds, and until when.
    """
    if waiting is None:
        return [b"", b""]
    delay, _ = wait_row(waiting)
    return [b"%d" % (delay or 0), instant(waiting.until)]


def progress_fields(job: Job) -> list[bytes]:
    """
    Give what moves of a job: the planned time, when it is due, its count of runs, and
    what it waits for.
    """
    return [
        instant(job.next_run_time),
        instant(job.due),
        count(job.run_count),
        *wait_fields(job.waiting),
    ]


def read_job_row(fields: Iterator[bytes]) -> tuple[Any, ...]:
    """
    Take the fields of a job, as :class:`~txsched.jobstores.loading.JobLoader` reads
    them.
    """
    return (
        _text(next(fields)),
        int(next(fields)),
        _text(next(fields)),
        micros_from(next(fields)),
        _text(next(fields)),
        next(fields),
        micros_from(next(fields)),
        int(next(fields)),
    )


def _rest(run: Run, encode_result: Callable[[Any], bytes]) -> bytes:
    """
    Pack what no script looks at; nothing, where there is nothing to say.
    """
    result, error, traceback, by = run.result, run.error, run.traceback, run.by
    if (
        result is None
        and error is traceback is by is None
        and run.times == 1
        and not run.manual
    ):
        return b""
    return pack(
        (
            b"" if result is None else encode_result(result),
            _optional(error),
            _optional(traceback),
            _optional(by),
            count(run.times),
            instant(run.last_planned_time),
            b"1" if run.manual else b"",
        )
    )


def outcome_fields(run: Run, encode_result: Callable[[Any], bytes]) -> list[bytes]:
    """
    Give what changes when a run changes its state.
    """
    return [
        _WORDS[run.disposition],
        _optional(run.reason),
        count(run.attempt),
        b"" if run.node is None else encode(run.node),
        instant(run.started_at),
        instant(run.ended_at),
        _rest(run, encode_result),
    ]


def run_fields(run: Run, encode_result: Callable[[Any], bytes]) -> list[bytes]:
    """
    Give the id of a new run, and its row; who leases it writes term and end.
    """
    state, reason, attempt, node, started, ended, rest = outcome_fields(
        run, encode_result
    )
    return [
        encode(run.id),
        encode(run.job_id),
        instant(run.planned_time),
        encode(run.executor),
        b"0",
        b"",
        state,
        attempt,
        node,
        started,
        ended,
        reason,
        b"",
        rest,
    ]


def read_runs(fields: Iterator[bytes]) -> list[Run]:
    """
    Take a number and as many runs.
    """
    return [_read_run(fields) for _ in range(int(next(fields)))]


def _read_run(fields: Iterator[bytes]) -> Run:
    """
    Build a run.
    """
    run_id, job_id, planned, executor, _, _, state, attempt, node, started, ended = (
        next(fields) for _ in range(11)
    )
    reason, _, rest = (next(fields) for _ in range(3))
    disposition, why = read_disposition(
        _text(state), _from_optional(reason), ended or None
    )
    result, error, traceback, by, times, last, manual = (
        unpack(rest) if rest else (b"", b"", b"", b"", b"1", b"", b"")
    )
    return Run(
        _text(run_id),
        _text(job_id),
        _instant(planned),
        disposition,
        why,
        _text(executor),
        int(attempt),
        bool(manual),
        _text(node) if node else None,
        instant_from(started),
        instant_from(ended),
        read_result(result) if result else None,
        _from_optional(error),
        _from_optional(traceback),
        _from_optional(by),
        int(times),
        instant_from(last),
    )


def _instant(field: bytes) -> datetime:
    value = instant_from(field)
    assert value is not None
    return value


def node_fields(node: Node) -> list[bytes]:
    """
    Give what a node says of itself, but its id and when it was seen.
    """
    skew = node.skew
    return [
        encode(node.name),
        encode(node.host),
        count(node.pid),
        encode(node.version),
        instant(node.started_at),
        b"" if skew is None else count(skew // _MICROSECOND),
        encode(node.state),
        count(node.active_runs),
    ]


def read_node(node_id: bytes, data: bytes) -> Node:
    """
    Build a node.
    """
    seen, name, host, pid, version, started, skew, state, active_runs = unpack(data)
    return Node(
        id=_text(node_id),
        name=_text(name),
        host=_text(host),
        pid=int(pid),
        version=_text(version),
        started_at=_instant(started),
        seen_at=_instant(seen),
        skew=int(skew) * _MICROSECOND if skew else None,
        state=_text(state),
        active_runs=int(active_runs),
    )
