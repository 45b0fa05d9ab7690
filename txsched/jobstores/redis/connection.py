"""
One connection to a server, made when it is needed and made anew when it was lost.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.defer import TimeoutError as TookTooLong
from twisted.internet.error import ConnectError
from twisted.python.failure import Failure

from ...errors import BadValue, StoreUnavailable
from ...interfaces import ILoop
from .address import Address

__all__ = ["Connection", "Lost", "Refused", "connect"]


class Lost(Exception):
    """
    The connection was lost with a command under way.
    """


class Refused(Exception):
    """
    The server answered with an error; the text is the server's.
    """


async def connect(
    address: Address, loop: ILoop, timeout: float, listening: bool = False
) -> Any:
    """
    Connect, log in and choose the database.

    :param listening: to hear messages, which is all that such a connection can do.
    :raises StoreUnavailable: the server is not there, or refuses.
    :raises BadValue: for ``url``: there is no such database.
    """
    from . import client

    endpoint = address.endpoint(loop)
    kind = client.Listener if listening else client.Speaker
    factory = client.factory_of(kind)
    try:
        protocol: Any = await endpoint.connect(factory).addTimeout(
            timeout,
            loop,  # type: ignore[arg-type]
        )
    except Exception as error:  # of names, of sockets, of TLS
        raise StoreUnavailable(f"{address.text}: {_reason(error, timeout)}") from error
    try:
        if address.password:
            login = [address.user] if address.user else []
            await ask(protocol, loop, timeout, "AUTH", *login, address.password)
        if not listening:
            await ask(protocol, loop, timeout, "SELECT", address.database)
    except (Lost, Refused) as error:
        protocol.transport.abortConnection()
        if "DB index" in str(error):
            reason = f"there is no database {address.database} ({error})"
            raise BadValue("url", reason) from None
        raise StoreUnavailable(f"{address.text}: {error}") from None
    return protocol


def _reason(error: Exception, timeout: float) -> str:
    if isinstance(error, TookTooLong):
        return f"no connection within {timeout:g} s"
    if isinstance(error, ConnectError):
        return str(error)
    return repr(error)


async def ask(protocol: Any, loop: ILoop, timeout: float, *words: Any) -> Any:
    """
    Give a command, and wait for the answer.

    :raises Lost: the connection was lost, or nothing came in time; then it is cut.
    :raises Refused: the server answered with an error.
    """
    from . import client

    try:
        return await protocol.execute_command(*words).addTimeout(timeout, loop)
    except TookTooLong:
        protocol.transport.abortConnection()
        raise StoreUnavailable(f"no answer within {timeout:g} s") from None
    except client.ResponseError as error:
        raise Refused(str(error)) from None
    except client.RedisError as error:
        raise Lost(protocol.trouble or str(error)) from None


class Connection:
    """
    Commands to a server.

    :param timeout: in seconds, for each connection and each answer.
    """

    def __init__(self, address: Address, loop: ILoop, timeout: float) -> None:
        self.address = address
        self._loop = loop
        self._timeout = timeout
        self._protocol: Any = None
        self._waiting: list[Deferred[Any]] = []
        self._closed = True

    def open(self) -> None:
        """
        Allow connections.
        """
        self._closed = False

    async def call(self, *words: Any, timeout: float | None = None) -> Any:
        """
        Give a command, and wait for the answer.

        :param timeout: for the answer, where it is another one.
        :raises StoreUnavailable: there is no connection to be had, or no answer came in
            time; the connection is cut then.
        :raises Lost: the connection was lost, and it is not known what was done.
        :raises Refused: the server answered with an error.
        """
        protocol = self._protocol
        if protocol is None:
            protocol = await self._connected()
        return await ask(protocol, self._loop, timeout or self._timeout, *words)

    def _connected(self) -> Deferred[Any]:
        if self._closed:
            return fail(StoreUnavailable("it is not open"))
        waiter: Deferred[Any] = Deferred()
        self._waiting.append(waiter)
        if len(self._waiting) == 1:
            made = connect(self.address, self._loop, self._timeout)
            Deferred.fromCoroutine(made).addBoth(self._tell)
        return waiter

    def _tell(self, result: Any) -> None:
        if not isinstance(result, Failure):
            if self._closed:
                result.transport.abortConnection()
                result = Failure(StoreUnavailable("it is not open"))
            else:
                self._protocol = result
                result.whenDisconnected().addCallback(self._lost)
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            waiter.callback(result)

    def _lost(self, protocol: Any) -> None:
        self._protocol = None

    def close(self) -> Deferred[None]:
        """
        Let go of the connection; fires when it is gone.
        """
        self._closed = True
        protocol = self._protocol
        if protocol is None:
            return succeed(None)
        gone: Deferred[None] = protocol.whenDisconnected()
        protocol.transport.loseConnection()
        return gone
