"""
The ledger of the memory store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any

from attrs import define, field

from ...errors import NoSuchRun
from ...model import (
    Aftermath,
    Disposition,
    Job,
    Page,
    Renewal,
    Run,
    RunLease,
    RunQuery,
    to_micros,
)
from ..cursor import encode_cursor
from .recording import Recording
from .rows import JobRow, choose_page

__all__ = ["Ledger"]

_RUNNING = Disposition.RUNNING
_CANCELLED = Disposition.CANCELLED


@define(eq=False)
class Ledger:
    """
    The runs: all of them by id, and of the active ones who holds them until when.

    Its methods are those of :class:`~txsched.interfaces.ILedger`, answered at once.

    :ivar rows: the jobs of the store, by id; shared with it.
    :ivar decide: told of a job that is idle by what was written, and what that was.
    """

    rows: dict[str, JobRow]
    decide: Callable[[JobRow, Sequence[Run]], None]
    _runs: dict[str, Run] = field(factory=dict, init=False)
    _held: dict[str, tuple[int, datetime]] = field(factory=dict, init=False)
    _cancelling: set[str] = field(factory=set, init=False)
    _pending: dict[str, Run] = field(factory=dict, init=False)
    _ended: deque[str] = field(factory=deque, init=False)
    _limited: dict[str, deque[str]] = field(factory=dict, init=False)
    _idle: dict[str, JobRow] = field(factory=dict, init=False)
    _expiry: datetime | None = field(default=None, init=False)
    _last_term: int = field(default=0, init=False)

    def new_term(self) -> int:
        """
        Give a term that was never given before.
        """
        self._last_term += 1
        return self._last_term

    def record(self, touched: set[str]) -> None:
        """
        From now on add the ids of runs that change to *touched*.
        """
        self._runs = Recording(touched, self._runs)
        self._held = Recording(touched, self._held)

    def restore(
        self, runs: Iterable[tuple[Run, int, datetime | None, bool]], last_term: int
    ) -> None:
        """
        Put runs into a ledger that is empty.

        :param runs: in the order in which they ended, each with its term, the end of
            its lease, and whether it is to be cancelled.
        :param last_term: the highest that was given.
        """
        for run, term, until, cancelling in runs:
            row = self.rows.get(run.job_id)
            self._runs[run.id] = run
            if not run.disposition.active:
                self._end(run, None if row is None else row.job.keep_runs)
                continue
            if until is None:
                self._pending[run.id] = run
            else:
                self._held[run.id] = (term, until)
                if self._expiry is None or until < self._expiry:
                    self._expiry = until
            if cancelling:
                self._cancelling.add(run.id)
            if row is not None:
                row.active = {**(row.active or {}), run.id: run}
        self._last_term = last_term

    def lease_of(self, run_id: str) -> tuple[int, datetime | None, bool]:
        """
        Give the term of the lease on a run, its end, and whether the run is to be
        cancelled.
        """
        term, until = self._held.get(run_id, (0, None))
        return term, until, run_id in self._cancelling

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._runs

    def __len__(self) -> int:
        return len(self._runs)

    def waits(self, executors: Sequence[str] | None) -> bool:
        """
        Whether a run is pending for one of *executors*, or for any.
        """
        return any(
            executors is None or run.executor in executors
            for run in self._pending.values()
        )

    @property
    def expiry(self) -> datetime | None:
        """
        An instant before which no lease on a run ends.
        """
        return self._expiry if self._held else None

    def write(self, run: Run, term: int, until: datetime | None, row: JobRow) -> None:
        """
        Put a new run into the ledger; one that is there already stays as it is.
        """
        if run.id in self._runs:
            return
        self._runs[run.id] = run
        disposition = run.disposition
        if disposition is _RUNNING and until is not None:
            self._held[run.id] = (term, until)
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

    def follow(self, job: Job) -> None:
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
        if self._held.pop(run.id, None) is None:
            self._pending.pop(run.id, None)
        elif self._cancelling:
            self._cancelling.discard(run.id)
        self._runs[run.id] = run
        row = self.rows.get(run.job_id)
        if run.disposition.active:
            self._pending[run.id] = run
            if row is not None and row.active is not None:
                row.active[run.id] = run
        else:
            self._end(run, None if row is None else row.job.keep_runs)
            self._release(run, row)

    def _release(self, run: Run, row: JobRow | None) -> None:
        if row is not None and row.active is not None:
            row.active.pop(run.id, None)
            if not row.active:
                row.active = None
                if row.next_run_time is None:
                    self._idle[run.job_id] = row

    def _decide_idle(self, runs: Sequence[Run]) -> None:
        """
        Let the jobs be decided on that *runs* left idle.
        """
        if not self._idle:
            return
        idle, self._idle = self._idle, {}
        written: dict[str, list[Run]] = {job_id: [] for job_id in idle}
        for run in runs:
            if run.job_id in written:
                written[run.job_id].append(run)
        for job_id, row in idle.items():
            self.decide(row, written[job_id])

    def claim(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> list[RunLease]:
        """
        Lease runs that wait, and those whose lease ended.
        """
        if not self._pending and (self._expiry is None or self._expiry > now):
            return []
        free = list(self._pending.values())
        if self._expiry is not None and self._expiry <= now:
            free += [
                self._runs[run_id]
                for run_id, (_, ends) in self._held.items()
                if ends <= now
            ]
        wanted = nsmallest(
            limit,
            (run for run in free if run.executor in executors),
            key=lambda run: (run.planned_time, run.id),
        )
        term = self.new_term()
        leases = [self._take(run, owner, now, until, term) for run in wanted]
        self._expiry = min((ends for _, ends in self._held.values()), default=None)
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
        self._held[run.id] = (term, until)
        self._runs[run.id] = taken
        row = self.rows.get(run.job_id)
        if row is not None and row.active is not None:
            row.active[run.id] = taken
        return RunLease(run, None if row is None else row.current(), term)

    def end_leases(self, owner: str, now: datetime) -> int:
        """
        End the leases of a node on runs, and say how many did not end before.
        """
        ended = 0
        for run_id, (term, ends) in self._held.items():
            if ends > now and self._runs[run_id].node == owner:
                self._held[run_id] = (term, now)
                ended += 1
        if ended and (self._expiry is None or self._expiry > now):
            self._expiry = now
        return ended

    def leases(self) -> Iterator[tuple[str, datetime]]:
        """
        Give the owner and the end of each lease.
        """
        for run_id, (_, ends) in self._held.items():
            yield self._runs[run_id].node or "", ends

    def pending_times(self) -> list[datetime]:
        """
        Give the planned times of the runs that wait.
        """
        return [run.planned_time for run in self._pending.values()]

    def renew(self, leases: Sequence[tuple[str, int]], until: datetime) -> Renewal:
        """
        Put off the ends of leases.
        """
        lost, cancelled = [], []
        for run_id, term in leases:
            held = self._held.get(run_id)
            if held is None or held[0] != term:
                lost.append(run_id)
                continue
            self._held[run_id] = (term, until)
            if run_id in self._cancelling:
                cancelled.append(run_id)
        return Renewal(tuple(lost), tuple(cancelled))

    def finish(self, aftermaths: Sequence[Aftermath]) -> list[str]:
        """
        Write new states of runs and what follows; give the ids of the lost ones.
        """
        lost = []
        written = []
        for run, term, forget, follow_ups in aftermaths:
            held = self._held.get(run.id)
            if held is None or held[0] != term:
                if self._runs.get(run.id) != run:
                    lost.append(run.id)
                continue
            row = self.rows.get(run.job_id)
            if row is not None:
                for follow_up in follow_ups:
                    self.write(follow_up, 0, None, row)
            written.append(run)
            if forget:
                del self._held[run.id]
                del self._runs[run.id]
                self._cancelling.discard(run.id)
                self._release(run, row)
            else:
                self._settle(run)
        self._decide_idle(written)
        return lost

    def cancel(self, run_ids: Sequence[str], reason: str, now: datetime) -> list[Run]:
        """
        End pending runs, and mark running ones.
        """
        for run_id in run_ids:
            if run_id not in self._runs:
                raise NoSuchRun(run_id)
        for run_id in run_ids:
            if run_id in self._pending:
                self.cancel_pending(self._runs[run_id], reason, now)
            elif run_id in self._held:
                self._cancelling.add(run_id)
        runs = [self._runs[run_id] for run_id in run_ids]
        self._decide_idle(runs)
        return runs

    def cancel_pending(self, run: Run, reason: str, now: datetime) -> None:
        """
        End one pending run.
        """
        self._settle(run._replace(disposition=_CANCELLED, reason=reason, ended_at=now))

    def get(self, run_id: str) -> Run:
        """
        Give one run.
        """
        run = self._runs.get(run_id)
        if run is None:
            raise NoSuchRun(run_id)
        return run

    def find(self, query: RunQuery) -> Page[Run]:
        """
        Give one page of runs.
        """
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

        keys, more = choose_page(wanted(), query, order, (int, str))
        runs = tuple(self._runs[key[-1]] for key in keys)
        return Page(runs, encode_cursor(order, keys[-1]) if more else None)

    def prune(self, before: datetime | None, keep: int | None, limit: int) -> int:
        """
        Forget ended runs, at most *limit*, and say how many.
        """
        removed = 0
        for job_id, kept in self._limited.items():
            row = self.rows.get(job_id)
            most = None if row is None else row.job.keep_runs
            while most is not None and len(kept) > most and removed < limit:
                removed += self._runs.pop(kept.popleft(), None) is not None
        ended = self._ended
        surplus = 0 if keep is None else len(self._runs) - self.active_count() - keep
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

    def active_count(self) -> int:
        """
        Count the runs that have not ended.
        """
        return len(self._held) + len(self._pending)
