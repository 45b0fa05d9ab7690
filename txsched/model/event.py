"""
Events: one class for each thing that happened.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from .run import Run

__all__ = [
    "Event",
    "EventsLost",
    "JobAdded",
    "JobEvent",
    "JobFinished",
    "JobModified",
    "JobPaused",
    "JobRemoved",
    "JobResumed",
    "RunEnded",
    "RunEvent",
    "RunStarted",
    "SchedulerPaused",
    "SchedulerResumed",
    "SchedulerStarted",
    "SchedulerStopping",
    "StoreFound",
    "StoreLost",
]


@frozen
class Event:
    """
    Something happened.

    :ivar at: when, by the clock of the scheduler.
    """

    at: datetime


@frozen
class SchedulerStarted(Event):
    """The scheduler began to fire jobs."""


@frozen
class SchedulerPaused(Event):
    """The scheduler as a whole was paused."""

    note: str = ""


@frozen
class SchedulerResumed(Event):
    """The scheduler as a whole goes on."""


@frozen
class SchedulerStopping(Event):
    """The scheduler starts nothing more and waits for what runs."""


@frozen
class StoreLost(Event):
    """
    The job store does not answer: due work waits, and what ends is kept until it can be
    recorded.

    :ivar error: why.
    :ivar store: its alias.
    """

    error: str
    store: str = "default"


@frozen
class StoreFound(Event):
    """
    The job store answers again.

    :ivar lost_at: since when it did not.
    :ivar store: its alias.
    """

    lost_at: datetime
    store: str = "default"


@frozen
class EventsLost(Event):
    """
    This subscriber was too slow, or away too long.

    :ivar count: how many events it did not get; ``None`` when nobody knows.
    """

    count: int | None = None


@frozen
class JobEvent(Event):
    """
    Something happened to a job.

    :ivar job_id: the job.
    """

    job_id: str


@frozen
class JobAdded(JobEvent):
    """A job was added, or replaced by a new definition."""


@frozen
class JobModified(JobEvent):
    """A job was changed or rescheduled."""


@frozen
class JobPaused(JobEvent):
    """A job was paused."""

    note: str = ""


@frozen
class JobResumed(JobEvent):
    """A job goes on."""


@frozen
class JobRemoved(JobEvent):
    """A job was removed by somebody."""


@frozen
class JobFinished(JobEvent):
    """A job has no further planned time."""


@frozen
class RunEvent(Event):
    """
    Something happened to a run.

    :ivar run: the row of the ledger as it is now.
    """

    run: Run


@frozen
class RunStarted(RunEvent):
    """A run was handed to its executor."""


@frozen
class RunEnded(RunEvent):
    """
    A planned time, or a range of them, got its final disposition.

    Told for every one: succeeded and failed runs as well as missed, coalesced,
    skipped, cancelled and abandoned ones.
    """
