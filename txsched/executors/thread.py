"""
Tasks in threads.

Worker threads take calls one by one from a shared deque, so that a slow task holds
up nobody.  A worker that finds the deque empty puts the lock on which it is going to
sleep into a list, looks once more, and sleeps; whoever adds calls releases as many
locks from that list as there are calls.  As it looks after it has said that it sleeps,
no call can be left lying.  Outcomes gather in another deque; the first one after
the reactor took them wakes the reactor, the others wait for it: one wake-up for many.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from ..context import RunContext, running
from ..errors import TaskFailed
from ..interfaces import IBatchExecutor, ILoop
from ..model import Call, Disposition, Outcome
from .outcomes import cancelled, execute_one, failed, missed
from .tasks import TaskRegistry

__all__ = ["ThreadPoolExecutor"]

Done = Callable[[Sequence[tuple[RunContext, Outcome]]], None]

_SUCCEEDED = Disposition.SUCCEEDED
#: How many outcomes are handed over before the reactor may do something else.
_DELIVERY = 1000


@implementer(IBatchExecutor)
class ThreadPoolExecutor(Service):
    """
    Runs plain functions in threads of its own.

    A thread cannot be stopped from outside: a cancelled task that has begun goes on
    until it returns, and keeps its thread; it may look at
    ``current_run().cancelled`` and return early.

    :param loop: the reactor.
    :param workers: how many threads at most; they are started when needed.
    :param tasks: finds tasks by their names.
    """

    name: str | None = "threads"
    _log = Logger()

    def __init__(
        self, loop: ILoop, workers: int = 10, tasks: TaskRegistry | None = None
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers: {workers} is not at least 1")
        self._loop = loop
        self._workers = workers
        self._tasks = TaskRegistry() if tasks is None else tasks
        self._queue: deque[tuple[Call, RunContext, Done]] = deque()
        self._idle: list[threading.Lock] = []
        self._ended: deque[tuple[Done, RunContext, Outcome]] = deque()
        self._told = False
        self._threads: set[threading.Thread] = set()
        self._busy: set[threading.Thread] = set()
        self._stopping = False
        self._stopped: list[Deferred[None]] = []

    # Twisted's side

    def startService(self) -> None:
        """
        Accept calls again after a stop.
        """
        Service.startService(self)
        self._stopping = False

    def stopService(self) -> Deferred[None]:
        """
        End the threads.

        :returns: fires when those have ended that are not in the middle of a task;
            a thread that is does not keep the process from exiting.
        """
        Service.stopService(self)
        self._stopping = True
        stopped: Deferred[None] = Deferred()
        self._stopped.append(stopped)
        self._wake(len(self._threads))
        self._check_stopped()
        return stopped

    def _check_stopped(self) -> None:
        if not self._stopping or self._queue:
            return
        if self._threads <= self._busy:
            for thread in self._threads:
                self._log.warn(
                    "{thread} is left in the middle of a task", thread=thread
                )
            stopped, self._stopped = self._stopped, []
            for waiting in stopped:
                waiting.callback(None)

    # The scheduler's side

    def check(self, call: Call) -> None:
        self._tasks.check_plain(call)

    def execute(self, call: Call, context: RunContext) -> Deferred[Any]:
        return execute_one(self, call, context)

    def submit(self, batch: Sequence[tuple[Call, RunContext]], done: Done) -> None:
        self._queue.extend((call, context, done) for call, context in batch)
        missing = self._wake(len(batch))
        while missing > 0 and len(self._threads) < self._workers:
            missing -= 1
            thread = threading.Thread(
                target=self._work, name=f"txsched worker {len(self._threads)}"
            )
            thread.daemon = True
            self._threads.add(thread)
            thread.start()

    def _wake(self, count: int) -> int:
        """
        :returns: how many of *count* workers were not asleep.
        """
        idle = self._idle
        while count > 0:
            try:
                idle.pop().release()
            except IndexError:
                break
            count -= 1
        return count

    def cancel(self, context: RunContext) -> None:
        context.cancelled = True
        for item in list(self._queue):
            if item[1] is context:
                try:
                    self._queue.remove(item)
                except ValueError:
                    return  # a worker was faster, and sees the flag
                self._tell(item[2], context, cancelled(self._loop.seconds()))
                return

    def _deliver(self) -> None:
        """
        Hand over what has ended; in the reactor's thread.
        """
        self._told = False
        ended = self._ended
        batches: dict[Done, list[tuple[RunContext, Outcome]]] = {}
        for _ in range(_DELIVERY):
            try:
                done, context, outcome = ended.popleft()
            except IndexError:
                break
            batch = batches.get(done)
            if batch is None:
                batches[done] = [(context, outcome)]
            else:
                batch.append((context, outcome))
        else:
            self._told = True
            self._loop.callLater(0.0, self._deliver)
        for done, batch in batches.items():
            done(batch)

    # The threads' side

    def _tell(self, done: Done, context: RunContext, outcome: Outcome) -> None:
        self._ended.append((done, context, outcome))
        if not self._told:
            self._told = True
            self._loop.callFromThread(self._deliver)

    def _work(self) -> None:
        me = threading.current_thread()
        asleep = threading.Lock()
        asleep.acquire()
        queue, idle, busy, ended = self._queue, self._idle, self._busy, self._ended
        while True:
            try:
                call, context, done = queue.popleft()
            except IndexError:
                if self._stopping:
                    break
                idle.append(asleep)
                if queue or self._stopping:
                    try:
                        idle.remove(asleep)
                    except ValueError:
                        asleep.acquire()
                    continue
                asleep.acquire()
                continue
            busy.add(me)
            outcome = self._carry_out(call, context)
            busy.discard(me)
            ended.append((done, context, outcome))
            del call, context, done, outcome
            if not self._told:
                self._told = True
                self._loop.callFromThread(self._deliver)
        self._loop.callFromThread(self._thread_ended, me)

    def _thread_ended(self, thread: threading.Thread) -> None:
        self._threads.discard(thread)
        self._check_stopped()

    def _carry_out(self, call: Call, context: RunContext) -> Outcome:
        now = time.time
        started = now()
        if context.cancelled:
            return cancelled(started)
        start_by = context.start_by
        if start_by is not None and started > start_by:
            return missed(context, started, "thread")
        running.set(context)
        try:
            result = self._tasks.resolve(call)(*call.args, **call.kwargs)
            if result is not None and isinstance(result, (Deferred, Coroutine)):
                if isinstance(result, Coroutine):
                    result.close()
                raise TaskFailed(
                    f"it returned a {type(result).__name__}, which only the reactor can"
                    " wait for: give the job executor='reactor'"
                )
        except BaseException as error:
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            return failed(error, context, started, now())
        return Outcome(_SUCCEEDED, started, now(), result)
