"""
What tests of executors of Python functions have in common.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from txsched.context import RunContext
from txsched.model import COMMAND, Call
from txsched.testing.contracts.executor import BatchExecutorContract

from . import tasks

HERE = "tests.executors.tasks"
REFUSED = [
    (Call("no.such.module:f"), "task"),
    (Call(f"{HERE}:missing"), "task"),
    (Call(f"{HERE}:not_callable"), "task"),
    (Call(f"{HERE}:last"), "task"),
    (Call(f"{HERE}:asynchronous"), "task"),
    (Call(COMMAND, ("echo",)), "task"),
    (Call(f"{HERE}:add"), "args"),
    (Call(f"{HERE}:add", (1, 2, 3)), "args"),
    (Call(f"{HERE}:add", (1,), {"third": 3}), "args"),
]


class CountingLoop:
    """
    The reactor, with its calls from threads counted.
    """

    def __init__(self) -> None:
        self.wakes = 0

    def seconds(self) -> float:
        """As the reactor."""
        return reactor.seconds()

    def callLater(self, *args: Any, **kwargs: Any) -> Any:
        """As the reactor."""
        return reactor.callLater(*args, **kwargs)

    def callFromThread(self, *args: Any, **kwargs: Any) -> None:
        """As the reactor."""
        self.wakes += 1
        reactor.callFromThread(*args, **kwargs)


def make_context(number: int, **options: Any) -> RunContext:
    """
    Make the context of a run.
    """
    planned = BatchExecutorContract.context(None, number).planned_time  # type: ignore[arg-type]
    return RunContext(f"job-{number}", f"run-{number}", planned, 1, **options)


def started(test: TestCase, executor: Any) -> Any:
    """
    Start an executor that is stopped after *test*, when the gate was opened.
    """

    def stop() -> Deferred[None]:
        tasks.gate.set()
        stopping: Deferred[None] = executor.stopService()
        return stopping

    executor.startService()
    test.addCleanup(stop)
    return executor


class TaskCalls:
    """
    The calls of the contract, of the functions in :mod:`tests.executors.tasks`.
    """

    def returning(self) -> tuple[Call, Any]:
        return Call(f"{HERE}:add", (1,), {"second": 2}), 3

    def failing(self) -> tuple[Call, str]:
        return Call(f"{HERE}:fail"), "ValueError: out of paper"

    def reporting(self) -> Call:
        return Call(f"{HERE}:report")
