"""
From the start on a large store to the first fire: seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

import work
from reporting import database, tell


def fill(jobs: int, url: str) -> dict[str, float]:
    """
    Leave a store of *jobs* far jobs and one that is due.
    """
    from ours import make_scheduler, make_store, measure

    from txsched import JobSpec
    from txsched.triggers import DateTrigger, IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url), misfire_grace_time=None)
        await scheduler.start(paused=True)
        now = datetime.now(timezone.utc)
        trigger = IntervalTrigger(hours=1, start_date=now + timedelta(days=1))
        for first in range(0, jobs, 1000):
            some = range(first, min(jobs, first + 1000))
            await scheduler.add_jobs(
                [JobSpec("work:tick", trigger, id=f"job{n}") for n in some]
            )
        await scheduler.add_job("work:tick", DateTrigger(now), id="due")
        await scheduler.stop()
        return {}

    return measure(run)


def first_fire(url: str) -> dict[str, float]:
    """
    Start on the store, everything imported already.
    """
    from ours import make_scheduler, make_store, measure, sleep

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url), misfire_grace_time=None)
        begin = time.perf_counter()
        await scheduler.start()
        while not work.ticks():
            await sleep(0.0005)
        took = time.perf_counter() - begin
        await scheduler.stop()
        return {"seconds": took}

    return measure(run)


if __name__ == "__main__":
    if sys.argv[1] == "fire":
        tell(first_fire(sys.argv[2]))
    else:
        kind, jobs = sys.argv[1:]
        with database(kind) as url:
            fill(int(jobs), url)
            subprocess.run([sys.executable, __file__, "fire", url], check=True)
