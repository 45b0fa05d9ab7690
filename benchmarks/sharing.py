"""
One-shot jobs, all due, on one store: fires a second of several nodes in sum.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timezone

from reporting import database, tell


def node(url: str) -> None:
    """
    Be one node: say when ready, begin at a word, and end at the next one.
    """
    from ours import make_scheduler, make_store, measure
    from twisted.internet.threads import deferToThread

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url), misfire_grace_time=None)
        await scheduler.start(paused=True)
        tell({"ready": 1})
        sys.stdout.flush()
        await deferToThread(sys.stdin.readline)
        await scheduler.resume()
        await deferToThread(sys.stdin.readline)
        await scheduler.stop()
        return {}

    measure(run)


def together(url: str, nodes: int, jobs: int) -> dict[str, float]:
    """
    Add the jobs, let so many nodes begin at once, and wait for the last end.
    """
    from ours import make_scheduler, make_store, measure, sleep

    from txsched import JobSpec
    from txsched.triggers import DateTrigger

    processes: list[subprocess.Popen[str]] = []

    def say() -> None:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()

    async def run() -> dict[str, float]:
        scheduler = make_scheduler(make_store(url), misfire_grace_time=None)
        await scheduler.start(paused=True)
        trigger = DateTrigger(datetime.now(timezone.utc))
        for first in range(0, jobs, 1000):
            some = range(first, min(jobs, first + 1000))
            await scheduler.add_jobs(
                [JobSpec("work:tick", trigger, id=f"job{n}") for n in some]
            )
        for _ in range(nodes):
            command = [sys.executable, __file__, "node", url]
            processes.append(
                subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        # So that each has heard of the others.
        await sleep(6.0)
        begin = time.perf_counter()
        say()
        while True:
            counts = (await scheduler.status()).store
            if counts is not None and not counts.jobs:
                break
            await sleep(0.05)
        took = time.perf_counter() - begin
        say()
        await scheduler.stop()
        return {"fires_per_second": jobs / took}

    try:
        return measure(run)
    finally:
        for process in processes:
            process.wait(30)


if __name__ == "__main__":
    if sys.argv[1] == "node":
        node(sys.argv[2])
    else:
        kind, nodes, jobs = sys.argv[1:]
        with database(kind) as url:
            tell(together(url, int(nodes), int(jobs)))
