"""
Rows of tables to values and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...model import Disposition, Job, Run, from_micros, to_micros
from ..columns import instant_of, micros_of, search_text, wait_row
from ..loading import read_result

__all__ = ["end_row", "job_row", "read_run", "run_row", "schedule_row", "tag_text"]

#: Stands between tags; it cannot be in one, as it cannot be printed.
_BETWEEN = "\x1f"
_DISPOSITIONS = {one.value: one for one in Disposition}


def tag_text(tags: Sequence[str]) -> str:
    """
    Put tags into one text in which each can be found.
    """
    return _BETWEEN.join(("", *tags, ""))


def job_row(job: Job, definition: bytes) -> tuple[Any, ...]:
    """
    Give the columns of a job after its id.
    """
    paused = job.paused
    return (
        job.name,
        search_text(job.id, job.name),
        job.executor,
        tag_text(job.tags),
        job.generation,
        job.revision,
        job.keep_runs,
        None if paused is None else to_micros(paused.at),
        "" if paused is None else paused.note,
        definition,
    )


def schedule_row(job: Job) -> tuple[Any, ...]:
    """
    Give the columns of a job's progress after its id, without the term.
    """
    return (
        micros_of(job.next_run_time),
        micros_of(job.due),
        job.run_count,
        *wait_row(job.waiting),
    )


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


def end_row(
    run: Run, term: int, encode_result: Callable[[Any], bytes]
) -> tuple[Any, ...]:
    """
    Give the columns that change when a run changes its state, then id and term.
    """
    return (
        run.disposition.value,
        run.reason,
        run.attempt,
        run.node,
        micros_of(run.started_at),
        micros_of(run.ended_at),
        None if run.result is None else encode_result(run.result),
        run.error,
        run.traceback,
        run.by,
        run.id,
        term,
    )


def read_run(row: Sequence[Any]) -> Run:
    """
    Build a run from its columns.

    One whose disposition is not known here is running as long as it has not ended, so
    that it is taken over as after a crash, and else abandoned; its reason has the word.
    """
    disposition = _DISPOSITIONS.get(row[3])
    if disposition is None:
        ended = row[10] is not None
        disposition = Disposition.ABANDONED if ended else Disposition.RUNNING
        unknown = f"stored as {row[3]!r}, which this version does not know"
        row = (*row[:4], unknown, *row[5:])
    return Run(
        row[0],
        row[1],
        from_micros(row[2]),
        disposition,
        row[4],
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
