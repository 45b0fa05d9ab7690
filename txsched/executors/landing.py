"""
Waiting for an end that cannot be hurried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import define, field
from twisted.internet.defer import CancelledError, Deferred

__all__ = ["Landing"]

T = TypeVar("T")


@define(eq=False)
class Landing(Generic[T]):
    """
    A result that is waited for to its real end: whoever waits may ask for an
    earlier one by cancelling, but goes on waiting until it comes.
    """

    _results: list[T] = field(factory=list, init=False)
    _waiting: Deferred[None] | None = field(default=None, init=False)

    def land(self, result: T) -> None:
        """
        Here is the result; to be called once.
        """
        self._results.append(result)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)

    async def wait(self, ask: Callable[[], object]) -> T:
        """
        Wait for the result.

        :param ask: called whenever the wait is cancelled.
        """
        while not self._results:
            self._waiting = Deferred()
            try:
                await self._waiting
            except CancelledError:
                self._waiting = None
                ask()
        return self._results[0]
