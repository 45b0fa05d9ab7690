"""
What differs between databases, and nothing else.

Statements are written once, with ``?`` for a parameter and ``IN (:ids)`` for a list of
ids.  A :class:`Dialect` turns them into what its driver takes, and has those few that
cannot be the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any

from attrs import evolve, frozen
from sqlalchemy.exc import DBAPIError

from ...errors import BadValue
from .batches import Batch, arrays, json_tables, one_by_one

__all__ = ["Dialect", "Trouble", "dialect_of"]

#: How many ids one statement names where each needs a mark of its own.
_CHUNK = 250


class Trouble(Enum):
    """
    What an error of a database means for the transaction in which it came.
    """

    LOST = "the connection is lost"
    CONFLICT = "others were faster; again, it will do"
    VALUE = "a value cannot be stored"
    OTHER = "it cannot be done"


@frozen
class Dialect:
    """
    How one kind of database is spoken to.

    :ivar title: as people call it.
    :ivar family: the title of the one whose schema it has.
    :ivar drivers: of SQLAlchemy, the first of which is meant when none is named.
    :ivar extra: of our package, that brings the driver.
    :ivar mark: what stands for a parameter.
    :ivar begin: begins a transaction that is going to write.
    :ivar begin_reading: begins one that only reads; ``None`` where a statement alone
        is one already.
    :ivar types: what stands in the schema for names in braces.
    :ivar collation: that of ids in a list of rows, where it has to be said.
    :ivar folds_names: whether names of tables are made small.
    :ivar in_file: whether it is a file, that can be taken away.
    :ivar partial_indexes: whether an index can leave rows out.
    :ivar transactional_schema: whether a change of the schema can be rolled back.
    :ivar lock_schema: waits until no other connection changes the schema, and keeps
        others from it until the end of the transaction or *unlock_schema*.
    :ivar lock: ends a ``SELECT`` whose rows nobody else shall change; empty where
        nobody else can.
    :ivar lock_free: the same, without those that somebody else has locked.
    :ivar new_term: statements of which one answers with a new term, and the clock.
    :ivar integer: the type of a number of 64 bits in a ``CAST``.
    :ivar clock: the clock of the server in microseconds since 1970; empty where it is
        that of the machine.
    :ivar contains: the function that looks for a text in another one.
    :ivar compare_rows: whether an index serves ``(a, b) > (?, ?)``.
    :ivar changes: asks for a number that is another one after others have written;
        ``None`` where there are better means.
    :ivar announce: tells others that a person changed something.
    :ivar prepare: what each new connection is told.
    :ivar durable: what is said besides, by what committed work has to survive.
    :ivar conflicts: codes of errors after which the same may be done again.
    :ivar there_already: codes of errors of a step of the schema that was cut off
        behind what it does.
    :ivar in_ids: turns a statement with a list of ids into texts with parameters.
    :ivar batch: makes a :class:`~.batches.Batch`.
    :ivar code: gives the code of an error of the driver.
    :ivar descriptor: gives that of the socket of a connection.
    :ivar kind: gives the dialect of the server at the other end of a connection.
    """

    title: str
    family: str
    drivers: tuple[str, ...]
    mark: str
    begin: str
    types: Mapping[str, str]
    new_term: tuple[str, ...]
    in_ids: Callable[[str, Sequence[str]], Iterator[tuple[str, tuple[Any, ...]]]]
    batch: Callable[..., Batch]
    code: Callable[[Any], Any]
    extra: str = ""
    collation: str = ""
    begin_reading: str | None = None
    folds_names: bool = False
    in_file: bool = False
    partial_indexes: bool = True
    transactional_schema: bool = True
    lock_schema: str = ""
    unlock_schema: str = ""
    lock: str = " FOR UPDATE"
    lock_free: str = " FOR UPDATE SKIP LOCKED"
    integer: str = "BIGINT"
    clock: str = ""
    contains: str = "instr"
    compare_rows: bool = True
    changes: str | None = None
    announce: str = ""
    prepare: tuple[str, ...] = ()
    durable: Mapping[str, tuple[str, ...]] = {}
    conflicts: frozenset[Any] = frozenset()
    there_already: frozenset[Any] = frozenset()
    descriptor: Callable[[Any], int] | None = None
    kind: Callable[[Any], Dialect] | None = None

    def trouble(self, error: DBAPIError) -> Trouble:
        """
        Say what an error means.
        """
        if error.connection_invalidated:
            return Trouble.LOST
        code = self.code(error.orig)
        if code in self.conflicts:
            return Trouble.CONFLICT
        if type(error).__name__ == "DataError":
            return Trouble.VALUE
        return Trouble.OTHER


def _sqlite_ids(
    statement: str, ids: Sequence[str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """
    Chunks of one size, filled up with the last id, so that one text stays prepared.
    """
    text = _with_marks(statement, _CHUNK, "?")
    for first in range(0, len(ids), _CHUNK):
        chunk = tuple(ids[first : first + _CHUNK])
        yield text, chunk + chunk[-1:] * (_CHUNK - len(chunk))


def _postgresql_ids(
    statement: str, ids: Sequence[str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """
    One array, whatever its size.
    """
    if ids:
        yield statement.replace("IN (:ids)", "= ANY (?::text[])"), (list(ids),)


def _mysql_ids(
    statement: str, ids: Sequence[str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """
    Larger chunks: the driver puts the values into the text itself.
    """
    size = 4 * _CHUNK
    for first in range(0, len(ids), size):
        chunk = tuple(ids[first : first + size])
        yield _with_marks(statement, len(chunk), "?"), chunk


@lru_cache(maxsize=512)
def _with_marks(statement: str, count: int, mark: str) -> str:
    return statement.replace(":ids", ", ".join(mark * count))


def _sqlite_code(error: Any) -> Any:
    return getattr(error, "sqlite_errorname", None)


def _postgresql_code(error: Any) -> Any:
    return getattr(error, "sqlstate", None)


def _mysql_code(error: Any) -> Any:
    return error.args[0] if error.args else None


SQLITE = Dialect(
    title="SQLite",
    family="SQLite",
    drivers=("pysqlite",),
    mark="?",
    begin="BEGIN IMMEDIATE",
    begin_reading="BEGIN",
    types={"blob": "BLOB", "text": "TEXT", "bytewise": "", "options": ""},
    in_file=True,
    lock="",
    lock_free="",
    new_term=(
        "UPDATE {p}counter SET value = value + 1 WHERE name = 'term'",
        "SELECT value, NULL FROM {p}counter WHERE name = 'term'",
    ),
    changes="PRAGMA data_version",
    in_ids=_sqlite_ids,
    batch=one_by_one,
    code=_sqlite_code,
)

_POSTGRESQL_CLOCK = "(extract(epoch FROM statement_timestamp()) * 1000000)::bigint"

POSTGRESQL = Dialect(
    title="PostgreSQL",
    family="PostgreSQL",
    drivers=("psycopg",),
    extra="postgresql",
    mark="%s",
    begin="BEGIN",
    types={"blob": "BYTEA", "text": "TEXT", "bytewise": ' COLLATE "C"', "options": ""},
    folds_names=True,
    # The number is that of this package among all that lock something in a database.
    lock_schema="SELECT pg_advisory_xact_lock(7954764713)",
    clock=_POSTGRESQL_CLOCK,
    new_term=(f"SELECT nextval('{{p}}term'), {_POSTGRESQL_CLOCK}",),
    contains="strpos",
    announce="SELECT pg_notify(?, ?)",
    prepare=(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
    ),
    durable={"crash": ("SET synchronous_commit = off",)},
    # Serialization, deadlock, a row with the same key, a lock that did not come.
    conflicts=frozenset({"40001", "40P01", "23505", "55P03"}),
    in_ids=_postgresql_ids,
    batch=arrays,
    code=_postgresql_code,
    descriptor=lambda connection: int(connection.fileno()),
)

_MYSQL_LOCK = "concat('txsched ', md5(database()))"
_MYSQL_CLOCK = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(6))"


def _mysql_types(collation: str) -> Mapping[str, str]:
    options = f" ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {collation}"
    return {"blob": "LONGBLOB", "text": "LONGTEXT", "bytewise": "", "options": options}


def _kind_of_mysql(connection: Any) -> Dialect:
    return MARIADB if connection.dialect.is_mariadb else MYSQL


MARIADB: Dialect = Dialect(
    title="MariaDB",
    family="MariaDB",
    drivers=("pymysql",),
    extra="mysql",
    mark="%s",
    begin="START TRANSACTION",
    types=_mysql_types("utf8mb4_nopad_bin"),
    collation="utf8mb4_nopad_bin",
    partial_indexes=False,
    transactional_schema=False,
    # Names of locks are of the whole server, and short.
    lock_schema=f"SELECT GET_LOCK({_MYSQL_LOCK}, 60)",
    unlock_schema=f"SELECT RELEASE_LOCK({_MYSQL_LOCK})",
    integer="SIGNED",
    clock=_MYSQL_CLOCK,
    # A counter that does not go back when its transaction does.
    new_term=(
        "INSERT INTO {p}term () VALUES ()",
        f"SELECT last_insert_id(), {_MYSQL_CLOCK}",
        "DELETE FROM {p}term WHERE id = last_insert_id()",
    ),
    compare_rows=False,
    changes="SELECT value FROM {p}counter WHERE name = 'changes'",
    announce="UPDATE {p}counter SET value = value + 1 WHERE name = 'changes'",
    prepare=(
        "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION innodb_lock_wait_timeout = 5",
    ),
    # Deadlock, a lock that did not come, a row with the same key, a row that changed
    # since it was read.
    conflicts=frozenset({1213, 1205, 1062, 1020}),
    # A table, a column, an index, a row.
    there_already=frozenset({1050, 1060, 1061, 1062}),
    in_ids=_mysql_ids,
    batch=json_tables,
    code=_mysql_code,
    kind=_kind_of_mysql,
)
MYSQL: Dialect = evolve(
    MARIADB,
    title="MySQL",
    types=_mysql_types("utf8mb4_0900_bin"),
    collation="utf8mb4_0900_bin",
)

#: By what SQLAlchemy calls them.
_DIALECTS = {
    "sqlite": SQLITE,
    "postgresql": POSTGRESQL,
    "mariadb": MARIADB,
    "mysql": MARIADB,
}


def dialect_of(name: str) -> Dialect:
    """
    Give the dialect of a database by the name that SQLAlchemy has for it.

    :raises BadValue: for ``url``: the database is not one that is known here.
    """
    found = _DIALECTS.get(name)
    if found is None:
        known = ", ".join(_DIALECTS)
        raise BadValue("url", f"the database {name!r} is not among {known}")
    return found
