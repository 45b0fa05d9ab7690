"""
How executions end, as outcomes.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import CancelledError, Deferred

from ..context import RunContext
from ..errors import TaskFailed
from ..interfaces import IBatchExecutor
from ..model import Call, Disposition, Outcome

__all__ = [
    "TRACEBACK_LIMIT",
    "cancelled",
    "execute_one",
    "failed",
    "missed",
]

#: How many characters of a traceback are kept; the end of it.
TRACEBACK_LIMIT = 8192


def failed(
    error: BaseException, context: RunContext, started: float, ended: float
) -> Outcome:
    """
    Make the outcome of a task that raised *error*.
    """
    disposition = Disposition.CANCELLED if context.cancelled else Disposition.FAILED
    if isinstance(error, TaskFailed):
        return Outcome(disposition, started, ended, error.result, str(error))
    if context.cancelled and isinstance(error, CancelledError):
        return Outcome(disposition, started, ended)
    try:
        message = f"{type(error).__name__}: {error}"
    except Exception:
        message = f"{type(error).__name__} (its text cannot be told)"
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return Outcome(
        disposition, started, ended, None, message, "".join(lines)[-TRACEBACK_LIMIT:]
    )


def missed(context: RunContext, now: float, what: str) -> Outcome:
    """
    Make the outcome of a run that waited for *what* until it was too late.
    """
    late = now - context.planned_time.timestamp()
    return Outcome(
        Disposition.MISSED,
        None,
        now,
        reason=f"no {what} was free in time: {late:.3f} s late",
    )


def cancelled(now: float) -> Outcome:
    """
    Make the outcome of a run that was cancelled before it began.
    """
    return Outcome(Disposition.CANCELLED, None, now)


def execute_one(
    executor: IBatchExecutor, call: Call, context: RunContext
) -> Deferred[Any]:
    """
    Carry out one call by an executor that takes batches.

    :returns: fires with the result, or fails with a ``TaskFailed`` that says what
        the task raised; cancelling it asks the task to stop.
    """

    def cancel(_: Deferred[Any]) -> None:
        executor.cancel(context)

    def done(outcomes: Sequence[tuple[RunContext, Outcome]]) -> None:
        ((_, outcome),) = outcomes
        if deferred.called:
            return
        if outcome.disposition is Disposition.SUCCEEDED:
            deferred.callback(outcome.result)
        elif outcome.disposition is Disposition.CANCELLED:
            deferred.errback(CancelledError())
        else:
            reason = outcome.error or outcome.reason or str(outcome.disposition)
            deferred.errback(TaskFailed(reason, outcome.result))

    deferred: Deferred[Any] = Deferred(cancel)
    executor.submit(((call, context),), done)
    return deferred
