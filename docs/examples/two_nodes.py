"""
Two schedulers share one Redis: ``python two_nodes.py redis://localhost/0``.
"""

import sys

from twisted.internet.task import deferLater, react

from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import RedisJobStore
from txsched.triggers import parse_trigger


def greet():
    print("each second once")


async def main(reactor, url):
    nodes = []
    for name in ("north", "south"):
        store = RedisJobStore(url, reactor=reactor, prefix="greetings")
        executors = {"default": ReactorExecutor()}
        nodes.append(LocalScheduler(store, executors, reactor, name))
        await nodes[-1].start()
    every = parse_trigger("every 1s")
    await nodes[0].add_job(greet, every, id="greet", on_conflict="replace")
    await deferLater(reactor, 3.5)
    await nodes[1].remove_job("greet")
    for node in nodes:
        await node.stop()


if __name__ == "__main__":
    react(main, sys.argv[1:])
