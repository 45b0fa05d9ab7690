"""
Servers and clients on real sockets, whose time-outs run on a clock that tests turn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    UNIXClientEndpoint,
    UNIXServerEndpoint,
)
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock, deferLater
from twisted.python.components import proxyForInterface
from twisted.trial.unittest import TestCase

from txsched.core import LocalScheduler
from txsched.interfaces import IScheduler
from txsched.jobstores import MemoryJobStore
from txsched.remote.amp import AMPScheduler, AMPServerFactory
from txsched.testing.fakes import ManualExecutor

from .bare import BareClient

#: Longer than any delay between two attempts to connect.
LONG = 15.0


class Stuck(proxyForInterface(IScheduler)):  # type: ignore[misc]
    """
    A scheduler whose answers to ``get_job`` come when told.
    """

    def __init__(self, original: IScheduler) -> None:
        super().__init__(original)
        self.asked: list[tuple[str, Deferred[Any]]] = []

    def get_job(self, job_id: str, store: Any = None) -> Deferred[Any]:
        """
        Wait.
        """
        answer: Deferred[Any] = Deferred()
        self.asked.append((job_id, answer))
        return answer


class Serving(TestCase):
    """
    A scheduler, served and used over sockets.
    """

    timeout = 30
    tcp = False

    async def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="txs")
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "socket")
        self.port = 0
        self.clock = Clock()
        self.clock.advance(1_767_225_600)
        self.local = LocalScheduler(
            MemoryJobStore(), {"default": ManualExecutor()}, self.clock, "serving"
        )
        await self.local.start()
        self.addCleanup(self.local.stop)
        self.listening: IListeningPort | None = None

    def factory(self, **limits: Any) -> AMPServerFactory:
        """
        Make what serves the scheduler.
        """
        return AMPServerFactory(self.local, **limits)

    async def serve(self, factory: AMPServerFactory) -> AMPServerFactory:
        """
        Listen, at the same place each time.
        """
        if self.tcp:
            endpoint: Any = TCP4ServerEndpoint(
                reactor, self.port, interface="127.0.0.1"
            )
        else:
            endpoint = UNIXServerEndpoint(reactor, self.path)
        listening = await endpoint.listen(factory)
        if self.tcp:
            self.port = listening.getHost().port
        self.listening = listening
        self.served = factory
        self.addCleanup(listening.stopListening)
        self.addCleanup(factory.disconnect)
        return factory

    async def leave(self) -> None:
        """
        Let the server go away, with all its connections.
        """
        assert self.listening is not None
        await self.listening.stopListening()
        self.served.disconnect()

    def endpoint(self) -> Any:
        """
        Give where the server is, for clients.
        """
        if self.tcp:
            return TCP4ClientEndpoint(reactor, "127.0.0.1", self.port)
        return UNIXClientEndpoint(reactor, self.path)

    def client(self, **options: Any) -> AMPScheduler:
        """
        Start a client.
        """
        client = AMPScheduler(self.clock, self.endpoint(), **options)
        client.startService()
        self.addCleanup(client.stopService)
        return client

    async def bare(self) -> BareClient:
        """
        Connect a client that does not know what it is doing.
        """
        client: BareClient = await self.endpoint().connect(
            Factory.forProtocol(BareClient)
        )
        return client

    async def until(self, condition: Callable[[], object]) -> None:
        """
        Wait for what comes by itself.
        """
        while not condition():
            await deferLater(reactor, 0.001)

    def past(self, deferred: Deferred[Any]) -> Deferred[Any]:
        """
        Turn the clock until something has come that waits for attempts to connect.
        """

        async def turn() -> Any:
            while not deferred.called:
                self.clock.advance(0.01)
                await deferLater(reactor, 0.001)
            return await deferred

        return Deferred.fromCoroutine(turn())
