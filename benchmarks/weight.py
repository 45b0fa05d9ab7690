"""
The memory that jobs take in the memory store: bytes a job.
"""

from __future__ import annotations

import gc
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from reporting import tell


def resident() -> int:
    """
    The resident size of this process in bytes, by the kernel.
    """
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("needs a Linux /proc")


def ours(jobs: int) -> dict[str, float]:
    """
    Measure txsched; each job has a trigger, arguments and an id of its own.
    """
    from ours import make_scheduler, make_store, measure

    from txsched import JobSpec
    from txsched.triggers import IntervalTrigger

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store("memory"))
        await scheduler.start()
        distant = datetime.now(timezone.utc) + timedelta(days=1)
        gc.collect()
        before = resident()
        for first in range(0, jobs, 1000):
            await scheduler.add_jobs(
                [
                    JobSpec(
                        "work:nothing",
                        IntervalTrigger(
                            seconds=60, start_date=distant + timedelta(seconds=n)
                        ),
                        args=(n, f"customer {n}"),
                        id=f"job number {n}",
                    )
                    for n in range(first, first + 1000)
                ]
            )
        gc.collect()
        grown = resident() - before
        await scheduler.stop()
        return {"bytes_per_job": grown / jobs}

    return measure(run)


if __name__ == "__main__":
    tell(ours(int(sys.argv[1])))
