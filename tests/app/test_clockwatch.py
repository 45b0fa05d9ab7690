"""
Tests for the watch over the clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

from attrs import define, field
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from txsched.app.clockwatch import ClockWatch

_PATIENCE_SECONDS = 10.0


@define
class Readings:
    """
    A clock that reads given values, and tells when the last one was read.
    """

    values: Iterator[float]
    last: float = 0.0
    read_out: Event = field(factory=Event)

    def __call__(self) -> float:
        try:
            self.last = next(self.values)
        except StopIteration:
            self.read_out.set()
        return self.last


class HandOver(Clock):
    """
    A loop that carries out what other threads hand over when it is told to.
    """

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[Callable[[], Any]] = []

    def callFromThread(self, function: Callable[[], Any]) -> None:
        self.handed.append(function)


class ClockWatchTests(SynchronousTestCase):
    """
    Tests for :class:`ClockWatch`.
    """

    def steps(self, wall: list[float], monotonic: list[float]) -> int:
        """
        Let the watch read these, and count how often it said that there was a step.
        """
        loop = HandOver()
        readings = Readings(iter(wall))
        watch = ClockWatch(
            loop,
            lambda: None,
            interval_seconds=0.001,
            wall=readings,
            monotonic=Readings(iter(monotonic)),
        )
        watch.start()
        self.assertTrue(readings.read_out.wait(_PATIENCE_SECONDS))
        watch.stop()
        return len(loop.handed)

    def test_clocks_that_agree_are_left_in_peace(self) -> None:
        """
        Neither the passing of time nor a slow correction is a step.
        """
        self.assertEqual(0, self.steps([100, 101, 102.2, 103.4], [0, 1, 2, 3]))

    def test_a_clock_that_was_set_is_noticed(self) -> None:
        """
        A step back and one forward are each told once.
        """
        self.assertEqual(1, self.steps([100, 101, 42, 43], [0, 1, 2, 3]))
        self.assertEqual(1, self.steps([100, 101, 999, 1000], [0, 1, 2, 3]))
        self.assertEqual(2, self.steps([100, 50, 51, 103], [0, 1, 2, 3]))

    def test_it_calls_in_the_thread_of_the_loop(self) -> None:
        """
        What is handed over is the callable of the watch.
        """
        loop = HandOver()
        readings = Readings(iter([0, 100]))
        called: list[int] = []
        watch = ClockWatch(
            loop,
            lambda: called.append(1),
            interval_seconds=0.001,
            wall=readings,
            monotonic=lambda: 0.0,
        )
        watch.start()
        self.assertTrue(readings.read_out.wait(_PATIENCE_SECONDS))
        watch.stop()
        self.assertEqual([], called)
        loop.handed[0]()
        self.assertEqual([1], called)

    def test_stopping_twice_is_harmless(self) -> None:
        """
        A watch that was stopped, or never started, can be stopped.
        """
        watch = ClockWatch(HandOver(), lambda: None)
        watch.stop()
        watch.start()
        watch.stop()
        watch.stop()
