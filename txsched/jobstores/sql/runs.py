"""
The ledger in its table: what is done with one connection, within a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from ...errors import NoSuchRun
from ...model import Aftermath, Renewal, Run
from ..columns import micros_of
from ..run_rows import read_run, run_row
from .rows import end_row
from .statements import Statements, chunks

__all__ = ["Runs", "select_in"]

#: How many jobs with a limit one transaction looks at, so that none takes long.
_JOBS_AT_ONCE = 200


def select_in(connection: Any, statement: str, ids: Sequence[str]) -> list[Any]:
    """
    Give the rows of a question that names ids; each row once.
    """
    rows: dict[Any, None] = {}
    for chunk in chunks(ids):
        answer = connection.exec_driver_sql(statement, chunk)
        rows.update((tuple(row), None) for row in answer)
    return list(rows)


@frozen
class Runs:
    """
    The rows of ``runs``.

    :ivar sql: the statements.
    :ivar encode_result: turns a result into the bytes that are kept.
    """

    sql: Statements
    encode_result: Callable[[Any], bytes]

    def insert(
        self, connection: Any, runs: Sequence[tuple[Run, int, datetime | None]]
    ) -> None:
        """
        Write runs with their terms and the ends of their leases; known ones stay.
        """
        if runs:
            encode = self.encode_result
            connection.exec_driver_sql(
                self.sql.insert_run,
                [run_row(run, term, until, encode) for run, term, until in runs],
            )

    def get(self, connection: Any, run_ids: Sequence[str]) -> list[Run]:
        """
        Give runs in the order of their ids.

        :raises NoSuchRun: naming the first that is not there.
        """
        rows = select_in(connection, self.sql.runs, run_ids)
        runs = {row[0]: read_run(row) for row in rows}
        for run_id in run_ids:
            if run_id not in runs:
                raise NoSuchRun(run_id)
        return [runs[run_id] for run_id in run_ids]

    def take(
        self,
        connection: Any,
        owner: str,
        now: int,
        until: int,
        term: int,
        runs: Sequence[Run],
    ) -> None:
        """
        Write a claim on *runs*.
        """
        connection.exec_driver_sql(
            self.sql.take_run,
            [
                (owner, now, run.attempt + _running(run), term, until, run.id)
                for run in runs
            ],
        )

    def free(
        self, connection: Any, now: int, limit: int, executors: Sequence[str]
    ) -> list[Run]:
        """
        Find runs that may be claimed.
        """
        if not executors:
            return []
        marks = ", ".join("?" * len(executors))
        statement = self.sql.free_runs.replace("{executors}", marks)
        rows = connection.exec_driver_sql(statement, (now, *executors, limit))
        return [read_run(row) for row in rows.fetchall()]

    def renew(
        self, connection: Any, leases: Sequence[tuple[str, int]], until: int
    ) -> Renewal:
        """
        Put off the ends of leases, and say which of them were lost.
        """
        if not leases:
            return Renewal((), ())
        connection.exec_driver_sql(
            self.sql.renew, [(until, run_id, term) for run_id, term in leases]
        )
        ids = [run_id for run_id, _ in leases]
        rows = select_in(connection, self.sql.held_runs, ids)
        held = {row[0]: row[1:] for row in rows}
        kept = {
            run_id: held[run_id][1]
            for run_id, term in leases
            if run_id in held and held[run_id][0] == term
        }
        return Renewal(
            tuple(run_id for run_id in ids if run_id not in kept),
            tuple(run_id for run_id, why in kept.items() if why is not None),
        )

    def finish(self, connection: Any, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Write new states of runs and what follows; give the ids of the lost ones.
        """
        run = connection.exec_driver_sql
        encode = self.encode_result
        changed = 0
        ends = [
            end_row(one.run, one.term, encode) for one in aftermaths if not one.forget
        ]
        if ends:
            changed += run(self.sql.end_run, ends).rowcount
        forgotten = [(one.run.id, one.term) for one in aftermaths if one.forget]
        if forgotten:
            changed += run(self.sql.forget_run, forgotten).rowcount
        lost: list[str] = []
        if changed != len(aftermaths):
            lost = self._lost(connection, aftermaths)
        gone = set(lost)
        follow_ups = [
            (follow_up, 0, None)
            for one in aftermaths
            if one.follow_ups and one.run.id not in gone
            for follow_up in one.follow_ups
        ]
        self.insert(connection, follow_ups)
        return lost

    def _lost(self, connection: Any, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Tell what is not stored as it was to be, by this call or an earlier one.
        """
        ids = [one.run.id for one in aftermaths]
        there = {row[0] for row in select_in(connection, self.sql.there_runs, ids)}
        ends = {
            row[0]: row[1:] for row in select_in(connection, self.sql.run_ends, ids)
        }
        return [
            run.id
            for run, term, forget, _ in aftermaths
            if (
                run.id in there
                if forget
                else ends.get(run.id)
                != (term, run.disposition.value, run.attempt, micros_of(run.ended_at))
            )
        ]

    def cancel(
        self, connection: Any, run_ids: Sequence[str], reason: str, now: int
    ) -> list[Run]:
        """
        End pending runs, mark running ones, and give them as they are then.

        :raises NoSuchRun: naming the first that is not there; nothing is changed.
        """
        self.get(connection, run_ids)
        run = connection.exec_driver_sql
        run(self.sql.cancel_pending, [(reason, now, one) for one in run_ids])
        run(self.sql.mark_cancelling, [(reason, one) for one in run_ids])
        return self.get(connection, run_ids)

    def prune(
        self, connection: Any, before: int | None, keep: int | None, limit: int
    ) -> int:
        """
        Forget ended runs by age and by count, at most *limit*, and say how many.
        """
        sql, run = self.sql, connection.exec_driver_sql
        removed = 0
        if before is not None:
            removed += self._forget(
                connection, run(sql.ended_before, (before, before, limit)).fetchall()
            )
        if keep is not None and removed < limit:
            surplus = run(sql.ended_count).scalar() - keep
            if surplus > 0:
                count = min(surplus, limit - removed)
                removed += self._forget(
                    connection, run(sql.oldest_ended, (count,)).fetchall()
                )
        return removed

    def _forget(self, connection: Any, rows: Sequence[Any]) -> int:
        if rows:
            ids = [tuple(row) for row in rows]
            connection.exec_driver_sql(self.sql.delete_run, ids)
        return len(rows)

    def prune_jobs(
        self, connection: Any, behind: str, limit: int
    ) -> tuple[str | None, int]:
        """
        Forget what is beyond the ``keep_runs`` of some of the jobs that have one.

        :param behind: look at jobs whose ids come after this.
        :returns: behind which id to go on, if there are more jobs, and how many runs
            were forgotten.
        """
        sql, run = self.sql, connection.exec_driver_sql
        jobs = run(sql.limited_jobs, (behind, _JOBS_AT_ONCE)).fetchall()
        if not jobs:
            return None, 0
        last = jobs[-1][0]
        old = run(sql.beyond_keep_runs, (behind, last, limit)).fetchall()
        more = len(jobs) == _JOBS_AT_ONCE
        return last if more else None, self._forget(connection, old)


def _running(run: Run) -> int:
    return int(run.disposition.value == "running")
