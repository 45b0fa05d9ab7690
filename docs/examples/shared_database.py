"""
Two nodes share the jobs of one database: ``python shared_database.py postgresql://...``.
"""

import sys
from collections import Counter
from datetime import datetime, timezone

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from txsched import JobSpec, RunQuery
from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor, TaskRegistry
from txsched.jobstores import SQLAlchemyJobStore
from txsched.triggers import DateTrigger

JOBS = 200


async def main(reactor, url):
    nodes = []
    for name in ("one", "two"):
        store = SQLAlchemyJobStore(url, reactor=reactor)
        executors = {"default": ReactorExecutor(TaskRegistry())}
        nodes.append(LocalScheduler(store, executors, reactor, name))
        await nodes[-1].start()
    trigger = DateTrigger(datetime.now(timezone.utc))
    specs = [
        JobSpec("time:time", trigger, misfire_grace_time=None) for _ in range(JOBS)
    ]
    await nodes[0].add_jobs(specs)
    runs = ()
    while len(runs) < JOBS or any(run.ended_at is None for run in runs):
        await deferLater(reactor, 0.1)
        runs = (await nodes[1].get_runs(RunQuery(limit=1000))).items
    print(f"{len(runs)} runs:", dict(Counter(str(run.disposition) for run in runs)))
    for node in nodes:
        await node.stop()


react(lambda reactor: Deferred.fromCoroutine(main(reactor, *sys.argv[1:])))
