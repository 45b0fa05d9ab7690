"""
Jobs and their schedule in their tables: what is done with one connection, within a
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from ...errors import JobExists, NoSuchJob, StaleRevision
from ...model import (
    Job,
    JobLease,
    OnConflict,
    Plan,
    Quarantined,
    Run,
    RunLease,
    from_micros,
    to_micros,
)
from ..columns import latest_ends, read_wait, wait_row
from ..loading import JobLoader
from ..run_rows import read_run
from .rows import job_row, schedule_row
from .runs import Runs, select_in
from .statements import Statements, chunks

__all__ = ["Jobs"]


@frozen
class Jobs:
    """
    The rows of ``jobs`` and ``schedule``.

    :ivar sql: the statements.
    :ivar loader: builds jobs from rows.
    :ivar runs: the ledger beside them.
    """

    sql: Statements
    loader: JobLoader
    runs: Runs

    def add(
        self, connection: Any, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> list[Job]:
        """
        Write new jobs, and settle the conflicts; see ``IJobKeeping.add_jobs``.
        """
        sql, run = self.sql, connection.exec_driver_sql
        encode = self.loader.serializer.encode_definition
        definitions = [encode(job) for job in jobs]
        ids = [job.id for job in jobs]
        there = {row[0]: row for row in select_in(connection, sql.job_states, ids)}
        stored = self.load(connection, list(there)) if there else {}
        result: list[Job] = []
        new_jobs, new_schedules = [], []
        for job, definition in zip(jobs, definitions, strict=True):
            state = there.get(job.id)
            if state is None:
                new_jobs.append((job.id, *job_row(job, definition)))
                new_schedules.append((job.id, *schedule_row(job), 0))
                result.append(job)
                continue
            old = stored.get(job.id)
            if on_conflict is OnConflict.ERROR or (
                old is None and on_conflict is OnConflict.KEEP
            ):
                raise JobExists(job.id)
            if old is not None and (
                on_conflict is OnConflict.KEEP or old.same_definition(job)
            ):
                result.append(old)
                continue
            paused = None if old is None else old.paused
            job = evolve(job, revision=state[1] + 1, paused=paused)
            self._replace(connection, job, definition)
            result.append(job)
        if new_jobs:
            run(sql.insert_job, new_jobs)
            run(sql.insert_schedule, new_schedules)
        return result

    def _replace(self, connection: Any, job: Job, definition: bytes) -> None:
        run = connection.exec_driver_sql
        term = self.new_term(connection)
        run(self.sql.update_job, (*job_row(job, definition), job.id))
        run(self.sql.update_schedule, (*schedule_row(job), term, job.id))

    def new_term(self, connection: Any) -> int:
        """
        Give a term that was never given before.
        """
        connection.exec_driver_sql(self.sql.next_term)
        term: int = connection.exec_driver_sql(self.sql.term).scalar()
        return term

    def load(self, connection: Any, ids: Sequence[str]) -> dict[str, Job]:
        """
        Load jobs, leaving out those that are not there or not loadable.
        """
        loaded = {}
        for row in select_in(connection, self.sql.jobs, ids):
            job = self.loader.job(row)
            if job is not None:
                loaded[job.id] = job
        return loaded

    def change(
        self, connection: Any, job: Job, before: Job, runs: Sequence[Run]
    ) -> Job:
        """
        Replace a job that is still as *before*; see ``IJobKeeping.change_job``.
        """
        progress = self.sql.job_progress
        row = connection.exec_driver_sql(progress, (job.id,)).fetchone()
        if row is None:
            raise NoSuchJob(job.id)
        planned = before.next_run_time
        next_run = None if planned is None else to_micros(planned)
        revision = before.revision
        if tuple(row) != (before.generation, revision, next_run, before.run_count):
            raise StaleRevision(job.id, revision, row[1])
        new = evolve(job, revision=revision + 1)
        self._replace(connection, new, self.loader.serializer.encode_definition(new))
        self.runs.insert(connection, [(run, 0, None) for run in runs])
        if new.next_run_time is None:
            planned = self.decide(connection, [new.id], runs).get(new.id)
            new = evolve(new, next_run_time=planned)
        return new

    def remove(self, connection: Any, job_ids: Sequence[str], now: int) -> list[str]:
        """
        Remove jobs and end their pending runs; give the ids that were there.
        """
        rows = select_in(connection, self.sql.job_states, job_ids)
        there = {row[0] for row in rows}
        removed = [job_id for job_id in job_ids if job_id in there]
        if removed:
            ended = ("the job was removed", now)
            connection.exec_driver_sql(
                self.sql.cancel_pending_of, [(*ended, one) for one in removed]
            )
            self._delete(connection, removed)
        return removed

    def _delete(self, connection: Any, job_ids: Sequence[str]) -> None:
        for chunk in chunks(job_ids):
            connection.exec_driver_sql(self.sql.delete_jobs, chunk)
            connection.exec_driver_sql(self.sql.delete_schedules, chunk)

    def decide(
        self, connection: Any, job_ids: Sequence[str], runs: Iterable[Run]
    ) -> dict[str, datetime]:
        """
        Decide on those jobs that have neither a planned time nor an active run.

        :param runs: what was written just now.
        :returns: the next planned times of those that got one.
        """
        rows = select_in(connection, self.sql.idle_jobs, job_ids)
        finished = [row[0] for row in rows if row[1] is None]
        planned: dict[str, datetime] = {}
        if len(finished) < len(rows):
            ends = latest_ends(runs)
            for job_id, *columns in rows:
                waiting = read_wait(*columns)
                if waiting is None or waiting.delay is None or job_id not in ends:
                    continue
                following = waiting.following(ends[job_id])
                if following is None:
                    finished.append(job_id)
                else:
                    planned[job_id] = following
        if finished:
            self._delete(connection, sorted(finished))
        if planned:
            times = [(to_micros(time), job_id) for job_id, time in planned.items()]
            connection.exec_driver_sql(
                self.sql.rearm, [(time, time, job_id) for time, job_id in times]
            )
        return planned

    def claim(
        self, connection: Any, owner: str, now: int, until: int, limit: int
    ) -> list[JobLease]:
        """
        Lease due jobs; see ``IJobKeeping.claim_jobs``.
        """
        sql, run = self.sql, connection.exec_driver_sql
        rows = run(sql.due_jobs, (now, now, limit)).fetchall()
        found = [
            (row, job)
            for row in rows
            if (job := self.loader.definition(row)) is not None
        ]
        if not found:
            return []
        term = self.new_term(connection)
        ids = [row[0] for row, _ in found]
        for chunk in chunks(ids):
            run(sql.lease_jobs, (term, owner, until, *chunk))
        active: dict[str, list[Run]] = {}
        for row in select_in(connection, sql.active_runs, ids):
            active.setdefault(row[1], []).append(read_run(row))
        return [
            JobLease(
                job,
                tuple(active.get(job.id, ())),
                term,
                from_micros(row[6]),
                row[7],
            )
            for row, job in found
        ]

    def commit(
        self, connection: Any, plans: Sequence[Plan], until: datetime
    ) -> list[str]:
        """
        Move cursors and write runs; see ``IJobKeeping.commit``.
        """
        if not plans:
            return []
        sql = self.sql
        moved = connection.exec_driver_sql(
            sql.move_cursor,
            [
                (
                    None if next_run is None else to_micros(next_run),
                    None if due is None else to_micros(due),
                    run_count,
                    job_id,
                    term,
                )
                for job_id, term, _, next_run, due, run_count, _ in plans
            ],
        ).rowcount
        waiting = [
            (*wait_row(plan.waiting), plan.job_id, plan.term)
            for plan in plans
            if plan.waiting is not None
        ]
        if waiting:
            connection.exec_driver_sql(sql.leave_open, waiting)
        lost: list[str] = []
        if moved != len(plans):
            ids = [plan.job_id for plan in plans]
            terms = dict(select_in(connection, sql.job_terms, ids))
            lost = [
                plan.job_id for plan in plans if terms.get(plan.job_id) != plan.term
            ]
            gone = set(lost)
            plans = [plan for plan in plans if plan.job_id not in gone]
        self.runs.insert(
            connection,
            [
                (run, plan.term, until if run.disposition.value == "running" else None)
                for plan in plans
                for run in plan.runs
            ],
        )
        ended = [
            plan.job_id
            for plan in plans
            if plan.next_run_time is None
            and not any(run.disposition.active for run in plan.runs)
        ]
        if ended:
            self.decide(connection, ended, (run for plan in plans for run in plan.runs))
        return lost

    def claim_runs(
        self,
        connection: Any,
        owner: str,
        now: int,
        until: int,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        """
        Lease runs together with their jobs; see ``ILedger.claim_runs``.
        """
        runs = self.runs.free(connection, now, limit, executors)
        if not runs:
            return []
        term = self.new_term(connection)
        self.runs.take(connection, owner, now, until, term, runs)
        jobs = self.load(connection, list(dict.fromkeys(run.job_id for run in runs)))
        return [RunLease(run, jobs.get(run.job_id), term) for run in runs]

    def reload_quarantined(self, connection: Any) -> list[Quarantined]:
        """
        Give what is in quarantine, and let go what loads by now.
        """
        run = connection.exec_driver_sql
        broken = []
        for row in run(self.sql.quarantined).fetchall():
            found = self.loader.quarantined(row)
            if isinstance(found, Quarantined):
                broken.append(found)
                continue
            due = None if found.due is None else to_micros(found.due)
            run(self.sql.reload, (found.id,))
            run(self.sql.redue, (due, found.id))
        return broken

    def quarantine(
        self, connection: Any, broken: dict[tuple[str, int, str], str], now: int
    ) -> None:
        """
        Put jobs aside, each with the error that it could not be loaded for.

        A job that has another definition by now is left alone.
        """
        run = connection.exec_driver_sql
        rows = [(error, now, *which) for which, error in broken.items()]
        run(self.sql.quarantine, rows)
        run(self.sql.unschedule)

    def repair(self, connection: Any, job: Job) -> Job:
        """
        Give a quarantined job a new definition.
        """
        states = select_in(connection, self.sql.job_states, (job.id,))
        if not states or states[0][2] is None:
            raise NoSuchJob(job.id)
        new = evolve(job, revision=states[0][1] + 1)
        self._replace(connection, new, self.loader.serializer.encode_definition(new))
        return new
