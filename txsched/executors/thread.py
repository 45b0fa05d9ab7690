"""
Tasks in threads.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.logger import Logger
from zope.interface import implementer

from ..context import RunContext
from ..interfaces import IBatchExecutor, IBoundedExecutor, ILoop
from ..model import Call, Disposition
from .completions import Completions, Done
from .crew import Crew
from .outcomes import cancelled
from .single import carry_out_one, result_of
from .tasks import TaskRegistry

__all__ = ["ThreadPoolExecutor"]

_STOPPED = "the executor was stopped"


@implementer(IBatchExecutor, IBoundedExecutor)
class ThreadPoolExecutor(Service):
    """
    Runs plain functions in threads of its own; made for very many short calls.

    Nobody can stop a thread from outside: a task that is to be cancelled looks at
    ``current_run().cancelled``.  A task that returns or raises ``CancelledError``
    after that was set counts as cancelled.

    Threads are daemons and start as they are needed, before or after
    :meth:`startService`; after :meth:`stopService` calls end as cancelled.
    """

    _log = Logger()

    def __init__(
        self,
        loop: ILoop,
        workers: int = 10,
        tasks: TaskRegistry | None = None,
        stop_limit_seconds: float | None = 1.0,
    ) -> None:
        """
        :param loop: a reactor; outcomes are told in its thread.
        :param workers: how many threads at most, 1 or more.
        :param tasks: where names of tasks are looked up.
        :param stop_limit_seconds: for how long :meth:`stopService` waits for tasks
            that still run; ``None`` is without limit.
        """
        if workers < 1:
            raise ValueError(f"expected 1 worker or more, not {workers}")
        self._loop = loop
        self.places = workers
        self._tasks = TaskRegistry() if tasks is None else tasks
        self._stop_limit_seconds = stop_limit_seconds
        self._completions = Completions(loop)
        self._crew: Crew | None = None
        self._stopped = False

    def startService(self) -> None:
        """
        Take calls (again).
        """
        super().startService()  # type: ignore[no-untyped-call]
        self._stopped = False

    def stopService(self) -> Deferred[None]:
        """
        Cancel what waits, ask what runs to stop, and take nothing more.

        :returns: fires when all threads have ended, at the latest after the limit:
            threads that are stuck are then left to themselves, and named in the log.
        """
        super().stopService()  # type: ignore[no-untyped-call]
        self._stopped = True
        crew, self._crew = self._crew, None
        if crew is None:
            return succeed(None)
        ended = crew.stop(_STOPPED)
        for context in crew.running():
            context.cancelled = True
        limit = self._stop_limit_seconds
        if limit is not None and not ended.called:
            leaving = self._loop.callLater(limit, self._leave, crew, ended)
            ended.addBoth(_call_off, leaving)
        return ended

    def _leave(self, crew: Crew, ended: Deferred[None]) -> None:
        for context in crew.running():
            self._log.warn(
                "run {run_id} of job {job_id} does not end; its thread is left behind",
                run_id=context.run_id,
                job_id=context.job_id,
            )
        ended.callback(None)

    def check(self, call: Call) -> None:
        """
        Refuse what cannot be found, takes other arguments or needs the reactor.

        :raises BadValue: for ``task`` or ``args``.
        """
        self._tasks.check_plain(call)

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        """
        Hand *batch* to the threads; see :class:`~txsched.interfaces.IBatchExecutor`.
        """
        now = time.time()
        if self._stopped:
            for _, context in batch:
                self._completions.add(done, context, cancelled(now, _STOPPED))
            return
        crew = self._crew
        if crew is None:
            crew = self._crew = Crew(
                self._loop, self.places, self._tasks, self._completions
            )
        crew.add([(call, context, done, now) for call, context in batch])

    def cancel(self, context: RunContext) -> None:
        """
        Take one call out of the queue, or ask its task to stop.
        """
        context.cancelled = True
        if self._crew is not None:
            self._crew.withdraw_later()

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        """
        Run one call; see :class:`~txsched.interfaces.IExecutor`.

        :returns: fires when the task has really ended, cancelled or not.
        :raises TaskFailed: also for a call that could not start in time.
        """
        return Deferred.fromCoroutine(self._execute(call, context))

    async def _execute(self, call: Call, context: RunContext) -> Any:
        errors: list[BaseException] = []

        def run() -> Any:
            try:
                task = self._tasks.resolve_call(call)
                args, kwargs = self._tasks.arguments(call)
                return task(*args, **kwargs)
            except BaseException as error:
                errors.append(error)
                raise

        outcome = await carry_out_one(self, Call(run), context)
        if errors and outcome.disposition is Disposition.FAILED:
            raise errors.pop()
        return result_of(outcome)


def _call_off(result: None, leaving: Any) -> None:
    if leaving.active():
        leaving.cancel()
