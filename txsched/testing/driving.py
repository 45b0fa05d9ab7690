"""
Driving time and Deferreds by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

__all__ = ["advance", "driven"]

T = TypeVar("T")


def advance(clock: Clock, seconds: float) -> None:
    """
    Let time pass call by call, as it does for a reactor.

    ``Clock.advance`` alone jumps: every call sees the time at the end.  Here each
    delayed call sees its own time, so that a day of a scheduler is a day.
    """
    end = clock.seconds() + seconds
    while True:
        calls = clock.getDelayedCalls()
        at = min((call.getTime() for call in calls), default=end)
        if at > end:
            break
        if not calls:
            break
        clock.advance(max(0.0, at - clock.seconds()))
    clock.advance(max(0.0, end - clock.seconds()))


def driven(
    work: Coroutine[Any, Any, T] | Deferred[T],
    flush: Callable[[], object] = lambda: None,
    limit: int = 10_000,
) -> T:
    """
    Bring *work* to its end without a reactor.

    :param flush: moves what waits elsewhere, for instance bytes between two
        in-memory transports; called until *work* has ended.
    :param limit: how many calls of *flush* are tried.
    :returns: the result of *work*, or raises what it raised.
    :raises AssertionError: it had not ended then.
    """
    deferred = work if isinstance(work, Deferred) else Deferred.fromCoroutine(work)
    results: list[Any] = []
    deferred.addBoth(results.append)
    for _ in range(limit):
        if results:
            break
        flush()
    if not results:
        raise AssertionError(f"{work!r} did not end")
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result  # type: ignore[no-any-return]
