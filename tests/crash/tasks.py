"""
What the jobs of the scenario do: they write down that they began and that they ended.
"""

from __future__ import annotations

import time

from txsched import current_run
from txsched.model import to_micros

from .records import note

#: How long a task lasts that is to be in the middle of its work when its node stops.
LONG_SECONDS = 1.5
_LONG: list[float] = []


def work(seconds: float) -> None:
    """
    Work for so long.
    """
    run = current_run()
    if seconds == LONG_SECONDS:
        _LONG.append(time.time())
    note(
        "begin",
        run=run.run_id,
        job=run.job_id,
        planned=to_micros(run.planned_time),
        attempt=run.attempt,
    )
    time.sleep(seconds)
    note("end", run=run.run_id, attempt=run.attempt)


def in_the_middle() -> bool:
    """
    Whether a long task has just begun in this process.
    """
    return bool(_LONG) and time.time() - _LONG[-1] < LONG_SECONDS / 3
