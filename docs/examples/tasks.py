"""
Tasks: functions of a module, which jobs name as ``tasks:write_report``.
"""

from twisted.internet import reactor
from twisted.internet.task import deferLater

from txsched import current_run


def write_report(path):
    """A plain function, run in a thread: it may take its time."""
    run = current_run()
    with open(path, "w", encoding="utf-8") as report:
        report.write(f"planned for {run.planned_time:%H:%M:%S}, run {run.run_id}\n")
    run.log.info("wrote {path} in attempt {attempt}", path=path, attempt=run.attempt)
    return {"path": path}


def count_to(number):
    """A thread cannot be stopped from outside; a task that takes long looks itself."""
    for count in range(number):
        if current_run().cancelled:
            return {"counted": count}
    return {"counted": number}


async def rest(seconds):
    """A coroutine, for a job with ``executor="reactor"``: waiting blocks nobody."""
    await deferLater(reactor, seconds)
    return {"rested": seconds}
