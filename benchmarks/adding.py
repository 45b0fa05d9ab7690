"""
Adding jobs to SQLite while the scheduler runs: jobs a second.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone

from reporting import tell, temporary


def ours(jobs: int, path: str) -> dict[str, float]:
    """
    Measure txsched, in bulk.
    """
    from ours import make_scheduler, make_store, measure

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store("sqlite", path))
        await scheduler.start()
        begin = time.perf_counter()
        distant = datetime.now(timezone.utc) + timedelta(days=1)
        trigger = IntervalTrigger(hours=1, start_date=distant)
        await scheduler.add_jobs(
            [JobSpec("work:tick", trigger, id=f"job{n}") for n in range(jobs)]
        )
        took = time.perf_counter() - begin
        await scheduler.stop()
        return {"jobs_per_second": jobs / took}

    return measure(run)


def peer(jobs: int, path: str) -> dict[str, float]:
    """
    Measure APScheduler, which adds one by one.
    """
    from peer import make_scheduler

    scheduler = make_scheduler("sqlite", path)
    scheduler.start()
    distant = datetime.now(timezone.utc) + timedelta(days=1)
    begin = time.perf_counter()
    for n in range(jobs):
        scheduler.add_job(
            "work:tick", "interval", hours=1, start_date=distant, id=f"job{n}"
        )
    took = time.perf_counter() - begin
    scheduler.shutdown()
    return {"jobs_per_second": jobs / took}


if __name__ == "__main__":
    side, jobs = sys.argv[1:]
    with temporary() as path:
        tell({"ours": ours, "peer": peer}[side](int(jobs), path))
