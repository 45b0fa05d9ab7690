"""
Time-outs of many calls, with one timer.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from ...errors import TimedOut

__all__ = ["Deadlines"]


@define(eq=False)
class Deadlines:
    """
    Lets calls fail that take too long.

    All calls are given the same time, so the first to begin is the first to be late:
    a queue and one timer do, where a timer for each would cost more than the call.

    :param clock: the reactor.
    :param timeout: how many seconds a call may take.
    """

    _clock: IReactorTime
    _timeout: float
    _waiting: deque[tuple[float, Deferred[Any]]] = field(factory=deque, init=False)
    _timer: IDelayedCall | None = field(default=None, init=False)

    def watch(self, call: Deferred[Any]) -> None:
        """
        Let *call* fail with :class:`~txsched.errors.TimedOut` unless it fires in time.
        """
        waiting = self._waiting
        while waiting and waiting[0][1].called:
            waiting.popleft()
        waiting.append((self._clock.seconds() + self._timeout, call))
        if self._timer is None:
            self._timer = self._clock.callLater(self._timeout, self._look)

    def _look(self) -> None:
        self._timer = None
        waiting = self._waiting
        now = self._clock.seconds()
        while waiting and (waiting[0][0] <= now or waiting[0][1].called):
            _, call = waiting.popleft()
            if not call.called:
                call.errback(TimedOut(self._timeout))
        if waiting and self._timer is None:
            self._timer = self._clock.callLater(waiting[0][0] - now, self._look)

    def stop(self) -> None:
        """
        Forget all of them.
        """
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
