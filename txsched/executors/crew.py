"""
Threads that share one queue.

Workers take calls one by one, so a slow task never holds up others.  A worker
that finds nothing announces itself on the ``idle`` list, looks once more, and
parks on a lock of its own; whoever adds a call afterwards sees the announcement.

One worker at a time is woken: it takes a call and, when there is more, wakes the
next before it begins.  So calls that block get all the threads they need at once,
while a burst of tiny ones is done by few threads without a fight for the
interpreter.  ``waking`` is set between the release of a worker's lock and its
awakening; it is cleared by that worker before it looks at the queue, so whoever
saw it set may rely on that look.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from threading import Lock, Thread, current_thread
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from ..context import RunContext
from ..interfaces import ILoop
from ..model import Call
from .carrying import carry_out
from .completions import Completions, Done
from .outcomes import cancelled
from .tasks import TaskRegistry

__all__ = ["Crew", "Item"]

#: The pause after the system refused a thread.
_RETRY_SECONDS = 1.0


#: A call that waits for a worker: with its run, whom to tell of its end, and since
#: when it waits, in seconds since 1970.  A plain tuple, as one is made for each call.
Item = tuple[Call, RunContext, Done, float]


@define(eq=False)
class Crew:
    """
    Up to *workers* threads, started as they are needed, that end together.

    All methods are for the reactor's thread.

    """

    _loop: ILoop
    _workers: int
    _tasks: TaskRegistry
    _completions: Completions
    _queue: deque[Item | None] = field(factory=deque, init=False)
    _idle: list[Any] = field(factory=list, init=False)
    _busy: dict[Thread, RunContext | None] = field(factory=dict, init=False)
    _waking: bool = field(default=False, init=False)
    _sweeping: bool = field(default=False, init=False)
    _ended: Deferred[None] = field(factory=Deferred, init=False)
    _log = Logger()

    def add(self, items: Iterable[Item]) -> None:
        """
        Queue *items* and see to it that somebody takes them.
        """
        queue = self._queue
        queue.extend(items)
        missing = min(len(queue) - len(self._idle), self._workers - len(self._busy))
        while missing > 0 and self._start_worker():
            missing -= 1
        if self._idle and not self._waking:
            self._wake_one()

    def withdraw_later(self) -> None:
        """
        Take cancelled calls out of the queue soon: one pass for many.
        """
        if not self._sweeping:
            self._sweeping = True
            self._loop.callLater(0, self._withdraw)

    def _withdraw(self) -> None:
        self._sweeping = False
        kept = []
        for item in self._drain():
            if item is not None and item[1].cancelled:
                self._completions.add(item[2], item[1], cancelled(time.time()))
            else:
                kept.append(item)
        self._queue.extendleft(reversed(kept))
        if kept and self._idle and not self._waking:
            self._wake_one()

    def _drain(self) -> list[Item | None]:
        taken: list[Item | None] = []
        try:
            while True:
                taken.append(self._queue.popleft())
        except IndexError:
            return taken

    def running(self) -> list[RunContext]:
        """
        Give the runs that are in a thread now.
        """
        return [context for context in self._busy.values() if context is not None]

    def stop(self, reason: str) -> Deferred[None]:
        """
        Cancel what is queued, and let each worker end after its task.

        :returns: fires when the last one has ended.
        """
        for item in self._drain():
            if item is not None:
                outcome = cancelled(time.time(), reason)
                self._completions.add(item[2], item[1], outcome)
        self._queue.extend([None] * len(self._busy))
        self._wake_one()
        if not self._busy:
            self._ended.callback(None)
        return self._ended

    def _start_worker(self) -> bool:
        """
        :returns: whether the system gave us a thread; if not, it is asked again later.
        """
        thread = Thread(
            target=self._work, name=f"txsched-{len(self._busy) + 1}", daemon=True
        )
        self._busy[thread] = None
        try:
            thread.start()
        except RuntimeError as error:
            del self._busy[thread]
            self._log.error("cannot start a thread: {error}", error=error)
            self._loop.callLater(_RETRY_SECONDS, self.add, ())
            return False
        return True

    def _wake_one(self) -> None:
        try:
            lock = self._idle.pop()
        except IndexError:
            return
        self._waking = True
        lock.release()

    def _work(self) -> None:
        """
        What each thread does.
        """
        queue, idle, busy, tasks = self._queue, self._idle, self._busy, self._tasks
        take, add = queue.popleft, self._completions.add
        thread = current_thread()
        parked = Lock()
        parked.acquire()
        while True:
            try:
                item = take()
            except IndexError:
                idle.append(parked)
                if queue:
                    try:
                        idle.remove(parked)
                    except ValueError:
                        pass
                    else:
                        continue
                parked.acquire()
                self._waking = False
                continue
            if queue and idle and not self._waking:
                self._wake_one()
            if item is None:
                break
            call, context, done, queued_seconds = item
            busy[thread] = context
            outcome = carry_out(tasks, call, context, queued_seconds)
            busy[thread] = None
            add(done, context, outcome)
            del item, call, context, done, outcome
        self._loop.callFromThread(self._gone, thread)

    def _gone(self, thread: Thread) -> None:
        del self._busy[thread]
        if not self._busy and not self._ended.called:
            self._ended.callback(None)
