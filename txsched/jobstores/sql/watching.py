"""
Noticing what others change.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from attrs import define, field
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReadDescriptor
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from zope.interface import implementer

from ...errors import StoreUnavailable
from ...interfaces import ILoop
from .session import Session
from .worker import Worker

__all__ = ["Listener", "Poll"]

_POLL_SECONDS = 1.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0


class Poll:
    """
    Asks once a second for a number that is another one after others have written.

    :param question: what is asked.
    """

    def __init__(
        self, loop: ILoop, reader: Worker, question: str, callback: Callable[[], None]
    ) -> None:
        self._reader = reader
        self._question = question
        self._callback = callback
        self._seen: list[Any] = []
        self._loop = LoopingCall(lambda: Deferred.fromCoroutine(self._look()))
        self._loop.clock = loop  # type: ignore[assignment]
        self._loop.start(_POLL_SECONDS)

    async def _look(self) -> None:
        try:
            answer = await self._reader.do(lambda db: db.run(self._question).scalar())
        except StoreUnavailable:
            return  # whoever works with the store meets the same, and tells
        if self._seen and self._seen[-1] != answer:
            self._callback()
        self._seen = [answer]

    def stop(self) -> None:
        """
        Ask no more.
        """
        if self._loop.running:
            self._loop.stop()


@implementer(IReadDescriptor)
@define(eq=False)
class Listener:
    """
    Listens on a channel of PostgreSQL, with a connection of its own.

    The reactor watches a duplicate of the connection's descriptor: the driver closes
    its own when the connection is lost, which no reactor forgives.  A loop that watches
    no descriptors looks once a second.  A connection that is lost is made again, and
    then the callback is called once for what was missed.

    :param connect: makes a connection; called in the thread of *reader*.
    :param channel: what it listens to.
    :param me: what this node itself announces.
    """

    _loop: ILoop
    _reader: Worker
    _connect: Callable[[], Session]
    _channel: str
    _me: str
    _callback: Callable[[], None]
    _session: Session | None = field(default=None, init=False)
    _descriptor: int = field(default=-1, init=False)
    _pause: float = field(default=_FIRST_PAUSE_SECONDS, init=False)
    _again: Any = field(default=None, init=False)
    _stopped: bool = field(default=False, init=False)
    _missed: bool = field(default=False, init=False)
    _look: LoopingCall = field(init=False)

    @_look.default
    def _make_look(self) -> LoopingCall:
        return LoopingCall(self.doRead)

    def start(self) -> None:
        """
        Connect, and listen.
        """
        self._again = None
        self._reader.do(self._open).addCallback(self._opened).addErrback(self._failed)

    def _open(self, unused: Session) -> Session:
        session = self._connect()
        session.run(f'LISTEN "{self._channel}"')
        return session

    def _opened(self, session: Session) -> None:
        if self._stopped:
            _close(session)
            return
        self._session = session
        self._pause = _FIRST_PAUSE_SECONDS
        driver = session.connection.connection.dbapi_connection
        self._descriptor = os.dup(driver.fileno())
        if IReactorFDSet.providedBy(self._loop):
            self._loop.addReader(self)
        else:
            self._look.clock = self._loop  # type: ignore[assignment]
            self._look.start(_POLL_SECONDS)
        if self._missed:
            self._callback()
        self._missed = True
        self.doRead()

    def _failed(self, failure: Failure) -> None:
        """
        Try again later; whoever works with the store meets the same, and tells.
        """
        self._let_go()
        self._missed = True
        if not self._stopped:
            self._again = self._loop.callLater(self._pause, self.start)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)

    def fileno(self) -> int:
        """
        See ``IFileDescriptor``.
        """
        return self._descriptor

    def logPrefix(self) -> str:
        """
        See ``ILoggingContext``.
        """
        return "txsched listener"

    def doRead(self) -> None:
        """
        Take what has come.
        """
        assert self._session is not None
        driver = self._session.connection.connection.dbapi_connection
        heard = False
        try:
            driver.pgconn.consume_input()
            while (notification := driver.pgconn.notifies()) is not None:
                heard = heard or notification.extra.decode() != self._me
        except Exception:
            self.connectionLost(Failure())
            return
        if heard:
            self._callback()

    def connectionLost(self, reason: Failure) -> None:
        """
        See ``IFileDescriptor``.
        """
        self._failed(reason)

    def stop(self) -> None:
        """
        Listen no more.
        """
        self._stopped = True
        if self._again is not None:
            self._again.cancel()
            self._again = None
        self._let_go()

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        if self._look.running:
            self._look.stop()
        if self._descriptor >= 0:
            if IReactorFDSet.providedBy(self._loop):
                self._loop.removeReader(self)
            os.close(self._descriptor)
            self._descriptor = -1
        _close(session)


def _close(session: Session) -> None:
    with suppress(Exception):  # it may be lost, and nobody needs it any more
        session.connection.invalidate()
        session.connection.close()
