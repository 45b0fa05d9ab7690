"""
Jobs and results out of what a store keeps, and what becomes of those that cannot be
loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from attrs import define, evolve, field

from ..codec import StoredForms, decode_result, describe_definition
from ..errors import BadBox, SchedulerError
from ..interfaces import ISerializer
from ..model import MAX_DEFINITION, Job, Pause, Quarantined, from_micros
from .columns import instant_of

__all__ = ["JobLoader", "read_result"]

_CACHED = 10_000


def read_result(data: bytes) -> Any:
    """
    Give the result of a task, or say why it cannot be read.
    """
    try:
        return decode_result(data)
    except SchedulerError as error:
        return {"unreadable": str(error)}


@define(eq=False)
class JobLoader:
    """
    Builds jobs from rows, and remembers those that it built.

    A row is a sequence of the job's id, revision, generation, the microseconds at which
    it was paused or ``None``, the note of the pause, the definition as bytes, the
    microseconds of its next planned time or ``None``, and its count of runs.

    A repeating job is decoded once and not at every fire: a change of its definition
    is another revision.

    :param serializer: writes the definitions, and reads them.
    :ivar broken: what could not be loaded, as id, revision and generation of the job,
        and why; whoever can write takes it from here into quarantine.
    """

    serializer: ISerializer = field(factory=StoredForms)
    broken: dict[tuple[str, int, str], str] = field(factory=dict, init=False)
    _known: dict[str, Job] = field(factory=dict, init=False)
    _lock: Lock = field(factory=Lock, init=False)

    def known(self, job_id: str, revision: int, generation: str) -> Job | None:
        """
        Give a job that was built before, unless it has another definition by now; its
        progress in it may be old.
        """
        job = self._known.get(job_id)
        if job is None or (job.revision, job.generation) != (revision, generation):
            return None
        return job

    def definition(self, row: Sequence[Any]) -> Job | None:
        """
        Build a job from its columns; its progress in it may be old.

        :returns: ``None`` when it cannot be loaded.
        """
        job_id, revision, generation, paused_at, note, data, next_run, count = row[:8]
        known = self._known
        job = self.known(job_id, revision, generation)
        if job is not None:
            return job
        try:
            paused = None if paused_at is None else Pause(from_micros(paused_at), note)
            job = self.serializer.decode_job(
                data, paused, generation, revision, instant_of(next_run), count
            )
            if job.id != job_id:
                raise BadBox(f"it is the definition of another job, {job.id!r}")
        except Exception as error:  # of whatever kind: it must not stop the others
            why = _reason(error)
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
        return evolve(job, next_run_time=instant_of(row[6]), run_count=row[7])

    def quarantined(self, row: Sequence[Any]) -> Job | Quarantined:
        """
        Try a job of the quarantine again.

        :param row: that of the job, with why it was put aside, and since when in
            microseconds.
        :returns: the job when it loads by now.
        """
        job = self.job(row)
        why = self.broken.pop((row[0], row[1], row[2]), row[8])
        if job is not None:
            return job
        data, since = row[5], from_micros(row[9])
        known = describe_definition(data) if len(data) <= MAX_DEFINITION else None
        return Quarantined(row[0], why, since, known)


def _reason(error: Exception) -> str:
    if isinstance(error, BadBox):
        return f"its definition cannot be read: {error.reason}"
    return str(error) if isinstance(error, SchedulerError) else repr(error)
