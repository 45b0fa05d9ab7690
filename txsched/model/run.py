"""
Runs: the rows of the ledger.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

__all__ = ["Disposition", "Outcome", "Run"]


class Disposition(str, Enum):
    """
    What became of a planned time, or where it stands now.

    ``pending``, ``running`` and ``retrying`` are *active*: they end in exactly one
    of the others, which never change again.
    """

    PENDING = "pending"  #: decided, waiting for a node to start it
    RUNNING = "running"  #: handed to an executor
    RETRYING = "retrying"  #: waiting for its next attempt
    SUCCEEDED = "succeeded"  #: the task returned
    FAILED = "failed"  #: the task raised
    TIMED_OUT = "timed_out"  #: stopped by its time limit
    CANCELLED = "cancelled"  #: asked to stop before it had ended, or removed
    MISSED = "missed"  #: too late to start, or the job was paused
    COALESCED = "coalesced"  #: rolled into a later run of the same job
    SKIPPED = "skipped"  #: other runs of the job held all its places
    EXCLUDED = "excluded"  #: taken out by a calendar
    ABANDONED = "abandoned"  #: cut off by a crash and not to be repeated

    active: bool

    def __str__(self) -> str:
        return str(self.value)


for _disposition in Disposition:
    _disposition.active = _disposition.value in ("pending", "running", "retrying")


class Run(NamedTuple):
    """
    One planned time, or one manual request, and what became of it.

    A run of missed, coalesced or skipped planned times may be one row: then
    *times* is more than 1 and it spans *planned_time* to *last_planned_time*.

    A named tuple and not an attrs class, because two are made for every fire:
    building one costs a quarter as much.

    :ivar id: unique, and the same for the same planned time of the same job, so
        that writing it twice is harmless.
    :ivar job_id: the job's id.
    :ivar planned_time: when the trigger said, or when a person asked; aware UTC.
    :ivar disposition: where it stands.
    :ivar reason: why, in words, where the disposition alone does not say.
    :ivar executor: the alias of the executor that carries it out.
    :ivar attempt: 1 for the first; each repetition after a crash adds 1.
    :ivar manual: whether a person asked for it (run now) and not the trigger.
    :ivar node: the node that holds or held it.
    :ivar started_at: when the task began; for a run that waits in a queue of its
        executor, when it was handed over.
    :ivar ended_at: when it ended; set exactly when the disposition is final.
    :ivar result: what the task returned, as far as it is plain data.
    :ivar error: type and message of the exception.
    :ivar traceback: where it was raised; limited in size.
    :ivar by: the id of the run that it was coalesced into or skipped for.

    :ivar times: how many planned times this row stands for.
    :ivar last_planned_time: the last of them, where *times* is more than 1.
    """

    id: str
    job_id: str
    planned_time: datetime
    disposition: Disposition
    reason: str | None = None
    executor: str = "default"
    attempt: int = 1
    manual: bool = False
    node: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Any = None
    error: str | None = None
    traceback: str | None = None
    by: str | None = None
    times: int = 1
    last_planned_time: datetime | None = None


class Outcome(NamedTuple):
    """
    How an execution ended, as its executor saw it.

    :ivar disposition: ``succeeded``, ``failed``, ``cancelled``, ``timed_out``,
        or ``missed`` when it could not start before its
        :attr:`~txsched.context.RunContext.start_by`.
    :ivar started_seconds: when it began, in seconds since 1970.
    :ivar ended_seconds: when it ended.
    :ivar result: what the task returned.
    :ivar error: type and message of the exception.
    :ivar traceback: its traceback as text.
    :ivar reason: why it was cancelled or missed.
    """

    disposition: Disposition
    started_seconds: float | None
    ended_seconds: float
    result: Any = None
    error: str | None = None
    traceback: str | None = None
    reason: str | None = None
