"""
The reference store: everything in the memory of one process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import wraps
from heapq import heapify, heappop, heappush, nlargest, nsmallest
from typing import Any, Concatenate, ParamSpec, TypeVar

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, maybeDeferred
from zope.interface import implementer

from ..errors import JobExists, NoSuchJob, NoSuchRun, StaleRevision
from ..interfaces import IJobStore
from ..model import (
    Aftermath,
    Disposition,
    Job,
    JobLease,
    JobQuery,
    OnConflict,
    Page,
    Plan,
    Quarantined,
    Renewal,
    Run,
    RunLease,
    RunQuery,
    StoreStatus,
    to_micros,
)
from .cursor import decode_cursor, encode_cursor

__all__ = ["MemoryJobStore"]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

_PENDING = Disposition.PENDING
_RUNNING = Disposition.RUNNING
_CANCELLED = Disposition.CANCELLED


def _answered(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], Deferred[T]]:
    """
    Let *method* answer by a Deferred that has fired already.
    """

    @wraps(method)
    def answer(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        return maybeDeferred(method, self, *args, **kwargs)

    return answer


@define(eq=False)
class _Row:
    """
    A job with its progress and its lease.

    :ivar term: of the last claim; a write under another one is refused.
    :ivar until: when the lease ends; ``None`` without one.
    :ivar active: its active runs by id; ``None`` for none, which saves memory.
    """

    job: Job
    next_run_time: datetime | None
    due: datetime | None
    run_count: int
    term: int = 0
    until: datetime | None = None
    active: dict[str, Run] | None = None

    def current(self) -> Job:
        """
        Give the job with its progress in it.
        """
        job = self.job
        if (
            job.next_run_time is not self.next_run_time
            or job.run_count != self.run_count
        ):
            job = self.job = evolve(
                job, next_run_time=self.next_run_time, run_count=self.run_count
            )
        return job

    @property
    def finished(self) -> bool:
        return self.next_run_time is None and not self.active


@define(eq=False)
class _Claim:
    """
    The jobs handed out by one claim that are not committed yet.
    """

    until: datetime
    rows: list[_Row]


@define(eq=False)
class _Held:
    """
    A lease on a running run.
    """

    term: int
    until: datetime
    cancelled: str | None = None


@implementer(IJobStore)
@define(eq=False)
class MemoryJobStore:
    """
    Keeps live objects: any callable, any argument; all is gone with the process.

    Due jobs lie in one heap.  An entry that no longer fits its job is passed over
    when it comes up, and the heap is built anew when most entries are such.
    """

    _rows: dict[str, _Row] = field(factory=dict, init=False)
    _heap: list[tuple[datetime, str]] = field(factory=list, init=False)
    _claims: dict[int, _Claim] = field(factory=dict, init=False)
    _term: int = field(default=0, init=False)
    _runs: dict[str, Run] = field(factory=dict, init=False)
    _held: dict[str, _Held] = field(factory=dict, init=False)
    _pending: dict[str, Run] = field(factory=dict, init=False)
    _ended: deque[str] = field(factory=deque, init=False)
    _limited: dict[str, deque[str]] = field(factory=dict, init=False)
    _expiry: datetime | None = field(default=None, init=False)

    # Jobs

    @_answered
    def add_jobs(self, jobs: Sequence[Job], on_conflict: OnConflict) -> list[Job]:
        rows = self._rows
        if on_conflict is OnConflict.ERROR:
            for job in jobs:
                if job.id in rows:
                    raise JobExists(job.id)
        return [self._add(job, on_conflict) for job in jobs]

    def _add(self, job: Job, on_conflict: OnConflict) -> Job:
        row = self._rows.get(job.id)
        if row is None:
            self._rows[job.id] = row = _Row(
                job, job.next_run_time, job.due, job.run_count
            )
            self._schedule(row)
        elif on_conflict is OnConflict.REPLACE and not row.job.same_definition(job):
            self._replace(
                row, evolve(job, revision=row.job.revision + 1, paused=row.job.paused)
            )
        return row.current()

    def _replace(self, row: _Row, job: Job) -> None:
        self._limit(job)
        row.job = job
        row.next_run_time = job.next_run_time
        row.run_count = job.run_count
        row.due = job.due
        row.term = self._new_term()
        row.until = None
        self._schedule(row)

    def _schedule(self, row: _Row) -> None:
        if row.due is not None:
            heappush(self._heap, (row.due, row.job.id))
            if len(self._heap) > 2 * len(self._rows) + 1000:
                self._heap = [
                    (row.due, job_id)
                    for job_id, row in self._rows.items()
                    if row.due is not None and row.until is None
                ]
                heapify(self._heap)

    def _new_term(self) -> int:
        self._term += 1
        return self._term

    def _row(self, job_id: str) -> _Row:
        row = self._rows.get(job_id)
        if row is None:
            raise NoSuchJob(job_id)
        return row

    @_answered
    def get_job(self, job_id: str) -> Job:
        return self._row(job_id).current()

    @_answered
    def find_jobs(self, query: JobQuery) -> Page[Job]:
        order = f"jobs {query.order_by} {query.descending}"
        key, kinds = _JOB_KEYS[query.order_by]
        text = None if query.text is None else query.text.casefold()
        tags = set(query.tags)

        def wanted() -> Iterator[tuple[Any, ...]]:
            for row in self._rows.values():
                job = row.job
                if (
                    (
                        text is None
                        or text in job.id.casefold()
                        or text in job.name.casefold()
                    )
                    and (not tags or tags.issubset(job.tags))
                    and (query.executor is None or job.executor == query.executor)
                    and (
                        query.paused is None or (job.paused is not None) is query.paused
                    )
                ):
                    yield key(row)

        keys, more = _page(wanted(), query, order, kinds)
        jobs = tuple(self._rows[key[-1]].current() for key in keys)
        return Page(jobs, encode_cursor(order, keys[-1]) if more else None)

    @_answered
    def change_job(self, job: Job, revision: int, runs: Sequence[Run]) -> Job:
        row = self._row(job.id)
        if row.job.revision != revision:
            raise StaleRevision(job.id, revision, row.job.revision)
        self._replace(row, evolve(job, revision=revision + 1))
        for run in runs:
            self._write(run, 0, None, row)
        if row.finished:
            del self._rows[job.id]
        return row.current()

    @_answered
    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> list[str]:
        removed = [job_id for job_id in job_ids if job_id in self._rows]
        for job_id in removed:
            row = self._rows.pop(job_id)
            for run in list((row.active or {}).values()):
                if run.id in self._pending:
                    self._cancel_pending(run, "the job was removed", now)
        return removed

    @_answered
    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> list[JobLease]:
        self._expire_claims(now)
        heap, rows = self._heap, self._rows
        term = self._new_term()
        leases: list[JobLease] = []
        claimed: list[_Row] = []
        while heap and len(leases) < limit:
            due, job_id = heap[0]
            if due > now:
                break
            heappop(heap)
            row = rows.get(job_id)
            if row is None or row.until is not None or row.due != due:
                continue
            planned = row.next_run_time
            if planned is None:
                continue
            row.term = term
            row.until = until
            claimed.append(row)
            active = tuple(row.active.values()) if row.active else ()
            leases.append(JobLease(row.job, active, term, planned, row.run_count))
        if claimed:
            self._claims[term] = _Claim(until, claimed)
        return leases

    def _expire_claims(self, now: datetime) -> None:
        for term, claim in list(self._claims.items()):
            if claim.until <= now:
                del self._claims[term]
                for row in claim.rows:
                    if row.term == term and row.until is not None:
                        row.until = None
                        self._schedule(row)

    @_answered
    def commit(self, plans: Sequence[Plan], owner: str, until: datetime) -> list[str]:
        rows, heap, write = self._rows, self._heap, self._write
        lost = []
        terms = set()
        for job_id, term, runs, next_run_time, due, run_count in plans:
            row = rows.get(job_id)
            if row is None or row.term != term:
                lost.append(job_id)
                continue
            for run in runs:
                write(run, term, until, row)
            row.until = None
            row.next_run_time = next_run_time
            row.due = due
            row.run_count = run_count
            terms.add(term)
            if due is not None:
                heappush(heap, (due, job_id))
            elif row.finished:
                del rows[job_id]
        for term in terms:
            claim = self._claims.get(term)
            if claim is not None:
                claim.rows = [
                    row
                    for row in claim.rows
                    if row.until is not None and row.term == term
                ]
                if not claim.rows:
                    del self._claims[term]
        return lost

    @_answered
    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> datetime | None:
        if any(
            executors is None or run.executor in executors
            for run in self._pending.values()
        ):
            return now
        heap, rows = self._heap, self._rows
        candidates = [claim.until for claim in self._claims.values()]
        while heap:
            due, job_id = heap[0]
            row = rows.get(job_id)
            if row is not None and row.until is None and row.due == due:
                candidates.append(due)
                break
            heappop(heap)
        if self._held and self._expiry is not None:
            candidates.append(self._expiry)
        return min(candidates, default=None)

    # Runs

    def _write(self, run: Run, term: int, until: datetime | None, row: _Row) -> None:
        """
        Put a new run into the ledger; one that is there already stays as it is.
        """
        if run.id in self._runs:
            return
        self._runs[run.id] = run
        disposition = run.disposition
        if disposition is _RUNNING and until is not None:
            self._held[run.id] = _Held(term, until)
            if self._expiry is None or until < self._expiry:
                self._expiry = until
        elif disposition.active:
            self._pending[run.id] = run
        else:
            self._end(run, row.job.keep_runs)
            return
        if row.active is None:
            row.active = {run.id: run}
        else:
            row.active[run.id] = run

    def _end(self, run: Run, keep_runs: int | None) -> None:
        self._ended.append(run.id)
        if keep_runs is not None:
            self._limited.setdefault(run.job_id, deque()).append(run.id)

    def _limit(self, job: Job) -> None:
        """
        Start to follow the ended runs of a job that limits them from now on.
        """
        if job.keep_runs is None:
            self._limited.pop(job.id, None)
        elif job.id not in self._limited:
            self._limited[job.id] = deque(
                run_id
                for run_id in self._ended
                if (run := self._runs.get(run_id)) and run.job_id == job.id
            )

    def _settle(self, run: Run) -> None:
        """
        Replace an active run by its next state.
        """
        self._held.pop(run.id, None)
        self._pending.pop(run.id, None)
        self._runs[run.id] = run
        row = self._rows.get(run.job_id)
        if run.disposition.active:
            self._pending[run.id] = run
            if row is not None and row.active is not None:
                row.active[run.id] = run
        else:
            self._end(run, None if row is None else row.job.keep_runs)
            self._release(run, row)

    def _release(self, run: Run, row: _Row | None) -> None:
        if row is not None and row.active is not None:
            row.active.pop(run.id, None)
            if not row.active:
                row.active = None
                if row.next_run_time is None:
                    del self._rows[run.job_id]

    @_answered
    def add_runs(self, runs: Sequence[Run]) -> None:
        rows = [self._row(run.job_id) for run in runs]
        for run, row in zip(runs, rows, strict=True):
            self._write(run, 0, None, row)

    @_answered
    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        if not self._pending and (self._expiry is None or self._expiry > now):
            return []
        free = list(self._pending.values())
        if self._expiry is not None and self._expiry <= now:
            free += [
                self._runs[run_id]
                for run_id, held in self._held.items()
                if held.until <= now
            ]
        wanted = nsmallest(
            limit,
            (run for run in free if run.executor in executors),
            key=lambda run: (run.planned_time, run.id),
        )
        term = self._new_term()
        leases = [self._take(run, owner, now, until, term) for run in wanted]
        self._expiry = min((held.until for held in self._held.values()), default=None)
        return leases

    def _take(
        self, run: Run, owner: str, now: datetime, until: datetime, term: int
    ) -> RunLease:
        again = self._pending.pop(run.id, None) is None
        taken = run._replace(
            disposition=_RUNNING,
            node=owner,
            started_at=now,
            attempt=run.attempt + again,
        )
        before = self._held.get(run.id)
        self._held[run.id] = _Held(term, until, before.cancelled if before else None)
        self._runs[run.id] = taken
        row = self._rows.get(run.job_id)
        if row is not None and row.active is not None:
            row.active[run.id] = taken
        return RunLease(run, None if row is None else row.current(), term)

    @_answered
    def renew(self, leases: Sequence[tuple[str, int]], until: datetime) -> Renewal:
        lost, cancelled = [], []
        for run_id, term in leases:
            held = self._held.get(run_id)
            if held is None or held.term != term:
                lost.append(run_id)
                continue
            held.until = until
            if held.cancelled is not None:
                cancelled.append(run_id)
        return Renewal(tuple(lost), tuple(cancelled))

    @_answered
    def finish(self, aftermaths: Sequence[Aftermath]) -> list[str]:
        lost = []
        for run, term, forget, follow_ups in aftermaths:
            held = self._held.get(run.id)
            if held is None or held.term != term:
                if self._runs.get(run.id) != run:
                    lost.append(run.id)
                continue
            row = self._rows.get(run.job_id)
            if row is not None:
                for follow_up in follow_ups:
                    self._write(follow_up, 0, None, row)
            if forget:
                del self._held[run.id]
                del self._runs[run.id]
                self._release(run, row)
            else:
                self._settle(run)
        return lost

    @_answered
    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> list[Run]:
        for run_id in run_ids:
            if run_id not in self._runs:
                raise NoSuchRun(run_id)
        for run_id in run_ids:
            if run_id in self._pending:
                self._cancel_pending(self._runs[run_id], reason, now)
            elif run_id in self._held:
                self._held[run_id].cancelled = reason
        return [self._runs[run_id] for run_id in run_ids]

    def _cancel_pending(self, run: Run, reason: str, now: datetime) -> None:
        self._settle(run._replace(disposition=_CANCELLED, reason=reason, ended_at=now))

    @_answered
    def get_run(self, run_id: str) -> Run:
        run = self._runs.get(run_id)
        if run is None:
            raise NoSuchRun(run_id)
        return run

    @_answered
    def find_runs(self, query: RunQuery) -> Page[Run]:
        order = f"runs {query.descending}"
        after, before = query.after, query.before

        def wanted() -> Iterator[tuple[Any, ...]]:
            for run in self._runs.values():
                if (
                    (query.job_id is None or run.job_id == query.job_id)
                    and (
                        not query.dispositions or run.disposition in query.dispositions
                    )
                    and (after is None or run.planned_time >= after)
                    and (before is None or run.planned_time < before)
                ):
                    yield to_micros(run.planned_time), run.id

        keys, more = _page(wanted(), query, order, (int, str))
        runs = tuple(self._runs[key[-1]] for key in keys)
        return Page(runs, encode_cursor(order, keys[-1]) if more else None)

    @_answered
    def prune(self, before: datetime | None, keep: int | None, limit: int) -> int:
        removed = 0
        for job_id, kept in self._limited.items():
            row = self._rows.get(job_id)
            most = None if row is None else row.job.keep_runs
            while most is not None and len(kept) > most and removed < limit:
                removed += self._runs.pop(kept.popleft(), None) is not None
        ended = self._ended
        surplus = 0 if keep is None else len(self._runs) - self._active_runs() - keep
        while ended and removed < limit:
            run = self._runs.get(ended[0])
            if run is not None:
                if surplus <= 0 and (
                    before is None or run.ended_at is None or run.ended_at >= before
                ):
                    break
                del self._runs[run.id]
                surplus -= 1
                removed += 1
            ended.popleft()
        return removed

    def _active_runs(self) -> int:
        return len(self._held) + len(self._pending)

    # Quarantine: live objects need no loading, so nothing ever gets there.

    @_answered
    def find_quarantined(self) -> list[Quarantined]:
        return []

    @_answered
    def repair_job(self, job: Job) -> Job:
        raise NoSuchJob(job.id)

    # The whole

    @_answered
    def open(self) -> None:
        """
        Nothing to do.
        """

    @_answered
    def close(self) -> None:
        """
        Nothing to do; the jobs stay as long as the object does.
        """

    @_answered
    def status(self) -> StoreStatus:
        rows = self._rows.values()
        return StoreStatus(
            jobs=len(rows),
            paused=sum(row.job.paused is not None for row in rows),
            quarantined=0,
            active_runs=self._active_runs(),
            runs=len(self._runs),
        )

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


def _time_key(row: _Row) -> tuple[Any, ...]:
    planned = row.next_run_time
    micros = 0 if planned is None else to_micros(planned)
    return (int(planned is None), micros, row.job.id)


_JOB_KEYS: dict[str, tuple[Callable[[_Row], tuple[Any, ...]], tuple[type, ...]]] = {
    "id": (lambda row: (row.job.id,), (str,)),
    "name": (lambda row: (row.job.name, row.job.id), (str, str)),
    "next_run_time": (_time_key, (int, int, str)),
}


def _page(
    keys: Iterator[tuple[Any, ...]],
    query: JobQuery | RunQuery,
    order: str,
    kinds: tuple[type, ...],
) -> tuple[list[tuple[Any, ...]], bool]:
    """
    Choose the keys of one page, and say whether there are more.
    """
    select = nlargest if query.descending else nsmallest
    if query.cursor is not None:
        last = decode_cursor(order, query.cursor, kinds)
        keys = (key for key in keys if (key < last if query.descending else key > last))
    found = select(query.limit + 1, keys)
    return found[: query.limit], len(found) > query.limit
