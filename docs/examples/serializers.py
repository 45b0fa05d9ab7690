"""
A scheduler whose store keeps the objects of its own program, as signed pickles.
"""

from twisted.internet.task import deferLater, react

from txsched.codec import PickleSerializer
from txsched.core import LocalScheduler
from txsched.executors import ReactorExecutor
from txsched.jobstores import SQLAlchemyJobStore
from txsched.triggers import parse_trigger

KEY = b"random bytes that nobody else knows"


class Order:
    def __init__(self, number):
        self.number = number


def ship(order):
    print(f"shipping order {order.number}")


async def main(reactor):
    serializer = PickleSerializer(KEY)
    store = SQLAlchemyJobStore(
        "sqlite:///orders.db", reactor=reactor, serializer=serializer
    )
    scheduler = LocalScheduler(store, {"default": ReactorExecutor()}, reactor)
    await scheduler.start()
    await scheduler.add_job(ship, parse_trigger("every 1s"), [Order(5)], id="ship")
    await deferLater(reactor, 2.5)
    await scheduler.remove_job("ship")
    await scheduler.stop()


if __name__ == "__main__":
    react(main)
