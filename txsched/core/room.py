"""
The places for runs of one scheduler, which the engines of its stores share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import define, field

__all__ = ["Room"]


@define(eq=False)
class Room:
    """
    Knows how many runs may be started before one has ended.

    An engine that finds no place waits for one; of those that wait, each is told when
    places become free, the one that has waited longest first.

    :param places: how many runs there may be at once.
    """

    places: int
    _counts: dict[Callable[[], int], None] = field(factory=dict, init=False)
    _held: int = field(default=0, init=False)
    _waiting: dict[Callable[[], None], None] = field(factory=dict, init=False)

    def count(self, in_flight: Callable[[], int]) -> None:
        """
        Count the runs that *in_flight* tells of from now on.
        """
        self._counts[in_flight] = None

    def forget(self, in_flight: Callable[[], int]) -> None:
        """
        Count them no more; harmless when they are not counted.
        """
        self._counts.pop(in_flight, None)
        self.freed()

    @property
    def free(self) -> int:
        """
        How many places nobody has taken.
        """
        taken = self._held
        for in_flight in self._counts:
            taken += in_flight()
        return max(0, self.places - taken)

    @contextmanager
    def hold(self, count: int) -> Iterator[None]:
        """
        Keep *count* places from others while it is not known how many are needed.
        """
        self._held += count
        try:
            yield
        finally:
            self._held -= count
            if self._waiting and self.free:
                self.freed()

    def wait(self, wake: Callable[[], None]) -> None:
        """
        Call *wake* once, when there may be places again.
        """
        self._waiting[wake] = None

    def freed(self) -> None:
        """
        Tell those that wait that there may be places again.
        """
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            for wake in waiting:
                wake()
