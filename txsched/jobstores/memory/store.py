"""
The reference store: everything in the memory of one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from heapq import heapify, heappop, heappush
from typing import Concatenate, ParamSpec, TypeVar

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, maybeDeferred
from zope.interface import implementer

from ...errors import JobExists, NoSuchJob, StaleRevision
from ...interfaces import IJobStore
from ...model import (
    Aftermath,
    Disposition,
    Job,
    JobLease,
    JobQuery,
    Node,
    OnConflict,
    Page,
    Plan,
    Quarantined,
    Renewal,
    Run,
    RunLease,
    RunQuery,
    StoreReport,
    StoreStatus,
)
from ..cursor import encode_cursor
from .ledger import Ledger
from .report import report
from .rows import JOB_KEYS, JobRow, choose_page, job_matches

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
class _Claim:
    """
    The jobs handed out by one claim that are not committed yet.
    """

    owner: str
    until: datetime
    rows: list[JobRow]


@implementer(IJobStore)
@define(eq=False)
class MemoryJobStore:
    """
    Keeps live objects: any callable, any argument; all is gone with the process.

    Due jobs lie in one heap.  An entry that no longer fits its job is passed over
    when it comes up, and the heap is built anew when most entries are such.
    """

    _rows: dict[str, JobRow] = field(factory=dict, init=False)
    _heap: list[tuple[datetime, str]] = field(factory=list, init=False)
    _claims: dict[int, _Claim] = field(factory=dict, init=False)
    _nodes: dict[str, Node] = field(factory=dict, init=False)
    _ledger: Ledger = field(init=False)

    @_ledger.default
    def _empty_ledger(self) -> Ledger:
        return Ledger(self._rows, self._decide)

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
            self._rows[job.id] = row = JobRow(
                job, job.next_run_time, job.due, job.run_count, job.waiting
            )
            self._schedule(row)
        elif on_conflict is OnConflict.REPLACE and not row.job.same_definition(job):
            self._replace(
                row, evolve(job, revision=row.job.revision + 1, paused=row.job.paused)
            )
        return row.current()

    def _replace(self, row: JobRow, job: Job) -> None:
        self._ledger.follow(job)
        row.job = job
        row.next_run_time = job.next_run_time
        row.run_count = job.run_count
        row.due = job.due
        row.waiting = job.waiting
        row.term = self._ledger.new_term()
        row.until = None
        self._schedule(row)

    def _schedule(self, row: JobRow) -> None:
        if row.due is not None:
            heappush(self._heap, (row.due, row.job.id))
            if len(self._heap) > 2 * len(self._rows) + 1000:
                self._heap = [
                    (row.due, job_id)
                    for job_id, row in self._rows.items()
                    if row.due is not None and row.until is None
                ]
                heapify(self._heap)

    def _decide(self, row: JobRow, runs: Sequence[Run]) -> None:
        """
        Decide on a job that is idle by what was written just now.

        :param runs: what was written of it.
        """
        if row.rearm(runs):
            self._schedule(row)
        else:
            del self._rows[row.job.id]

    def _sound(self) -> Iterable[JobRow]:
        """
        Give the jobs that can be shown, which are all.
        """
        return self._rows.values()

    def _row(self, job_id: str) -> JobRow:
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
        key, kinds = JOB_KEYS[query.order_by]
        matching = (key(row) for row in self._sound() if job_matches(row.job, query))
        keys, more = choose_page(matching, query, order, kinds)
        jobs = tuple(self._rows[key[-1]].current() for key in keys)
        return Page(jobs, encode_cursor(order, keys[-1]) if more else None)

    @_answered
    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Job:
        row = self._row(job.id)
        if not row.current().same_state(before):
            raise StaleRevision(job.id, before.revision, row.job.revision)
        self._replace(row, evolve(job, revision=before.revision + 1))
        for run in runs:
            self._ledger.write(run, 0, None, row)
        if row.idle:
            self._decide(row, runs)
        return row.current()

    @_answered
    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> list[str]:
        removed = [job_id for job_id in job_ids if job_id in self._rows]
        for job_id in removed:
            row = self._rows.pop(job_id)
            row.until = None
            for run in list((row.active or {}).values()):
                if run.disposition is not Disposition.RUNNING:
                    self._ledger.cancel_pending(run, "the job was removed", now)
        return removed

    @_answered
    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> list[JobLease]:
        self._expire_claims(now)
        heap, rows = self._heap, self._rows
        term = self._ledger.new_term()
        leases: list[JobLease] = []
        claimed: list[JobRow] = []
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
            self._claims[term] = _Claim(owner, until, claimed)
        return leases

    def _expire_claims(self, now: datetime) -> None:
        for term, claim in list(self._claims.items()):
            if claim.until <= now:
                self._free(term)

    def _free(self, term: int) -> int:
        """
        Let the jobs of a claim be claimed again, and say how many it held.
        """
        held = [row for row in self._claims.pop(term).rows if row.held(term)]
        for row in held:
            row.until = None
            self._schedule(row)
        return len(held)

    @_answered
    def commit(self, plans: Sequence[Plan], owner: str, until: datetime) -> list[str]:
        rows, heap, write = self._rows, self._heap, self._ledger.write
        lost = []
        terms = set()
        idle = []
        for job_id, term, runs, next_run_time, due, run_count, waiting in plans:
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
            row.waiting = waiting
            terms.add(term)
            if due is not None:
                heappush(heap, (due, job_id))
            elif row.idle:
                idle.append((row, runs))
        for row, runs in idle:
            self._decide(row, runs)
        for term in terms:
            claim = self._claims.get(term)
            if claim is not None:
                claim.rows = [row for row in claim.rows if row.held(term)]
                if not claim.rows:
                    del self._claims[term]
        return lost

    @_answered
    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> datetime | None:
        if self._ledger.waits(executors):
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
        expiry = self._ledger.expiry
        if expiry is not None:
            candidates.append(expiry)
        return min(candidates, default=None)

    # Runs

    @_answered
    def add_runs(self, runs: Sequence[Run]) -> None:
        rows = [self._row(run.job_id) for run in runs]
        for run, row in zip(runs, rows, strict=True):
            self._ledger.write(run, 0, None, row)

    @_answered
    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        return self._ledger.claim(owner, now, until, limit, executors)

    @_answered
    def renew(self, leases: Sequence[tuple[str, int]], until: datetime) -> Renewal:
        return self._ledger.renew(leases, until)

    @_answered
    def finish(self, aftermaths: Sequence[Aftermath]) -> list[str]:
        return self._ledger.finish(aftermaths)

    @_answered
    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> list[Run]:
        return self._ledger.cancel(run_ids, reason, now)

    @_answered
    def get_run(self, run_id: str) -> Run:
        return self._ledger.get(run_id)

    @_answered
    def find_runs(self, query: RunQuery) -> Page[Run]:
        return self._ledger.find(query)

    @_answered
    def prune(self, before: datetime | None, keep: int | None, limit: int) -> int:
        return self._ledger.prune(before, keep, limit)

    # Quarantine: live objects need no loading, so nothing ever gets there.

    @_answered
    def find_quarantined(self) -> list[Quarantined]:
        return []

    @_answered
    def repair_job(self, job: Job) -> Job:
        raise NoSuchJob(job.id)

    # Nodes: the process has one clock, so the store has none of its own.

    @_answered
    def beat(self, node: Node) -> datetime | None:
        self._nodes[node.id] = node
        return None

    @_answered
    def find_nodes(self) -> list[Node]:
        return [self._nodes[node_id] for node_id in sorted(self._nodes)]

    @_answered
    def leave(self, node_id: str, now: datetime) -> int:
        self._nodes.pop(node_id, None)
        self._expire_claims(now)
        terms = [term for term, one in self._claims.items() if one.owner == node_id]
        return sum(map(self._free, terms)) + self._ledger.end_leases(node_id, now)

    @_answered
    def examine(self, now: datetime) -> StoreReport:
        held = [
            (claim.owner, claim.until)
            for term, claim in self._claims.items()
            for row in claim.rows
            if row.held(term)
        ]
        return report(self._rows.values(), held, self._ledger, now)

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
        rows = list(self._sound())
        return StoreStatus(
            jobs=len(rows),
            paused=sum(row.job.paused is not None for row in rows),
            quarantined=len(self._rows) - len(rows),
            active_runs=self._ledger.active_count(),
            runs=len(self._ledger),
        )

    def _restore(
        self, rows: Iterable[tuple[JobRow, str]], nodes: Iterable[Node]
    ) -> None:
        """
        Put jobs and nodes into a store that is empty.

        :param rows: each with the node that holds a lease on it.
        """
        for row, owner in rows:
            self._rows[row.job.id] = row
            if row.until is None:
                self._schedule(row)
            else:
                claim = self._claims.setdefault(row.term, _Claim(owner, row.until, []))
                claim.rows.append(row)
        self._nodes.update((node.id, node) for node in nodes)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None
