"""
A node on a store with many jobs: its memory, and the first page of ``get_jobs``.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

from reporting import database, tell
from weight import resident


def fill(url: str, jobs: int) -> None:
    """
    Leave a store of *jobs* far jobs.
    """
    from ours import make_scheduler, make_store, measure

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url))
        await scheduler.start(paused=True)
        distant = datetime.now(timezone.utc) + timedelta(days=1)
        trigger = IntervalTrigger(hours=1, start_date=distant)
        for first in range(0, jobs, 1000):
            some = range(first, min(jobs, first + 1000))
            await scheduler.add_jobs(
                [JobSpec("work:tick", trigger, id=f"job{n:06}") for n in some]
            )
        await scheduler.stop()
        return {}

    measure(run)


def hold(url: str) -> None:
    """
    Start on the store, let ten jobs fire each second, and look at the first page.
    """
    from ours import make_scheduler, make_store, measure, sleep

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url))
        await scheduler.start()
        trigger = IntervalTrigger(seconds=1)
        await scheduler.add_jobs(
            [JobSpec("work:tick", trigger, id=f"tick{n}") for n in range(10)]
        )
        await sleep(5.0)
        took = []
        for _ in range(21):
            begin = time.perf_counter()
            await scheduler.get_jobs()
            took.append(time.perf_counter() - begin)
            await sleep(0.05)
        gc.collect()
        figures = {
            "megabytes": resident() / 1e6,
            "page_ms": 1000 * statistics.median(took),
        }
        await scheduler.stop()
        return figures

    tell(measure(run))


if __name__ == "__main__":
    if sys.argv[1] == "hold":
        hold(sys.argv[2])
    else:
        kind, jobs = sys.argv[1:]
        with database(kind) as url:
            fill(url, int(jobs))
            subprocess.run([sys.executable, __file__, "hold", url], check=True)
