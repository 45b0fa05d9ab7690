"""
A thread that owns one connection.

Calls that arrive while a transaction is under way share the next one: the busier the
database, the more calls one commit serves; and those that want the same, one behind
the other, share the statements too.  When one of them spoils the transaction, it is
given up, and each is done again in one of its own, so that one that fails takes no
other with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ...errors import NotSerializable, StoreUnavailable
from ...interfaces import ILoop
from .connecting import Connector
from .dialect import Trouble
from .session import Session

__all__ = ["Worker"]

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741

#: The most calls that one transaction serves.
_GROUP = 100
#: How often the same is done in all, when others were faster.
_TRIES = 8


class _Call(NamedTuple):
    """
    What is to be done with which items, and who waits for it.

    :ivar work: is given the items of one or several calls, and gives as many results;
        ``None`` at the end of the thread.
    """

    work: Callable[[Session, Sequence[Any]], Sequence[Any]] | None
    item: Any
    answer: Deferred[Any]


class Worker:
    """
    Does work with one connection, in one thread, in the order of the calls.

    A connection that is lost is made again, and the work is done once more; it must
    bear that the first time had succeeded, of which :attr:`Session.unsure` warns it.

    :param name: of the thread.
    :param begin: the statement that begins a transaction; ``None`` for none.
    :param announce: the statement that tells others of a transaction, with parameters.
    :param prepare: is given the first connection, once it is made.
    :param undone: called in the thread when a transaction was given up.
    :param check: called in the thread before each transaction; what it raises is the
        answer to all who share it.
    """

    def __init__(
        self,
        loop: ILoop,
        connector: Connector,
        name: str,
        begin: str | None,
        announce: tuple[str, tuple[str, ...]] = ("", ()),
        prepare: Callable[[Session], None] = lambda session: None,
        undone: Callable[[], None] = lambda: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._loop = loop
        self._connector = connector
        self._begin = begin
        self._announce = announce
        self._prepare = prepare
        self._undone = undone
        self._check = check
        self._queue: SimpleQueue[_Call] = SimpleQueue()
        self._session: Session | None = None
        self._prepared = False
        self._committing = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def start(self) -> Deferred[None]:
        """
        :returns: fires when the connection is made and prepared.
        :raises StoreUnavailable: it cannot be made; another call tries again.
        """
        self._thread.start()
        return self.do(lambda session: None)

    def do(self, work: Callable[[Session], T]) -> Deferred[T]:
        """
        Call *work* with the connection, within a transaction.

        :returns: fires with what it returned, once that is committed.
        """
        return self.share(lambda session, items: [work(session)], None)

    def share(
        self, work: Callable[[Session, Sequence[I]], Sequence[T]], item: I
    ) -> Deferred[T]:
        """
        The same for *work* that can serve several calls at once.

        :param work: is given the items of calls that follow each other, and gives as
            many results.  When it fails before it has written anything, it is called
            for each of them alone.
        """
        answer: Deferred[T] = Deferred()
        self._queue.put(_Call(work, item, answer))
        return answer

    def stop(self) -> Deferred[None]:
        """
        :returns: fires when all that was asked for is done and the thread has ended.
        """
        answer: Deferred[None] = Deferred()
        self._queue.put(_Call(None, None, answer))
        return answer

    def check(self, longest_seconds: float) -> None:
        """
        Cut the connection off when the database has not answered for so long.

        For any thread.  What waits for it fails as with any other lost connection.
        """
        session = self._session
        if session is None or not self._prepared:
            return  # an upgrade of the schema may take its time
        since = session.asked_at
        if since is not None and monotonic() - since > longest_seconds:
            self._connector.cut_off(session.connection)

    def _serve(self) -> None:
        last: Deferred[Any] | None = None
        while last is None:
            group = [self._queue.get()]
            try:
                while group[-1].work is not None and len(group) < _GROUP:
                    group.append(self._queue.get_nowait())
            except Empty:
                pass
            if group[-1].work is None:
                last = group.pop().answer
            if group:
                self._loop.callFromThread(_tell, self._answer(group))
        self._disconnect()
        self._loop.callFromThread(last.callback, None)

    def _answer(self, group: list[_Call]) -> list[tuple[Deferred[Any], Any]]:
        """
        Do all of a group, together if that is possible.
        """
        try:
            return self._persist(group)
        except StoreUnavailable:
            spoilt = [(call.answer, Failure()) for call in group]
        except BaseException:
            spoilt = [(call.answer, Failure()) for call in group]
            if len(group) > 1:
                return [one for call in group for one in self._answer([call])]
        return spoilt

    def _persist(self, group: list[_Call]) -> list[tuple[Deferred[Any], Any]]:
        """
        Do a transaction, again where that helps.

        :raises StoreUnavailable: the database cannot be used.
        :raises NotSerializable: it does not take a value.
        """
        lost = unsure = False
        tries = 0
        while True:
            tries += 1
            self._committing = False
            try:
                return self._transact(group, unsure)
            except DBAPIError as error:
                trouble = self._connector.dialect.trouble(error)
                if trouble is Trouble.LOST and not lost:
                    lost, unsure = True, self._committing
                elif trouble is Trouble.VALUE:
                    raise NotSerializable("value", str(error.orig)) from error
                elif trouble is not Trouble.CONFLICT or tries == _TRIES:
                    raise self._connector.unavailable(error.orig) from error
            except SQLAlchemyError as error:
                raise self._connector.unavailable(error) from error

    def _transact(
        self, group: list[_Call], unsure: bool
    ) -> list[tuple[Deferred[Any], Any]]:
        try:
            self._check()
            session = self._connect()
            session.unsure, session.announced = unsure, False
            if self._begin is not None:
                session.run(self._begin)
            answers = [
                answer
                for _, calls in groupby(group, attrgetter("work"))
                for answer in _attempt(session, list(calls))
            ]
            if self._begin is not None:
                if session.announced and self._announce[0]:
                    session.run(*self._announce)
                self._committing = True
                session.run("COMMIT")
            return answers
        except BaseException as error:
            self._undone()
            self._roll_back(error)
            raise

    def _connect(self) -> Session:
        if self._session is None:
            session = self._connector.connect()
            self._session = session
            self._connector.prepare(session)
            if not self._prepared:
                self._prepare(session)
                self._prepared = True
            session.ready = True
        return self._session

    def _disconnect(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.connection.close()

    def _roll_back(self, error: BaseException) -> None:
        """
        Give up a transaction, and the connection when it is of no use any more.
        """
        session = self._session
        if session is None:
            return
        invalid = isinstance(error, DBAPIError) and error.connection_invalidated
        if not invalid and session.ready:
            try:
                if self._begin is not None:
                    session.run("ROLLBACK")
                return
            except SQLAlchemyError:
                pass
        self._session = None
        session.connection.invalidate()
        session.connection.close()


def _attempt(session: Session, calls: list[_Call]) -> list[tuple[Deferred[Any], Any]]:
    """
    Do what several calls want; a failure before anything is written is the answer.
    """
    work = calls[0].work
    assert work is not None
    session.written = False
    results: Sequence[Any]
    try:
        results = work(session, [call.item for call in calls])
    except SQLAlchemyError:
        raise
    except Exception:
        if session.written:
            raise
        if len(calls) > 1:
            return [answer for call in calls for answer in _attempt(session, [call])]
        results = [Failure()]
    return [(call.answer, result) for call, result in zip(calls, results, strict=True)]


def _tell(answers: list[tuple[Deferred[Any], Any]]) -> None:
    for answer, result in answers:
        answer.callback(result)
