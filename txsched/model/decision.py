"""
Leases, and what is decided under them.

Named tuples and not attrs classes, because each of these is made for every fire.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .job import Job
from .run import Run
from .trigger import Waiting

__all__ = ["Aftermath", "JobLease", "Plan", "Renewal", "RunLease"]


class JobLease(NamedTuple):
    """
    A node's claim on a due job.

    The progress is beside the job and not in it, so that a store need not make
    a new :class:`~txsched.model.Job` for every fire.

    :ivar job: its definition; ``next_run_time`` and ``run_count`` in it may be old.
    :ivar runs: its active runs, also those of other nodes.
    :ivar term: new at every claim; a write names it, and one under an old term
        changes nothing.
    :ivar next_run_time: the job's next planned time, which is due.
    :ivar run_count: how many runs its trigger has started.
    """

    job: Job
    runs: tuple[Run, ...]
    term: int
    next_run_time: datetime
    run_count: int


class RunLease(NamedTuple):
    """
    A node's claim on a run that it is to carry out.

    :ivar run: as it is stored.
    :ivar job: its job; ``None`` when the job was removed in the meantime.
    :ivar term: new at every claim.
    """

    run: Run
    job: Job | None
    term: int


class Plan(NamedTuple):
    """
    What is to become of the planned times of one job up to an instant.

    :ivar job_id: the job.
    :ivar term: of the lease under which it was made.
    :ivar runs: new rows of the ledger, each planned time in exactly one.  Those
        that are ``running`` are held by the planning node under *term*.
    :ivar next_run_time: where the cursor moves; ``None`` when finished, or waiting.
    :ivar due: the same with jitter.
    :ivar run_count: the job's new count of runs.
    :ivar waiting: what the job waits for; ``None`` with a *next_run_time*, and when
        it is finished.
    """

    job_id: str
    term: int
    runs: tuple[Run, ...]
    next_run_time: datetime | None
    due: datetime | None
    run_count: int
    waiting: Waiting | None = None

    @property
    def finished(self) -> bool:
        """
        Whether the trigger has nothing more to say.

        The store removes a finished job as soon as it has no active run.
        """
        return self.next_run_time is None and self.waiting is None


class Aftermath(NamedTuple):
    """
    What follows the end of an execution.

    :ivar run: the run in its new state.
    :ivar term: of the lease under which it was carried out.
    :ivar forget: leave no row in the ledger (``keep_runs=0`` and it succeeded).
    :ivar follow_ups: further rows of the ledger.
    """

    run: Run
    term: int
    forget: bool = False
    follow_ups: tuple[Run, ...] = ()


class Renewal(NamedTuple):
    """
    What came of the renewal of leases on runs.

    :ivar lost: ids of runs that somebody else holds now, or that are gone.
    :ivar cancelled: ids of runs still held, that a user asked to cancel.
    """

    lost: tuple[str, ...]
    cancelled: tuple[str, ...]
