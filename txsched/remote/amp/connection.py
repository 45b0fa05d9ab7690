"""
A client's connection: greeting, questions and answers in parts, events.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, DeferredList, fail
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory, Protocol
from twisted.logger import Logger
from twisted.protocols.amp import (
    BinaryBoxProtocol,
    Box,
    BoxDispatcher,
    CommandLocator,
)
from twisted.python.failure import Failure
from zope.interface import implementer

from ..._version import __version__
from ...codec import dumps, loads
from ...errors import BadBox, NotConnected, TooLarge, error_from_wire
from .boxes import WrittenBox
from .commands import DOWNLOAD, HELLO, PART, PROTOCOL, UPLOAD, Events

__all__ = ["Connection", "ConnectionFactory", "HandleFactory", "PreparingEndpoint"]


class Connection(BinaryBoxProtocol, BoxDispatcher, CommandLocator):
    """
    A connection to a server; what it is used for is in :class:`AMPScheduler`.

    :param happened: told of events, with the number of the last of them.
    :ivar lost: told when the connection has gone, and why.
    """

    _log = Logger()

    def __init__(self, happened: Callable[[int, list[bytes]], None]) -> None:
        BinaryBoxProtocol.__init__(self, self)
        BoxDispatcher.__init__(self, self)
        self._happened = happened
        self.lost: Callable[[Failure], object] = lambda reason: None
        self._calls = 0
        self._waiting: dict[bytes, Deferred[Box]] = {}
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

    def ampBoxReceived(self, box: Box) -> None:
        """
        Called by Twisted: take the answer to a call, or answer one.
        """
        tag = box.get(b"_answer") or box.get(b"_error")
        if tag is None and b"_command" in box:
            super().ampBoxReceived(box)
            return
        if tag not in self._waiting:
            self._log.warn("the server sent what is neither an answer nor a call")
            if self.transport is not None:
                self.transport.loseConnection()
            return
        answer = self._waiting.pop(tag)
        if b"m" in box:
            Deferred.fromCoroutine(_deliver(self._download(box), answer))
        elif not answer.called:  # otherwise it was too late
            answer.callback(box)

    def connectionLost(self, reason: Failure = Failure(CONNECTION_DONE)) -> None:
        """
        Called by Twisted: nothing more can be asked here.
        """
        self.closed = True
        # First: who calls again when a call fails waits for the next connection.
        self.lost(reason)
        super().connectionLost(reason)
        self.transport = None
        waiting, self._waiting = self._waiting, {}
        why = reason.getErrorMessage()
        for answer in waiting.values():
            if not answer.called:
                answer.errback(
                    NotConnected(f"the connection was lost during the call: {why}")
                )

    async def greet(self) -> None:
        """
        Agree on a version of the protocol.

        :raises ProtocolMismatch: there is none in common.
        """
        await self.ask(HELLO, [*PROTOCOL, f"txsched {__version__}"])

    async def ask(self, command: bytes, arguments: Any, limit: int = 2**31) -> Any:
        """
        Call *command* and give its result, both in as many parts as it takes.
        """
        return await self.send(command, dumps(arguments, "arguments"), limit)

    def send(self, command: bytes, data: bytes, limit: int) -> Deferred[Any]:
        """
        Call *command* with encoded arguments.

        :returns: fires with the result, once all parts of it are there.
        """
        if len(data) <= PART:
            return self._call(command, {b"a": data}).addCallback(_result)
        answer: Deferred[Any] = Deferred()
        Deferred.fromCoroutine(_deliver(self._upload(command, data, limit), answer))
        return answer

    def _call(self, command: bytes, fields: dict[bytes, bytes]) -> Deferred[Box]:
        if self.closed:
            return fail(NotConnected("the connection was lost before the call"))
        self._calls += 1
        tag = b"%x" % self._calls
        answer: Deferred[Box] = Deferred()
        self._waiting[tag] = answer
        self.sendBox(WrittenBox({b"_ask": tag, b"_command": command, **fields}))
        return answer

    async def _upload(self, command: bytes, data: bytes, limit: int) -> Any:
        """
        Call *command* with arguments in parts; all of it is sent at once.
        """
        if len(data) > limit:
            raise TooLarge("the request", len(data), limit)
        self._transfers += 1
        transfer = b"%d" % self._transfers
        calls = [
            self._call(UPLOAD, {b"t": transfer, b"d": data[first : first + PART]})
            for first in range(0, len(data), PART)
        ]
        calls.append(self._call(command, {b"t": transfer}))
        # What is wrong with a part says more than that the command lacks it.
        return [_result(box) for box in await _all(calls)][-1]

    async def _download(self, box: Box) -> Box:
        """
        Ask for all other parts of an answer at once.
        """
        calls = [self._call(DOWNLOAD, {b"t": box[b"m"]}) for _ in range(int(box[b"n"]))]
        parts = [box, *await _all(calls)]
        return Box({b"r": b"".join(_data(part) for part in parts)})


async def _all(calls: list[Deferred[Box]]) -> list[Box]:
    outcomes: list[tuple[bool, Any]] = await DeferredList(calls, consumeErrors=True)
    for succeeded, outcome in outcomes:
        if not succeeded:
            outcome.raiseException()
    return [outcome for _, outcome in outcomes]


async def _deliver(work: Awaitable[Any], answer: Deferred[Any]) -> None:
    """
    Let *answer* fire with what comes of *work*, unless its time is over.
    """
    try:
        outcome = await work
    except Exception:
        outcome = Failure()
    if not answer.called:
        answer.callback(outcome)


def _data(box: Box) -> bytes:
    if b"r" in box:
        return box[b"r"]
    description = box.get(b"_error_description", b"nothing").decode("utf-8", "replace")
    raise BadBox(f"the server answered: {description}")


def _result(box: Box) -> Any:
    answer = loads(_data(box))
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
