"""
How the store's calls reach the server: in threads, announced to others, and timed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from attrs import define, field
from twisted.internet.defer import Deferred

from ...errors import StoreUnavailable
from ...interfaces import ILoop
from ...model import from_seconds, to_micros
from ..threads import Threads
from .address import Address
from .clock import LeaseClock
from .connection import Connection
from .documents import Document
from .schema import migrate
from .tables import Tables
from .watching import Watch, announce

__all__ = ["Calls"]

T = TypeVar("T")

_READERS = 2
_NOT_OPEN = "it is not open"


@define(eq=False)
class Calls:
    """
    A connection while it is open, and the threads that use it.

    :param own_clock: whether leases are judged by the server's clock.
    """

    address: Address
    loop: ILoop
    own_clock: bool
    clock: LeaseClock = field(init=False)
    _me: str = field(factory=lambda: os.urandom(8).hex(), init=False)
    _connection: Connection | None = field(default=None, init=False)
    _writer: Threads | None = field(default=None, init=False)
    _readers: Threads | None = field(default=None, init=False)
    _callbacks: dict[object, Callable[[], None]] = field(factory=dict, init=False)
    _watches: dict[object, Watch] = field(factory=dict, init=False)
    _announced: Deferred[None] | None = field(default=None, init=False)
    _announce_again: bool = field(default=False, init=False)

    @clock.default
    def _lease_clock(self) -> LeaseClock:
        return LeaseClock(self.hello, self.own_clock)

    def open(self) -> Deferred[None]:
        """
        Connect, and bring the schema to the newest version; see ``IJobStore.open``.
        """
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        connection = self._connection = self.address.connection()
        writer = Threads(self.loop, "txsched writer", 1)
        now, asked = to_micros(from_seconds(self.loop.seconds())), time.monotonic()

        def prepare() -> None:
            with connection.limited():
                connection.check()
                migrate(connection.database, connection.prefix)
                self.clock.measure(now, asked)

        try:
            await writer.do(prepare)
        except BaseException as error:
            self._connection = None
            await writer.do(connection.close)
            await writer.stop()
            if isinstance(error, StoreUnavailable):
                raise StoreUnavailable(f"{self.address}: {error.reason}") from error
            raise
        self._writer = writer
        self._readers = Threads(self.loop, "txsched reader", _READERS)
        for token in self._callbacks:
            self._begin_watch(token)

    def close(self) -> Deferred[None]:
        """
        Finish what is under way, and disconnect.
        """
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        writer, readers, connection = self._writer, self._readers, self._connection
        self._writer = self._readers = None
        for watch in self._watches.values():
            watch.stop()
        self._watches.clear()
        if writer is None or readers is None or connection is None:
            return
        await readers.stop()
        await writer.do(connection.close)
        await writer.stop()
        self._connection = None

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """
        See ``IJobStore.watch``; begins when it is open.
        """
        token = object()
        self._callbacks[token] = callback
        self._begin_watch(token)

        def stop() -> None:
            self._callbacks.pop(token, None)
            watch = self._watches.pop(token, None)
            if watch is not None:
                watch.stop()

        return stop

    def _begin_watch(self, token: object) -> None:
        if self._connection is None or self._readers is None:
            return
        notice = partial(self.loop.callFromThread, self._notice, token)
        watch = self._watches[token] = Watch(self._connection, self._me, notice)
        watch.start()

    def _notice(self, token: object) -> None:
        if token in self._watches:
            self._callbacks[token]()

    def hello(self) -> tuple[int, Document]:
        """
        Ask the server for its clock; blocks.
        """
        connection = self._connection
        if connection is None:
            raise StoreUnavailable(_NOT_OPEN)
        return connection.hello()

    def read(self, question: Callable[[Tables], T]) -> Deferred[T]:
        """
        Ask, without a transaction.
        """
        connection = self._connection
        if self._readers is None or connection is None:
            return _fail()
        return self._readers.do(lambda: connection.ask(question))

    def look(self, work: Callable[[Tables], T]) -> Deferred[T]:
        """
        Ask within a transaction, since what cannot be loaded is put aside.
        """
        connection = self._connection
        if self._readers is None or connection is None:
            return _fail()
        return self._readers.do(lambda: connection.transact(work))

    def write(self, work: Callable[[Tables], T], tell: bool = False) -> Deferred[T]:
        """
        Write.

        :param tell: whether other nodes are to look again.
        """
        connection = self._connection
        if self._writer is None or connection is None:
            return _fail()
        answer = self._writer.do(lambda: connection.transact(work))
        return answer.addCallback(self._tell) if tell else answer

    def claim(
        self, now: datetime, until: datetime, work: Callable[[Tables, int, int], T]
    ) -> Deferred[T]:
        """
        Write, by the clock that leases are judged by.

        :param work: is given the clock, and when the leases are to end.
        """
        connection, clock = self._connection, self.clock
        if self._writer is None or connection is None:
            return _fail()
        caller, end, asked = to_micros(now), to_micros(until), time.monotonic()

        def claim() -> T:
            with connection.limited():
                judged = clock.measure(caller, asked)
                end_then = end + clock.difference
                return connection.transact(
                    lambda tables: work(tables, judged, end_then)
                )

        return self._writer.do(claim)

    def _tell(self, result: T) -> T:
        """
        Announce a change, one announcement at a time for all that come meanwhile.
        """
        connection = self._connection
        if self._announced is not None or self._readers is None or connection is None:
            self._announce_again = True
            return result
        self._announce_again = False

        def done(ignored: object) -> None:
            # Lost when the store went away: then the others look by themselves.
            self._announced = None
            if self._announce_again:
                self._tell(None)

        self._announced = self._readers.do(partial(announce, connection, self._me))
        self._announced.addBoth(done)
        return result


def _fail() -> Deferred[T]:
    answer: Deferred[T] = Deferred()
    answer.errback(StoreUnavailable(_NOT_OPEN))
    return answer
