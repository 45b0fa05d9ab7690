"""
Tasks for the tests of executors, which other processes import by name.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Any, NoReturn

from twisted.internet.defer import CancelledError, Deferred, succeed

from txsched import current_run

#: What :func:`wait` waits for; the tests set it.
gate = threading.Event()
seen: list[Any] = []


def add(first: int, second: int = 0) -> int:
    """Add."""
    return first + second


def nothing() -> None:
    """Do nothing."""


def note(value: Any) -> None:
    """Leave a trace."""
    seen.append(value)


def wait() -> str:
    """Wait for the gate."""
    gate.wait()
    return "waited"


def fail(message: str = "out of paper") -> NoReturn:
    """Raise."""
    raise ValueError(message)


def report() -> str:
    """Say which run this is."""
    run = current_run()
    planned = run.planned_time.isoformat()
    return f"{run.job_id} {run.run_id} {planned} {run.attempt}"


async def report_later() -> str:
    """Say which run this is, after having waited."""
    before = report()
    await succeed(None)
    later: Deferred[None] = Deferred()
    pending.append(later)
    await later
    assert report() == before
    return before


#: Deferreds that the tests fire.
pending: list[Deferred[None]] = []


def last_politely() -> str:
    """Go on until somebody asks to stop."""
    run = current_run()
    never = threading.Event()
    while not run.cancelled:
        never.wait(0.002)
    return "stopped early"


def last_and_raise() -> NoReturn:
    """Go on until somebody asks to stop, and say so."""
    last_politely()
    raise CancelledError


async def last() -> None:
    """Wait for what never comes."""
    await Deferred()


def die() -> None:
    """Kill the process this runs in."""
    os.kill(os.getpid(), signal.SIGKILL)


def give_lock() -> Any:
    """Return what cannot be pickled."""
    return threading.Lock()


not_callable = 3


class Holder:
    """Holds tasks."""

    @staticmethod
    def inner() -> str:
        """Answer."""
        return "inner"


class Asynchronous:
    """A callable whose calls are coroutines."""

    async def __call__(self) -> None:
        """Do nothing, later."""


asynchronous = Asynchronous()
