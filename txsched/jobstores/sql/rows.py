"""
Rows of tables to values and back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...model import Job, Run, to_micros
from ..columns import micros_of, search_text, wait_row

__all__ = ["end_row", "job_row", "schedule_row", "tag_text"]

#: Stands between tags; it cannot be in one, as it cannot be printed.
_BETWEEN = "\x1f"


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
