"""
What a task may know about itself while it runs.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime

from attrs import define, field
from twisted.logger import ILogObserver, LogEvent, Logger, globalLogPublisher
from zope.interface import provider

from .errors import NotRunning

__all__ = ["RunContext", "current_run"]


@define(eq=False)
class RunContext:
    """
    The run that a task belongs to; :func:`current_run` gives it inside the task.

    :ivar job_id: the job.
    :ivar run_id: the row of the ledger.
    :ivar planned_time: the planned time that is carried out; aware UTC.
    :ivar attempt: 1 for the first; more after a crash.
    :ivar start_by: seconds since 1970; an executor that cannot start the task
        before gives the outcome ``missed`` instead.  ``None`` is without limit.
    :ivar cancelled: becomes true when the run is cancelled; a task in a thread,
        which nobody can stop from outside, may look at it and return early.
    """

    job_id: str
    run_id: str
    planned_time: datetime
    attempt: int = 1
    start_by: float | None = None
    cancelled: bool = field(default=False)

    @property
    def log(self) -> Logger:
        """
        A logger whose events carry ``job_id``, ``run_id`` and ``log_source``.
        """

        @provider(ILogObserver)
        def observe(event: LogEvent) -> None:
            event.setdefault("job_id", self.job_id)
            event.setdefault("run_id", self.run_id)
            globalLogPublisher(event)

        namespace = f"txsched.task.{self.job_id}"
        return Logger(namespace=namespace, source=self, observer=observe)


#: Executors set this around each task, in the thread or context that runs it.
running: ContextVar[RunContext] = ContextVar("txsched_run")


def current_run() -> RunContext:
    """
    Give the run that the calling code belongs to, in any thread or coroutine.

    :raises NotRunning: outside a task.
    """
    try:
        return running.get()
    except LookupError:
        raise NotRunning() from None
