"""
What every executor promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from twisted.application.service import IService
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.threadable import isInIOThread
from zope.interface.verify import verifyObject

from ...context import RunContext
from ...errors import BadValue, TaskFailed
from ...interfaces import IBatchExecutor, IExecutor
from ...model import Call, Disposition, Outcome

if TYPE_CHECKING:
    from unittest import TestCase as _Base
else:
    _Base = object

__all__ = ["BatchExecutorContract", "ExecutorContract", "Gathering"]

_PLANNED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class ExecutorContract(_Base):
    """
    A mixin for a ``twisted.trial.unittest.TestCase`` on a running reactor.

    The harness supplies what its docstrings below ask for.
    """

    def make_executor(self) -> IExecutor:
        """
        Give a new executor; the contract starts and stops one that is a service.
        """
        raise NotImplementedError

    def returning(self) -> tuple[Call, Any]:
        """
        Give a call, and what it returns.
        """
        raise NotImplementedError

    def failing(self) -> tuple[Call, str]:
        """
        Give a call that fails, and words that its error contains.
        """
        raise NotImplementedError

    def reporting(self) -> Call:
        """
        Give a call whose result, as text, contains job id, run id, planned time in
        ISO 8601 and attempt of its run.
        """
        raise NotImplementedError

    def lasting(self) -> Call:
        """
        Give a call that ends only when its run is cancelled.
        """
        raise NotImplementedError

    def refused(self) -> Sequence[tuple[Call, str]]:
        """
        Give calls that can never be carried out, each with the field at fault.
        """
        raise NotImplementedError

    # The rest is the contract's own.

    def executor(self) -> Any:
        """
        Give a started executor, to be stopped at the end of the test.
        """
        executor = self.make_executor()
        if IService.providedBy(executor):
            service = IService(executor)
            service.startService()
            self.addCleanup(service.stopService)
        return executor

    def context(self, number: int = 0, **options: Any) -> RunContext:
        """
        Make the context of a run.
        """
        return RunContext(f"job-{number}", f"run-{number}", _PLANNED, 3, **options)

    def test_provides_its_interface(self) -> None:
        """
        It has every method of the interface, with its parameters.
        """
        executor = self.make_executor()
        verifyObject(IExecutor, executor)
        if IBatchExecutor.providedBy(executor):
            verifyObject(IBatchExecutor, executor)

    async def test_result(self) -> None:
        """
        The Deferred fires with what the task returned.
        """
        call, expected = self.returning()
        result = await self.executor().execute(call, self.context())
        self.assertEqual(result, expected)

    async def test_failure(self) -> None:
        """
        The Deferred fails with what the task raised.
        """
        call, words = self.failing()
        try:
            result = await self.executor().execute(call, self.context())
        except Exception as error:
            self.assertIn(words, f"{type(error).__name__}: {error}")
        else:
            self.fail(f"it returned {result!r}")

    async def test_task_knows_its_run(self) -> None:
        """
        The task can find out which run of which job it is.
        """
        result = await self.executor().execute(self.reporting(), self.context(7))
        for known in ("job-7", "run-7", _PLANNED.isoformat(), "3"):
            self.assertIn(known, str(result))

    async def test_cancelled(self) -> None:
        """
        Cancelling the Deferred ends a task that can be ended.
        """
        executor = self.executor()
        context = self.context()
        running: Deferred[Any] = executor.execute(self.lasting(), context)
        context.cancelled = True
        running.cancel()
        with self.assertRaises((CancelledError, TaskFailed)):
            await running

    def test_accepts(self) -> None:
        """
        What can be carried out passes the check.
        """
        executor = self.make_executor()
        for call in (self.returning()[0], self.failing()[0], self.lasting()):
            executor.check(call)

    def test_refuses(self) -> None:
        """
        What can never be carried out is refused with the field at fault.
        """
        executor = self.make_executor()
        for call, field in self.refused():
            with self.assertRaises(BadValue) as caught:
                executor.check(call)
            self.assertEqual(caught.exception.field, field)
            self.assertTrue(caught.exception.reason)


class Gathering:
    """
    Takes outcomes as an executor tells them.

    :ivar outcomes: by run id, each once.
    :ivar order: the run ids as they came.
    :ivar calls: how often outcomes came.
    :ivar complete: fires when there are as many as were expected.
    """

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.outcomes: dict[str, Outcome] = {}
        self.order: list[str] = []
        self.calls = 0
        self.complete: Deferred[None] = Deferred()

    def done(self, ends: Sequence[tuple[RunContext, Outcome]]) -> None:
        """
        Take some outcomes.
        """
        if not isInIOThread():
            raise AssertionError("not told in the reactor's thread")
        self.calls += 1
        for context, outcome in ends:
            if context.run_id in self.outcomes:
                raise AssertionError(f"{context.run_id} ended twice")
            self.order.append(context.run_id)
            self.outcomes[context.run_id] = outcome
        if len(self.outcomes) == self.expected:
            self.complete.callback(None)


class BatchExecutorContract(ExecutorContract):
    """
    What an executor promises that takes many calls at once.
    """

    async def submitted(
        self, executor: Any, batch: Sequence[tuple[Call, RunContext]]
    ) -> dict[str, Outcome]:
        """
        Submit *batch* and wait for all of its outcomes.
        """
        gathering = Gathering(len(batch))
        executor.submit(batch, gathering.done)
        self.assertEqual(gathering.calls, 0, "done was called from within submit")
        await gathering.complete
        return gathering.outcomes

    async def test_batch(self) -> None:
        """
        Each call of a batch has its own outcome.
        """
        good, expected = self.returning()
        bad, words = self.failing()
        batch = [(good if n % 2 else bad, self.context(n)) for n in range(20)]
        outcomes = await self.submitted(self.executor(), batch)
        self.assertEqual(len(outcomes), 20)
        for n in range(20):
            outcome = outcomes[f"run-{n}"]
            assert outcome.started_seconds is not None
            self.assertLessEqual(outcome.started_seconds, outcome.ended_seconds)
            if n % 2:
                self.assertIs(outcome.disposition, Disposition.SUCCEEDED)
                self.assertEqual(outcome.result, expected)
                self.assertIsNone(outcome.error)
            else:
                self.assertIs(outcome.disposition, Disposition.FAILED)
                self.assertIn(words, outcome.error or "")

    def test_empty_batch(self) -> None:
        """
        A batch of nothing is no error.
        """
        self.executor().submit([], Gathering(0).done)

    async def test_too_late(self) -> None:
        """
        A call whose time to start has passed is missed, and says why.
        """
        call, _ = self.returning()
        context = self.context(start_by=1.0)
        (outcome,) = (await self.submitted(self.executor(), [(call, context)])).values()
        self.assertIs(outcome.disposition, Disposition.MISSED)
        self.assertIsNone(outcome.started_seconds)
        self.assertIn("waited", outcome.reason or "")

    async def test_in_time(self) -> None:
        """
        A call whose time to start has not passed is carried out.
        """
        call, _ = self.returning()
        context = self.context(start_by=1e12)
        (outcome,) = (await self.submitted(self.executor(), [(call, context)])).values()
        self.assertIs(outcome.disposition, Disposition.SUCCEEDED)

    async def test_cancelled_in_the_queue(self) -> None:
        """
        A call that is cancelled before it could start ends without having started.
        """
        call, _ = self.returning()
        context = self.context()
        context.cancelled = True
        (outcome,) = (await self.submitted(self.executor(), [(call, context)])).values()
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertIsNone(outcome.started_seconds)

    async def test_cancelled_one_of_many(self) -> None:
        """
        Cancelling one call sets its flag, ends it, and touches no other.
        """
        call, _ = self.returning()
        executor = self.executor()
        gathering = Gathering(2)
        lasting = self.context(1)
        executor.submit(
            [(self.lasting(), lasting), (call, self.context(2))], gathering.done
        )
        executor.cancel(lasting)
        self.assertTrue(lasting.cancelled)
        await gathering.complete
        self.assertIs(gathering.outcomes["run-1"].disposition, Disposition.CANCELLED)
        self.assertIs(gathering.outcomes["run-2"].disposition, Disposition.SUCCEEDED)
