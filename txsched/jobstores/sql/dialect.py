"""
What differs between databases, and nothing else.

So far there is SQLite; each further database gets a :class:`Dialect` here.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from ...errors import BadValue

__all__ = ["DURABILITIES", "Dialect", "dialect_of", "open_engine"]

#: What a commit has to survive, and what SQLite calls it.
DURABILITIES = {"power loss": "FULL", "crash": "NORMAL"}
_BUSY_MILLISECONDS = 10_000


@frozen
class Dialect:
    """
    How one database is spoken to.

    :ivar name: as SQLAlchemy calls it.
    :ivar title: as people call it.
    :ivar begin: begins a transaction that is going to write.
    :ivar begin_reading: begins one that only reads.
    :ivar insert_new: the beginning of an ``INSERT`` that leaves existing rows alone.
    :ivar blob: the type of binary columns.
    :ivar changes: asks for a number that is another one after any other connection
        has written.
    """

    name: str
    title: str
    begin: str
    begin_reading: str
    insert_new: str
    blob: str
    changes: str


_DIALECTS = {
    "sqlite": Dialect(
        name="sqlite",
        title="SQLite",
        begin="BEGIN IMMEDIATE",
        begin_reading="BEGIN",
        insert_new="INSERT OR IGNORE INTO",
        blob="BLOB",
        changes="PRAGMA data_version",
    ),
}


def dialect_of(engine: Engine) -> Dialect:
    """
    Give the dialect of an engine.

    :raises BadValue: for ``url``: the database is not one that is known here.
    """
    found = _DIALECTS.get(engine.dialect.name)
    if found is None:
        known = ", ".join(_DIALECTS)
        raise BadValue(
            "url", f"the database {engine.dialect.name!r} is not among {known}"
        )
    return found


def open_engine(url: str | URL, durability: str) -> Engine:
    """
    Make an engine that suits the store: each connection belongs to one thread.

    :raises BadValue: for ``url`` or ``durability``.
    """
    synchronous = DURABILITIES.get(durability)
    if synchronous is None:
        known = " or ".join(map(repr, DURABILITIES))
        raise BadValue("durability", f"expected {known}, not {durability!r}")
    try:
        parsed = make_url(url)
        memory = parsed.database in (None, "", ":memory:")
        if parsed.get_backend_name() == "sqlite" and memory:
            raise BadValue(
                "url", "a database in memory is for one connection: name a file"
            )
        engine = create_engine(parsed, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    except ArgumentError as error:
        raise BadValue("url", f"{url!s} cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, record: Any) -> None:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(f"PRAGMA synchronous={synchronous}")
            cursor.execute("PRAGMA cache_size=-32768")
            cursor.execute("PRAGMA wal_autocheckpoint=4000")
            cursor.close()

    return engine
