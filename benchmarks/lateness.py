"""
How late runs start at a steady rate.
"""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta, timezone

import work
from reporting import database, tell


def ours(url: str, rate: int, seconds: int) -> dict[str, float]:
    """
    Measure txsched.
    """
    from ours import make_scheduler, make_store, measure, sleep

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url))
        await scheduler.start()
        begin = datetime.now(timezone.utc) + timedelta(seconds=1)
        await scheduler.add_jobs(
            [
                JobSpec(
                    "work:late",
                    IntervalTrigger(
                        seconds=1, start_date=begin + timedelta(seconds=n / rate)
                    ),
                    id=f"job{n}",
                )
                for n in range(rate)
            ]
        )
        await sleep(begin.timestamp() + seconds - time.time())
        await scheduler.stop(5.0)
        late = sorted(work.lateness)
        return {
            "runs": len(late),
            "p50_ms": 1000 * late[len(late) // 2],
            "p99_ms": 1000 * late[len(late) * 99 // 100],
            "max_ms": 1000 * late[-1],
        }

    return measure(run)


if __name__ == "__main__":
    kind, rate, seconds = sys.argv[1:]
    with database(kind) as url:
        tell(ours(url, int(rate), int(seconds)))
