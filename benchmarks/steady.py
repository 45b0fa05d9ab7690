"""
Interval jobs of one second, spread over the second: how many of them run in time.

Both sides have ``misfire_grace_time`` 1 s: a run that would start later does not run.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone

import work
from reporting import tell


def ours(rate: int, seconds: int, far: int) -> dict[str, float]:
    """
    Measure txsched; *far* more jobs are stored that are not due.
    """
    from ours import make_scheduler, make_store, measure, sleep

    from txsched import JobSpec
    from txsched.triggers import DateTrigger, IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store("memory"))
        await scheduler.start()
        distant = datetime.now(timezone.utc) + timedelta(days=1)
        for first in range(0, far, 10_000):
            await scheduler.add_jobs(
                [
                    JobSpec(
                        "work:tick",
                        DateTrigger(distant + timedelta(seconds=n)),
                        id=f"far{n}",
                    )
                    for n in range(first, min(far, first + 10_000))
                ]
            )
            await sleep(0)
        begin = datetime.now(timezone.utc) + timedelta(seconds=2 + rate / 30_000)
        specs = [
            JobSpec(
                "work:tick",
                IntervalTrigger(
                    seconds=1, start_date=begin + timedelta(seconds=n / rate)
                ),
                id=f"job{n}",
            )
            for n in range(rate)
        ]
        for first in range(0, rate, 1000):
            await scheduler.add_jobs(specs[first : first + 1000])
            await sleep(0)
        end = begin.timestamp() + seconds
        await sleep(max(0.0, end - time.time()))
        ran = work.ticks()
        await scheduler.pause()
        await scheduler.stop(5.0)
        return {"planned": rate * seconds, "share": ran / (rate * seconds)}

    return measure(run)


def peer(rate: int, seconds: int, far: int) -> dict[str, float]:
    """
    Measure APScheduler.
    """
    from peer import make_scheduler

    scheduler = make_scheduler("memory", misfire_grace_time=1, coalesce=False)
    scheduler.start(paused=True)
    distant = datetime.now(timezone.utc) + timedelta(days=1)
    for n in range(far):
        run_date = distant + timedelta(seconds=n)
        scheduler.add_job("work:tick", "date", run_date=run_date, id=f"far{n}")
    begin = datetime.now(timezone.utc) + timedelta(seconds=2 + rate / 10_000)
    for n in range(rate):
        scheduler.add_job(
            "work:tick",
            "interval",
            seconds=1,
            start_date=begin + timedelta(seconds=n / rate),
            id=f"job{n}",
        )
    if datetime.now(timezone.utc) > begin:
        raise SystemExit("adding took too long")
    scheduler.resume()
    end = begin.timestamp() + seconds
    while time.time() < end:
        time.sleep(max(0.0, end - time.time()))
    ran = work.ticks()
    scheduler.shutdown(wait=False)
    return {"planned": rate * seconds, "share": ran / (rate * seconds)}


if __name__ == "__main__":
    side, rate, seconds, far = sys.argv[1:]
    tell({"ours": ours, "peer": peer}[side](int(rate), int(seconds), int(far)))
