"""
Connections in memory: clients and a server without sockets.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import (
    ConnectionAborted,
    ConnectionDone,
    ConnectionLost,
    ConnectionRefusedError,
)
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IDelayedCall,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
    ITransport,
)
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

__all__ = ["Wire", "WireAddress"]

#: The most bytes that a protocol is given at once, as by a reactor.
_READ_SIZE = 65_536


@implementer(IAddress)
@frozen
class WireAddress:
    """
    Where one end of a connection is.

    :ivar name: ``client`` or ``server``, and the number of the connection.
    """

    name: str


@implementer(ITransport, IConsumer)
@define(eq=False)
class _End:
    """
    One end of a connection: the transport of its protocol.

    It is paused as a transport of Twisted is, and pauses a streaming producer while
    the other end leaves more than one read unread.
    """

    _wire: Wire
    _address: WireAddress
    protocol: IProtocol | None = None
    #: The other end.
    peer: Any = None
    #: What was sent to this end and has not arrived.
    waiting: bytearray = field(factory=bytearray, init=False)
    disconnecting: bool = field(default=False, init=False)
    aborted: bool = field(default=False, init=False)
    paused: bool = field(default=False, init=False)
    _producer: Any = field(default=None, init=False)
    _producer_paused: bool = field(default=False, init=False)
    _log = Logger()
    connected: bool = field(default=True, init=False)

    def write(self, data: bytes) -> None:
        """
        Send to the other end.
        """
        if self.connected and not self.disconnecting:
            self.peer.waiting += data
            self._wire.turn_soon()
            self.tell_producer()

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        """
        Take a streaming producer, which is paused while too much waits.
        """
        self._producer = producer

    def unregisterProducer(self) -> None:  # noqa: N802
        """
        Let the producer be.
        """
        self._producer = None

    def pauseProducing(self) -> None:  # noqa: N802
        """
        Read no more.
        """
        self.paused = True

    def resumeProducing(self) -> None:  # noqa: N802
        """
        Read again.
        """
        self.paused = False
        self._wire.turn_soon()

    def tell_producer(self) -> None:
        """
        Pause the producer, or let it go on, as the other end reads.
        """
        waiting = len(self.peer.waiting)
        if self._producer is None:
            return
        if waiting > _READ_SIZE and not self._producer_paused:
            self._producer_paused = True
            self._producer.pauseProducing()
        elif not waiting and self._producer_paused:
            self._producer_paused = False
            self._producer.resumeProducing()

    def writeSequence(self, data: Any) -> None:  # noqa: N802
        """
        Send several pieces to the other end.
        """
        self.write(b"".join(data))

    def loseConnection(self) -> None:  # noqa: N802
        """
        Disconnect, once all that was written has arrived.
        """
        self.disconnecting = True
        self._wire.turn_soon()

    def abortConnection(self) -> None:  # noqa: N802
        """
        Disconnect in the next turn; what is on its way is lost.
        """
        self.waiting.clear()
        self.peer.waiting.clear()
        self.aborted = self.disconnecting = True
        self._wire.turn_soon()

    def getPeer(self) -> WireAddress:  # noqa: N802
        """
        Give the address of the other end.
        """
        address: WireAddress = self.peer.getHost()
        return address

    def getHost(self) -> WireAddress:  # noqa: N802
        """
        Give the address of this end.
        """
        return self._address

    def read(self) -> None:
        """
        Give the protocol what has arrived, as much as one read takes.
        """
        if self.paused:
            return
        data = bytes(self.waiting[:_READ_SIZE])
        del self.waiting[:_READ_SIZE]
        if data and self.connected and self.protocol is not None:
            try:
                self.protocol.dataReceived(data)
            except Exception as error:
                self._log.failure(
                    "a protocol failed: {protocol}", protocol=self.protocol
                )
                self.abortConnection()
                self.lose(error)
        self.peer.tell_producer()

    def lose(self, reason: Exception) -> None:
        """
        Tell the protocol that the connection is gone.
        """
        if self.connected:
            self.connected = False
            self.waiting.clear()
            if self.protocol is not None:
                self.protocol.connectionLost(Failure(reason))


@implementer(IStreamClientEndpoint)
@define(eq=False)
class Wire:
    """
    Joins any number of clients to a server in memory; an endpoint for clients.

    Bytes never arrive while they are sent, but in a later call of *clock*, and all that
    was sent before that arrives together, as through a socket.  Order and number of
    these turns depend on nothing but what is sent.  A protocol that raises loses its
    connection, and the log tells of it.

    :param server: makes the server's side of each connection.
    :param clock: carries the bytes with ``callLater(0, ...)``: a reactor, or a
        ``task.Clock`` that is advanced for it.
    :ivar reachable: settable; while it is false new connections are refused.
    :ivar held: see :meth:`hold`.
    :ivar turns: how often bytes were carried.
    """

    server: IProtocolFactory
    _clock: IReactorTime
    reachable: bool = field(default=True, init=False)
    held: bool = field(default=False, init=False)
    turns: int = field(default=0, init=False)
    _connections: list[tuple[_End, _End]] = field(factory=list, init=False)
    _made: int = field(default=0, init=False)
    _connecting: int = field(default=0, init=False)
    _turn: IDelayedCall | None = field(default=None, init=False)
    _quiet: list[Deferred[None]] = field(factory=list, init=False)

    @property
    def connections(self) -> int:
        """
        How many connections there are.
        """
        return len(self._connections)

    def connect(self, factory: Any) -> Deferred[Any]:
        """
        Connect a client; see ``IStreamClientEndpoint.connect``.
        """

        def connect() -> None:
            self._connecting -= 1
            try:
                protocol = self._connected(factory)
            except Exception:
                connecting.errback()
            else:
                connecting.callback(protocol)
            self._check_quiet()

        def cancel(_: Any) -> None:
            self._connecting -= 1
            call.cancel()

        connecting: Deferred[Any] = Deferred(cancel)
        self._connecting += 1
        call = self._clock.callLater(0, connect)
        return connecting

    def _connected(self, factory: Any) -> Any:
        number = self._made = self._made + 1
        near = _End(self, WireAddress(f"client {number}"))
        far = _End(self, WireAddress(f"server {number}"))
        near.peer, far.peer = far, near
        if not self.reachable:
            raise ConnectionRefusedError()
        far.protocol = self.server.buildProtocol(near.getHost())
        near.protocol = factory.buildProtocol(far.getHost())
        if far.protocol is None or near.protocol is None:
            raise ConnectionRefusedError()
        self._connections.append((near, far))
        far.protocol.makeConnection(far)
        near.protocol.makeConnection(near)
        return near.protocol

    def cut(self) -> None:
        """
        Lose all connections at once, with what is on its way.
        """
        connections, self._connections = self._connections, []
        for pair in connections:
            for end in pair:
                end.lose(ConnectionLost())

    def hold(self) -> None:
        """
        Let nothing arrive until :meth:`release`; nobody is told.
        """
        self.held = True

    def release(self) -> None:
        """
        Let all arrive that was held.
        """
        self.held = False
        self.turn_soon()

    def quiet(self) -> Deferred[None]:
        """
        Wait until nothing is on its way, or what is on its way is held.

        Needs a clock that runs by itself.
        """
        if self._is_quiet():
            return succeed(None)
        waiting: Deferred[None] = Deferred()
        self._quiet.append(waiting)
        return waiting

    def _is_quiet(self) -> bool:
        return self._connecting == 0 and (self.held or self._turn is None)

    def _check_quiet(self) -> None:
        if self._is_quiet():
            quiet, self._quiet = self._quiet, []
            for waiting in quiet:
                waiting.callback(None)

    def turn_soon(self) -> None:
        """
        Called by the ends: see to it that bytes are carried.
        """
        if self._turn is None and not self.held:
            self._turn = self._clock.callLater(0, self._carry)

    def _carry(self) -> None:
        self._turn = None
        if not self.held:
            self.turns += 1
            for pair in tuple(self._connections):
                for end in reversed(pair):
                    end.read()
                self._close(pair)
        self._check_quiet()

    def _close(self, pair: tuple[_End, _End]) -> None:
        if any(end.connected and end.waiting and not end.paused for end in pair):
            self.turn_soon()
            return
        if any(end.disconnecting for end in pair) and pair in self._connections:
            self._connections.remove(pair)
            aborted = any(end.aborted for end in pair)
            for end in pair:
                if end.aborted:
                    end.lose(ConnectionAborted())
                else:
                    end.lose(ConnectionLost() if aborted else ConnectionDone())
