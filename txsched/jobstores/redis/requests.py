"""
Requests to the scripts: one packed text to the server, one packed text back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count as numbers

from ...errors import StoreUnavailable
from ...interfaces import ILoop
from ...model import from_seconds
from .address import Address
from .connection import Connection, Lost, Refused
from .packing import count, instant, pack
from .scripts import Script, script

__all__ = ["Requests"]

_MICROSECOND = timedelta(microseconds=1)
#: A longer request goes in parts, so that the server serves others in between.
_LONGEST = 4 * 2**20
_PART = 2**20
_STAGE_SECONDS = 300
#: Those of people: sent again, they are answered as the first time.
_REMEMBERED = frozenset(("add", "change", "remove", "repair"))


class Requests:
    """
    Runs scripts on the server.

    :param base: what all keys begin with.
    :param clock: whose clock judges leases: ``store`` or ``caller``.
    :param timed_out: called when the server did not answer in time.
    """

    def __init__(
        self,
        address: Address,
        loop: ILoop,
        timeout: float,
        base: bytes,
        clock: str,
        timed_out: Callable[[], None],
    ) -> None:
        self.connection = Connection(address, loop, timeout)
        self.client = os.urandom(12).hex().encode()
        self.channel = b"%bchanges:%d" % (base, address.database)
        self._loop = loop
        self._timeout = timeout
        self._base = base
        self._timed_out = timed_out
        self._by_store = clock == "store"
        self._head = pack((clock.encode(), self.client, self.channel))
        self._numbers = numbers(1)

    async def run(self, name: str, fields: Sequence[bytes] = ()) -> bytes:
        """
        Run a script; when the connection is lost meanwhile, once more on another one.

        :raises StoreUnavailable: it is not known whether it ran.
        """
        receipt = b""
        if name in _REMEMBERED:
            receipt = b"%b:%d" % (self.client, next(self._numbers))
        body = pack(fields)
        wanted = script(name)
        try:
            try:
                return await self._send(wanted, receipt, body)
            except Lost:
                again = b"!" + receipt if receipt else b""
                return await self._send(wanted, again, body)
        except Lost as error:
            raise StoreUnavailable(f"the connection was lost twice ({error})") from None
        except Refused as error:
            raise StoreUnavailable(str(error)) from None
        except StoreUnavailable:
            self._timed_out()
            raise

    async def _send(self, wanted: Script, receipt: bytes, body: bytes) -> bytes:
        request = b"%b%b%b" % (self._head, pack((receipt,)), body)
        if len(request) > _LONGEST:
            return await self._send_staged(wanted, request)
        return await self._evaluate(wanted, request)

    async def _evaluate(
        self, wanted: Script, *arguments: bytes, timeout: float | None = None
    ) -> bytes:
        call = self.connection.call
        words = ("1", self._base, *arguments)
        try:
            answer = await call("EVALSHA", wanted.hash, *words, timeout=timeout)
        except Refused as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            answer = await call("EVAL", wanted.text, *words, timeout=timeout)
        assert isinstance(answer, bytes)
        return answer

    async def _send_staged(self, wanted: Script, request: bytes) -> bytes:
        call = self.connection.call
        stage = b"%bstage:%b:%d" % (self._base, self.client, next(self._numbers))
        for start in range(0, len(request), _PART):
            await call("RPUSH", stage, request[start : start + _PART])
            if start == 0:
                await call("EXPIRE", stage, _STAGE_SECONDS)
        size = len(request)
        # The whole is one write, and takes its time.
        longer = self._timeout + size / _PART
        return await self._evaluate(wanted, b"", stage, count(size), timeout=longer)

    def lease(self, until: datetime, now: datetime | None = None) -> list[bytes]:
        """
        Say how long a lease is to last, as scripts read it: now, and the end or how
        long.

        :param now: of the caller; where it is not told, that of the loop.
        """
        if not self._by_store:
            return [b"" if now is None else instant(now), instant(until)]
        now = now or from_seconds(self._loop.seconds())
        lasts = max(until - now, timedelta())
        return [instant(now), count(lasts // _MICROSECOND)]
