"""
Rows of tables to values and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from attrs import define, evolve, field

from ...codec import decode_job, decode_result, encode_result
from ...errors import BadBox, SchedulerError
from ...model import (
    Disposition,
    Job,
    Pause,
    Quarantined,
    Run,
    Waiting,
    from_micros,
    to_micros,
)

__all__ = [
    "JobLoader",
    "end_row",
    "job_row",
    "micros_of",
    "read_run",
    "read_wait",
    "run_row",
    "schedule_row",
    "search_text",
    "tag_text",
    "wait_row",
]

#: Stands between tags; it cannot be in one, as it cannot be printed.
_BETWEEN = "\x1f"
_DISPOSITIONS = {one.value: one for one in Disposition}
_CACHED = 10_000
_MICROSECOND = timedelta(microseconds=1)


def micros_of(instant: datetime | None) -> int | None:
    """
    Give the microseconds of an instant that may be missing.
    """
    return None if instant is None else to_micros(instant)


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def search_text(*texts: str) -> str:
    """
    Bring texts into the shape that a search compares: without regard to case.
    """
    return "\n".join(text.casefold() for text in texts)


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


def wait_row(waiting: Waiting | None) -> tuple[int | None, int | None]:
    """
    Give the columns of what a job waits for: the delay, which is 0 for none, and until
    when.  Without a delay the job is finished.
    """
    if waiting is None:
        return None, None
    delay, until = waiting
    return 0 if delay is None else delay // _MICROSECOND, micros_of(until)


def read_wait(delay: int | None, until: int | None) -> Waiting | None:
    """
    Build from its columns what a job waits for.
    """
    if delay is None:
        return None
    return Waiting(_MICROSECOND * delay or None, _instant(until))


def run_row(
    run: Run, term: int, until: datetime | None, result_limit: int
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
        None if run.result is None else encode_result(run.result, result_limit),
        run.error,
        run.traceback,
        run.by,
        run.times,
        micros_of(run.last_planned_time),
        term,
        micros_of(until),
    )


def end_row(run: Run, term: int, result_limit: int) -> tuple[Any, ...]:
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
        None if run.result is None else encode_result(run.result, result_limit),
        run.error,
        run.traceback,
        run.by,
        run.id,
        term,
    )


def _result(data: bytes) -> Any:
    try:
        return decode_result(data)
    except SchedulerError as error:
        return {"unreadable": str(error)}


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
        _instant(row[9]),
        _instant(row[10]),
        None if row[11] is None else _result(row[11]),
        row[12],
        row[13],
        row[14],
        row[15],
        _instant(row[16]),
    )


@define(eq=False)
class JobLoader:
    """
    Builds jobs from rows, and remembers those that it built.

    A repeating job is decoded once and not at every fire: a change of its definition
    is another revision.

    :ivar broken: what could not be loaded, as id, revision and generation of the job,
        and why; whoever can write takes it from here into quarantine.
    """

    broken: dict[tuple[str, int, str], str] = field(factory=dict, init=False)
    _known: dict[str, Job] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def definition(self, row: Sequence[Any]) -> Job | None:
        """
        Build a job from its columns; its progress in it may be old.

        :returns: ``None`` when it cannot be loaded.
        """
        job_id, revision, generation, paused_at, note, data, next_run, count = row[:8]
        known = self._known
        job = known.get(job_id)
        if job is not None and (job.revision, job.generation) == (revision, generation):
            return job
        try:
            paused = None if paused_at is None else Pause(from_micros(paused_at), note)
            job = decode_job(
                data, paused, generation, revision, _instant(next_run), count
            )
            if job.id != job_id:
                raise BadBox(f"it is the definition of another job, {job.id!r}")
        except Exception as error:  # of whatever kind: it must not stop the others
            why = str(error) if isinstance(error, SchedulerError) else repr(error)
            self.broken[job_id, revision, generation] = why
            return None
        with self._lock:
            if len(known) >= _CACHED:
                del known[next(iter(known))]
            known[job_id] = job
        return job

    def forget(self) -> None:
        """
        Forget what was built: it may come from a transaction that was given up.
        """
        with self._lock:
            self._known.clear()

    def job(self, row: Sequence[Any]) -> Job | None:
        """
        Build a job from its columns, with its progress.
        """
        job = self.definition(row)
        if job is None:
            return None
        return evolve(job, next_run_time=_instant(row[6]), run_count=row[7])

    def quarantined(self, row: Sequence[Any]) -> Job | Quarantined:
        """
        Try a job of the quarantine again.

        :returns: the job when it loads by now.
        """
        job = self.job(row)
        self.broken.pop((row[0], row[1], row[2]), None)
        if job is not None:
            return job
        return Quarantined(row[0], row[8], from_micros(row[9]))
