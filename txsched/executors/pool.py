"""
Tasks in any pool of :pep:`3148`: threads, processes, or a stranger's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from threading import Thread
from typing import Any, cast

from attrs import define
from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, succeed
from zope.interface import implementer

from ..context import RunContext
from ..errors import TaskFailed
from ..interfaces import IBatchExecutor, ILoop
from ..model import Call, Outcome
from .carrying import carry_out_elsewhere, run_elsewhere
from .completions import Completions, Done
from .landing import Landing
from .outcomes import cancelled, raised
from .tasks import TaskRegistry

__all__ = ["PoolExecutor"]

_STOPPED = "the executor was stopped"


@define(eq=False)
class _Flight:
    """
    A call in the pool; called there, in some thread, when it has ended.
    """

    context: RunContext
    done: Done
    queued_seconds: float
    ended: Callable[[_Flight, Future[Outcome]], None]

    def __call__(self, future: Future[Outcome]) -> None:
        self.ended(self, future)


@implementer(IBatchExecutor)
class PoolExecutor(Service):
    """
    Runs plain functions in a pool with the interface of ``concurrent.futures``.

    A pool of processes needs a task that is named by text, and arguments and
    results that ``pickle`` takes; make it with the start method ``spawn`` or
    ``forkserver``, as a program with threads may not fork.  A task in another process
    sees its run by :func:`~txsched.current_run`, but not that it is cancelled.

    When a pool breaks, as one of processes does when a process is killed, all that
    was in it fails; a pool that came as a function is then made anew.
    """

    def __init__(self, loop: ILoop, pool: Executor | Callable[[], Executor]) -> None:
        """
        :param loop: a reactor; outcomes are told in its thread.
        :param pool: a pool, which stays its owner's to shut down; or a function that
            makes one, at the first use and after the one before broke or was stopped.
        """
        self._loop = loop
        given = hasattr(pool, "submit")
        self._pool: Executor | None = cast(Executor, pool) if given else None
        self._make_pool = None if given else cast(Callable[[], Executor], pool)
        self._completions = Completions(loop)
        self._futures: dict[RunContext, Future[Any]] = {}
        self._tasks = TaskRegistry()
        self._stopped = False

    def startService(self) -> None:
        """
        Take calls (again).
        """
        super().startService()  # type: ignore[no-untyped-call]
        self._stopped = False

    def stopService(self) -> Deferred[None]:
        """
        Cancel what waits, take nothing more, and shut down a pool that is ours.

        :returns: fires when the pool is shut down, which waits for its tasks.
        """
        super().stopService()  # type: ignore[no-untyped-call]
        self._stopped = True
        for context in list(self._futures):
            self.cancel(context)
        if self._make_pool is None or self._pool is None:
            return succeed(None)
        pool, self._pool = self._pool, None
        ended: Deferred[None] = Deferred()

        def shut_down() -> None:
            pool.shutdown(wait=True)
            self._loop.callFromThread(ended.callback, None)

        Thread(target=shut_down, name="txsched-shutdown", daemon=True).start()
        return ended

    def check(self, call: Call) -> None:
        """
        Refuse what cannot be found, takes other arguments or needs the reactor.

        :raises BadValue: for ``task`` or ``args``.
        """
        self._tasks.check_plain(call)

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        """
        Hand *batch* to the pool; see :class:`~txsched.interfaces.IBatchExecutor`.
        """
        now = time.time()
        for call, context in batch:
            flight = _Flight(context, done, now, self._ended)
            if self._stopped:
                self._completions.add(done, context, cancelled(now, _STOPPED))
                continue
            try:
                future = self._send(carry_out_elsewhere, call, context, now)
            except Exception as error:
                self._completions.add(done, context, _lost(flight, error))
            else:
                self._futures[context] = future
                future.add_done_callback(flight)

    def _send(self, *work: Any) -> Future[Any]:
        if self._pool is None:
            if self._make_pool is None:
                raise TaskFailed(_STOPPED)
            self._pool = self._make_pool()
        try:
            return self._pool.submit(*work)
        except BrokenExecutor:
            if self._make_pool is None:
                raise
            self._pool = self._make_pool()
            return self._pool.submit(*work)

    def _ended(self, flight: _Flight, future: Future[Outcome]) -> None:
        """
        Pass the end of a call on; in a thread of the pool, or in the reactor's.
        """
        if future.cancelled():
            reason = _STOPPED if self._stopped else None
            outcome = cancelled(time.time(), reason)
        else:
            error = future.exception()
            outcome = future.result() if error is None else _lost(flight, error)
        self._futures.pop(flight.context, None)
        self._completions.add(flight.done, flight.context, outcome)

    def cancel(self, context: RunContext) -> None:
        """
        Take one call out of the pool, or ask its task to stop.
        """
        context.cancelled = True
        future = self._futures.get(context)
        if future is not None:
            future.cancel()

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        """
        Run one call; see :class:`~txsched.interfaces.IExecutor`.

        :returns: fires when the task has really ended, cancelled or not.
        """
        return Deferred.fromCoroutine(self._execute(call, context))

    async def _execute(self, call: Call, context: RunContext) -> Any:
        if self._stopped:
            raise CancelledError(_STOPPED)
        landing: Landing[Future[Any]] = Landing()
        future = self._futures[context] = self._send(run_elsewhere, call, context)
        future.add_done_callback(
            lambda future: self._loop.callFromThread(landing.land, future)
        )
        await landing.wait(lambda: self.cancel(context))
        self._futures.pop(context, None)
        if future.cancelled():
            raise CancelledError()
        result, stopped = future.result()
        if stopped:
            raise CancelledError()
        return result


def _lost(flight: _Flight, error: BaseException) -> Outcome:
    """
    Give the outcome of a call that the pool could not carry out or bring back.
    """
    if isinstance(error, BrokenExecutor):
        error = TaskFailed(
            f"{type(error).__name__}: the pool broke before the task ended, as a"
            f" process of it died; it may have run: {error}"
        )
    return raised(
        flight.context, flight.queued_seconds, time.time(), error, error.__traceback__
    )
