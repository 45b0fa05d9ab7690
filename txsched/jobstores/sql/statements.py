"""
The SQL of the store, by name.

Written with ``?`` for parameters.  Lists of ids come in chunks of one size, so that
each statement has one text and stays prepared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from .dialect import Dialect

__all__ = ["CHUNK", "JOB_COLUMNS", "RUN_COLUMNS", "Statements", "chunks"]

T = TypeVar("T")

#: How many ids one statement names.
CHUNK = 250

#: What it takes to build a job, in this order.
JOB_COLUMNS = (
    "j.id, j.revision, j.generation, j.paused_at, j.note, j.definition,"
    " s.next_run, s.run_count"
)

#: What it takes to build a run, in this order.
RUN_COLUMNS = (
    "id, job_id, planned, disposition, reason, executor, attempt, manual, node,"
    " started, ended, result, error, traceback, by_run, times, last_planned"
)
_RUN_ROW = f"{RUN_COLUMNS}, term, lease_until"


def chunks(items: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """
    Cut *items* into chunks of :data:`CHUNK`; the last is filled up with its last item.
    """
    for first in range(0, len(items), CHUNK):
        chunk = tuple(items[first : first + CHUNK])
        yield chunk + chunk[-1:] * (CHUNK - len(chunk))


def _marks(count: int) -> str:
    return ", ".join("?" * count)


class Statements:
    """
    The texts for one database and one prefix of its tables.
    """

    def __init__(self, dialect: Dialect, p: str) -> None:
        ids = _marks(CHUNK)
        new = dialect.insert_new
        self.insert_job = (
            f"INSERT INTO {p}jobs (id, name, search, executor, tags, generation,"
            " revision, keep_runs, paused_at, note, definition, error,"
            f" quarantined_at) VALUES ({_marks(11)}, NULL, NULL)"
        )
        self.insert_schedule = (
            f"INSERT INTO {p}schedule (id, next_run, due, run_count, wait_delay,"
            f" wait_until, term, owner, lease_until) VALUES ({_marks(7)}, NULL, NULL)"
        )
        self.update_job = (
            f"UPDATE {p}jobs SET name = ?, search = ?, executor = ?, tags = ?,"
            " generation = ?, revision = ?, keep_runs = ?, paused_at = ?, note = ?,"
            " definition = ?, error = NULL, quarantined_at = NULL WHERE id = ?"
        )
        self.update_schedule = (
            f"UPDATE {p}schedule SET next_run = ?, due = ?, run_count = ?,"
            " wait_delay = ?, wait_until = ?, term = ?, owner = NULL,"
            " lease_until = NULL WHERE id = ?"
        )
        self.job_states = f"SELECT id, revision, error FROM {p}jobs WHERE id IN ({ids})"
        self.job_progress = (
            "SELECT j.generation, j.revision, s.next_run, s.run_count"
            f" FROM {p}jobs j JOIN {p}schedule s ON s.id = j.id"
            " WHERE j.id = ? AND j.error IS NULL"
        )
        self.jobs = (
            f"SELECT {JOB_COLUMNS} FROM {p}jobs j JOIN {p}schedule s ON s.id = j.id"
            f" WHERE j.id IN ({ids}) AND j.error IS NULL"
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
        self.delete_jobs = f"DELETE FROM {p}jobs WHERE id IN ({ids})"
        self.delete_schedules = f"DELETE FROM {p}schedule WHERE id IN ({ids})"
        self.next_term = f"UPDATE {p}counter SET value = value + 1 WHERE name = 'term'"
        self.term = f"SELECT value FROM {p}counter WHERE name = 'term'"
        self.due_jobs = (
            f"SELECT {JOB_COLUMNS} FROM {p}schedule s JOIN {p}jobs j ON j.id = s.id"
            " WHERE s.due <= ? AND (s.lease_until IS NULL OR s.lease_until <= ?)"
            " ORDER BY s.due, s.id LIMIT ?"
        )
        self.lease_jobs = (
            f"UPDATE {p}schedule SET term = ?, owner = ?, lease_until = ?"
            f" WHERE id IN ({ids})"
        )
        self.active_runs = (
            f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE ended IS NULL"
            f" AND job_id IN ({ids}) ORDER BY planned, id"
        )
        self.move_cursor = (
            f"UPDATE {p}schedule SET next_run = ?, due = ?, run_count = ?,"
            " wait_delay = NULL, wait_until = NULL, owner = NULL, lease_until = NULL"
            " WHERE id = ? AND term = ?"
        )
        self.leave_open = (
            f"UPDATE {p}schedule SET wait_delay = ?, wait_until = ?"
            " WHERE id = ? AND term = ?"
        )
        self.job_terms = f"SELECT id, term FROM {p}schedule WHERE id IN ({ids})"
        self.insert_run = f"{new} {p}runs ({_RUN_ROW}) VALUES ({_marks(19)})"
        self.idle_jobs = (
            f"SELECT s.id, s.wait_delay, s.wait_until FROM {p}schedule s"
            f" WHERE s.id IN ({ids})"
            " AND s.next_run IS NULL AND NOT EXISTS (SELECT 1 FROM"
            f" {p}runs r WHERE r.job_id = s.id AND r.ended IS NULL)"
        )
        self.rearm = (
            f"UPDATE {p}schedule SET next_run = ?, wait_delay = NULL,"
            " wait_until = NULL, due = (SELECT CASE WHEN j.paused_at IS NULL"
            f" AND j.error IS NULL THEN ? END FROM {p}jobs j"
            f" WHERE j.id = {p}schedule.id) WHERE id = ?"
        )
        self.next_due = (
            f"SELECT s.due FROM {p}schedule s WHERE s.due IS NOT NULL"
            " AND s.lease_until IS NULL ORDER BY s.due, s.id LIMIT 1"
        )
        self.next_job_lease = (
            f"SELECT min(lease_until) FROM {p}schedule WHERE lease_until IS NOT NULL"
        )
        self.next_run_lease = (
            f"SELECT min(lease_until) FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NOT NULL"
        )
        self.waiting_executors = (
            f"SELECT DISTINCT executor FROM {p}runs"
            " WHERE ended IS NULL AND lease_until IS NULL"
        )
        self.free_runs = (
            f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE ended IS NULL"
            " AND (lease_until IS NULL OR lease_until <= ?)"
            # The sign keeps SQLite from walking through the whole ledger in order.
            " AND executor IN ({executors}) ORDER BY +planned, id LIMIT ?"
        )
        self.take_run = (
            f"UPDATE {p}runs SET disposition = 'running', node = ?, started = ?,"
            " attempt = ?, term = ?, lease_until = ? WHERE id = ?"
        )
        self.renew = (
            f"UPDATE {p}runs SET lease_until = ?"
            " WHERE id = ? AND term = ? AND lease_until IS NOT NULL"
        )
        self.held_runs = (
            f"SELECT id, term, cancelling FROM {p}runs"
            f" WHERE id IN ({ids}) AND lease_until IS NOT NULL"
        )
        self.end_run = (
            f"UPDATE {p}runs SET disposition = ?, reason = ?, attempt = ?, node = ?,"
            " started = ?, ended = ?, result = ?, error = ?, traceback = ?,"
            " by_run = ?, lease_until = NULL"
            " WHERE id = ? AND term = ? AND lease_until IS NOT NULL"
        )
        self.forget_run = (
            f"DELETE FROM {p}runs WHERE id = ? AND term = ? AND lease_until IS NOT NULL"
        )
        self.run_ends = (
            f"SELECT id, term, disposition, attempt, ended FROM {p}runs"
            f" WHERE id IN ({ids}) AND lease_until IS NULL"
        )
        self.there_runs = f"SELECT id FROM {p}runs WHERE id IN ({ids})"
        self.runs = f"SELECT {RUN_COLUMNS} FROM {p}runs WHERE id IN ({ids})"
        self.cancel_pending = (
            f"UPDATE {p}runs SET disposition = 'cancelled', reason = ?, ended = ?"
            " WHERE id = ? AND ended IS NULL AND lease_until IS NULL"
        )
        self.mark_cancelling = (
            f"UPDATE {p}runs SET cancelling = ? WHERE id = ? AND ended IS NULL"
        )
        self.cancel_pending_of = (
            f"UPDATE {p}runs SET disposition = 'cancelled', reason = ?, ended = ?"
            " WHERE job_id = ? AND ended IS NULL AND lease_until IS NULL"
        )
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
        self.delete_run = f"DELETE FROM {p}runs WHERE id = ?"
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
