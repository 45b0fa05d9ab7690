"""
A client's connection: greeting, questions and answers in parts, events.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.protocols.amp import AMP
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
    """

    def __init__(self, happened: Callable[[int, list[bytes]], None]) -> None:
        super().__init__()
        self._happened = happened
        self._transfers = 0

    @Events.responder
    def events(self, n: int, e: bytes) -> dict[str, Any]:
        """
        Take events from the server.
        """
        self._happened(n, loads(e))
        return {}

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
        data = dumps(arguments, "arguments")
        if len(data) <= PART:
            answer = await self.callRemote(command, a=data)
        else:
            if len(data) > limit:
                raise TooLarge("the request", len(data), limit)
            answer = await self.callRemote(command, t=await self._upload(data))
        parts = [answer["r"]]
        while answer.get("m") is not None:
            answer = await self.callRemote(Download, t=answer["m"])
            parts.append(answer["r"])
        return _result(b"".join(parts))

    async def _upload(self, data: bytes) -> int:
        self._transfers += 1
        transfer = self._transfers
        answers = await gatherResults(
            [
                self.callRemote(Upload, t=transfer, d=data[first : first + PART])
                for first in range(0, len(data), PART)
            ],
            consumeErrors=True,
        )
        for answer in answers:
            _result(answer["r"])
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
