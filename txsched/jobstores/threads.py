"""
Threads of a store's own, for a driver that blocks.

They are not of the reactor's thread pool, which a slow database would fill up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ..errors import StoreUnavailable
from ..interfaces import ILoop

__all__ = ["Threads"]

T = TypeVar("T")


class Threads:
    """
    A few threads that take calls from one queue; a single one keeps their order.

    :param loop: whose thread is told of the answers.
    :param name: what the threads are called.
    :param count: how many there are.
    """

    def __init__(self, loop: ILoop, name: str, count: int) -> None:
        self._loop = loop
        self._queue: SimpleQueue[tuple[Callable[[], Any], Deferred[Any]] | None] = (
            SimpleQueue()
        )
        self._stopped: Deferred[None] = Deferred()
        self._left = count
        self._stopping = False
        for number in range(1, count + 1):
            threading.Thread(
                target=self._serve, name=f"{name} {number}", daemon=True
            ).start()

    def do(self, work: Callable[[], T]) -> Deferred[T]:
        """
        :returns: fires in the thread of the loop with what *work* returned.
        :raises StoreUnavailable: they were told to stop.
        """
        answer: Deferred[T] = Deferred()
        if self._stopping:
            answer.errback(StoreUnavailable("it is closed"))
            return answer
        self._queue.put((work, answer))
        return answer

    def stop(self) -> Deferred[None]:
        """
        To be called once.

        :returns: fires when all that was asked for is done and the threads have ended.
        """
        self._stopping = True
        for _ in range(self._left):
            self._queue.put(None)
        return self._stopped

    def _serve(self) -> None:
        while (task := self._queue.get()) is not None:
            work, answer = task
            try:
                result: Any = work()
            except BaseException:
                result = Failure()
            self._loop.callFromThread(answer.callback, result)
        self._loop.callFromThread(self._ended)

    def _ended(self) -> None:
        self._left -= 1
        if not self._left:
            self._stopped.callback(None)
