"""
txsched as the benchmarks set it up: ten threads, the ledger on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.python.failure import Failure

from txsched.core import LocalScheduler, Settings
from txsched.executors import ThreadPoolExecutor
from txsched.interfaces import IJobStore
from txsched.jobstores import store_from_url
from txsched.model import JobDefaults


def make_store(url: str) -> IJobStore:
    """
    Make a store: in ``memory``, or in the database of a URL.
    """
    return store_from_url("memory:" if url == "memory" else url, reactor=reactor)


def make_scheduler(store: IJobStore, **defaults: Any) -> LocalScheduler:
    """
    Make a scheduler over *store* with ten threads.
    """
    threads = ThreadPoolExecutor(reactor, workers=10)
    threads.startService()
    return LocalScheduler(
        store,
        {"default": threads},
        reactor,
        "bench",
        defaults=JobDefaults(**defaults),
        settings=Settings(),
    )


def sleep(seconds: float) -> Deferred[None]:
    """
    :returns: fires after so many seconds.
    """
    return deferLater(reactor, seconds)


def measure(work: Callable[[], Awaitable[dict[str, float]]]) -> dict[str, float]:
    """
    Run the reactor until *work* has its figures.
    """
    figures: list[Any] = []

    def done(result: Any) -> None:
        figures.append(result)
        reactor.stop()

    def start() -> None:
        Deferred.fromCoroutine(work()).addBoth(done)

    reactor.callWhenRunning(start)
    reactor.run()
    (result,) = figures
    if isinstance(result, Failure):
        result.raiseException()
    return result
