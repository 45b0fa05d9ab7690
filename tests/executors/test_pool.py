"""
Tasks in pools of concurrent.futures.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import TestCase

from txsched.context import RunContext
from txsched.executors import PoolExecutor
from txsched.model import Call, Disposition
from txsched.testing.contracts.executor import BatchExecutorContract, Gathering

from . import tasks
from .harness import HERE, REFUSED, CountingLoop, TaskCalls, make_context, started


def make_processes(workers: int = 1) -> concurrent.futures.Executor:
    """
    Make a pool of processes.
    """
    return concurrent.futures.ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn")
    )


class PoolContract(TaskCalls, BatchExecutorContract):
    """
    The contract, as any pool has it.
    """

    timeout = 60

    def make_pool(self) -> concurrent.futures.Executor:
        """
        Make the pool.
        """
        raise NotImplementedError

    def make_executor(self) -> PoolExecutor:
        return PoolExecutor(reactor, self.make_pool)

    def refused(self) -> Sequence[tuple[Call, str]]:
        return REFUSED


class ThreadsContractTests(PoolContract, TestCase):
    """
    The contract, with a pool of threads.
    """

    def make_pool(self) -> concurrent.futures.Executor:
        return concurrent.futures.ThreadPoolExecutor(3)

    def lasting(self) -> Call:
        return Call(f"{HERE}:last_politely")


class ProcessesContractTests(PoolContract, TestCase):
    """
    The contract, with processes, as far as a task in another process can hold it.
    """

    def make_pool(self) -> concurrent.futures.Executor:
        return make_processes()

    def lasting(self) -> Call:
        # Nothing that runs in another process can be asked to stop; what the pool
        # has not started can.
        return Call(f"{HERE}:nothing")

    async def test_cancelled(self) -> None:
        """
        Cancelling the Deferred ends a call that the pool has not started.
        """
        executor = self.executor()
        call, expected = self.returning()
        running = [executor.execute(call, self.context(n)) for n in range(20)]
        running[-1].cancel()
        with self.assertRaises(CancelledError):
            await running[-1]
        for one in running[:-1]:
            self.assertEqual(await one, expected)

    async def test_cancelled_one_of_many(self) -> None:
        """
        Cancelling one waiting call ends it and touches no other.
        """
        executor = self.executor()
        gathering = Gathering(20)
        call, _ = self.returning()
        batch = [(call, self.context(n)) for n in range(20)]
        executor.submit(batch, gathering.done)
        executor.cancel(batch[-1][1])
        await gathering.complete
        last = gathering.outcomes.pop("run-19")
        self.assertIs(last.disposition, Disposition.CANCELLED)
        others = {one.disposition for one in gathering.outcomes.values()}
        self.assertEqual(others, {Disposition.SUCCEEDED})


class PoolTests(TestCase):
    """
    What this one promises beyond the contract.
    """

    timeout = 60

    def setUp(self) -> None:
        tasks.gate.clear()
        self.addCleanup(tasks.gate.set)

    def make(
        self,
        pool: concurrent.futures.Executor | Callable[[], concurrent.futures.Executor],
        loop: Any = reactor,
    ) -> PoolExecutor:
        """
        Give an executor that is stopped at the end, after the gate was opened.
        """
        executor: PoolExecutor = started(self, PoolExecutor(loop, pool))
        return executor

    async def test_broken_pool_is_made_anew(self) -> None:
        """
        A killed process fails what was in the pool, clearly; the next call finds a
        new pool.
        """
        executor = self.make(make_processes)
        gathering = Gathering(1)
        executor.submit([(Call(f"{HERE}:die"), make_context(0))], gathering.done)
        await gathering.complete
        outcome = gathering.outcomes["run-0"]
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertIn("BrokenProcessPool: the pool broke", outcome.error or "")
        result = await executor.execute(Call(f"{HERE}:add", (1, 2)), make_context(1))
        self.assertEqual(result, 3)

    async def test_broken_pool_of_somebody_else(self) -> None:
        """
        A pool that was given and broke fails all further calls.
        """
        pool = make_processes()
        self.addCleanup(pool.shutdown)
        executor = self.make(pool)
        for n, task in enumerate(("die", "nothing")):
            gathering = Gathering(1)
            call = Call(f"{HERE}:{task}")
            executor.submit([(call, make_context(n))], gathering.done)
            await gathering.complete
            outcome = gathering.outcomes[f"run-{n}"]
            self.assertIs(outcome.disposition, Disposition.FAILED)
            self.assertIn("BrokenProcessPool", outcome.error or "")

    async def test_what_cannot_be_pickled(self) -> None:
        """
        A result or task that cannot travel between processes fails its run.
        """
        executor = self.make(make_processes)
        gathering = Gathering(2)
        calls = [Call(f"{HERE}:give_lock"), Call(lambda: None)]
        executor.submit(
            [(call, make_context(n)) for n, call in enumerate(calls)], gathering.done
        )
        await gathering.complete
        for outcome in gathering.outcomes.values():
            self.assertIs(outcome.disposition, Disposition.FAILED)
            self.assertIn("pickle", outcome.error or "")

    async def test_traceback_from_another_process(self) -> None:
        """
        A failure in another process has the traceback of the task.
        """
        executor = self.make(make_processes)
        gathering = Gathering(1)
        executor.submit([(Call(f"{HERE}:fail"), make_context(0))], gathering.done)
        await gathering.complete
        trace = gathering.outcomes["run-0"].traceback or ""
        self.assertEqual(trace.count("File "), 1)
        self.assertIn("in fail", trace)

    async def test_many_calls_few_wakes(self) -> None:
        """
        The ends of many calls are told together.
        """
        loop = CountingLoop()
        executor = self.make(lambda: concurrent.futures.ThreadPoolExecutor(4), loop)
        gathering = Gathering(2000)
        call = Call(f"{HERE}:nothing")
        executor.submit([(call, make_context(n)) for n in range(2000)], gathering.done)
        await gathering.complete
        self.assertLess(loop.wakes, 1000)

    async def test_given_pool_stays_open(self) -> None:
        """
        A stop cancels what waits in a pool that was given, and leaves it open.
        """
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        executor = PoolExecutor(reactor, pool)
        gathering = Gathering(3)
        batch = self.blocked_batch()
        executor.submit(batch, gathering.done)
        await executor.stopService()
        tasks.gate.set()
        await gathering.complete
        for n in (1, 2):
            outcome = gathering.outcomes[f"run-{n}"]
            self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(pool.submit(tasks.add, 1).result(), 1)
        self.assertTrue(batch[0][1].cancelled)

    async def test_stop_waits_for_our_pool(self) -> None:
        """
        A stop is over when what runs in a pool of ours has ended.
        """
        executor = PoolExecutor(
            reactor, lambda: concurrent.futures.ThreadPoolExecutor(1)
        )
        gathering = Gathering(3)
        batch = self.blocked_batch()
        executor.submit(batch, gathering.done)
        stopped = executor.stopService()
        self.assertNoResult(stopped)
        tasks.gate.set()
        await stopped
        await gathering.complete
        late = Gathering(1)
        executor.submit([(Call(tasks.nothing), make_context(9))], late.done)
        await late.complete
        outcome = late.outcomes["run-9"]
        self.assertIs(outcome.disposition, Disposition.CANCELLED)
        self.assertEqual(outcome.reason, "the executor was stopped")
        with self.assertRaises(CancelledError):
            await executor.execute(Call(tasks.nothing), make_context(10))
        executor.startService()
        self.assertEqual(
            await executor.execute(Call(tasks.add, (2,)), make_context(11)), 2
        )
        await executor.stopService()

    def blocked_batch(self) -> list[tuple[Call, RunContext]]:
        """
        Make a call that waits for the gate, and two that follow it.
        """
        names = ("wait", "nothing", "nothing")
        return [
            (Call(f"{HERE}:{name}"), make_context(n)) for n, name in enumerate(names)
        ]

    async def test_pool_that_refuses(self) -> None:
        """
        A pool that takes no more calls fails them, and nothing is raised.
        """
        pool = concurrent.futures.ThreadPoolExecutor(1)
        pool.shutdown()
        gathering = Gathering(1)
        self.make(pool).submit([(Call(tasks.nothing), make_context(0))], gathering.done)
        await gathering.complete
        outcome = gathering.outcomes["run-0"]
        self.assertIs(outcome.disposition, Disposition.FAILED)
        self.assertIn("after shutdown", outcome.error or "")

    async def test_unfinished_work_is_refused(self) -> None:
        """
        A single call that returns a Deferred fails, and says where to.
        """
        executor = self.make(lambda: concurrent.futures.ThreadPoolExecutor(1))
        with self.assertRaisesRegex(Exception, "use a reactor executor"):
            await executor.execute(Call(Deferred), make_context(0))

    async def test_single_call_in_its_queue(self) -> None:
        """
        A single call that waits in the pool is cancelled at once.
        """
        executor = self.make(lambda: concurrent.futures.ThreadPoolExecutor(1))
        started = threading.Event()

        def run() -> str:
            started.set()
            return tasks.wait()

        first = executor.execute(Call(run), make_context(0))
        started.wait()
        second = executor.execute(Call(tasks.nothing), make_context(1))
        second.cancel()
        with self.assertRaises(CancelledError):
            await second
        tasks.gate.set()
        self.assertEqual(await first, "waited")
