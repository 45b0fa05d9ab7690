"""
Something between a store and its server: a proxy that cuts, or that speaks TLS.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import UNIXClientEndpoint, connectProtocol
from twisted.internet.protocol import Factory, Protocol


class _Upstream(Protocol):
    """
    The side of the server.
    """

    def __init__(self, client: _Downstream) -> None:
        self.client = client

    def dataReceived(self, data: bytes) -> None:
        factory = self.client.factory
        if factory.cuts and data.startswith(b"$"):
            factory.cuts -= 1
            self.client.transport.abortConnection()
            self.transport.loseConnection()
        else:
            self.client.transport.write(data)

    def connectionLost(self, reason: Any = None) -> None:
        self.client.transport.loseConnection()


class _Downstream(Protocol):
    """
    The side of the store.
    """

    factory: Between

    def connectionMade(self) -> None:
        self.factory.made += 1
        self.clients: _Upstream | None = None
        self.early: list[bytes] = []
        endpoint = UNIXClientEndpoint(reactor, self.factory.path)
        connectProtocol(endpoint, _Upstream(self)).addCallbacks(
            self._connected, lambda failure: self.transport.loseConnection()
        )

    def _connected(self, upstream: _Upstream) -> None:
        self.clients = upstream
        upstream.transport.writeSequence(self.early)

    def dataReceived(self, data: bytes) -> None:
        if self.clients is None:
            self.early.append(data)
        else:
            self.clients.transport.write(data)

    def connectionLost(self, reason: Any = None) -> None:
        if self.clients is not None:
            self.clients.transport.loseConnection()
        self.factory.gone()


class Between(Factory):
    """
    Hands on what it is given to a socket, and what comes back.

    :ivar cuts: so many answers of scripts are kept back, and their connections cut
        instead: what was asked for is done, and nobody is told.
    :ivar made: how many connections there were.
    """

    protocol = _Downstream
    noisy = False

    def __init__(self, path: str) -> None:
        self.path = path
        self.cuts = 0
        self.made = 0
        self._open = 0
        self._waiting: list[Deferred[None]] = []

    def buildProtocol(self, address: Any) -> Protocol:
        self._open += 1
        protocol = super().buildProtocol(address)
        assert protocol is not None
        return protocol

    def gone(self) -> None:
        """
        Count a connection that has ended.
        """
        self._open -= 1
        if not self._open:
            waiting, self._waiting = self._waiting, []
            for waiter in waiting:
                waiter.callback(None)

    async def all_gone(self) -> None:
        """
        Wait until no connection is open.
        """
        if self._open:
            waiter: Deferred[None] = Deferred()
            self._waiting.append(waiter)
            await waiter
