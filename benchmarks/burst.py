"""
One-shot jobs that are all due: fires a second until the last one is recorded.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timezone
from typing import Any

import work
from reporting import database, tell


def ours(url: str, jobs: int, **options: Any) -> dict[str, float]:
    """
    Measure txsched.

    :param options: of the jobs, as ``keep_runs``.
    """
    from ours import make_scheduler, make_store, measure, sleep

    from txsched import JobSpec
    from txsched.triggers import DateTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url), misfire_grace_time=None)
        await scheduler.start(paused=True)
        trigger = DateTrigger(datetime.now(timezone.utc))
        specs = [
            JobSpec("work:tick", trigger, id=f"job{n}", **options) for n in range(jobs)
        ]
        await scheduler.add_jobs(specs)
        begin = time.perf_counter()
        await scheduler.resume()
        while work.ticks() < jobs:
            await sleep(0.01)
        while (await scheduler.status()).running:
            await sleep(0.001)
        took = time.perf_counter() - begin
        counts = (await scheduler.status()).store
        await scheduler.stop()
        return {"fires_per_second": jobs / took, "ledger_rows": counts.runs}

    return measure(run)


def peer(url: str, jobs: int) -> dict[str, float]:
    """
    Measure APScheduler.
    """
    from peer import make_scheduler

    scheduler = make_scheduler(url, misfire_grace_time=None)
    scheduler.start(paused=True)
    due = datetime.now(timezone.utc)
    for n in range(jobs):
        scheduler.add_job("work:tick", "date", run_date=due, id=f"job{n}")
    begin = time.perf_counter()
    scheduler.resume()
    while work.ticks() < jobs:
        time.sleep(0.01)
    took = time.perf_counter() - begin
    scheduler.shutdown()
    return {"fires_per_second": jobs / took}


if __name__ == "__main__":
    side, kind, jobs, *options = sys.argv[1:]
    with database(kind) as url:
        if side == "ours":
            numbers = (option.split("=") for option in options)
            tell(ours(url, int(jobs), **{name: int(value) for name, value in numbers}))
        else:
            tell(peer(url, int(jobs)))
