"""
One statement for many rows: each database has its own way.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from attrs import frozen

__all__ = ["Batch", "Change", "arrays", "json_tables", "one_by_one"]

Rows = Sequence[tuple[Any, ...]]

_NUMBERS = frozenset(
    {
        *("attempt", "due", "ended", "keep_runs", "last_planned", "lease_until"),
        *("manual", "next_run", "paused_at", "planned", "revision", "run_count"),
        *("started", "term", "times", "wait_delay", "wait_until"),
    }
)
_BYTES = frozenset({"definition", "result"})
#: The most bytes of rows that one statement takes where they travel as text.
_STATEMENT_BYTES = 2**20


@frozen
class Batch:
    """
    A change as one database does it.

    :ivar text: the statement.
    """

    text: str
    _execute: Callable[[Any, str, Rows], int]

    def do(self, connection: Any, rows: Rows, collation: str) -> int:
        """
        Do it, and say how many rows of the table were met.

        :param collation: of ids.
        """
        text = self.text.replace(":collation", collation)
        return self._execute(connection, text, rows)


@frozen
class Change:
    """
    What is to be done for each row of a list.

    A row of the list has values for *columns*, then for *keys*.

    :ivar table: where.
    :ivar keep: of new rows, those that are there already stay as they are.
    :ivar columns: what is set; nothing, when *keys* are to be removed.
    :ivar keys: the row of the table that is meant; none, when it is a new one.
    :ivar also: what is set besides, the same for all.
    :ivar only: what must hold besides.
    """

    table: str
    columns: tuple[str, ...]
    keys: tuple[str, ...] = ()
    keep: bool = False
    also: str = ""
    only: str = ""

    def settings(self, values: Sequence[str]) -> str:
        """
        Give what is set, with an expression for each column.
        """
        pairs = zip(self.columns, values, strict=False)
        parts = [f"{column} = {value}" for column, value in pairs]
        return ", ".join([*parts, self.also] if self.also else parts)

    def condition(self, values: Sequence[str]) -> str:
        """
        Give what must hold, with an expression for each key.
        """
        pairs = zip(self.keys, values, strict=True)
        parts = [f"{key} = {value}" for key, value in pairs]
        return " AND ".join([*parts, self.only] if self.only else parts)

    @property
    def insertion(self) -> str:
        """
        The beginning of a statement that inserts.
        """
        return f"INSERT INTO {self.table} ({', '.join(self.columns)})"


def _kind(column: str) -> str:
    name = column.strip('"')
    if name in _BYTES:
        return "bytes"
    return "number" if name in _NUMBERS else "text"


def _keeping(change: Change) -> str:
    return " ON CONFLICT (id) DO NOTHING" if change.keep else ""


def one_by_one(change: Change) -> Batch:
    """
    For a database in the process: the statement is prepared once, and done for each.
    """
    columns, keys = change.columns, change.keys
    if not keys:
        marks = ", ".join("?" * len(columns))
        text = f"{change.insertion} VALUES ({marks}){_keeping(change)}"
    elif columns:
        settings = change.settings("?" * len(columns))
        where = change.condition("?" * len(keys))
        text = f"UPDATE {change.table} SET {settings} WHERE {where}"
    else:
        where = change.condition("?" * len(keys))
        text = f"DELETE FROM {change.table} WHERE {where}"
    return Batch(text, _execute_many)


def _execute_many(connection: Any, text: str, rows: Rows) -> int:
    return int(connection.exec_driver_sql(text, list(rows)).rowcount)


_ARRAYS = {"text": "text", "number": "bigint", "bytes": "bytea"}


def arrays(change: Change) -> Batch:
    """
    For PostgreSQL: an array for each column.
    """
    columns, keys = change.columns, change.keys
    all_columns = columns + keys
    marks = ", ".join(f"%s::{_ARRAYS[_kind(column)]}[]" for column in all_columns)
    names = [f"v{place}" for place in range(len(all_columns))]
    source = f"unnest({marks}) AS v ({', '.join(names)})"
    if not keys:
        text = f"{change.insertion} SELECT * FROM {source}{_keeping(change)}"
    elif columns:
        settings = change.settings(names)
        where = change.condition(names[len(columns) :])
        text = f"UPDATE {change.table} SET {settings} FROM {source} WHERE {where}"
    else:
        text = f"DELETE FROM {change.table} USING {source} WHERE"
        text = f"{text} {change.condition(names)}"
    return Batch(text, _execute_arrays)


def _execute_arrays(connection: Any, text: str, rows: Rows) -> int:
    values = tuple(map(list, zip(*rows, strict=True)))
    return int(connection.exec_driver_sql(text, values).rowcount)


_FIELDS = {"text": "LONGTEXT", "number": "BIGINT", "bytes": "LONGTEXT"}


def json_tables(change: Change) -> Batch:
    """
    For MariaDB and MySQL: one JSON text, which the server takes for a table.

    The join is told to begin with it: the server cannot know how small it is.
    """
    columns, keys = change.columns, change.keys
    all_columns = columns + keys
    names = [f"v{place}" for place in range(len(all_columns))]
    kinds = [_kind(column) for column in all_columns]
    values = [
        f"from_base64({name})" if kind == "bytes" else name
        for name, kind in zip(names, kinds, strict=True)
    ]
    fields = ", ".join(
        f"{name} {'VARCHAR(255)' if column == 'id' else _FIELDS[kind]}"
        f" PATH '$[{place}]'"
        for place, (name, column, kind) in enumerate(
            zip(names, all_columns, kinds, strict=True)
        )
    )
    source = f"JSON_TABLE(%s, '$[*]' COLUMNS ({fields})) v"
    table = change.table
    if not keys:
        text = f"{change.insertion} SELECT {', '.join(values)} FROM {source}"
        if change.keep:
            text = f"{text} ON DUPLICATE KEY UPDATE {table}.id = {table}.id"
    else:
        meant = change.condition(
            [
                f"{name} COLLATE :collation" if kind == "text" else name
                for name, kind in list(zip(names, kinds, strict=True))[len(columns) :]
            ]
        )
        joined = f"{source} STRAIGHT_JOIN {table} ON {meant}"
        if columns:
            text = f"UPDATE {joined} SET {change.settings(values)}"
        else:
            text = f"DELETE {table} FROM {joined}"
    raw = tuple(place for place, kind in enumerate(kinds) if kind == "bytes")
    return Batch(text, partial(_execute_json, raw))


def _execute_json(raw: Sequence[int], connection: Any, text: str, rows: Rows) -> int:
    return sum(
        connection.exec_driver_sql(text, (part,)).rowcount
        for part in _as_json(rows, raw)
    )


def _as_json(rows: Rows, raw: Sequence[int]) -> Iterator[str]:
    """
    Give the rows as lists in JSON, in as many texts as their size takes.

    :param raw: the places of bytes.
    """
    parts: list[str] = []
    size = 0
    for row in rows:
        values = list(row)
        for place in raw:
            if values[place] is not None:
                values[place] = base64.b64encode(values[place]).decode("ascii")
        part = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        if parts and size + len(part) > _STATEMENT_BYTES:
            yield f"[{','.join(parts)}]"
            parts, size = [], 0
        parts.append(part)
        size += len(part)
    if parts:
        yield f"[{','.join(parts)}]"
