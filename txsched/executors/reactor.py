"""
Tasks in the thread of the reactor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from zope.interface import implementer

from ..context import RunContext, running
from ..interfaces import IExecutor
from ..model import Call
from .tasks import TaskRegistry

__all__ = ["ReactorExecutor"]


@implementer(IExecutor)
class ReactorExecutor:
    """
    Runs functions, functions that return a Deferred, and coroutine functions.

    A run lasts until its Deferred has fired or its coroutine has ended; cancelling
    it cancels what it waits for.  A plain function holds up the reactor while it
    runs: keep it short.

    :param tasks: finds tasks by their names.
    """

    def __init__(self, tasks: TaskRegistry | None = None) -> None:
        self._tasks = TaskRegistry() if tasks is None else tasks

    def check(self, call: Call) -> None:
        self._tasks.resolve(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        return copy_context().run(self._execute, call, context)

    def _execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        running.set(context)

        def begin() -> Any:
            result = self._tasks.resolve(call)(*call.args, **call.kwargs)
            if isinstance(result, Coroutine):
                return Deferred.fromCoroutine(result)
            if asyncio.isfuture(result):
                return Deferred.fromFuture(result)
            return result

        return maybeDeferred(begin)
