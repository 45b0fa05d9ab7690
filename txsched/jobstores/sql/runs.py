"""
The ledger in its table: what is done with one connection, within a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from ...errors import NoSuchRun
from ...model import Aftermath, Renewal, Run
from ..columns import micros_of
from ..run_rows import read_run, run_row
from .rows import end_row
from .session import Session
from .statements import Statements

__all__ = ["Runs"]

#: How many jobs with a limit one transaction looks at, so that none takes long.
_JOBS_AT_ONCE = 200


@frozen
class Runs:
    """
    The rows of ``runs``.

    :ivar sql: the statements.
    :ivar encode_result: turns a result into the bytes that are kept.
    """

    sql: Statements
    encode_result: Callable[[Any], bytes]

    def insert(self, db: Session, runs: Sequence[tuple[Run, int, int | None]]) -> None:
        """
        Write runs with their terms and the ends of their leases; known ones stay.
        """
        encode = self.encode_result
        rows = [run_row(run, term, until, encode) for run, term, until in runs]
        db.batch(self.sql.insert_runs, rows)

    def get(self, db: Session, run_ids: Sequence[str]) -> list[Run]:
        """
        Give runs in the order of their ids.

        :raises NoSuchRun: naming the first that is not there.
        """
        rows = db.for_ids(self.sql.runs, run_ids)
        runs = {row[0]: read_run(row) for row in rows}
        for run_id in run_ids:
            if run_id not in runs:
                raise NoSuchRun(run_id)
        return [runs[run_id] for run_id in run_ids]

    def take(
        self,
        db: Session,
        owner: str,
        now: int,
        until: int,
        term: int,
        runs: Sequence[Run],
    ) -> None:
        """
        Write a claim on *runs*.
        """
        ids = [run.id for run in runs]
        db.for_ids(self.sql.take_runs, ids, owner, now, term, until)

    def free(
        self, db: Session, judge: int | None, limit: int, executors: Sequence[str]
    ) -> list[Run]:
        """
        Find runs that may be claimed.

        :param judge: see :meth:`.clock.StoreClock.judge`.
        """
        if not executors:
            return []
        marks = ", ".join("?" * len(executors))
        statement = self.sql.free_runs.replace("{executors}", marks)
        rows = db.run(statement, (judge, *executors, limit))
        return [read_run(row) for row in rows.fetchall()]

    def renew(
        self, db: Session, leases: Sequence[tuple[str, int]], until: int
    ) -> Renewal:
        """
        Put off the ends of leases, and say which of them were lost.
        """
        if not leases:
            return Renewal((), ())
        db.batch(self.sql.renew, [(until, run_id, term) for run_id, term in leases])
        ids = [run_id for run_id, _ in leases]
        rows = db.for_ids(self.sql.held_runs, ids)
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

    def finish(self, db: Session, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Write new states of runs and what follows; give the ids of the lost ones.
        """
        encode = self.encode_result
        changed = db.batch(
            self.sql.end_runs,
            [
                end_row(one.run, one.term, encode)
                for one in aftermaths
                if not one.forget
            ],
        ) + db.batch(
            self.sql.forget_runs,
            [(one.run.id, one.term) for one in aftermaths if one.forget],
        )
        lost: list[str] = []
        if changed != len(aftermaths):
            lost = self._lost(db, aftermaths)
        gone = set(lost)
        follow_ups = [
            (follow_up, 0, None)
            for one in aftermaths
            if one.follow_ups and one.run.id not in gone
            for follow_up in one.follow_ups
        ]
        self.insert(db, follow_ups)
        return lost

    def _lost(self, db: Session, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Tell what is not stored as it was to be, by this call or an earlier one.
        """
        ids = [one.run.id for one in aftermaths]
        there = {row[0] for row in db.for_ids(self.sql.there_runs, ids)}
        ends = {row[0]: row[1:] for row in db.for_ids(self.sql.run_ends, ids)}
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
        self, db: Session, run_ids: Sequence[str], reason: str, now: int
    ) -> list[Run]:
        """
        End pending runs, mark running ones, and give them as they are then.

        :raises NoSuchRun: naming the first that is not there; nothing is changed.
        """
        self.get(db, run_ids)
        db.for_ids(self.sql.cancel_pending, run_ids, reason, now)
        db.for_ids(self.sql.mark_cancelling, run_ids, reason)
        return self.get(db, run_ids)

    def prune(
        self, db: Session, before: int | None, keep: int | None, limit: int
    ) -> int:
        """
        Forget ended runs by age and by count, at most *limit*, and say how many.
        """
        sql, run = self.sql, db.run
        removed = 0
        if before is not None:
            removed += self._forget(
                db, run(sql.ended_before, (before, before, limit)).fetchall()
            )
        if keep is not None and removed < limit:
            surplus = run(sql.ended_count).scalar() - keep
            if surplus > 0:
                count = min(surplus, limit - removed)
                removed += self._forget(db, run(sql.oldest_ended, (count,)).fetchall())
        return removed

    def _forget(self, db: Session, rows: Sequence[tuple[str]]) -> int:
        db.for_ids(self.sql.delete_runs, [run_id for (run_id,) in rows])
        return len(rows)

    def prune_jobs(
        self, db: Session, behind: str, limit: int
    ) -> tuple[str | None, int]:
        """
        Forget what is beyond the ``keep_runs`` of some of the jobs that have one.

        :param behind: look at jobs whose ids come after this.
        :returns: behind which id to go on, if there are more jobs, and how many runs
            were forgotten.
        """
        sql, run = self.sql, db.run
        jobs = run(sql.limited_jobs, (behind, _JOBS_AT_ONCE)).fetchall()
        if not jobs:
            return None, 0
        last = jobs[-1][0]
        old = run(sql.beyond_keep_runs, (behind, last, limit)).fetchall()
        more = len(jobs) == _JOBS_AT_ONCE
        return last if more else None, self._forget(db, old)
