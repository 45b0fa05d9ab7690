"""
The schema, step by step: each version is the one before it and one step.

A step that is released is never changed: what follows is another step.  What stands in
braces differs between databases, see :class:`~.dialect.Dialect`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from .dialect import Dialect

__all__ = ["STEPS", "Index", "Step", "render"]


@frozen
class Index:
    """
    An index of a table, over some of its rows where the database can do that.

    :ivar table: the table.
    :ivar name: what follows the name of the table in that of the index.
    :ivar columns: what it is over.
    :ivar only: which rows it has.
    :ivar whole: what it is over where it must have all rows.
    """

    table: str
    name: str
    columns: str
    only: str = ""
    whole: str = ""


#: A statement, an index, or statements by the titles of databases.
Step = Sequence[str | Index | Mapping[str, str]]

STEPS: Sequence[Step] = (
    (
        """
        CREATE TABLE {p}jobs (
            id VARCHAR(255){bytewise} NOT NULL PRIMARY KEY,
            name VARCHAR(511){bytewise} NOT NULL,
            search VARCHAR(2047){bytewise} NOT NULL,
            executor VARCHAR(255){bytewise} NOT NULL,
            tags {text} NOT NULL,
            generation VARCHAR(16){bytewise} NOT NULL,
            revision BIGINT NOT NULL,
            keep_runs BIGINT,
            paused_at BIGINT,
            note {text} NOT NULL,
            definition {blob} NOT NULL,
            error {text},
            quarantined_at BIGINT
        ){options}
        """,
        Index("jobs", "name", "name, id"),
        Index("jobs", "limited", "id", "keep_runs IS NOT NULL", "keep_runs, id"),
        Index("jobs", "broken", "id", "error IS NOT NULL", "quarantined_at, id"),
        """
        CREATE TABLE {p}schedule (
            id VARCHAR(255){bytewise} NOT NULL PRIMARY KEY,
            next_run BIGINT,
            due BIGINT,
            run_count BIGINT NOT NULL,
            term BIGINT NOT NULL,
            owner VARCHAR(255){bytewise},
            lease_until BIGINT
        ){options}
        """,
        Index("schedule", "due", "due, id", "due IS NOT NULL", "due, id"),
        Index("schedule", "leased", "lease_until", "lease_until IS NOT NULL"),
        """
        CREATE TABLE {p}runs (
            id VARCHAR(64){bytewise} NOT NULL PRIMARY KEY,
            job_id VARCHAR(255){bytewise} NOT NULL,
            planned BIGINT NOT NULL,
            disposition VARCHAR(16){bytewise} NOT NULL,
            reason {text},
            executor VARCHAR(255){bytewise} NOT NULL,
            attempt BIGINT NOT NULL,
            "manual" BIGINT NOT NULL,
            node VARCHAR(255){bytewise},
            started BIGINT,
            ended BIGINT,
            result {blob},
            error {text},
            traceback {text},
            by_run VARCHAR(64){bytewise},
            times BIGINT NOT NULL,
            last_planned BIGINT,
            term BIGINT NOT NULL,
            lease_until BIGINT,
            cancelling {text}
        ){options}
        """,
        {
            "SQLite": "CREATE INDEX {p}runs_planned ON {p}runs (planned)",
            "*": "CREATE INDEX {p}runs_planned ON {p}runs (planned, id)",
        },
        Index("runs", "job", "job_id, planned"),
        Index(
            "runs",
            "active",
            "job_id, lease_until",
            "ended IS NULL",
            "ended, job_id, lease_until",
        ),
        {
            "MariaDB": "CREATE INDEX {p}runs_leased ON {p}runs"
            " (ended, lease_until, executor)",
        },
        """
        CREATE TABLE {p}counter (
            name VARCHAR(16){bytewise} NOT NULL PRIMARY KEY,
            value BIGINT NOT NULL
        ){options}
        """,
        {
            "SQLite": "INSERT INTO {p}counter (name, value) VALUES ('term', 0)",
            "PostgreSQL": "CREATE SEQUENCE {p}term",
            "MariaDB": "CREATE TABLE {p}term"
            " (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY){options}",
        },
        {"MariaDB": "INSERT INTO {p}counter (name, value) VALUES ('changes', 0)"},
    ),
    (
        "ALTER TABLE {p}schedule ADD COLUMN wait_delay BIGINT",
        "ALTER TABLE {p}schedule ADD COLUMN wait_until BIGINT",
    ),
    (
        """
        CREATE TABLE {p}nodes (
            id VARCHAR(255){bytewise} NOT NULL PRIMARY KEY,
            name VARCHAR(255){bytewise} NOT NULL,
            host VARCHAR(255){bytewise} NOT NULL,
            pid BIGINT NOT NULL,
            version VARCHAR(255){bytewise} NOT NULL,
            started_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL,
            skew BIGINT,
            state VARCHAR(16){bytewise} NOT NULL,
            active_runs BIGINT NOT NULL
        ){options}
        """,
    ),
)


def render(step: Step, dialect: Dialect, prefix: str) -> Iterator[str]:
    """
    Give the statements of a step for one database.

    :param prefix: what the names of the tables begin with.
    """
    names = {"p": prefix, **dialect.types}
    for part in step:
        if isinstance(part, Index):
            yield _index(part, dialect, prefix)
        elif isinstance(part, str):
            yield part.strip().format_map(names)
        else:
            statement = part.get(dialect.family, part.get("*"))
            if statement is not None:
                yield statement.format_map(names)


def _index(index: Index, dialect: Dialect, prefix: str) -> str:
    columns, only = index.columns, f" WHERE {index.only}" if index.only else ""
    if not dialect.partial_indexes:
        columns, only = index.whole or columns, ""
    table = prefix + index.table
    return f"CREATE INDEX {table}_{index.name} ON {table} ({columns}){only}"
