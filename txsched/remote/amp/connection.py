"""
A client's connection: greeting, questions and answers in parts, events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory
from twisted.protocols.amp import AMP, Box
from twisted.python.failure import Failure
from zope.interface import implementer

from ..._version import __version__
from ...codec import dumps, loads
from ...errors import BadBox, TooLarge, error_from_wire
from .commands import PART, PROTOCOL, Download, Events, Hello, Upload

__all__ = ["Connection", "ConnectionFactory", "ObservedEndpoint"]


class Connection(AMP):
    """
    A connection to a server; what it is used for is in :class:`AMPScheduler`.

    :param happened: told of events, with the number of the last of them.
    :param lost: told when the connection has gone.
    """

    def __init__(
        self,
        happened: Callable[[int, list[bytes]], None],
        lost: Callable[[Connection], None],
    ) -> None:
        super().__init__()
        self._happened = happened
        self._lost = lost
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
        self._lost(self)
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

    def __init__(
        self,
        happened: Callable[[int, list[bytes]], None],
        lost: Callable[[Connection], None],
    ) -> None:
        self.happened = happened
        self.lost = lost

    def buildProtocol(self, addr: IAddress | None) -> Connection:
        """
        Called by Twisted: make a connection.
        """
        return Connection(self.happened, self.lost)


@implementer(IStreamClientEndpoint)
@frozen
class ObservedEndpoint:
    """
    An endpoint that tells why it could not connect.
    """

    endpoint: IStreamClientEndpoint
    failed: Callable[[Failure], Failure]

    def connect(self, factory: Any) -> Deferred[Any]:
        """
        See ``IStreamClientEndpoint.connect``.
        """
        connecting: Deferred[Any] = self.endpoint.connect(factory)
        return connecting.addErrback(self.failed)
