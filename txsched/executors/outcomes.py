"""
How an execution ended, in words and limits that all executors share.
"""

from __future__ import annotations

from asyncio import CancelledError as AsyncioCancelled
from concurrent.futures import CancelledError as FutureCancelled
from datetime import timedelta
from traceback import TracebackException
from types import TracebackType

from twisted.internet.defer import CancelledError

from ..context import RunContext
from ..errors import TaskFailed
from ..model import Disposition, Outcome
from ..model.showing import shown_duration

__all__ = ["cancelled", "describe", "missed", "raised", "returned"]

#: The longest error and traceback, in characters.
ERROR_LIMIT = 2048
TRACEBACK_LIMIT = 8192
#: Of a traceback, only so many of the innermost calls of each exception.
_DEPTH = -64
#: Of a text that is too long, so much of the beginning is kept; the rest is its end.
_HEAD = 1024
#: Room for the words that stand for the middle.
_MARK = 64

_SUCCEEDED = Disposition.SUCCEEDED
_STOPPED = (CancelledError, FutureCancelled, AsyncioCancelled)


def returned(
    context: RunContext, started: float, ended: float, result: object
) -> Outcome:
    """
    Give the outcome of a task that returned *result*.

    One that was asked to stop counts as cancelled: it may have returned early.
    """
    if context.cancelled:
        return Outcome(Disposition.CANCELLED, started, ended, result)
    return Outcome(_SUCCEEDED, started, ended, result)


def raised(
    context: RunContext,
    started: float,
    ended: float,
    error: BaseException,
    frames: TracebackType | None,
) -> Outcome:
    """
    Give the outcome of a task that raised *error*.

    :param frames: where it was raised, without the executor's own frames.
    """
    stopped = context.cancelled and isinstance(error, (TaskFailed, *_STOPPED))
    disposition = Disposition.CANCELLED if stopped else Disposition.FAILED
    if isinstance(error, TaskFailed):
        return Outcome(disposition, started, ended, error.result, _message(error))
    if stopped:
        return Outcome(disposition, started, ended)
    text, trace = describe(error, frames)
    return Outcome(disposition, started, ended, None, text, trace)


def missed(
    context: RunContext, now: float, waited_seconds: float, place: str
) -> Outcome:
    """
    Give the outcome of a call that could not start before its ``start_by``.

    :param place: what it waited for, such as ``thread``.
    """
    late = now - (now if context.start_by is None else context.start_by)
    return Outcome(
        Disposition.MISSED,
        None,
        now,
        reason=f"waited {_length(waited_seconds)} for a free {place}"
        f" and could not start in time, by {_length(late)}",
    )


def _length(seconds: float) -> str:
    return shown_duration(timedelta(seconds=max(0.0, seconds)))


def cancelled(now: float, reason: str | None = None) -> Outcome:
    """
    Give the outcome of a call that was cancelled before it started.
    """
    return Outcome(Disposition.CANCELLED, None, now, reason=reason)


def describe(
    error: BaseException, frames: TracebackType | None
) -> tuple[str, str | None]:
    """
    Give type and message of *error*, and its traceback as text, both limited.

    Never raises, whatever *error* does when it is looked at.
    """
    name, message = type(error).__name__, _message(error)
    text = f"{name}: {message}" if message else name
    try:
        trace = "".join(
            TracebackException(type(error), error, frames, limit=_DEPTH).format()
        )
    except BaseException as fault:
        trace = f"(its traceback cannot be shown: {type(fault).__name__})"
    return text, _shortened(trace, TRACEBACK_LIMIT)


def _message(error: BaseException) -> str:
    try:
        return _shortened(str(error), ERROR_LIMIT)
    except BaseException as fault:
        return f"(its message cannot be shown: {type(fault).__name__})"


def _shortened(text: str, limit: int) -> str:
    """
    Leave out of the middle of *text* what is too much, and say how much that was.

    Characters that UTF-8 does not have, as names of files may, are written out: no
    store and no client could take them.
    """
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if len(text) <= limit:
        return text
    tail = limit - _HEAD - _MARK
    left_out = len(text) - _HEAD - tail
    return f"{text[:_HEAD]}\n... {left_out} characters left out ...\n{text[-tail:]}"
