"""
Jobs built from what a store has read, each definition once.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from attrs import define, evolve, field

from ..codec import decode_job
from ..errors import BadBox, SchedulerError
from ..model import Job, Pause, Quarantined, from_micros
from .plain import instant_of

__all__ = ["JobLoader"]

_CACHED = 10_000


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
            job = decode_job(
                data, paused, generation, revision, instant_of(next_run), count
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
        return evolve(job, next_run_time=instant_of(row[6]), run_count=row[7])

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
