"""
Values to try a scheduler with.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ....model import UTC, ITrigger, JobSpec
from ....triggers import IntervalTrigger

__all__ = ["START", "TASK", "at", "every", "later", "spec", "specs"]

#: Where the clock stands at first.
START = datetime(2026, 1, 1, tzinfo=UTC)
#: A task that every executor of the harness takes.
TASK = "operator:add"


def at(seconds: float) -> datetime:
    """
    Give the instant so many seconds after :data:`START`.
    """
    return START + timedelta(seconds=seconds)


def every(seconds: float, first: float = 0.0) -> ITrigger:
    """
    Make a trigger that fires every so many seconds.

    :param first: its first time, in seconds after :data:`START`.
    """
    trigger: ITrigger = IntervalTrigger(seconds=seconds, start_date=at(first))
    return trigger


def later(seconds: float = 10.0) -> ITrigger:
    """
    Make a trigger that fires every ten seconds, with nothing due at the beginning.
    """
    return every(10, seconds)


def spec(id: str, trigger: ITrigger | None = None, **options: Any) -> JobSpec:
    """
    Make what is asked for of a job that is not due at the beginning.
    """
    return JobSpec(
        TASK, later() if trigger is None else trigger, (1, 2), id=id, **options
    )


def specs(count: int, **options: Any) -> list[JobSpec]:
    """
    Make several with the ids ``job-0000``, ``job-0001`` and so on.
    """
    return [spec(f"job-{number:04}", **options) for number in range(count)]
