"""
A client's connection: greeting, questions and answers in parts, events.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory, Protocol
from twisted.protocols.amp import AMP, Box
from twisted.python.failure import Failure
from zope.interface import implementer

from ..._version import __version__
from ...codec import dumps, loads
from ...errors import BadBox, TooLarge, error_from_wire
from .commands import PART, PROTOCOL, Download, Events, Hello, Upload

__all__ = ["Connection", "ConnectionFactory", "HandleFactory", "PreparingEndpoint"]


class Connection(AMP):
    """
    A connection to a server; what it is used for is in :class:`AMPScheduler`.

    :param happened: told of events, with the number of the last of them.
    :ivar lost: told when the connection has gone, and why.
    """

    def __init__(self, happened: Callable[[int, list[bytes]], None]) -> None:
        super().__init__()
        self._happened = happened
        self.lost: Callable[[Failure], object] = lambda reason: None
        self._transfers = 0
        #: Whether nothing can be asked here any more.
        self.closed = False

    @Events.responder
    def events(self, n: int, e: bytes) -> dict[str, Any]:
        """
        Take events from the server.
        """
        self._happened(n, loads(e))
        return {}

    def connectionLost(self, reason: Failure = Failure(CONNECTION_DONE)) -> None:
        """
        Called by Twisted: nothing more can be asked here.
        """
        self.closed = True
        # First: who calls again when a call fails waits for the next connection.
        self.lost(reason)
        super().connectionLost(reason)

    async def greet(self) -> None:
        """
        Agree on a version of the protocol.

        :raises ProtocolMismatch: there is none in common.
        """
        await self.ask(Hello, [*PROTOCOL, f"txsched {__version__}"])

    async def ask(self, command: Any, arguments: Any, limit: int = 2**31) -> Any:
        """
        Call *command* and give its result, both in as many parts as it takes.
        """
        return await self.send(command, dumps(arguments, "arguments"), limit)

    def send(self, command: Any, data: bytes, limit: int) -> Deferred[Any]:
        """
        Call *command* with encoded arguments.

        :returns: fires with the result, once all parts of it are there.
        """
        if len(data) > PART:
            return Deferred.fromCoroutine(self._send_parts(command, data, limit))
        return self._answered(self.callRemote(command, a=data))

    def _answered(self, answering: Deferred[Box]) -> Deferred[Any]:
        # What fails in a callback of AMP's own Deferred costs the connection.
        result: Deferred[Any] = Deferred()

        def answered(box: Box) -> None:
            if result.called:
                return
            if b"m" in box:
                Deferred.fromCoroutine(self._rest(box)).addBoth(ended)
                return
            try:
                value = _result(box[b"r"])
            except Exception:
                result.errback()
            else:
                result.callback(value)

        def ended(outcome: Any) -> None:
            if not result.called:
                result.callback(outcome)

        answering.addCallbacks(answered, ended)
        return result

    async def _send_parts(self, command: Any, data: bytes, limit: int) -> Any:
        if len(data) > limit:
            raise TooLarge("the request", len(data), limit)
        transfer = await self._upload(data)
        return await self._answered(self.callRemote(command, t=b"%d" % transfer))

    async def _rest(self, box: Box) -> Any:
        parts = [box[b"r"]]
        while b"m" in box:
            box = await self.callRemote(Download, t=box[b"m"])
            parts.append(box[b"r"])
        return _result(b"".join(parts))

    async def _upload(self, data: bytes) -> int:
        self._transfers += 1
        transfer = self._transfers
        answers = await gatherResults(
            [
                self.callRemote(
                    Upload, t=b"%d" % transfer, d=data[first : first + PART]
                )
                for first in range(0, len(data), PART)
            ],
            consumeErrors=True,
        )
        for answer in answers:
            _result(answer[b"r"])
        return transfer


def _result(data: bytes) -> Any:
    answer = loads(data)
    if isinstance(answer, list) and len(answer) == 2 and answer[0] == 0:
        return answer[1]
    if isinstance(answer, list) and len(answer) == 3 and answer[0] == 1:
        raise error_from_wire(answer[1], answer[2])
    raise BadBox(f"the server answered {answer!r}")


class ConnectionFactory(Factory):
    """
    Makes connections for one client.
    """

    noisy = False

    def __init__(self, happened: Callable[[int, list[bytes]], None]) -> None:
        self.happened = happened

    def buildProtocol(self, addr: IAddress | None) -> Connection:
        """
        Called by Twisted: make a connection.
        """
        return Connection(self.happened)


class Handle(Protocol):
    """
    What a ``ClientService`` holds of a connection that is ready for use.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection


class HandleFactory(Factory):
    """
    Gives the service a handle on the connection that its endpoint has made.
    """

    noisy = False

    def buildProtocol(self, addr: Any) -> Handle:
        """
        Called by :class:`PreparingEndpoint`, with a connection where an address is.
        """
        return Handle(addr)


@implementer(IStreamClientEndpoint)
@frozen
class PreparingEndpoint:
    """
    An endpoint whose connections are ready for use, or none.

    A ``ClientService`` cannot take that a connection is lost while it is prepared; so
    it hears of a connection only afterwards.

    :param factory: makes the connections.
    :param prepare: greets a server.
    :param failed: told why there is no connection.
    """

    endpoint: IStreamClientEndpoint
    factory: ConnectionFactory
    prepare: Callable[[Connection], Awaitable[None]]
    failed: Callable[[BaseException], None]

    def connect(self, factory: Any) -> Deferred[Any]:
        """
        See ``IStreamClientEndpoint.connect``.
        """
        return Deferred.fromCoroutine(self._connect(factory))

    async def _connect(self, factory: Any) -> Any:
        try:
            connection: Any = await self.endpoint.connect(self.factory)
            try:
                await self.prepare(connection)
            except BaseException:
                connection.transport.loseConnection()
                raise
        except BaseException as error:
            self.failed(error)
            raise
        handle = factory.buildProtocol(connection)
        connection.lost = handle.connectionLost
        handle.makeConnection(connection.transport)
        return handle
