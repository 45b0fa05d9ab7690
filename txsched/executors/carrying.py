"""
Carrying out one call in the thread or process it was given to.
"""

from __future__ import annotations

import time
from contextvars import Context
from types import CoroutineType
from typing import Any

from twisted.internet.defer import Deferred

from ..context import RunContext, running
from ..errors import BadValue, TaskFailed
from ..model import Call, Disposition, Outcome
from .outcomes import cancelled, missed, raised, returned
from .tasks import TaskRegistry

__all__ = ["carry_out", "carry_out_elsewhere", "run_elsewhere"]

_SUCCEEDED = Disposition.SUCCEEDED
_UNSUITED = (Deferred, CoroutineType)
_set_running = running.set
_now = time.time


def carry_out(
    tasks: TaskRegistry, call: Call, context: RunContext, queued_seconds: float
) -> Outcome:
    """
    Run a task to its end in this thread, in a context of its own.

    What a task leaves in context variables is not seen by the next one.

    :param queued_seconds: since when the call waited, in seconds since 1970.
    """
    started = _now()
    if context.cancelled:
        return cancelled(started)
    start_by = context.start_by
    if start_by is not None and started > start_by:
        return missed(context, started, started - queued_seconds, "worker")
    try:
        task = tasks.resolve_call(call)
        args, kwargs = tasks.arguments(call)
    except BadValue as error:
        return Outcome(Disposition.FAILED, started, _now(), error=str(error))
    own = Context()
    own.run(_set_running, context)
    try:
        result = own.run(task, *args, **kwargs)
        if result is not None and isinstance(result, _UNSUITED):
            _refuse(result)
    except BaseException as error:
        trace = error.__traceback__
        frames = None if trace is None else trace.tb_next
        return raised(context, started, _now(), error, frames)
    if context.cancelled:
        return returned(context, started, _now(), result)
    return Outcome(_SUCCEEDED, started, _now(), result)


def _refuse(result: object) -> None:
    """
    Fail a run whose task gave back work that only a reactor can finish.
    """
    kind = "Deferred"
    if isinstance(result, CoroutineType):
        result.close()
        kind = "coroutine"
    raise TaskFailed(
        f"the task returned a {kind}, which cannot run in a thread or process:"
        " use a reactor executor"
    )


_elsewhere = TaskRegistry()


def carry_out_elsewhere(
    call: Call, context: RunContext, queued_seconds: float
) -> Outcome:
    """
    As :func:`carry_out`, for a pool that may be another process.
    """
    return carry_out(_elsewhere, call, context, queued_seconds)


def run_elsewhere(call: Call, context: RunContext) -> tuple[Any, bool]:
    """
    Run a task in a pool that may be another process; its own exceptions come out.

    :returns: its result, and whether it could see that it was cancelled.
    """
    task = _elsewhere.resolve_call(call)
    args, kwargs = _elsewhere.arguments(call)
    own = Context()
    own.run(_set_running, context)
    result = own.run(task, *args, **kwargs)
    if isinstance(result, _UNSUITED):
        _refuse(result)
    return result, context.cancelled
