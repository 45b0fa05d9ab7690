"""
Tasks in the thread of the reactor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Sequence
from typing import Any, NoReturn

from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks, succeed
from twisted.trial.unittest import SynchronousTestCase, TestCase

from txsched import current_run
from txsched.errors import NotRunning, TaskFailed
from txsched.executors import ReactorExecutor
from txsched.model import COMMAND, Call
from txsched.testing.contracts.executor import ExecutorContract

from . import tasks
from .harness import HERE, TaskCalls, make_context


class ReactorContractTests(TaskCalls, ExecutorContract, TestCase):
    """
    The contract.
    """

    timeout = 30

    def make_executor(self) -> ReactorExecutor:
        return ReactorExecutor()

    def lasting(self) -> Call:
        return Call(f"{HERE}:last")

    def refused(self) -> Sequence[tuple[Call, str]]:
        return [
            (Call("no.such.module:f"), "task"),
            (Call(f"{HERE}:not_callable"), "task"),
            (Call(COMMAND, ("echo",)), "task"),
            (Call(f"{HERE}:last", (1,)), "args"),
        ]


class ReactorExecutorTests(SynchronousTestCase):
    """
    What this one promises beyond the contract.
    """

    def execute(self, task: Any, *args: Any) -> Deferred[Any]:
        """
        Start one call.
        """
        return ReactorExecutor().execute(Call(task, args), make_context(5))

    def test_runs_until_the_deferred_fires(self) -> None:
        """
        A function that returns a Deferred runs until that has its result.
        """
        waiting: Deferred[int] = Deferred()
        running = self.execute(lambda: waiting)
        self.assertNoResult(running)
        waiting.callback(5)
        self.assertEqual(self.successResultOf(running), 5)

    def test_runs_until_the_coroutine_ends(self) -> None:
        """
        A coroutine runs until it returns, and knows its run after each wait.
        """
        tasks.pending.clear()
        running = self.execute(f"{HERE}:report_later")
        self.assertNoResult(running)
        with self.assertRaises(NotRunning):
            current_run()
        tasks.pending.pop().callback(None)
        self.assertIn("run-5", self.successResultOf(running))

    def test_two_coroutines_know_their_own_runs(self) -> None:
        """
        Coroutines that wait at the same time do not mix up their runs.
        """
        tasks.pending.clear()
        executor = ReactorExecutor()
        call = Call(tasks.report_later)
        running = [executor.execute(call, make_context(n)) for n in range(3)]
        for waiting in reversed(tasks.pending):
            waiting.callback(None)
        for n, one in enumerate(running):
            self.assertIn(f"run-{n}", self.successResultOf(one))

    def test_inline_callbacks(self) -> None:
        """
        A function in the style of inlineCallbacks knows its run after each wait.
        """
        waiting: Deferred[None] = Deferred()

        @inlineCallbacks
        def run() -> Generator[Deferred[None], None, str]:
            yield waiting
            return current_run().run_id

        running = self.execute(run)
        waiting.callback(None)
        self.assertEqual(self.successResultOf(running), "run-5")

    def test_future(self) -> None:
        """
        A future of asyncio is waited for.
        """
        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)
        future = loop.create_future()
        running = self.execute(lambda: future)
        self.assertNoResult(running)
        future.set_result(7)
        loop.call_soon(loop.stop)
        loop.run_forever()
        self.assertEqual(self.successResultOf(running), 7)

    def test_cancel_reaches_what_is_waited_for(self) -> None:
        """
        Cancelling a run cancels the Deferred that its coroutine waits for.
        """
        cancelled: list[Deferred[None]] = []

        async def run() -> None:
            await Deferred(cancelled.append)

        running = self.execute(run)
        running.cancel()
        self.failureResultOf(running, CancelledError)
        self.assertEqual(len(cancelled), 1)

    def test_coroutine_that_cleans_up(self) -> None:
        """
        A cancelled coroutine that still has something to wait for is waited for.
        """
        cleaned: Deferred[None] = Deferred()

        async def run() -> NoReturn:
            try:
                await Deferred()
            finally:
                await cleaned

        running = self.execute(run)
        running.cancel()
        self.assertNoResult(running)
        cleaned.callback(None)
        self.failureResultOf(running, CancelledError)

    def test_failures(self) -> None:
        """
        Whatever is raised, at once or later, fails the run.
        """

        async def later(error: BaseException) -> NoReturn:
            await succeed(None)
            raise error

        def now(error: BaseException) -> NoReturn:
            raise error

        for error in (ValueError("x"), TaskFailed("y", 1), SystemExit(2)):
            for task in (now, later):
                failure = self.failureResultOf(self.execute(task, error))
                self.assertIs(failure.value, error)

    def test_task_that_cannot_be_found(self) -> None:
        """
        A name that leads nowhere fails the run.
        """
        failure = self.failureResultOf(self.execute("nowhere:f"))
        self.assertEqual(str(failure.value), "task: there is no module 'nowhere'")
