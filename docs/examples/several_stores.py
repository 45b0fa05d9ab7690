"""
A scheduler with two stores, and a third one for a while.
"""

from pathlib import Path
from tempfile import mkdtemp

from twisted.internet.task import react

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import MemoryJobStore, store_from_url
from txsched.triggers import IntervalTrigger


async def main(reactor, folder):
    stores = {
        "default": store_from_url(f"sqlite:///{folder}/jobs.db", reactor=reactor),
        "scratch": MemoryJobStore(),
    }
    scheduler = LocalScheduler(stores, {"default": ReactorExecutor()}, reactor)
    await scheduler.start()
    hourly = IntervalTrigger(hours=1)
    await scheduler.add_job("math:sqrt", hourly, [4], id="kept")
    await scheduler.add_job("math:sqrt", hourly, [9], id="lost", store="scratch")

    more = store_from_url(f"sqlite:///{folder}/more.db", reactor=reactor)
    await scheduler.add_store("more", more)
    await scheduler.add_job("math:sqrt", hourly, [16], id="parked", store="more")
    for job in (await scheduler.get_jobs()).items:
        print(job.id, "in", job.store)

    await scheduler.remove_store("more")  # its job stays in more.db
    print(len((await scheduler.get_jobs()).items), "jobs are fired")
    await scheduler.stop()


if __name__ == "__main__":
    react(main, [Path(mkdtemp())])
