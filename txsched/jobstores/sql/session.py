"""
One connection, while something is done with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

from attrs import define
from sqlalchemy.exc import DataError

from .batches import Batch
from .dialect import Dialect

__all__ = ["Session"]

#: What is kept in place of a NUL, which texts of PostgreSQL do not have.  It means
#: "substitute", and cannot be in an id.
_SUBSTITUTE = "\x1a"


@define(eq=False)
class Session:
    """
    A connection as the work sees it, mostly within a transaction.

    :ivar connection: of SQLAlchemy.
    :ivar dialect: of the server at its other end.
    :ivar unsure: whether the same was done before on a connection that was lost while
        it was committed, so that it may be there already.
    :ivar written: whether anything was written, or locked.
    :ivar announced: whether others are to be told of this transaction.
    :ivar ready: whether it was prepared for work.
    :ivar asked_at: since when the database has owed an answer, as ``time.monotonic``
        says; ``None`` while it owes none.
    """

    connection: Any
    dialect: Dialect
    unsure: bool = False
    written: bool = False
    announced: bool = False
    ready: bool = False
    asked_at: float | None = None

    def run(self, statement: str, parameters: Any = ()) -> Any:
        """
        Execute a statement, and give what SQLAlchemy gives for it.

        :param statement: with ``?`` for each parameter.
        :param parameters: a tuple.
        """
        mark = self.dialect.mark
        if mark != "?":
            statement = statement.replace("?", mark)
        if not statement.startswith("SELECT"):
            self.written = True
        execute = self.connection.exec_driver_sql
        self.asked_at = monotonic()
        try:
            return execute(statement, parameters)
        except DataError:
            cleaned = _without_nul(parameters)
            if cleaned == parameters:
                raise
            # The driver has refused it, and nothing was sent.
            return execute(statement, cleaned)
        finally:
            self.asked_at = None

    def for_ids(
        self, statement: str, ids: Sequence[str], *before: Any
    ) -> list[tuple[Any, ...]]:
        """
        Execute a statement that names ids, and give its rows if it has any.

        :param before: the parameters before the list of ids.
        """
        found: list[tuple[Any, ...]] = []
        for text, chunk in self.dialect.in_ids(statement, list(dict.fromkeys(ids))):
            result = self.run(text, before + chunk)
            if result.returns_rows:
                found += result.fetchall()
        return found

    def batch(self, batch: Batch, rows: Sequence[tuple[Any, ...]]) -> int:
        """
        Do a change for many rows, and say how many were met.
        """
        if not rows:
            return 0
        self.written = True
        collation = self.dialect.collation
        self.asked_at = monotonic()
        try:
            return batch.do(self.connection, rows, collation)
        except DataError:
            cleaned = _without_nul(list(rows))
            if cleaned == list(rows):
                raise
            return batch.do(self.connection, cleaned, collation)
        finally:
            self.asked_at = None

    def lock(self, statement: str, ids: Sequence[str]) -> None:
        """
        Keep others from changing rows until the end of the transaction.

        Where nobody else can write at the same time, nothing is done.
        """
        if self.dialect.lock:
            self.for_ids(statement + self.dialect.lock, ids)
            self.written = True


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", _SUBSTITUTE)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_without_nul, value))
    return value
