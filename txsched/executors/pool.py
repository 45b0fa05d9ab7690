"""
Tasks in any pool of :pep:`3148`: threads, processes, or a stranger's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from zope.interface import implementer

from ..context import RunContext, running
from ..interfaces import IBatchExecutor, ILoop
from ..model import Call, Disposition, Outcome
from .outcomes import cancelled, execute_one, failed, missed
from .tasks import TaskRegistry

__all__ = ["PoolExecutor"]

Done = Callable[[Sequence[tuple[RunContext, Outcome]]], None]

_tasks = TaskRegistry()


def carry_out(call: Call, context: RunContext) -> Outcome:
    """
    Carry out one call; in the pool, which may be another process.
    """
    started = time.time()
    if context.start_by is not None and started > context.start_by:
        return missed(context, started, "worker")
    token = running.set(context)
    try:
        result = _tasks.resolve(call)(*call.args, **call.kwargs)
    except BaseException as error:
        return failed(error, context, started, time.time())
    finally:
        running.reset(token)
    return Outcome(Disposition.SUCCEEDED, started, time.time(), result)


@implementer(IBatchExecutor)
class PoolExecutor(Service):
    """
    Runs plain functions in a pool of ``concurrent.futures``.

    For a pool of processes the task, its arguments and its result must be such that
    ``pickle`` takes them, and the task is named by ``module:function``.

    A task that has begun cannot be cancelled, and in another process it cannot see
    that it was.

    :param loop: the reactor.
    :param make_pool: makes the pool; called at the first use, and again when the pool
        broke, as one of processes does when a process is killed.
    """

    name: str | None = "pool"

    def __init__(self, loop: ILoop, make_pool: Callable[[], Executor]) -> None:
        self._loop = loop
        self._make_pool = make_pool
        self._pool: Executor | None = None
        self._futures: dict[RunContext, Future[Outcome]] = {}
        self._ended: list[tuple[Done, RunContext, Outcome]] = []

    def stopService(self) -> Deferred[None] | None:
        """
        Shut the pool down; what waits in it is cancelled.

        :returns: fires when what runs in it has ended.
        """
        Service.stopService(self)
        pool, self._pool = self._pool, None
        if pool is None:
            return None
        return deferToThread(pool.shutdown, wait=True, cancel_futures=True)

    def check(self, call: Call) -> None:
        _tasks.check_plain(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        return execute_one(self, call, context)

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        for call, context in batch:
            begun = self._loop.seconds()
            try:
                future = self._future(call, context)
            except Exception as error:
                self._tell(done, context, failed(error, context, begun, begun))
                continue
            self._futures[context] = future
            future.add_done_callback(
                lambda future, context=context, begun=begun: self._loop.callFromThread(  # type: ignore[misc]
                    self._landed, future, done, context, begun
                )
            )

    def _future(self, call: Call, context: RunContext) -> Future[Outcome]:
        if self._pool is None:
            self._pool = self._make_pool()
        try:
            return self._pool.submit(carry_out, call, context)
        except BrokenExecutor:
            self._pool = self._make_pool()
            return self._pool.submit(carry_out, call, context)

    def _landed(
        self, future: Future[Outcome], done: Done, context: RunContext, begun: float
    ) -> None:
        del self._futures[context]
        now = self._loop.seconds()
        if future.cancelled():
            outcome = cancelled(now)
        else:
            error = future.exception()
            if error is None:
                outcome = future.result()
            else:
                outcome = failed(error, context, begun, now)
        self._tell(done, context, outcome)

    def _tell(self, done: Done, context: RunContext, outcome: Outcome) -> None:
        if not self._ended:
            self._loop.callLater(0.0, self._deliver)
        self._ended.append((done, context, outcome))

    def _deliver(self) -> None:
        ended, self._ended = self._ended, []
        batches: dict[Done, list[tuple[RunContext, Outcome]]] = {}
        for done, context, outcome in ended:
            batches.setdefault(done, []).append((context, outcome))
        for done, batch in batches.items():
            done(batch)

    def cancel(self, context: RunContext) -> None:
        context.cancelled = True
        future = self._futures.get(context)
        if future is not None:
            future.cancel()
