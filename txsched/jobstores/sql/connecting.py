"""
From the address of a database to connections.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

from attrs import frozen
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from ...errors import BadValue, StoreUnavailable
from ..urls import hide_password
from .dialect import Dialect, dialect_of
from .session import Session

__all__ = ["DURABILITIES", "Connector", "describe", "make_connector", "open_engine"]

#: What a commit has to survive, and what SQLite calls it.
DURABILITIES = {"power loss": "FULL", "crash": "NORMAL"}


@frozen
class Connector:
    """
    Makes connections to one database.

    :ivar engine: of SQLAlchemy.
    :ivar dialect: how it is spoken to.
    :ivar durability: what committed work has to survive.
    """

    engine: Engine
    dialect: Dialect
    durability: str

    def connect(self) -> Session:
        """
        Make a connection.
        """
        connection = self.engine.connect()
        kind = self.dialect.kind
        return Session(connection, kind(connection) if kind else self.dialect)

    def prepare(self, session: Session) -> None:
        """
        Tell a new connection how it is to be.
        """
        dialect = session.dialect
        for statement in dialect.prepare:
            session.run(statement)
        for statement in dialect.durable.get(self.durability, ()):
            session.run(statement)

    def cut_off(self, connection: Any) -> None:
        """
        Shut the socket of a connection down, from any thread; whoever waits for an
        answer on it is told that it is lost.
        """
        descriptor = self.dialect.descriptor
        assert descriptor is not None
        with suppress(Exception):  # it may be closed at this very moment
            number = descriptor(connection.connection.dbapi_connection)
            with socket.fromfd(number, socket.AF_UNIX, socket.SOCK_STREAM) as copy:
                copy.shutdown(socket.SHUT_RDWR)

    def unavailable(self, reason: object) -> StoreUnavailable:
        """
        Make the error that says which database cannot be used, and why.
        """
        return StoreUnavailable(f"{describe(self.engine.url)}: {reason}".strip())


def describe(url: URL) -> str:
    """
    Name a database without its password, or any other secret.
    """
    return hide_password(url.render_as_string())


def make_connector(
    url: str | URL | None, engine: Engine | None, durability: str, timeout: float
) -> Connector:
    """
    Make what connects to the database of an address, or of an engine.

    :param durability: what committed work has to survive.
    :param timeout: after how many seconds a server that does not answer is given up.
    :raises BadValue: for ``url`` or ``durability``.
    """
    if (url is None) is (engine is None):
        raise BadValue("url", "give either a url or an engine")
    if durability not in DURABILITIES:
        known = " or ".join(map(repr, DURABILITIES))
        raise BadValue("durability", f"expected {known}, not {durability!r}")
    if engine is None:
        assert url is not None
        engine = open_engine(url, durability, timeout)
    else:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Connector(engine, dialect_of(engine.dialect.name), durability)


def open_engine(
    url: str | URL, durability: str = "power loss", timeout: float = 10.0
) -> Engine:
    """
    Make an engine that suits the store: each connection belongs to one thread.

    :raises BadValue: for ``url``.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        shown = hide_password(str(url))
        raise BadValue("url", f"{shown} cannot be used: {error}") from None
    backend = parsed.get_backend_name()
    dialect = dialect_of(backend)
    _, _, driver = parsed.drivername.partition("+")
    if not driver:
        driver = dialect.drivers[0]
        if backend != "sqlite":
            parsed = parsed.set(drivername=f"{backend}+{driver}")
    if driver not in dialect.drivers:
        raise BadValue(
            "url",
            f"{dialect.title} is reached by {dialect.drivers[0]} and not by"
            f" {driver}: write {backend}+{dialect.drivers[0]}://",
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BadValue("url", "a database in memory is for one connection: name a file")
    try:
        engine = create_engine(
            parsed,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=_connect_arguments(driver, timeout, parsed),
        )
    except ImportError:
        raise BadValue(
            "url",
            f"the driver {driver} is not installed:"
            f" pip install 'txsched[{dialect.extra}]'",
        ) from None
    except ArgumentError as error:
        raise BadValue("url", f"{describe(parsed)} cannot be used: {error}") from None
    if backend == "sqlite":
        _prepare_sqlite(engine, DURABILITIES[durability], timeout)
    return engine


def _connect_arguments(driver: str, timeout: float, url: URL) -> dict[str, Any]:
    if driver == "psycopg":
        return {"connect_timeout": max(2, round(timeout))}
    if driver == "pymysql":
        names = ("connect_timeout", "read_timeout", "write_timeout")
        local = {"ssl_disabled": True} if "unix_socket" in url.query else {}
        return {**dict.fromkeys(names, timeout), **local}
    return {}


def _prepare_sqlite(engine: Engine, synchronous: str, timeout: float) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={round(1000 * timeout)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        cursor.execute("PRAGMA cache_size=-32768")
        cursor.execute("PRAGMA wal_autocheckpoint=4000")
        cursor.close()
