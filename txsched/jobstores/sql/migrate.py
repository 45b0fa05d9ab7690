"""
Creating and upgrading the schema.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from ...errors import SchemaTooNew, StoreUnavailable
from .schema import STEPS, Step, render
from .session import Session

__all__ = ["migrate"]


def migrate(db: Session, prefix: str, steps: Sequence[Step] = STEPS) -> None:
    """
    Bring the schema to the newest version.

    Whoever comes second waits for the first, and finds nothing to do.  A database that
    is up to date is only read, so that this needs no right to change it.  Where a
    change of the schema can be rolled back, it is all or nothing; elsewhere a step
    that was cut off is taken again, and what it has done already is passed over.

    :param db: outside of a transaction.
    :param prefix: what the names of the tables begin with.
    :raises SchemaTooNew: a newer txsched has been here; nothing is changed.
    """
    if _version(db, prefix, len(steps)) == len(steps):
        return
    dialect = db.dialect
    if dialect.transactional_schema:
        db.run(dialect.begin)
    if dialect.lock_schema and db.run(dialect.lock_schema).scalar() == 0:
        raise StoreUnavailable("another node is changing the schema")
    try:
        _upgrade(db, prefix, steps)
    except BaseException:
        _end(db, "ROLLBACK")
        raise
    _end(db, "COMMIT")


def _end(db: Session, how: str) -> None:
    if db.dialect.transactional_schema:
        db.run(how)
    else:
        db.run(db.dialect.unlock_schema)


def _version(db: Session, prefix: str, newest: int) -> int | None:
    """
    Give the version of the schema; ``None`` when there is none.

    :raises SchemaTooNew: it is beyond the newest.
    """
    table = f"{prefix}schema"
    if not inspect(db.connection).has_table(table):
        return None
    row = db.run(f"SELECT version FROM {table}").fetchone()
    if row is not None and row[0] > newest:
        raise SchemaTooNew(row[0], newest)
    return None if row is None else int(row[0])


def _upgrade(db: Session, prefix: str, steps: Sequence[Step]) -> None:
    table = f"{prefix}schema"
    version = _version(db, prefix, len(steps))
    if version is None:
        # A version of 0 is written first: so the steps that are done can be counted
        # where they cannot be rolled back.
        options = db.dialect.types["options"]
        columns = "version BIGINT NOT NULL"
        db.run(f"CREATE TABLE IF NOT EXISTS {table} ({columns}){options}")
        db.run(f"INSERT INTO {table} (version) VALUES (0)")
        version = 0
    for number, step in enumerate(steps[version:], version + 1):
        for statement in render(step, db.dialect, prefix):
            _execute(db, statement)
        db.run(f"UPDATE {table} SET version = {number}")


def _execute(db: Session, statement: str) -> None:
    try:
        db.run(statement)
    except DBAPIError as error:
        if db.dialect.code(error.orig) not in db.dialect.there_already:
            raise
