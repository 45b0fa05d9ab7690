"""
Tasks in the thread of the reactor.
"""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from types import CoroutineType
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
    Runs plain functions, functions that return a Deferred, and coroutine functions.

    A run lasts until its Deferred has fired or its coroutine has ended; cancelling
    it cancels what it waits for.  A plain function holds up the reactor while it
    runs: keep it short.

    Each run has a copy of the context variables.  A coroutine sees its own after
    every ``await`` too; the callbacks of a Deferred run in the context of whoever
    fires it, so a function that adds some asks for ``current_run()`` before.
    """

    def __init__(self, tasks: TaskRegistry | None = None) -> None:
        """
        :param tasks: where names of tasks are looked up.
        """
        self._tasks = TaskRegistry() if tasks is None else tasks

    def check(self, call: Call) -> None:
        """
        Refuse what cannot be found or takes other arguments.

        :raises BadValue: for ``task`` or ``args``.
        """
        self._tasks.check(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        """
        Start one call now; see :class:`~txsched.interfaces.IExecutor`.
        """
        own = copy_context()
        own.run(running.set, context)
        return own.run(maybeDeferred, self._begin, call)

    def _begin(self, call: Call) -> Any:
        task = self._tasks.resolve_call(call)
        args, kwargs = self._tasks.arguments(call)
        result = task(*args, **kwargs)
        if isinstance(result, CoroutineType):
            return Deferred.fromCoroutine(result)
        if asyncio.isfuture(result):
            return Deferred.fromFuture(result)
        return result
