"""
Notices that the clock was set, or that the machine was suspended.

Twisted's reactors reckon by the clock on the wall, so a timer is late by as much as
that clock is set back.  A thread that waits on the monotonic clock is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread

from attrs import define, field

from ..interfaces import ILoop

__all__ = ["ClockWatch"]


@define(eq=False)
class ClockWatch:
    """
    Calls *stepped* in the thread of the loop whenever the two clocks diverge.

    :param loop: where to call.
    :param stepped: called after a step, within about one interval.
    :param interval_seconds: how often the clocks are compared.
    :param tolerance_seconds: how far they may drift apart between two looks.
    :param wall: reads the clock on the wall, in seconds.
    :param monotonic: reads the clock that nobody sets, in seconds.
    """

    _loop: ILoop
    _stepped: Callable[[], object]
    _interval_seconds: float = 1.0
    _tolerance_seconds: float = 1.0
    _wall: Callable[[], float] = time.time
    _monotonic: Callable[[], float] = time.monotonic
    _ended: Event = field(factory=Event, init=False)
    _thread: Thread | None = field(default=None, init=False)

    def start(self) -> None:
        """
        Begin to watch, in a thread that does not keep the process alive.
        """
        self._ended.clear()
        self._thread = Thread(target=self._watch, name="txsched-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """
        End the watch; returns once the thread has ended.
        """
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        difference = self._wall() - self._monotonic()
        while not self._ended.wait(self._interval_seconds):
            now = self._wall() - self._monotonic()
            if abs(now - difference) > self._tolerance_seconds:
                self._loop.callFromThread(self._stepped)
            difference = now
