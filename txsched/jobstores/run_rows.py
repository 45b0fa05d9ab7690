"""
Runs as rows of columns, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..model import Run, from_micros, to_micros
from .columns import instant_of, micros_of, read_disposition
from .loading import read_result

__all__ = ["read_run", "run_row"]


def run_row(
    run: Run, term: int, until: int | None, encode_result: Callable[[Any], bytes]
) -> tuple[Any, ...]:
    """
    Give the columns of a run with its lease.
    """
    return (
        run.id,
        run.job_id,
        to_micros(run.planned_time),
        run.disposition.value,
        run.reason,
        run.executor,
        run.attempt,
        int(run.manual),
        run.node,
        micros_of(run.started_at),
        micros_of(run.ended_at),
        None if run.result is None else encode_result(run.result),
        run.error,
        run.traceback,
        run.by,
        run.times,
        micros_of(run.last_planned_time),
        term,
        until,
    )


def read_run(row: Sequence[Any]) -> Run:
    """
    Build a run from its columns.
    """
    disposition, reason = read_disposition(row[3], row[4], row[10])
    return Run(
        row[0],
        row[1],
        from_micros(row[2]),
        disposition,
        reason,
        row[5],
        row[6],
        bool(row[7]),
        row[8],
        instant_of(row[9]),
        instant_of(row[10]),
        None if row[11] is None else read_result(row[11]),
        row[12],
        row[13],
        row[14],
        row[15],
        instant_of(row[16]),
    )
