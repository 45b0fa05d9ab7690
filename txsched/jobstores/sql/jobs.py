"""
Jobs and their schedule in their tables: what is done with one connection, within a
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from ...errors import BadValue, JobExists, NoSuchJob, StaleRevision, StoreUnavailable
from ...model import (
    Disposition,
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
from ..columns import latest_ends, micros_of, read_wait, wait_row
from ..loading import JobLoader
from ..run_rows import read_run
from .clock import StoreClock
from .rows import job_row, schedule_row
from .runs import Runs
from .session import Session
from .statements import Statements

__all__ = ["Jobs"]

_RUNNING = Disposition.RUNNING


@frozen
class Jobs:
    """
    The rows of ``jobs`` and ``schedule``.

    :ivar sql: the statements.
    :ivar loader: builds jobs from rows.
    :ivar runs: the ledger beside them.
    :ivar clock: that judges leases.
    """

    sql: Statements
    loader: JobLoader
    runs: Runs
    clock: StoreClock

    def add(
        self, db: Session, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> list[Job]:
        """
        Write new jobs, and settle the conflicts; see ``IJobKeeping.add_jobs``.
        """
        sql = self.sql
        encode = self.loader.serializer.encode_definition
        definitions = [encode(job) for job in jobs]
        ids = [job.id for job in jobs]
        if len(set(ids)) < len(ids):
            raise BadValue("jobs", "two of them have the same id")
        there = {row[0]: row for row in db.for_ids(sql.job_states, ids)}
        if there and on_conflict is OnConflict.REPLACE:
            db.lock(sql.lock_schedules, list(there))
            there = {row[0]: row for row in db.for_ids(sql.job_states, ids)}
        stored = self.load(db, list(there)) if there else {}
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
            if db.unsure and tuple(state[1:]) == (1, None, job.generation):
                result.append(job)  # by the try before
                continue
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
            self._replace(db, job, definition)
            result.append(job)
        db.batch(sql.insert_jobs, new_jobs)
        db.batch(sql.insert_schedules, new_schedules)
        return result

    def _replace(self, db: Session, job: Job, definition: bytes) -> None:
        run = db.run
        term, _ = self._new_term(db)
        run(self.sql.update_job, (*job_row(job, definition), job.id))
        run(self.sql.update_schedule, (*schedule_row(job), term, job.id))

    def _new_term(self, db: Session) -> tuple[int, int | None]:
        """
        Give a term that was never given before, and the clock of the store.
        """
        answer: Any = None
        for statement in self.sql.new_term:
            result = db.run(statement)
            if result.returns_rows:
                answer = result.fetchone()
        db.written = True
        term, clock = answer
        return term, clock

    def _begin_claim(self, db: Session, now: int) -> int:
        """
        Give the term of a claim, and compare the clocks on the way.
        """
        term, clock = self._new_term(db)
        self.clock.measure(clock, now)
        return term

    def load(self, db: Session, ids: Sequence[str]) -> dict[str, Job]:
        """
        Load jobs, leaving out those that are not there or not loadable.
        """
        loaded = {}
        for row in self._rows(db, ids).values():
            job = self.loader.job(row)
            if job is not None:
                loaded[job.id] = job
        return loaded

    def _rows(self, db: Session, ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
        """
        Give the columns of jobs that are not in quarantine, by id.
        """
        progresses = {row[0]: row[1:] for row in db.for_ids(self.sql.progresses, ids)}
        return {
            row[0]: (*row, *progresses[row[0]])
            for row in db.for_ids(self.sql.definitions, ids)
            if row[0] in progresses
        }

    def get(self, db: Session, job_id: str) -> Job:
        """
        Load one job, as it is at one moment.

        :raises NoSuchJob: it is not there, or not loadable.
        """
        row = db.run(self.sql.job, (job_id,)).fetchone()
        job = None if row is None else self.loader.job(row)
        if job is None:
            raise NoSuchJob(job_id)
        return job

    def change(self, db: Session, job: Job, before: Job, runs: Sequence[Run]) -> Job:
        """
        Replace a job that is still as *before*; see ``IJobKeeping.change_job``.
        """
        revision = before.revision
        new = evolve(job, revision=revision + 1)
        definition = self.loader.serializer.encode_definition(new)
        db.lock(self.sql.lock_schedules, (job.id,))
        row = db.run(self.sql.job_progress, (job.id,)).fetchone()
        if row is None:
            raise NoSuchJob(job.id)
        planned = micros_of(before.next_run_time)
        expected = (before.generation, revision, planned, before.run_count)
        if tuple(row[:4]) != expected:
            if db.unsure and tuple(row) == (*_progress(new), definition):
                return new  # by the try before
            raise StaleRevision(job.id, revision, row[1])
        self._replace(db, new, definition)
        self.runs.insert(db, [(run, 0, None) for run in runs])
        if new.next_run_time is None:
            db.lock(self.sql.lock_active_runs, (new.id,))
            following = self.decide(db, [new.id], runs).get(new.id)
            new = evolve(new, next_run_time=following)
        return new

    def remove(self, db: Session, job_ids: Sequence[str], now: int) -> list[str]:
        """
        Remove jobs and end their pending runs; give the ids that were there.
        """
        db.lock(self.sql.lock_schedules, job_ids)
        there = {row[0] for row in db.for_ids(self.sql.job_states, job_ids)}
        removed = [job_id for job_id in job_ids if job_id in there]
        if db.unsure and len(removed) < len(job_ids):
            raise StoreUnavailable("the connection was lost; they may be removed")
        why = "the job was removed"
        db.for_ids(self.sql.cancel_pending_of, removed, why, now)
        self._delete(db, removed)
        return removed

    def _delete(self, db: Session, job_ids: Sequence[str]) -> None:
        db.for_ids(self.sql.delete_jobs, job_ids)
        db.for_ids(self.sql.delete_schedules, job_ids)

    def decide(
        self, db: Session, job_ids: Sequence[str], runs: Iterable[Run]
    ) -> dict[str, datetime]:
        """
        Decide on those jobs that have neither a planned time nor an active run.

        :param runs: what was written just now.
        :returns: the next planned times of those that got one.
        """
        sql = self.sql
        unplanned = db.for_ids(sql.open_schedules, job_ids)
        if not unplanned:
            return {}
        # Only now, when nobody else can end the last runs of the same jobs unseen.
        ids = [row[0] for row in unplanned]
        busy = {job_id for (job_id,) in db.for_ids(sql.busy_jobs, ids)}
        finished: list[str] = []
        planned: dict[str, datetime] = {}
        ends = latest_ends(runs)
        for job_id, delay, until in unplanned:
            if job_id in busy:
                continue
            waiting = read_wait(delay, until)
            if waiting is None:
                finished.append(job_id)
            elif waiting.delay is not None and job_id in ends:
                following = waiting.following(ends[job_id])
                if following is None:
                    finished.append(job_id)
                else:
                    planned[job_id] = following
        resting = {job_id for (job_id,) in db.for_ids(sql.resting_jobs, list(planned))}
        times = [
            (to_micros(time), None if job_id in resting else to_micros(time), job_id)
            for job_id, time in planned.items()
        ]
        self._delete(db, sorted(finished))
        db.batch(self.sql.rearm, times)
        return planned

    def claim(
        self, db: Session, owner: str, now: int, until: int, limit: int
    ) -> list[JobLease]:
        """
        Lease due jobs; see ``IJobKeeping.claim_jobs``.
        """
        sql = self.sql
        due = db.run(sql.due_jobs, (now, self.clock.judge(now), limit)).fetchall()
        if not due:
            return []
        ids = [job_id for (job_id,) in due]
        term = self._begin_claim(db, now)
        end = self.clock.to_store(until)
        db.for_ids(sql.lease_jobs, ids, term, owner, end)
        # Only now, when nobody else can change them any more.
        rows = self._rows(db, ids)
        active: dict[str, list[Run]] = {}
        for row in db.for_ids(sql.active_runs, ids):
            active.setdefault(row[1], []).append(read_run(row))
        return [
            JobLease(
                job,
                tuple(active.get(job.id, ())),
                term,
                from_micros(row[6]),
                row[7],
            )
            for row in map(rows.get, ids)
            if row is not None and (job := self.loader.definition(row)) is not None
        ]

    def commit(self, db: Session, plans: Sequence[Plan], until: datetime) -> list[str]:
        """
        Move cursors and write runs; see ``IJobKeeping.commit``.
        """
        if not plans:
            return []
        sql = self.sql
        moved = db.batch(
            sql.move_cursors,
            [
                (
                    None if next_run is None else to_micros(next_run),
                    None if due is None else to_micros(due),
                    run_count,
                    *wait_row(waiting),
                    job_id,
                    term,
                )
                for job_id, term, _, next_run, due, run_count, waiting in plans
            ],
        )
        lost: list[str] = []
        if moved != len(plans):
            ids = [plan.job_id for plan in plans]
            terms = dict(db.for_ids(sql.job_terms, ids))
            lost = [
                plan.job_id for plan in plans if terms.get(plan.job_id) != plan.term
            ]
            gone = set(lost)
            plans = [plan for plan in plans if plan.job_id not in gone]
        held_until = self.clock.to_store(to_micros(until))
        self.runs.insert(
            db,
            [
                (run, plan.term, held_until if run.disposition is _RUNNING else None)
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
            db.lock(sql.lock_active_runs, ended)
            self.decide(db, ended, (run for plan in plans for run in plan.runs))
        return lost

    def claim_runs(
        self,
        db: Session,
        owner: str,
        now: int,
        until: int,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        """
        Lease runs together with their jobs; see ``ILedger.claim_runs``.
        """
        runs = self.runs.free(db, self.clock.judge(now), limit, executors)
        if not runs:
            return []
        term = self._begin_claim(db, now)
        end = self.clock.to_store(until)
        self.runs.take(db, owner, now, end, term, runs)
        jobs = self.load(db, list(dict.fromkeys(run.job_id for run in runs)))
        return [RunLease(run, jobs.get(run.job_id), term) for run in runs]

    def reload_quarantined(self, db: Session) -> list[Quarantined]:
        """
        Give what is in quarantine, and let go what loads by now.
        """
        run = db.run
        broken = []
        for row in run(self.sql.quarantined).fetchall():
            found = self.loader.quarantined(row)
            if isinstance(found, Quarantined):
                broken.append(found)
                continue
            due = None if found.due is None else to_micros(found.due)
            db.lock(self.sql.lock_schedules, (found.id,))
            run(self.sql.reload, (found.id,))
            run(self.sql.redue, (due, found.id))
        return broken

    def quarantine(
        self, db: Session, broken: dict[tuple[str, int, str], str], now: int
    ) -> None:
        """
        Put jobs aside, each with the error that it could not be loaded for.

        A job that has another definition by now is left alone.
        """
        db.lock(self.sql.lock_schedules, [job_id for job_id, _, _ in broken])
        for which, error in broken.items():
            db.run(self.sql.quarantine, (error, now, *which))
        db.run(self.sql.unschedule)

    def repair(self, db: Session, job: Job) -> Job:
        """
        Give a quarantined job a new definition.
        """
        db.lock(self.sql.lock_schedules, (job.id,))
        states = db.for_ids(self.sql.job_states, (job.id,))
        if not states or states[0][2] is None:
            raise NoSuchJob(job.id)
        new = evolve(job, revision=states[0][1] + 1)
        self._replace(db, new, self.loader.serializer.encode_definition(new))
        return new


def _progress(job: Job) -> tuple[str, int, int | None, int]:
    next_run = micros_of(job.next_run_time)
    return job.generation, job.revision, next_run, job.run_count
