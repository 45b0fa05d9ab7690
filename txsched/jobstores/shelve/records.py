"""
Jobs, runs and nodes as they lie in a shelf: keys and values of bytes.

The first byte of a key is its kind.  The definition of a job, which only people change,
lies apart from its progress.  Instants are whole microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from ...codec import dumps, loads
from ...model import Job, Node, Pause, Run, from_micros, to_micros
from ..columns import instant_of, micros_of, wait_row
from ..memory.rows import JobRow
from ..run_rows import read_run, run_row

__all__ = [
    "DEFINITION",
    "JOB",
    "NODE",
    "RUN",
    "JobRecord",
    "key_of",
    "node_value",
    "placeholder",
    "read_job_record",
    "read_node",
    "read_run_value",
    "run_value",
]

DEFINITION, JOB, RUN, NODE = b"d", b"j", b"r", b"n"
_MICROSECOND = timedelta(microseconds=1)


def key_of(kind: bytes, name: str) -> bytes:
    """
    Make the key of something.
    """
    return kind + name.encode("utf-8", "surrogatepass")


class JobRecord(NamedTuple):
    """
    The progress of a job and its lease, and why it is in quarantine.
    """

    id: str
    generation: str
    revision: int
    paused: int | None
    note: str
    planned: int | None
    due: int | None
    run_count: int
    delay: int | None
    until: int | None
    term: int
    lease: int | None
    owner: str
    error: str | None
    since: int | None

    @classmethod
    def of(
        cls, row: JobRow, owner: str, broken: tuple[str, datetime] | None
    ) -> JobRecord:
        """
        Make that of a job.

        :param owner: who holds a lease on it.
        :param broken: why and since when it is in quarantine.
        """
        job, paused = row.job, row.job.paused
        error, since = (None, None) if broken is None else broken
        return cls(
            job.id,
            job.generation,
            job.revision,
            None if paused is None else to_micros(paused.at),
            "" if paused is None else paused.note,
            micros_of(row.next_run_time),
            micros_of(row.due),
            row.run_count,
            *wait_row(row.waiting),
            row.term,
            micros_of(row.until),
            owner,
            error,
            micros_of(since),
        )

    @property
    def value(self) -> bytes:
        """
        It as bytes.
        """
        return dumps(list(self))

    @property
    def pause(self) -> Pause | None:
        """
        The pause of the job.
        """
        if self.paused is None:
            return None
        return Pause(from_micros(self.paused), self.note)

    def loader_row(self, definition: bytes) -> tuple[Any, ...]:
        """
        Give it as a :class:`..loading.JobLoader` takes it.
        """
        return (
            *(self.id, self.revision, self.generation, self.paused, self.note),
            *(definition, self.planned, self.run_count, self.error, self.since),
        )


def read_job_record(value: bytes) -> JobRecord:
    """
    Read the progress of a job.
    """
    return JobRecord(*loads(value))


def run_value(
    run: Run,
    lease: tuple[int, datetime | None, bool],
    encode_result: Callable[[Any], bytes],
) -> bytes:
    """
    Make the value of a run.

    :param lease: its term, its end, and whether the run is to be cancelled.
    """
    term, until, cancelling = lease
    row = run_row(run, term, micros_of(until), encode_result)
    return dumps([*row, cancelling])


def read_run_value(value: bytes) -> tuple[Run, int, datetime | None, bool]:
    """
    Read a run, with the term and the end of its lease, and whether it is to be
    cancelled.
    """
    *row, term, until, cancelling = loads(value)
    return read_run(row), term, instant_of(until), cancelling


def node_value(node: Node) -> bytes:
    """
    Make the value of a node.
    """
    skew = None if node.skew is None else node.skew // _MICROSECOND
    return dumps(
        [
            *(node.id, node.name, node.host, node.pid, node.version),
            *(to_micros(node.started_at), to_micros(node.seen_at), skew),
            *(node.state, node.active_runs),
        ]
    )


def read_node(value: bytes) -> Node:
    """
    Read a node.
    """
    node_id, name, host, pid, version, started, seen, skew, state, active = loads(value)
    return Node(
        node_id,
        name,
        host,
        pid,
        version,
        from_micros(started),
        from_micros(seen),
        None if skew is None else skew * _MICROSECOND,
        state,
        active,
    )


def placeholder(record: JobRecord) -> Job:
    """
    Make what stands for a job that cannot be loaded.
    """
    return Job(
        record.id,
        None,  # type: ignore[arg-type]
        None,  # type: ignore[arg-type]
        record.id,
        paused=record.pause,
        generation=record.generation,
        revision=record.revision,
    )
