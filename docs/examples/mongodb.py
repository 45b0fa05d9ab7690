"""
A node whose jobs are in MongoDB: ``python mongodb.py mongodb://localhost/shop``.
"""

import sys

from twisted.internet.task import deferLater, react

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import MongoDBJobStore
from txsched.triggers import parse_trigger


def greet(name):
    print(f"hello {name}")


async def main(reactor, url):
    store = MongoDBJobStore(url, reactor=reactor)
    scheduler = LocalScheduler(store, {"default": ReactorExecutor()}, reactor)
    await scheduler.start()
    every, options = parse_trigger("every 1s"), {"on_conflict": "replace"}
    await scheduler.add_job(greet, every, ["MongoDB"], id="greet", **options)
    await deferLater(reactor, 2.5)
    await scheduler.stop()


if __name__ == "__main__":
    react(main, sys.argv[1:])
