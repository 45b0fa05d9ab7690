"""
The connection to the server: transactions, time-outs, and what went wrong in words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timezone
from typing import TypeVar

import pymongo
from attrs import define, field
from pymongo import MongoClient, ReadPreference, WriteConcern
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    InvalidOperation,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.synchronous.client_session import ClientSession

from ...errors import StoreUnavailable
from ...model import to_micros
from .documents import Document
from .tables import Tables

__all__ = ["Connection", "driver_errors"]

T = TypeVar("T")

_DUPLICATE = 11000
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.1
_AGAIN = "TransientTransactionError"
_UNKNOWN = "UnknownTransactionCommitResult"
_NEEDS_TRANSACTIONS = (
    "it runs alone, and without a replica set MongoDB has no transactions, which the"
    " store needs: start it with --replSet NAME, and call rs.initiate() once; a"
    " replica set of one server is enough"
)


@contextmanager
def driver_errors() -> Iterator[None]:
    """
    Turn an error of the driver into ours.
    """
    try:
        yield
    except PyMongoError as error:
        raise StoreUnavailable(_words(error)) from error


def _words(error: PyMongoError) -> str:
    """
    Say what went wrong, without the driver's view of the whole cluster.
    """
    text = str(error)
    for end in (", Timeout: ", ", full error: ", " (configured timeouts"):
        text = text.partition(end)[0]
    return text or type(error).__name__


def _is_duplicate(error: PyMongoError) -> bool:
    if isinstance(error, BulkWriteError):
        failures = (error.details or {}).get("writeErrors") or [{}]
        return all(one.get("code") == _DUPLICATE for one in failures)
    return isinstance(error, DuplicateKeyError)


@define(eq=False)
class Connection:
    """
    Blocks; to be used in threads.  It connects when it is first used.

    :param make_client: makes the driver's client, once.
    :param database_name: of the database; without it the client's own.
    :param default_name: of the database, where neither is.
    :param prefix: what the names of the collections begin with.
    :param durable: what a write waits for.
    :param timeout: how many seconds a call may take, with all that is tried again.
    """

    make_client: Callable[[], MongoClient[Document]]
    database_name: str | None
    default_name: str
    prefix: str
    durable: WriteConcern
    timeout: float
    _client: MongoClient[Document] | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    @property
    def client(self) -> MongoClient[Document]:
        """
        The driver's client.
        """
        if self._closed:
            raise InvalidOperation("it is closed")
        if self._client is None:
            self._client = self.make_client()
        return self._client

    @property
    def database(self) -> Database[Document]:
        """
        The database; what is written to it is durable.
        """
        client = self.client
        if self.database_name is None:
            name = client.get_default_database(self.default_name).name
        else:
            name = self.database_name
        return client.get_database(
            name,
            write_concern=self.durable,
            read_preference=ReadPreference.PRIMARY,
        )

    def close(self) -> None:
        """
        Let go of all connections.
        """
        self._closed = True
        if self._client is not None:
            # It takes leave of the server, which may be away.
            with pymongo.timeout(self.timeout):
                self._client.close()

    @contextmanager
    def limited(self) -> Iterator[None]:
        """
        Within this the driver gives up in time, and its errors are ours.
        """
        with driver_errors(), pymongo.timeout(self.timeout):
            yield

    def hello(self) -> tuple[int, Document]:
        """
        Ask the server who it is.

        :returns: its clock in microseconds since 1970 at about the middle of the
            question, and what it said.
        """
        try:
            reply = self.client.admin.command("hello")
        except AutoReconnect:  # the server was started again meanwhile
            reply = self.client.admin.command("hello")
        return to_micros(reply["localTime"].replace(tzinfo=timezone.utc)), reply

    def check(self) -> None:
        """
        :raises StoreUnavailable: the server cannot do what the store needs.
        """
        _, reply = self.hello()
        if "setName" not in reply and reply.get("msg") != "isdbgrid":
            raise StoreUnavailable(_NEEDS_TRANSACTIONS)

    def ask(self, question: Callable[[Tables], T]) -> T:
        """
        Answer a question that needs no transaction.
        """
        with self.limited():
            return question(Tables.of(self.database, self.prefix))

    def transact(self, work: Callable[[Tables], T]) -> T:
        """
        Do *work* within a transaction, once more when it met another one.

        When the connection breaks it is sent again, as long as the time-out allows.

        :raises StoreUnavailable: nothing was written, or all of it was.
        """
        deadline = time.monotonic() + self.timeout
        careful = again = False
        pause = _FIRST_PAUSE_SECONDS
        with self.limited(), self.client.start_session() as session:
            while True:
                tables = Tables.of(self.database, self.prefix, session, careful, again)
                try:
                    return self._attempt(session, tables, work, deadline)
                except PyMongoError as error:
                    if _is_duplicate(error) and not tables.careful:
                        careful = True
                        continue
                    if not error.has_error_label(_AGAIN) or _is_over(deadline):
                        raise
                again = True
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _attempt(
        self,
        session: ClientSession,
        tables: Tables,
        work: Callable[[Tables], T],
        deadline: float,
    ) -> T:
        session.start_transaction(
            ReadConcern("snapshot"), self.durable, ReadPreference.PRIMARY
        )
        try:
            result = work(tables)
        except BaseException:
            session.abort_transaction()
            raise
        while True:
            try:
                session.commit_transaction()
            except PyMongoError as error:
                if not error.has_error_label(_UNKNOWN) or _is_over(deadline):
                    raise
            else:
                return result


def _is_over(deadline: float) -> bool:
    return time.monotonic() >= deadline
