"""
A process that adds jobs to a shelf until it is killed, and says what it was told.
"""

from __future__ import annotations

import sys

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from txsched.jobstores import ShelveJobStore
from txsched.model import OnConflict
from txsched.testing.contracts.job_store.samples import make_job


async def write(path: str, name: str) -> None:
    """
    Add three jobs at a time, and tell their number when they are there.
    """
    store = ShelveJobStore(path, reactor=reactor)
    await store.open()
    number = 0
    while True:
        number += 1
        jobs = [make_job(f"{name}-{number}-{place}") for place in range(3)]
        await store.add_jobs(jobs, OnConflict.ERROR)
        sys.stdout.write(f"{name}-{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    Deferred.fromCoroutine(write(*sys.argv[1:]))
    reactor.run()  # type: ignore[attr-defined]
