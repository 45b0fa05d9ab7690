"""
A scheduler in memory, in a program of your own.
"""

from twisted.internet.task import deferLater, react

from txsched import current_run
from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import MemoryJobStore
from txsched.triggers import parse_trigger


def greet(name):
    print(f"hello {name}, it is {current_run().planned_time:%H:%M:%S}")


async def main(reactor):
    scheduler = LocalScheduler(
        MemoryJobStore(), {"default": ReactorExecutor()}, reactor
    )
    await scheduler.start()
    await scheduler.add_job(greet, parse_trigger("every 2s"), ["world"])
    await deferLater(reactor, 10)
    await scheduler.stop()


if __name__ == "__main__":
    react(main)
