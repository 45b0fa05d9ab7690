"""
The schema, step by step: each version is the one before it and one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import SchemaTooNew
from .dialect import Dialect

__all__ = ["STEPS", "migrate"]

#: The statements that lead from each version to the next; the first from nothing.
#: A step that is released is never changed: what follows is another step.
STEPS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE {p}jobs (
            id VARCHAR(255) NOT NULL PRIMARY KEY,
            name VARCHAR(511) NOT NULL,
            search VARCHAR(2047) NOT NULL,
            executor VARCHAR(255) NOT NULL,
            tags TEXT NOT NULL,
            generation VARCHAR(16) NOT NULL,
            revision BIGINT NOT NULL,
            keep_runs BIGINT,
            paused_at BIGINT,
            note TEXT NOT NULL,
            definition {blob} NOT NULL,
            error TEXT,
            quarantined_at BIGINT
        )
        """,
        "CREATE INDEX {p}jobs_name ON {p}jobs (name, id)",
        "CREATE INDEX {p}jobs_limited ON {p}jobs (id) WHERE keep_runs IS NOT NULL",
        "CREATE INDEX {p}jobs_broken ON {p}jobs (id) WHERE error IS NOT NULL",
        """
        CREATE TABLE {p}schedule (
            id VARCHAR(255) NOT NULL PRIMARY KEY,
            next_run BIGINT,
            due BIGINT,
            run_count BIGINT NOT NULL,
            term BIGINT NOT NULL,
            owner VARCHAR(255),
            lease_until BIGINT
        )
        """,
        "CREATE INDEX {p}schedule_due ON {p}schedule (due, id) WHERE due IS NOT NULL",
        """
        CREATE INDEX {p}schedule_leased ON {p}schedule (lease_until)
            WHERE lease_until IS NOT NULL
        """,
        """
        CREATE TABLE {p}runs (
            id VARCHAR(64) NOT NULL PRIMARY KEY,
            job_id VARCHAR(255) NOT NULL,
            planned BIGINT NOT NULL,
            disposition VARCHAR(16) NOT NULL,
            reason TEXT,
            executor VARCHAR(255) NOT NULL,
            attempt BIGINT NOT NULL,
            manual BIGINT NOT NULL,
            node VARCHAR(255),
            started BIGINT,
            ended BIGINT,
            result {blob},
            error TEXT,
            traceback TEXT,
            by_run VARCHAR(64),
            times BIGINT NOT NULL,
            last_planned BIGINT,
            term BIGINT NOT NULL,
            lease_until BIGINT,
            cancelling TEXT
        )
        """,
        "CREATE INDEX {p}runs_planned ON {p}runs (planned)",
        "CREATE INDEX {p}runs_job ON {p}runs (job_id, planned)",
        """
        CREATE INDEX {p}runs_active ON {p}runs (job_id, lease_until)
            WHERE ended IS NULL
        """,
        """
        CREATE TABLE {p}counter (
            name VARCHAR(16) NOT NULL PRIMARY KEY,
            value BIGINT NOT NULL
        )
        """,
        "INSERT INTO {p}counter (name, value) VALUES ('term', 0)",
    ),
    (
        "ALTER TABLE {p}schedule ADD COLUMN wait_delay BIGINT",
        "ALTER TABLE {p}schedule ADD COLUMN wait_until BIGINT",
    ),
    (
        """
        CREATE TABLE {p}nodes (
            id VARCHAR(255) NOT NULL PRIMARY KEY,
            name VARCHAR(255) NOT NULL,
            host VARCHAR(255) NOT NULL,
            pid BIGINT NOT NULL,
            version VARCHAR(255) NOT NULL,
            started_at BIGINT NOT NULL,
            seen_at BIGINT NOT NULL,
            skew BIGINT,
            state VARCHAR(16) NOT NULL,
            active_runs BIGINT NOT NULL
        )
        """,
    ),
)


def migrate(
    connection: Any,
    dialect: Dialect,
    prefix: str,
    steps: Sequence[Sequence[str]] = STEPS,
) -> None:
    """
    Bring the schema to the newest version, all or nothing.

    Whoever comes second waits for the first, and finds nothing to do.

    :param prefix: what the names of the tables begin with.
    :raises SchemaTooNew: a newer txsched has been here; nothing is changed.
    """
    run = connection.exec_driver_sql
    names = {"p": prefix, "blob": dialect.blob}
    run(dialect.begin)
    try:
        run(f"CREATE TABLE IF NOT EXISTS {prefix}schema (version BIGINT NOT NULL)")
        row = run(f"SELECT version FROM {prefix}schema").fetchone()
        version = 0 if row is None else row[0]
        if version > len(steps):
            raise SchemaTooNew(version, len(steps))
        for step in steps[version:]:
            for statement in step:
                run(statement.format_map(names))
        if row is None:
            run(f"INSERT INTO {prefix}schema (version) VALUES ({len(steps)})")
        elif version < len(steps):
            run(f"UPDATE {prefix}schema SET version = {len(steps)}")
    except BaseException:
        run("ROLLBACK")
        raise
    run("COMMIT")
