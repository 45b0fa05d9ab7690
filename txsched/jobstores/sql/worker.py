"""
A thread that owns one connection.

Calls that arrive while a transaction is under way share the next one, each behind
a savepoint of its own: the busier the database, the more calls one commit serves,
and one that fails takes no other with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ...errors import StoreUnavailable
from ...interfaces import ILoop

__all__ = ["Worker", "driver_errors"]

T = TypeVar("T")
Work = Callable[[Any], Any]

#: The most calls that one transaction serves.
_GROUP = 100


@contextmanager
def driver_errors() -> Iterator[None]:
    """
    Turn an error of the database into ours.
    """
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailable(str(error.orig)) from error
    except SQLAlchemyError as error:
        raise StoreUnavailable(str(error)) from error


class Worker:
    """
    Does work with one connection, in one thread, in the order of the calls.

    :param begin: the statement that begins a transaction.
    :param prepare: is given the connection once it is made.
    :param undone: called in the thread when a transaction was given up.
    :param check: called in the thread before each transaction; what it raises is the
        answer to all who share it.
    """

    def __init__(
        self,
        loop: ILoop,
        engine: Engine,
        name: str,
        begin: str,
        prepare: Callable[[Any], None] = lambda connection: None,
        undone: Callable[[], None] = lambda: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._loop = loop
        self._engine = engine
        self._begin = begin
        self._prepare = prepare
        self._undone = undone
        self._check = check
        self._queue: SimpleQueue[tuple[Work | None, Deferred[Any]]] = SimpleQueue()
        self._connection: Any = None
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def start(self) -> Deferred[None]:
        """
        :returns: fires when the connection is made and prepared.
        :raises StoreUnavailable: it cannot be made; the thread has ended then.
        """
        self._thread.start()
        return self.do(lambda connection: None)

    def do(self, work: Callable[[Any], T]) -> Deferred[T]:
        """
        Call *work* with the connection, within a transaction.

        :returns: fires with what it returned, once that is committed.
        """
        answer: Deferred[T] = Deferred()
        self._queue.put((work, answer))
        return answer

    def stop(self) -> Deferred[None]:
        """
        :returns: fires when all that was asked for is done and the thread has ended.
        """
        answer: Deferred[None] = Deferred()
        self._queue.put((None, answer))
        return answer

    def _serve(self) -> None:
        last: Deferred[Any] | None = None
        while last is None:
            group = [self._queue.get()]
            try:
                while group[-1][0] is not None and len(group) < _GROUP:
                    group.append(self._queue.get_nowait())
            except Empty:
                pass
            work: list[tuple[Work, Deferred[Any]]] = []
            for task, answer in group:
                if task is None:
                    last = answer
                else:
                    work.append((task, answer))
            if work:
                self._loop.callFromThread(_tell, self._transact(work))
        self._disconnect()
        self._loop.callFromThread(last.callback, None)

    def _connect(self) -> Any:
        if self._connection is None:
            connection = self._engine.connect()
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def _transact(
        self, group: list[tuple[Work, Deferred[Any]]]
    ) -> list[tuple[Deferred[Any], Any]]:
        try:
            with driver_errors():
                self._check()
                connection = self._connect()
                run = connection.exec_driver_sql
                run(self._begin)
                try:
                    answers = [
                        (answer, self._attempt(connection, work))
                        for work, answer in group
                    ]
                    run("COMMIT")
                except BaseException:
                    self._undone()
                    self._roll_back(connection)
                    raise
        except BaseException:
            failure = Failure()
            return [(answer, failure) for _, answer in group]
        return answers

    def _attempt(self, connection: Any, work: Work) -> Any:
        """
        Do one piece of work; its failure is undone and becomes its answer.
        """
        run = connection.exec_driver_sql
        run("SAVEPOINT work")
        try:
            with driver_errors():
                result = work(connection)
        except BaseException:
            result = Failure()
            run("ROLLBACK TO SAVEPOINT work")
        run("RELEASE SAVEPOINT work")
        return result

    def _roll_back(self, connection: Any) -> None:
        """
        Give up a transaction, and the connection when even that fails.
        """
        try:
            connection.exec_driver_sql("ROLLBACK")
        except SQLAlchemyError:
            self._connection = None
            connection.invalidate()
            connection.close()


def _tell(answers: list[tuple[Deferred[Any], Any]]) -> None:
    for answer, result in answers:
        answer.callback(result)
