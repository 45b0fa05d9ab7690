"""
Adding jobs to a database while the scheduler runs: jobs a second.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from reporting import database, tell

#: How many add at the same time.
CALLERS = 50


def ours(url: str, jobs: int) -> dict[str, float]:
    """
    Measure txsched, in bulk.
    """
    from ours import make_scheduler, make_store, measure

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url))
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


def crowd(url: str, jobs: int) -> dict[str, float]:
    """
    Measure txsched, one by one from callers that all wait for their answers.
    """
    from ours import make_scheduler, make_store, measure
    from twisted.internet.defer import Deferred, gatherResults

    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url))
        await scheduler.start()
        distant = datetime.now(timezone.utc) + timedelta(days=1)
        trigger = IntervalTrigger(hours=1, start_date=distant)
        numbers = iter(range(jobs))

        async def caller() -> None:
            for n in numbers:
                await scheduler.add_job("work:tick", trigger, id=f"job{n}")

        begin = time.perf_counter()
        await gatherResults([Deferred.fromCoroutine(caller()) for _ in range(CALLERS)])
        took = time.perf_counter() - begin
        await scheduler.stop()
        return {"jobs_per_second": jobs / took}

    return measure(run)


def peer(url: str, jobs: int) -> dict[str, float]:
    """
    Measure APScheduler, one by one from one thread, which is its fastest.
    """
    from peer import make_scheduler

    scheduler = make_scheduler(url)
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


def peer_crowd(url: str, jobs: int) -> dict[str, float]:
    """
    Measure APScheduler, one by one from as many threads as there are callers.
    """
    from peer import make_scheduler

    scheduler = make_scheduler(url)
    scheduler.start()
    distant = datetime.now(timezone.utc) + timedelta(days=1)

    def add(n: int) -> None:
        scheduler.add_job(
            "work:tick", "interval", hours=1, start_date=distant, id=f"job{n}"
        )

    with ThreadPoolExecutor(CALLERS) as callers:
        begin = time.perf_counter()
        list(callers.map(add, range(jobs)))
        took = time.perf_counter() - begin
    scheduler.shutdown()
    return {"jobs_per_second": jobs / took}


if __name__ == "__main__":
    side, kind, jobs = sys.argv[1:]
    sides = {"ours": ours, "crowd": crowd, "peer": peer, "peer-crowd": peer_crowd}
    with database(kind) as url:
        tell(sides[side](url, int(jobs)))
