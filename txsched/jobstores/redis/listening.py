"""
What other nodes announce.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from ...errors import SchedulerError, StoreUnavailable
from ...interfaces import ILoop
from .address import Address
from .connection import Lost, Refused, ask, connect

__all__ = ["Announcements"]

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 10.0


class Announcements:
    """
    A connection that hears of changes; one that was lost is made anew, for ever.

    :param channel: on which changes are announced.
    :param own: what this store itself says there, and does not want to hear.
    """

    _log = Logger()

    def __init__(
        self, address: Address, loop: ILoop, timeout: float, channel: bytes, own: bytes
    ) -> None:
        self._address = address
        self._loop = loop
        self._timeout = timeout
        self._channel = channel
        self._own = own
        self._callbacks: list[Callable[[], None]] = []
        self._protocol: Any = None
        self._retrying: Deferred[None] | None = None
        self._closed = False

    async def open(self) -> None:
        """
        Begin to hear.

        :raises StoreUnavailable: the server cannot be reached, or does not let us.
        """
        self._closed = False
        await self._connect()

    async def _connect(self) -> None:
        address, loop, timeout = self._address, self._loop, self._timeout
        protocol = await connect(address, loop, timeout, listening=True)
        protocol.heard = self._heard
        try:
            await ask(protocol, loop, timeout, "SUBSCRIBE", self._channel)
        except (Lost, Refused) as error:
            protocol.transport.abortConnection()
            raise StoreUnavailable(f"{address.text}: {error}") from None
        if self._closed:
            protocol.transport.abortConnection()
            return
        self._protocol = protocol
        protocol.whenDisconnected().addCallback(self._lost)

    def _heard(self, message: bytes) -> None:
        if message != self._own:
            self._tell()

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            try:
                callback()
            except Exception:
                self._log.failure("a watch on changes failed")

    def _lost(self, protocol: Any) -> None:
        self._protocol = None
        if not self._closed:
            self._retrying = Deferred.fromCoroutine(self._retry())
            self._retrying.addErrback(lambda failure: failure.trap(CancelledError))

    async def _retry(self) -> None:
        """
        Connect again, and look at what may have been missed meanwhile.
        """
        delay = _FIRST_DELAY
        while not self._closed:
            await self._sleep(delay)
            try:
                await self._connect()
            except SchedulerError as error:
                delay = min(2 * delay, _LONGEST_DELAY)
                self._log.debug("cannot hear of changes: {error}", error=error)
            else:
                self._retrying = None
                self._tell()
                return

    def _sleep(self, seconds: float) -> Deferred[None]:
        call: Any = None
        slept: Deferred[None] = Deferred(lambda deferred: call.cancel())
        call = self._loop.callLater(seconds, slept.callback, None)
        return slept

    def add(self, callback: Callable[[], None]) -> Callable[[], None]:
        """
        Call *callback* at each change.

        :returns: a function that ends that.
        """
        self._callbacks.append(callback)

        def end() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return end

    def renew(self) -> None:
        """
        Connect anew: the connection may be dead without knowing it.
        """
        if self._protocol is not None:
            self._protocol.transport.abortConnection()

    async def close(self) -> None:
        """
        Hear no more.
        """
        self._closed = True
        if self._retrying is not None:
            self._retrying.cancel()
        protocol = self._protocol
        if protocol is not None:
            gone = protocol.whenDisconnected()
            protocol.transport.loseConnection()
            await gone
