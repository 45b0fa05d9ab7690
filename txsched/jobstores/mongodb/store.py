"""
The job store on MongoDB.

**Transactions.**  Each call that writes is one transaction over all collections.  It
reads what it is about, decides, and writes whole documents by their ids; when another
node has written one of them meanwhile, it is begun anew.

**Terms.**  A term is a random number of 62 bits, written into what a claim hands out; a
write that names another term than the document's changes nothing, and is told as lost.
A lease that merely ended is no obstacle as long as nobody else has claimed.

**Threads.**  The driver blocks.  One thread writes, so that calls keep their order and
do not get into each other's way; two others answer questions.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from attrs import evolve
from twisted.internet.defer import Deferred
from zope.interface import implementer

from ...codec import CBORSerializer, StoredForms
from ...errors import NoSuchJob
from ...interfaces import IJobStore, ILoop, ISerializer
from ...model import (
    Aftermath,
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
    from_micros,
    from_seconds,
    to_micros,
)
from ..loading import JobLoader
from .address import Address
from .calls import Calls
from .documents import node_document, read_node
from .jobs import Jobs
from .nodes import examine, leave, next_due, status
from .pages import find_jobs, find_runs
from .runs import Runs
from .tables import Tables

__all__ = ["MongoDBJobStore"]

T = TypeVar("T")

_READERS = 2


@implementer(IJobStore)
class MongoDBJobStore:
    """
    Keeps jobs in MongoDB, version 4.4 or newer, by the driver pymongo.

    The server has to be a replica set (one server is enough) or a sharded cluster: the
    store needs transactions, and says so when it is opened on one that has none.

    :param url: where it is, as ``mongodb://user:password@host/database?replicaSet=name``,
        or ``mongodb+srv://...``; the options are the driver's.
    :param reactor: the reactor, or another loop.
    :param database: instead of the one in the *url*; without either it is ``txsched``.
    :param prefix: what the names of the collections begin with.
    :param durability: what committed work survives: ``power loss`` of the primary and
        its replacement, by waiting for the journals of a majority, or a ``crash`` of
        this process alone, without waiting.
    :param result_limit: the most bytes of a task's result that the ledger keeps.
    :param timeout: how many seconds a call may take before it fails, all that the
        driver tries again included.
    :param clock: whether leases are judged by the clock of the server (``store``), or
        by that of the caller (``caller``), which all nodes then have to agree on.
    :param serializer: writes the definitions of jobs and the results of tasks.
    :raises BadValue: naming the argument that cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        reactor: ILoop,
        database: str | None = None,
        prefix: str = "txsched_",
        durability: str = "power loss",
        result_limit: int = 65536,
        timeout: float = 10.0,
        clock: str = "store",
        serializer: ISerializer = CBORSerializer(),
    ) -> None:
        address = Address.read(url, database, prefix, durability, timeout, clock)
        self._calls = Calls(address, reactor, clock == "store")
        self._loop = reactor
        self._jobs = Jobs(
            JobLoader(StoredForms(serializer)),
            Runs(partial(serializer.encode_result, limit=result_limit)),
        )
        self._runs = self._jobs.runs

    # The whole

    def open(self) -> Deferred[None]:
        return self._calls.open()

    def close(self) -> Deferred[None]:
        return self._calls.close()

    def status(self) -> Deferred[StoreStatus]:
        return self._calls.read(status)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._calls.watch(callback)

    def _now(self) -> int:
        return to_micros(from_seconds(self._loop.seconds()))

    # Jobs

    def add_jobs(
        self, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> Deferred[list[Job]]:
        term, now = _new_term(), self._now()

        async def add() -> list[Job]:
            documents = [self._jobs.definition(job) for job in jobs]
            return await self._calls.write(
                lambda tables: self._jobs.add(
                    tables, jobs, documents, on_conflict, term, now
                ),
                tell=True,
            )

        return Deferred.fromCoroutine(add())

    def get_job(self, job_id: str) -> Deferred[Job]:
        now = self._now()

        async def get() -> Job:
            # Outside of the transaction: what it has put aside is to stay.
            found = await self._calls.look(
                lambda tables: self._jobs.find(tables, [job_id], now)
            )
            if job_id not in found:
                raise NoSuchJob(job_id)
            return found[job_id]

        return Deferred.fromCoroutine(get())

    def find_jobs(self, query: JobQuery) -> Deferred[Page[Job]]:
        now = self._now()
        return self._calls.look(
            lambda tables: find_jobs(tables, self._jobs, query, now)
        )

    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        new = evolve(job, revision=before.revision + 1)
        term = _new_term()

        async def change() -> Job:
            document = self._jobs.definition(new)
            return await self._calls.write(
                lambda tables: self._jobs.change(
                    tables, new, document, before, runs, term
                ),
                tell=True,
            )

        return Deferred.fromCoroutine(change())

    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        micros = to_micros(now)
        return self._calls.write(
            lambda tables: self._jobs.remove(tables, job_ids, micros)
        )

    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        micros, term = to_micros(now), _new_term()
        return self._calls.claim(
            now,
            until,
            lambda tables, clock, end: self._jobs.claim(
                tables, owner, micros, clock, end, limit, term
            ),
        )

    def commit(
        self, plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        end = to_micros(until)
        return self._calls.write(
            lambda tables: self._jobs.commit(
                tables, plans, end + self._calls.clock.difference
            )
        )

    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> Deferred[datetime | None]:
        def ask(tables: Tables) -> datetime | None:
            found = next_due(tables, executors, self._calls.clock.difference)
            if found is None:
                return None
            return now if found == 0 else from_micros(found)

        return self._calls.read(ask)

    # Runs

    def add_runs(self, runs: Sequence[Run]) -> Deferred[None]:
        now = self._now()
        ids = _job_ids(runs)

        async def add() -> None:
            missing = await self._calls.write(
                partial(self._add_runs, ids, runs, now), tell=True
            )
            if missing is not None:
                raise NoSuchJob(missing)

        return Deferred.fromCoroutine(add())

    def _add_runs(
        self, ids: Sequence[str], runs: Sequence[Run], now: int, tables: Tables
    ) -> str | None:
        documents = tables.jobs.by_ids(ids)
        sound = [one for one in documents if "error" not in one]
        there = self._jobs.load(tables, sound, now)
        for job_id in ids:
            if job_id not in there:
                return job_id
        tables.jobs.touch(documents)
        self._runs.insert(tables, [(run, 0, 0) for run in runs])
        return None

    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        micros, term = to_micros(now), _new_term()

        def work(tables: Tables, clock: int, end: int) -> list[RunLease]:
            free = self._runs.free(tables, clock, limit, executors)
            ids = list(dict.fromkeys(one["job"] for one in free))
            jobs = self._jobs.find(tables, ids, micros)
            runs = self._runs.take(tables, owner, micros, end, term, free)
            return [RunLease(run, jobs.get(run.job_id), term) for run in runs]

        return self._calls.claim(now, until, work)

    def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Deferred[Renewal]:
        end = to_micros(until)
        return self._calls.write(
            lambda tables: self._runs.renew(
                tables, leases, end + self._calls.clock.difference
            )
        )

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        def work(tables: Tables) -> list[str]:
            lost = self._runs.finish(tables, aftermaths)
            gone = set(lost)
            written = [one.run for one in aftermaths if one.run.id not in gone]
            self._jobs.decide(tables, _job_ids(written), written)
            return lost

        return self._calls.write(work)

    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        def work(tables: Tables) -> list[Run]:
            runs = self._runs.cancel(tables, run_ids, reason, to_micros(now))
            self._jobs.decide(tables, _job_ids(runs), runs)
            return runs

        return self._calls.write(work, tell=True)

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._calls.read(lambda tables: self._runs.get(tables, run_id))

    def find_runs(self, query: RunQuery) -> Deferred[Page[Run]]:
        return self._calls.read(lambda tables: find_runs(tables, query))

    def prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> Deferred[int]:
        return Deferred.fromCoroutine(self._prune(before, keep, limit))

    async def _prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> int:
        oldest = None if before is None else to_micros(before)
        removed = await self._calls.write(
            lambda tables: self._runs.prune(tables, oldest, keep, limit)
        )
        behind: str | None = ""
        while behind is not None and removed < limit:
            prune = partial(self._prune_jobs, behind, limit - removed)
            behind, more = await self._calls.write(prune)
            removed += more
        return removed

    def _prune_jobs(
        self, behind: str, limit: int, tables: Tables
    ) -> tuple[str | None, int]:
        return self._runs.prune_jobs(tables, behind, limit)

    # Quarantine

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        return self._calls.write(self._jobs.quarantined)

    def repair_job(self, job: Job) -> Deferred[Job]:
        term = _new_term()

        async def repair() -> Job:
            document = self._jobs.definition(job)
            return await self._calls.write(
                lambda tables: self._jobs.repair(tables, job, document, term),
                tell=True,
            )

        return Deferred.fromCoroutine(repair())

    # Nodes

    def beat(self, node: Node) -> Deferred[datetime | None]:
        def write(tables: Tables) -> datetime | None:
            seen = to_micros(node.seen_at)
            if self._calls.clock.own:
                seen, _ = self._calls.hello()
            tables.nodes.replace([node_document(node, seen)], upsert=True)
            return from_micros(seen) if self._calls.clock.own else None

        return self._calls.read(write)

    def find_nodes(self) -> Deferred[list[Node]]:
        return self._calls.read(
            lambda tables: list(map(read_node, tables.nodes.find({}, [("_id", 1)])))
        )

    def leave(self, node_id: str, now: datetime) -> Deferred[int]:
        return self._calls.claim(
            now, now, lambda tables, clock, end: leave(tables, node_id, clock)
        )

    def examine(self, now: datetime) -> Deferred[StoreReport]:
        caller, asked = to_micros(now), time.monotonic()

        def ask(tables: Tables) -> StoreReport:
            clock = self._calls.clock.measure(caller, asked)
            info = tables.jobs.collection.database.client.server_info()
            own, server = self._calls.clock.own, str(info["version"])
            return examine(tables, caller, clock, own, server)

        return self._calls.read(ask)


def _new_term() -> int:
    """
    Give a number that no claim had before.
    """
    return int.from_bytes(os.urandom(8), "big") >> 2 | 1


def _job_ids(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(run.job_id for run in runs))
