"""
What became of an execution, where its executor leaves that to us.
"""

from __future__ import annotations

from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure

from ..context import RunContext
from ..errors import TaskFailed
from ..model import Aftermath, Disposition, Outcome

__all__ = ["failed", "without_result"]

#: The longest error and traceback, in characters.
_ERROR_LIMIT = 2048
_TRACEBACK_LIMIT = 8192


def failed(
    failure: Failure, context: RunContext, started: float, now: float
) -> Outcome:
    """
    Give the outcome of a task that raised.
    """
    error = failure.value
    if context.cancelled and failure.check(CancelledError):
        return Outcome(Disposition.CANCELLED, started, now)
    message = failure.getErrorMessage()
    if isinstance(error, TaskFailed):
        text = _storable(message[:_ERROR_LIMIT])
        return Outcome(Disposition.FAILED, started, now, error.result, text)
    return Outcome(
        Disposition.FAILED,
        started,
        now,
        None,
        _storable(f"{type(error).__name__}: {message}"[:_ERROR_LIMIT]),
        _storable(failure.getTraceback()[-_TRACEBACK_LIMIT:]),
    )


def _storable(text: str) -> str:
    """
    Write out characters that UTF-8 does not have: no store could keep them.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def without_result(end: Aftermath, error: Exception) -> Aftermath:
    """
    Leave out of the end of a run what may have kept it from being recorded.
    """
    reason = "its result could not be recorded: "
    reason += f"{type(error).__name__}: {Failure(error).getErrorMessage()}"
    reason = _storable(reason[:_ERROR_LIMIT])
    return end._replace(
        run=end.run._replace(result=None, error=None, traceback=None, reason=reason)
    )
