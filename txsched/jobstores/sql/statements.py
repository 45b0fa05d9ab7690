"""
The SQL of the store, by name.

Written with ``?`` for parameters and ``IN (:ids)`` for lists of ids; see
:mod:`.dialect`.
"""

from __future__ import annotations

from typing import Any

from .batches import Batch, Change
from .dialect import Dialect

__all__ = ["JOB_COLUMNS", "RUN_COLUMNS", "Statements"]

#: What it takes to build a job, in this order.
JOB_COLUMNS = (
    "j.id, j.revision, j.generation, j.paused_at, j.note, j.definition,"
    " s.next_run, s.run_count"
)

#: What it takes to build a run, in this order.
RUN_COLUMNS = (
    'id, job_id, planned, disposition, reason, executor, attempt, "manual", node,'
    " started, ended, result, error, traceback, by_run, times, last_planned"
)
_JOB_SETTINGS = (
    "name, search, executor, tags, generation, revision, keep_runs, paused_at, note,"
    " definition"
)
_SCHEDULE = "next_run, due, run_count, wait_delay, wait_until"
_END = (
    "disposition, reason, attempt, node, started, ended, result, error, traceback,"
    " by_run"
)


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


class Statements:
    """
    The texts for one kind of database and one prefix of its tables.

    :param dialect: how the database is spoken to.
    :param p: what the names of the tables begin with.
    """

    def __init__(self, dialect: Dialect, p: str) -> None:
        def change(table: str, columns: str, keys: str = "", **more: Any) -> Batch:
            return dialect.batch(
                Change(
                    f"{p}{table}",
                    _columns(columns) if columns else (),
                    _columns(keys) if keys else (),
                    **more,
                )
            )

        # The clock of the store, or of the caller where there is none or it is not to
        # count: then it is the parameter, which else is null.
        clock = f"coalesce(CAST(? AS {dialect.integer}), {dialect.clock})"
        clock = clock if dialect.clock else "?"
        self.clock = f"SELECT {dialect.clock}" if dialect.clock else ""
        self.new_term = tuple(one.format(p=p) for one in dialect.new_term)
        self.changes = dialect.changes and dialect.changes.format(p=p)
        self.announce = dialect.announce.format(p=p)

        # Jobs

        self.insert_jobs = change("jobs", f"id, {_JOB_SETTINGS}")
        self.insert_schedules = change("schedule", f"id, {_SCHEDULE}, term")
        self.update_job = (
            f"UPDATE {p}jobs SET {_JOB_SETTINGS.replace(',', ' = ?,')} = ?,"
            " error = NULL, quarantined_at = NULL WHERE id = ?"
        )
        self.update_schedule = (
            f"UPDATE {p}schedule SET {_SCHEDULE.replace(',', ' = ?,')} = ?,"
            " term = ?, owner = NULL, lease_until = NULL WHERE id = ?"
        )
        self.lock_schedules = f"SELECT id FROM {p}schedule WHERE id IN (:ids)"
        self.open_schedules = (
            f"SELECT id, wait_delay, wait_until FROM {p}schedule"
            f" WHERE id IN (:ids) AND next_run IS NULL{dialect.lock}"
        )
        self.lock_active_runs = (
            f"SELECT id FROM {p}runs WHERE job_id IN (:ids) AND ended IS NULL"
        )
        self.job_states = (
            f"SELECT id, revision, error, generation FROM {p}jobs WHERE id IN (:ids)"
        )
        self.job_progress = (
            "SELECT j.generation, j.revision, s.next_run, s.run_count, j.definition"
            f" FROM {p}jobs j JOIN {p}schedule s ON s.id = j.id"
            " WHERE j.id = ? AND j.error IS NULL"
        )
        self.job = (
            f"SELECT {JOB_COLUMNS} FROM {p}jobs j JOIN {p}schedule s ON s.id = j.id"
            " WHERE j.id = ? AND j.error IS NULL"
        )
        # The same for many, in two: a database that takes one of the tables for empty
        # would look for each of its rows in the whole list.
        self.definitions = (
            "SELECT id, revision, generation, paused_at, note, definition"
            f" FROM {p}jobs WHERE id IN (:ids) AND error IS NULL"
        )
        self.progresses = (
            f"SELECT id, next_run, run_count FROM {p}schedule WHERE id IN (:ids)"
        )
        self.quarantined = (
            f"SELECT {JOB_COLUMNS}, j.error, j.quarantined_at FROM {p}jobs j"
            f" JOIN {p}schedule s ON s.id = j.id WHERE j.error IS NOT NULL"
            " ORDER BY j.id"
        )
        self.quarantine = (
            f"UPDATE {p}jobs SET error = ?, quarantined_at = ?"
            " WHERE id = ? AND revision = ? AND generation = ? AND error IS NULL"
        )
        self.unschedule = (
            f"UPDATE {p}schedule SET due = NULL, owner = NULL, lease_until = NULL"
            f" WHERE id IN (SELECT id FROM {p}jobs WHERE error IS NOT NULL)"
        )
        self.reload = (
            f"UPDATE {p}jobs SET error = NULL, quarantined_at = NULL WHERE id = ?"
        )
        self.redue = f"UPDATE {p}schedule SET due = ? WHERE id = ?"
        self.delete_jobs = f"DELETE FROM {p}jobs WHERE id IN (:ids)"
        self.delete_schedules = f"DELETE FROM {p}schedule WHERE id IN (:ids)"
        self.due_jobs = (
            f"SELECT id FROM {p}schedule WHERE due <= ?"
            f" AND (lease_until IS NULL OR lease_until <= {clock})"
            f" ORDER BY due, id LIMIT ?{dialect.lock_free}"
        )
        self.lease_jobs = (
            f"UPDATE {p}schedule SET term = ?, owner = ?, lease_until = ?"
            " WHERE id IN (:ids)"
        )
        self.move_cursors = change(
            "schedule", _SCHEDULE, "id, term", also="owner = NULL, lease_until = NULL"
        )
        self.job_terms = f"SELECT id, term FROM {p}schedule WHERE id IN (:ids)"
        self.busy_jobs = (
            f"SELECT job_id FROM {p}runs WHERE ended IS NULL AND job_id IN (:ids)"
        )
        self.resting_jobs = (
            f"SELECT id FROM {p}jobs WHERE id IN (:ids)"
            " AND (paused_at IS NOT NULL OR error IS NOT NULL)"
        )
        self.rearm = change(
            "schedule",
            "next_run, due",
            "id",
            also="wait_delay = NULL, wait_until = NULL",
        )
        self.next_due = (
            f"SELECT due FROM {p}schedule WHERE due IS NOT NULL"
            " AND lease_until IS NULL ORDER BY due, id LIMIT 1"
        )
        self.next_leases = (
            f"SELECT (SELECT min(lease_until) FROM {p}schedule"
            " WHERE lease_until IS NOT NULL),"
            f" (SELECT min(lease_until) FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NOT NULL)"
        )

        # Runs

        self.insert_runs = change(
            "runs", f"{RUN_COLUMNS}, term, lease_until", keep=True
        )
        self.active_runs = (
            f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE ended IS NULL"
            " AND job_id IN (:ids) ORDER BY planned, id"
        )
        self.waiting_executors = (
            f"SELECT DISTINCT executor FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NULL"
        )
        self.free_runs = (
            f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE ended IS NULL"
            f" AND (lease_until IS NULL OR lease_until <= {clock})"
            # The sign keeps SQLite from walking through the whole ledger in order.
            " AND executor IN ({executors}) ORDER BY +planned, id"
            f" LIMIT ?{dialect.lock_free}"
        )
        # The attempt first: MariaDB sees what was set before in the same statement.
        self.take_runs = (
            f"UPDATE {p}runs SET"
            " attempt = attempt + CASE WHEN disposition IN ('pending', 'retrying')"
            " THEN 0 ELSE 1 END,"
            " disposition = 'running', node = ?, started = ?, term = ?, lease_until = ?"
            " WHERE id IN (:ids)"
        )
        self.renew = change(
            "runs", "lease_until", "id, term", only="lease_until IS NOT NULL"
        )
        self.held_runs = (
            f"SELECT id, term, cancelling FROM {p}runs"
            " WHERE id IN (:ids) AND lease_until IS NOT NULL"
        )
        held = "lease_until IS NOT NULL"
        self.end_runs = change(
            "runs", _END, "id, term", also="lease_until = NULL", only=held
        )
        self.forget_runs = change("runs", "", "id, term", only=held)
        self.run_ends = (
            f"SELECT id, term, disposition, attempt, ended FROM {p}runs"
            " WHERE id IN (:ids) AND lease_until IS NULL"
        )
        self.there_runs = f"SELECT id FROM {p}runs WHERE id IN (:ids)"
        self.runs = f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE id IN (:ids)"
        self.cancel_pending = (
            f"UPDATE {p}runs SET disposition = 'cancelled', reason = ?, ended = ?"
            " WHERE ended IS NULL AND lease_until IS NULL AND id IN (:ids)"
        )
        self.mark_cancelling = (
            f"UPDATE {p}runs SET cancelling = ? WHERE ended IS NULL AND id IN (:ids)"
        )
        self.cancel_pending_of = (
            f"UPDATE {p}runs SET disposition = 'cancelled', reason = ?, ended = ?"
            " WHERE ended IS NULL AND lease_until IS NULL AND job_id IN (:ids)"
        )

        # Retention

        self.ended_count = (
            f"SELECT (SELECT count(*) FROM {p}runs)"
            f" - (SELECT count(*) FROM {p}runs WHERE ended IS NULL)"
        )
        self.oldest_ended = (
            f"SELECT id FROM {p}runs WHERE ended IS NOT NULL"
            " ORDER BY planned, id LIMIT ?"
        )
        self.ended_before = (
            f"SELECT id FROM {p}runs WHERE planned < ? AND ended < ?"
            " ORDER BY planned, id LIMIT ?"
        )
        self.limited_jobs = (
            f"SELECT id FROM {p}jobs WHERE keep_runs IS NOT NULL AND id > ?"
            " ORDER BY id LIMIT ?"
        )
        self.beyond_keep_runs = (
            "SELECT id FROM (SELECT r.id AS id, j.keep_runs AS most, row_number() OVER"
            " (PARTITION BY r.job_id ORDER BY r.planned DESC, r.id DESC) AS place"
            f" FROM {p}jobs j CROSS JOIN {p}runs r WHERE r.job_id = j.id"
            " AND j.keep_runs IS NOT NULL AND j.id > ? AND j.id <= ?"
            " AND r.ended IS NOT NULL) places WHERE place > most LIMIT ?"
        )
        self.delete_runs = f"DELETE FROM {p}runs WHERE id IN (:ids)"

        # Questions

        self.status = (
            f"SELECT (SELECT count(*) FROM {p}jobs WHERE error IS NULL),"
            f" (SELECT count(*) FROM {p}jobs WHERE error IS NULL"
            " AND paused_at IS NOT NULL),"
            f" (SELECT count(*) FROM {p}jobs WHERE error IS NOT NULL),"
            f" (SELECT count(*) FROM {p}runs WHERE ended IS NULL),"
            f" (SELECT count(*) FROM {p}runs)"
        )
        self.find_jobs = (
            f"SELECT {JOB_COLUMNS}, j.name FROM {p}jobs j JOIN {p}schedule s"
            " ON s.id = j.id WHERE j.error IS NULL"
        )
        self.find_runs = f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE 1 = 1"
