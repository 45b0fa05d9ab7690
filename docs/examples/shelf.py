"""
A scheduler that remembers its jobs in a shelf, and nothing else is needed for it.
"""

from twisted.internet.task import deferLater, react

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import ShelveJobStore
from txsched.triggers import parse_trigger


def greet(name):
    print(f"hello {name}")


async def main(reactor):
    store = ShelveJobStore("jobs", reactor=reactor)
    scheduler = LocalScheduler(store, {"default": ReactorExecutor()}, reactor)
    await scheduler.start()
    every, options = parse_trigger("every 1s"), {"on_conflict": "replace"}
    await scheduler.add_job(greet, every, ["shelf"], id="greet", **options)
    await deferLater(reactor, 2.5)
    await scheduler.stop()


if __name__ == "__main__":
    react(main)
