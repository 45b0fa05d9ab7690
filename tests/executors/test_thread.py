"""
Tasks in threads.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from twisted.internet import reactor
from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import LogLevel, capturedLogs
from twisted.trial.unittest import TestCase

from txsched.context import RunContext, running
from txsched.errors import NotRunning, TaskFailed
from txsched.executors import TaskRegistry, ThreadPoolExecutor
from txsched.model import Call, Disposition
from txsched.testing.contracts.executor import BatchExecutorContract, Gathering

from . import tasks
from .harness import HERE, REFUSED, CountingLoop, TaskCalls, make_context, started


class ThreadPoolContractTests(TaskCalls, BatchExecutorContract, TestCase):
    """
    The contract.
    """

    timeout = 30

    def make_executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(reactor, workers=3)

    def lasting(self) -> Call:
        return Call(f"{HERE}:last_politely")

    def refused(self) -> Sequence[tuple[Call, str]]:
        return REFUSED


class ThreadPoolTests(TestCase):
    """
    What this one promises beyond the contract.
    """

    timeout = 60

    def setUp(self) -> None:
        tasks.gate.clear()
        tasks.seen.clear()
        self.addCleanup(tasks.gate.set)

    def make(self, loop: Any = reactor, workers: int = 3) -> ThreadPoolExecutor:
        """
        Give an executor that is stopped at the end, after the gate was opened.
        """
        executor: ThreadPoolExecutor = started(self, ThreadPoolExecutor(loop, workers))
        return executor

    def batch(
        self, task: str | Callable[..., Any], count: int, *args: Any, first: int = 0
    ) -> list[tuple[Call, RunContext]]:
        """
        Make *count* calls of the same task.
        """
        name = f"{HERE}:{task}" if isinstance(task, str) else task
        return [(Call(name, args), make_context(first + n)) for n in range(count)]

    async def outcome(self, task: str | Callable[..., Any], *args: Any) -> Any:
        """
        Give the outcome of one call.
        """
        gathering = Gathering(1)
        self.make().submit(self.batch(task, 1, *args), gathering.done)
        await gathering.complete
        return gathering.outcomes["run-0"]

    async def test_slow_task_holds_up_nobody(self) -> None:
        """
        While some threads are stuck, the others do all the work.
        """
        executor = self.make(workers=3)
        slow, quick = Gathering(2), Gathering(1000)
        executor.submit(self.batch("wait", 2), slow.done)
        executor.submit(self.batch("nothing", 1000, first=2), quick.done)
        await quick.complete
        self.assertEqual(slow.outcomes, {})
        tasks.gate.set()
        await slow.complete
        self.assertEqual({one.result for one in slow.outcomes.values()}, {"waited"})

    async def test_as_many_at_once_as_there_are_threads(self) -> None:
        """
        Tasks that wait for each other get all the threads there are.
        """
        barrier = threading.Barrier(8)
        gathering = Gathering(16)
        self.make(workers=8).submit(
            self.batch(lambda: barrier.wait(20), 16), gathering.done
        )
        await gathering.complete
        found = {one.disposition for one in gathering.outcomes.values()}
        self.assertEqual(found, {Disposition.SUCCEEDED})

    async def test_order(self) -> None:
        """
        Calls start in the order in which they were submitted.
        """
        executor = self.make(workers=1)
        gathering = Gathering(300)
        calls = [(Call(f"{HERE}:note", (n,)), make_context(n)) for n in range(300)]
        for start in range(0, 300, 100):
            executor.submit(calls[start : start + 100], gathering.done)
        await gathering.complete
        self.assertEqual(tasks.seen, list(range(300)))

    async def test_many_calls_few_wakes(self) -> None:
        """
        10,000 calls are all carried out, and the reactor is woken for many at once.
        """
        loop = CountingLoop()
        gathering = Gathering(10_000)
        self.make(loop, workers=10).submit(
            self.batch("nothing", 10_000), gathering.done
        )
        await gathering.complete
        self.assertLess(loop.wakes, 1000)
        self.assertLess(gathering.calls, 1000)

    async def test_no_call_is_left_lying(self) -> None:
        """
        Calls that come one by one, when threads are going to sleep, are all taken.
        """
        executor = self.make(workers=4)
        for n in range(2000):
            gathering = Gathering(1)
            executor.submit(self.batch("nothing", 1, first=n), gathering.done)
            await gathering.complete

    async def test_threads_start_when_needed(self) -> None:
        """
        There are no more threads than there were calls at once.
        """
        started = []
        start = threading.Thread.start

        def count(thread: threading.Thread) -> None:
            started.append(thread)
            start(thread)

        self.patch(threading.Thread, "start", count)
        executor = self.make(workers=10)
        self.assertEqual(len(started), 0)
        for expected in (1, 4, 10, 10):
            barrier = threading.Barrier(expected)
            gathering = Gathering(expected)
            executor.submit(
                self.batch(lambda barrier=barrier: barrier.wait(20), expected),
                gathering.done,
            )
            await gathering.complete
            self.assertLessEqual(expected, len(started))
            self.assertLessEqual(len(started), 10)
            if expected == 1:
                self.assertEqual(len(started), 1)

    async def test_each_task_has_its_own_context(self) -> None:
        """
        What a task leaves in a context variable is not seen by the next one.
        """

        def leave() -> str:
            before = running.get().run_id
            running.set(make_context(99))
            return before

        gathering = Gathering(10)
        self.make(workers=1).submit(self.batch(leave, 10), gathering.done)
        await gathering.complete
        self.assertEqual(
            {one.result for one in gathering.outcomes.values()},
            {f"run-{n}" for n in range(10)},
        )
        with self.assertRaises(NotRunning):
            tasks.report()

    async def test_cancelled_in_the_queue_behind_a_slow_task(self) -> None:
        """
        A queued call that is cancelled ends at once; its neighbours keep their order.
        """
        executor = self.make(workers=1)
        gathering, others = Gathering(2), Gathering(4)
        batch = self.batch("note", 5, "x", first=1)
        executor.submit(self.batch("wait", 1), others.done)
        executor.submit(batch[:2], gathering.done)
        executor.submit(batch[2:], others.done)
        executor.cancel(batch[0][1])
        executor.cancel(batch[1][1])
        await gathering.complete
        self.assertEqual(others.outcomes, {})
        for outcome in gathering.outcomes.values():
            self.assertIs(outcome.disposition, Disposition.CANCELLED)
            self.assertIsNone(outcome.started_seconds)
        tasks.gate.set()
        await others.complete
        self.assertEqual(others.order, ["run-0", "run-3", "run-4", "run-5"])
        self.assertEqual(tasks.seen, ["x"] * 3)

    async def test_returned_early(self) -> None:
        """
        A task that returns after it was asked to stop is cancelled, with its result.
        """
        outcome = await self.stopped("last_politely")
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.result, "stopped early")

    async def test_raised_cancelled(self) -> None:
        """
        A task that raises CancelledError after it was asked to stop is cancelled.
        """
        outcome = await self.stopped("last_and_raise")
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertIsNone(outcome.error)

    async def test_raised_something_else(self) -> None:
        """
        A task that fails after it was asked to stop has failed.
        """

        def run() -> NoReturn:
            tasks.last_politely()
            tasks.fail()

        outcome = await self.stopped(run)
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertEqual(outcome.error, "ValueError: out of paper")

    async def stopped(self, task: str | Callable[..., Any]) -> Any:
        """
        Give the outcome of a task that is cancelled while it runs.
        """
        executor = self.make(workers=1)
        started: Deferred[None] = Deferred()
        call = self.batch(task, 1)[0][0]
        found = TaskRegistry().resolve_call(call)

        def run() -> Any:
            reactor.callFromThread(started.callback, None)
            return found()

        gathering = Gathering(1)
        ((_, context),) = batch = self.batch(run, 1)
        executor.submit(batch, gathering.done)
        await started
        executor.cancel(context)
        await gathering.complete
        return gathering.outcomes["run-0"]

    async def test_task_failed_hands_over_a_result(self) -> None:
        """
        TaskFailed fails the run with its reason alone, and keeps the result.
        """

        def run() -> NoReturn:
            raise TaskFailed("half of it", {"done": 5})

        outcome = await self.outcome(run)
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertEqual(outcome.error, "half of it")
        self.assertEqual(outcome.result, {"done": 5})
        self.assertIsNone(outcome.traceback)

    async def test_traceback_begins_with_the_task(self) -> None:
        """
        The traceback has the frames of the task and none of the executor.
        """
        outcome = await self.outcome("fail", "no ink")
        self.assertEqual(outcome.error, "ValueError: no ink")
        self.assertEqual(outcome.traceback.count("File "), 1)
        self.assertIn("in fail", outcome.traceback)
        self.assertTrue(outcome.traceback.endswith("ValueError: no ink\n"))

    async def test_odd_things_raised(self) -> None:
        """
        Whatever a task raises is a failure of that task; the thread goes on.
        """

        class Unspeakable(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        odd: list[tuple[BaseException, str]] = [
            (SystemExit(3), "SystemExit: 3"),
            (KeyboardInterrupt(), "KeyboardInterrupt"),
            (GeneratorExit(), "GeneratorExit"),
            (StopIteration(1), "StopIteration: 1"),
            (Unspeakable(), "Unspeakable: (its message cannot be shown: RuntimeError)"),
            (TaskFailed(3), "3"),
        ]
        gathering = Gathering(len(odd))

        def throw(error: BaseException) -> NoReturn:
            raise error

        self.make(workers=1).submit(
            [
                (Call(throw, (error,)), make_context(n))
                for n, (error, _) in enumerate(odd)
            ],
            gathering.done,
        )
        await gathering.complete
        for n, (_, expected) in enumerate(odd):
            outcome = gathering.outcomes[f"run-{n}"]
            self.assertIs(outcome.disposition, Disposition.FAILED)
            self.assertEqual(outcome.error, expected)

    async def test_big_tracebacks_are_cut(self) -> None:
        """
        A deep recursion and a long message leave a text of limited size.
        """

        def even(n: int) -> None:
            odd(n + 1)

        def odd(n: int) -> None:
            even(n + 1)

        outcome = await self.outcome(even, 0)
        self.assertIn("RecursionError", outcome.error)
        self.assertLessEqual(len(outcome.traceback), 8192)
        self.assertLessEqual(outcome.traceback.count("File "), 64)
        self.assertIn("RecursionError", outcome.traceback)
        outcome = await self.outcome("fail", "x" * 1_000_000)
        self.assertLess(len(outcome.error), 2100)
        self.assertTrue(outcome.error.startswith("ValueError: xxx"))
        self.assertLessEqual(len(outcome.traceback), 8192)
        self.assertIn("characters left out", outcome.traceback)

    async def test_unfinished_work_is_refused(self) -> None:
        """
        A Deferred or coroutine that a task returns fails the run, and says where to.
        """
        for task, kind in ((Deferred, "Deferred"), (tasks.last, "coroutine")):
            outcome = await self.outcome(lambda task=task: task())
            self.assertIs(outcome.disposition, Disposition.FAILED)
            self.assertIn(f"returned a {kind}", outcome.error)
            self.assertIn("reactor executor", outcome.error)

    async def test_task_that_cannot_be_found(self) -> None:
        """
        A name that leads nowhere fails its run and says what is missing.
        """
        gathering = Gathering(1)
        self.make().submit([(Call("nowhere:f"), make_context(0))], gathering.done)
        await gathering.complete
        outcome = gathering.outcomes["run-0"]
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertEqual(outcome.error, "task: there is no module 'nowhere'")

    async def test_waited_too_long_for_a_thread(self) -> None:
        """
        A call that no thread was free for in time is missed.
        """
        executor = self.make(workers=1)
        blocked, late = Gathering(1), Gathering(1)
        executor.submit(self.batch("wait", 1), blocked.done)
        context = make_context(1, start_by=reactor.seconds())
        executor.submit([(Call(f"{HERE}:nothing"), context)], late.done)
        tasks.gate.set()
        await late.complete
        outcome = late.outcomes["run-1"]
        self.assertIs(outcome.disposition, Disposition.MISSED)
        self.assertRegex(outcome.reason or "", r"^waited \S+s for a free worker")

    async def test_observer_that_raises(self) -> None:
        """
        A receiver of outcomes that raises is reported, and others get theirs.
        """
        executor = self.make(workers=1)

        def broken(ends: object) -> NoReturn:
            raise RuntimeError("no receiver")

        gathering = Gathering(1)
        executor.submit(self.batch("nothing", 1), broken)
        executor.submit(self.batch("nothing", 1), gathering.done)
        await gathering.complete
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)

    async def test_stop_while_busy(self) -> None:
        """
        A stop cancels what waits, and is over when the running task has ended.
        """
        executor = ThreadPoolExecutor(reactor, 1, stop_limit_seconds=None)
        gathering = Gathering(11)
        started = threading.Event()

        def run() -> str:
            started.set()
            return tasks.wait()

        executor.submit(self.batch(run, 1), gathering.done)
        started.wait()
        executor.submit(self.batch("note", 10, "x", first=1), gathering.done)
        stopped = executor.stopService()
        queued: Deferred[None] = Deferred()
        reactor.callFromThread(queued.callback, None)
        await queued
        self.assertNoResult(stopped)
        self.assertEqual(len(gathering.outcomes), 10)
        for outcome in gathering.outcomes.values():
            self.assertIs(outcome.disposition, Disposition.CANCELLED)
            self.assertEqual(outcome.reason, "the executor was stopped")
        tasks.gate.set()
        await DeferredList([stopped, gathering.complete])
        self.assertEqual(tasks.seen, [])

    async def test_stop_ends_all_threads(self) -> None:
        """
        After a stop there is no thread left; a call then ends as cancelled.
        """
        executor = ThreadPoolExecutor(reactor, 5)
        barrier = threading.Barrier(5)
        gathering = Gathering(5)

        def run() -> threading.Thread:
            barrier.wait(20)
            return threading.current_thread()

        executor.submit(self.batch(run, 5), gathering.done)
        await gathering.complete
        threads = {one.result for one in gathering.outcomes.values()}
        self.assertEqual(len(threads), 5)
        await executor.stopService()
        for thread in threads:
            thread.join(20)
            self.assertFalse(thread.is_alive())
        refused = Gathering(1)
        executor.submit(self.batch("nothing", 1), refused.done)
        await refused.complete
        self.assertIs(refused.outcomes["run-0"].disposition, Disposition.CANCELLED)

    async def test_start_again(self) -> None:
        """
        An executor that was stopped can be started again.
        """
        executor = self.make()
        await executor.execute(Call(tasks.nothing), make_context(0))
        await executor.stopService()
        executor.startService()
        result = await executor.execute(Call(tasks.add, (1, 2)), make_context(1))
        self.assertEqual(result, 3)

    async def test_stuck_task_does_not_hold_up_the_stop(self) -> None:
        """
        After its limit a stop leaves a stuck thread behind, and names its run.
        """
        executor = ThreadPoolExecutor(reactor, 1, stop_limit_seconds=0.01)
        gathering = Gathering(1)
        started: Deferred[None] = Deferred()

        def run() -> str:
            reactor.callFromThread(started.callback, None)
            return tasks.wait()

        ((_, context),) = batch = self.batch(run, 1)
        executor.submit(batch, gathering.done)
        await started
        with capturedLogs() as events:
            await executor.stopService()
        self.assertTrue(context.cancelled)
        (event,) = (one for one in events if one["log_level"] is LogLevel.warn)
        self.assertEqual((event["job_id"], event["run_id"]), ("job-0", "run-0"))
        tasks.gate.set()
        await gathering.complete

    async def test_no_thread_to_be_had(self) -> None:
        """
        Where the system refuses a thread, the call waits until it gives one.
        """
        refusals = [RuntimeError("can't start new thread")]
        start = threading.Thread.start

        def refuse_once(thread: threading.Thread) -> None:
            if refusals:
                raise refusals.pop()
            start(thread)

        self.patch(threading.Thread, "start", refuse_once)
        self.patch(sys.modules["txsched.executors.crew"], "_RETRY_SECONDS", 0.0)
        gathering = Gathering(1)
        with capturedLogs() as events:
            self.make().submit(self.batch("nothing", 1), gathering.done)
            await gathering.complete
        self.assertIn("error", events[0])
        found = gathering.outcomes["run-0"].disposition
        self.assertIs(found, Disposition.SUCCEEDED)

    async def test_execute_raises_what_the_task_raised(self) -> None:
        """
        The single use of a task fails with its very exception.
        """
        error = ValueError("this one")

        def run() -> NoReturn:
            raise error

        with self.assertRaises(ValueError) as caught:
            await self.make().execute(Call(run), make_context(0))
        self.assertIs(caught.exception, error)

    async def test_execute_too_late(self) -> None:
        """
        The single use of a call that is too late fails with the reason.
        """
        context = make_context(0, start_by=1.0)
        with self.assertRaisesRegex(TaskFailed, "could not start in time"):
            await self.make().execute(Call(tasks.nothing), context)

    def test_workers(self) -> None:
        """
        A number of workers below 1 is refused.
        """
        with self.assertRaisesRegex(ValueError, "not 0"):
            ThreadPoolExecutor(reactor, workers=0)
