"""
The state of a shelf in memory: the memory store, loaded, and watched for changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import define, evolve, field
from twisted.internet.defer import Deferred, succeed

from ...errors import JobExists, NoSuchJob
from ...model import (
    Job,
    OnConflict,
    Quarantined,
    Run,
    RunLease,
    to_micros,
)
from ..columns import instant_of, read_wait
from ..loading import JobLoader
from ..memory.rows import JobRow
from ..memory.store import MemoryJobStore
from .records import (
    DEFINITION,
    JOB,
    NODE,
    RUN,
    JobRecord,
    key_of,
    node_value,
    placeholder,
    read_job_record,
    read_node,
    read_run_value,
    run_value,
)

__all__ = ["ShelfState"]

Changes = list[tuple[bytes, bytes | None]]
_LAST = 2**62


@define(eq=False)
class ShelfState(MemoryJobStore):
    """
    The jobs and the ledger, with what has to be written after each call.

    A job that cannot be loaded is there too, and something else stands for it: so its
    runs end, and its next time is set, as those of any other.  It is not due, and not
    shown.

    :param loader: builds jobs.
    :param encode_result: turns results into bytes.
    :ivar definitions: the definitions as they are stored, by the ids of the jobs.
    :ivar broken: why jobs cannot be loaded, and since when, by their ids.
    """

    loader: JobLoader
    encode_result: Callable[[Any], bytes]
    definitions: dict[str, bytes] = field(factory=dict, init=False)
    broken: dict[str, tuple[str, datetime]] = field(factory=dict, init=False)
    _touched: set[str] = field(factory=set, init=False)
    _offered: Mapping[str, bytes] = field(factory=dict, init=False)
    _defined: set[str] = field(factory=set, init=False)

    def load(self, records: Mapping[bytes, bytes], now: datetime) -> Changes:
        """
        Take over what a shelf has.

        :returns: what is to be written then: jobs that turned out not to load.
        """
        prefix = len(JOB)
        jobs, runs, nodes = [], [], []
        for key, value in records.items():
            kind, name = key[:prefix], key[prefix:]
            if kind == JOB:
                jobs.append(read_job_record(value))
            elif kind == RUN:
                runs.append(read_run_value(value))
            elif kind == NODE:
                nodes.append(read_node(value))
            else:
                self.definitions[name.decode("utf-8", "surrogatepass")] = value
        fresh = {one.id for one in jobs if one.error is None}
        self._restore([(self._load_job(one, now), one.owner) for one in jobs], nodes)
        runs.sort(key=_order)
        terms = [one.term for one in jobs] + [one[1] for one in runs]
        self._ledger.restore(runs, max(terms, default=to_micros(now)))
        self._ledger.record(self._touched)
        return self.changes(fresh & self.broken.keys())

    def _load_job(self, record: JobRecord, now: datetime) -> JobRow:
        definition = self.definitions.get(record.id, b"")
        job = self.loader.job(record.loader_row(definition))
        if job is None:
            key = (record.id, record.revision, record.generation)
            why = self.loader.broken.pop(key)
            self.broken[record.id] = (why, instant_of(record.since) or now)
        return JobRow(
            placeholder(record) if job is None else job,
            instant_of(record.planned),
            None if job is None else instant_of(record.due),
            record.run_count,
            read_wait(record.delay, record.until),
            record.term,
            instant_of(record.lease),
        )

    def offer(self, definitions: Mapping[str, bytes]) -> None:
        """
        Take the definitions of jobs that may be defined by the next call.
        """
        self._offered = definitions

    def changes(self, job_ids: Iterable[str] = ()) -> Changes:
        """
        Give what is to be written: of these jobs, of those that were defined anew, and
        of all runs that were touched.
        """
        changes: Changes = []
        for job_id in self._defined:
            self.definitions[job_id] = self._offered[job_id]
            changes.append((key_of(DEFINITION, job_id), self._offered[job_id]))
        for job_id in dict.fromkeys((*self._defined, *job_ids)):
            row = self._rows.get(job_id)
            key = key_of(JOB, job_id)
            if row is None:
                self.definitions.pop(job_id, None)
                self.broken.pop(job_id, None)
                # After its definition, which a call may write that removes it again.
                changes += [(key, None), (key_of(DEFINITION, job_id), None)]
                continue
            if job_id in self.broken:
                row.due = None
            owner = self._claims[row.term].owner if row.until is not None else ""
            record = JobRecord.of(row, owner, self.broken.get(job_id))
            changes.append((key, record.value))
        for run_id in self._touched:
            changes.append((key_of(RUN, run_id), self._run_value(run_id)))
        self._touched.clear()
        self._defined.clear()
        return changes

    def _run_value(self, run_id: str) -> bytes | None:
        if run_id not in self._ledger:
            return None
        lease = self._ledger.lease_of(run_id)
        return run_value(self._ledger.get(run_id), lease, self.encode_result)

    def touch(self, run_ids: Iterable[str]) -> None:
        """
        Have runs written with the next changes.
        """
        self._touched.update(run_ids)

    def node_changes(self, node_id: str) -> Changes:
        """
        Give what is to be written of a node.
        """
        node = self._nodes.get(node_id)
        return [(key_of(NODE, node_id), None if node is None else node_value(node))]

    def idle_soon(self, job_ids: Iterable[str]) -> list[str]:
        """
        Name those jobs that have no next planned time, and may be decided on.
        """
        return [
            job_id
            for job_id in dict.fromkeys(job_ids)
            if (row := self._rows.get(job_id)) and row.next_run_time is None
        ]

    def leased_to(self, node_id: str) -> list[str]:
        """
        Name the jobs that a node holds.
        """
        return [
            row.job.id
            for term, claim in self._claims.items()
            if claim.owner == node_id
            for row in claim.rows
            if row.held(term)
        ]

    def runs_of(self, run_ids: Iterable[str]) -> Iterator[Run]:
        """
        Give those of some runs that are there.
        """
        return (self._ledger.get(one) for one in run_ids if one in self._ledger)

    def sound_leases(self, leases: Iterable[RunLease]) -> list[RunLease]:
        """
        Give leases on runs without the jobs that cannot be loaded.
        """
        return [
            lease._replace(job=None) if lease.run.job_id in self.broken else lease
            for lease in leases
        ]

    # What is different with jobs that cannot be loaded

    def _sound(self) -> Iterable[JobRow]:
        broken = self.broken
        if not broken:
            return self._rows.values()
        return [row for job_id, row in self._rows.items() if job_id not in broken]

    def _row(self, job_id: str) -> JobRow:
        if job_id in self.broken:
            raise NoSuchJob(job_id)
        return super()._row(job_id)

    def _schedule(self, row: JobRow) -> None:
        if row.job.id in self.broken:
            row.due = None
        super()._schedule(row)

    def _add(self, job: Job, on_conflict: OnConflict) -> Job:
        if job.id not in self._rows:
            self._defined.add(job.id)
        elif job.id in self.broken:
            row = self._rows[job.id]
            if on_conflict is not OnConflict.REPLACE:
                raise JobExists(job.id)
            self._mend(row, evolve(job, revision=row.job.revision + 1))
            return row.current()
        return super()._add(job, on_conflict)

    def _replace(self, row: JobRow, job: Job) -> None:
        self._defined.add(job.id)
        super()._replace(row, job)

    def _mend(self, row: JobRow, job: Job) -> None:
        del self.broken[job.id]
        self._replace(row, job)

    def quarantined(self) -> tuple[list[Quarantined], list[str]]:
        """
        Try those jobs again that could not be loaded.

        :returns: those that cannot be, and the ids of those that can.
        """
        found, mended = [], []
        for job_id in sorted(self.broken):
            row = self._rows[job_id]
            record = JobRecord.of(row, "", self.broken[job_id])
            definition = self.definitions.get(job_id, b"")
            job = self.loader.quarantined(record.loader_row(definition))
            if isinstance(job, Quarantined):
                found.append(job)
                continue
            mended.append(job_id)
            del self.broken[job_id]
            row.job, row.due = job, job.due
            if row.until is None:
                self._schedule(row)
        return found, mended

    def repair_job(self, job: Job) -> Deferred[Job]:
        """
        See ``IQuarantine.repair_job``.
        """
        if job.id not in self.broken:
            raise NoSuchJob(job.id)
        row = self._rows[job.id]
        self._mend(row, evolve(job, revision=row.job.revision + 1))
        return succeed(row.current())


def _order(entry: tuple[Run, int, datetime | None, bool]) -> tuple[int, int, str]:
    run = entry[0]
    ended = _LAST if run.ended_at is None else to_micros(run.ended_at)
    return ended, to_micros(run.planned_time), run.id
