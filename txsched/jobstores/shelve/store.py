"""
The job store in a shelf.

Everything is in memory, as in :class:`~txsched.jobstores.MemoryJobStore`, which decides
everything too; what a call has changed is written by a thread before it is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from os import fspath
from os.path import abspath
from typing import TypeVar

from attrs import evolve
from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger
from zope.interface import implementer

from ...codec import CBORSerializer, StoredForms
from ...errors import BadValue, StoreUnavailable
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
    from_seconds,
)
from ..loading import JobLoader, read_result
from ..threads import Threads
from .files import VERSION, Shelf
from .state import Changes, ShelfState

__all__ = ["ShelveJobStore"]

T = TypeVar("T")


@implementer(IJobStore)
class ShelveJobStore:
    """
    Keeps jobs in a shelf: files that need nothing but Python's own library.

    A call is answered when what it has changed is on the disk, all of it or nothing;
    neither SIGKILL nor a power cut takes away what was answered.  The limits:

    * One process uses it; a second one is refused.
    * All jobs and the whole ledger are in memory, twice.  It is read as a whole when
      it is opened, and now and then written as a whole: a thousand jobs are fine, a
      hundred thousand are not.

    SQLite has none of these limits: see :class:`~txsched.jobstores.SQLAlchemyJobStore`.

    The shelf is a file of ``dbm``, of whichever kind this Python prefers, and can be
    read by a Python that has the same.  What lies in it are no pickles: opening it
    executes nothing.

    :param path: what the names of its files begin with.
    :param reactor: the reactor, or another loop.
    :param result_limit: the most bytes of a task's result that the ledger keeps.
    :param serializer: writes the definitions of jobs and the results of tasks.
    :raises BadValue: naming the argument that cannot be used.
    """

    _log = Logger()

    def __init__(
        self,
        path: str,
        *,
        reactor: ILoop,
        result_limit: int = 65536,
        serializer: ISerializer = CBORSerializer(),
    ) -> None:
        path = fspath(path)
        if not path or "\0" in path or path.endswith("/"):
            raise BadValue("path", f"{path!r} is not the path of a file")
        self._path = abspath(path)
        self._loop = reactor
        self._serializer = serializer
        self._encode_result = partial(serializer.encode_result, limit=result_limit)
        self._threads: Threads | None = None
        self._shelf = Shelf(self._path)
        self._state: ShelfState | None = None
        self._loading = DeferredLock()

    # The whole

    def open(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        self._threads = Threads(self._loop, "txsched shelf", 1)
        try:
            await self._load(self._threads)
        except BaseException:
            threads, self._threads = self._threads, None
            await threads.stop()
            raise
        self._log.warn(
            "Jobs are kept in a shelf, {path}: only this process can use it, and all of"
            " it is in memory.  SQLite, sqlite:///FILE, is the better choice.",
            path=self._path,
        )

    async def _load(self, threads: Threads) -> ShelfState:
        """
        Read the shelf.
        """
        await threads.do(self._shelf.open)
        loader = JobLoader(StoredForms(self._serializer))
        state = ShelfState(loader, self._encode_result)
        now = from_seconds(self._loop.seconds())
        records = self._shelf.records
        broken = await threads.do(lambda: state.load(records, now))
        if broken:
            await threads.do(lambda: self._shelf.append(broken))
        self._state = state
        return state

    def close(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        threads, self._threads = self._threads, None
        self._state = None
        if threads is not None:
            await threads.do(self._shelf.close)
            await threads.stop()

    async def _ready(self) -> tuple[ShelfState, Threads]:
        """
        Give the state; it is read again after what was in memory could not be written.
        """
        await self._loading.acquire()
        try:
            threads = self._threads
            if threads is None:
                raise StoreUnavailable("it is not open")
            return self._state or await self._load(threads), threads
        finally:
            self._loading.release()

    def _ask(self, question: Callable[[ShelfState], Awaitable[T]]) -> Deferred[T]:
        async def ask() -> T:
            state, _ = await self._ready()
            return await question(state)

        return Deferred.fromCoroutine(ask())

    def _change(
        self, change: Callable[[ShelfState], Awaitable[tuple[T, Changes]]]
    ) -> Deferred[T]:
        """
        Change something, and write it.

        :param change: gives the answer, and what is to be written, at once.
        """

        async def perform() -> T:
            state, threads = await self._ready()
            answer, changes = await change(state)
            if changes:
                try:
                    await threads.do(lambda: self._shelf.append(changes))
                except StoreUnavailable:
                    if self._state is state:
                        self._state = None
                    raise
            return answer

        return Deferred.fromCoroutine(perform())

    def status(self) -> Deferred[StoreStatus]:
        return self._ask(ShelfState.status)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        return lambda: None

    # Jobs

    def _stored(self, jobs: Sequence[Job]) -> tuple[list[Job], dict[str, bytes]]:
        """
        Give jobs as they will be read, and their definitions by their ids.
        """
        forms = StoredForms(self._serializer)
        definitions = {job.id: forms.encode_definition(job) for job in jobs}
        return [
            forms.decode_job(
                definitions[job.id],
                job.paused,
                job.generation,
                job.revision,
                job.next_run_time,
                job.run_count,
            )
            for job in jobs
        ], definitions

    def add_jobs(
        self, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> Deferred[list[Job]]:
        async def add(state: ShelfState) -> tuple[list[Job], Changes]:
            stored, definitions = self._stored(jobs)
            state.offer(definitions)
            added = await state.add_jobs(stored, on_conflict)
            return added, state.changes()

        return self._change(add)

    def get_job(self, job_id: str) -> Deferred[Job]:
        return self._ask(lambda state: state.get_job(job_id))

    def find_jobs(self, query: JobQuery) -> Deferred[Page[Job]]:
        return self._ask(lambda state: state.find_jobs(query))

    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        async def change(state: ShelfState) -> tuple[Job, Changes]:
            (stored,), definitions = self._stored([job])
            state.offer(definitions)
            changed = await state.change_job(stored, before, self._plain(runs))
            return changed, state.changes()

        return self._change(change)

    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        async def remove(state: ShelfState) -> tuple[list[str], Changes]:
            removed = await state.remove_jobs(job_ids, now)
            return removed, state.changes(removed)

        return self._change(remove)

    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        async def claim(state: ShelfState) -> tuple[list[JobLease], Changes]:
            leases = await state.claim_jobs(owner, now, until, limit)
            return leases, state.changes(lease.job.id for lease in leases)

        return self._change(claim)

    def commit(
        self, plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        async def commit(state: ShelfState) -> tuple[list[str], Changes]:
            plain = [
                plan._replace(runs=tuple(self._plain(plan.runs))) for plan in plans
            ]
            lost = await state.commit(plain, owner, until)
            return lost, state.changes(plan.job_id for plan in plans)

        return self._change(commit)

    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> Deferred[datetime | None]:
        return self._ask(lambda state: state.next_due(now, executors))

    # Runs

    def _plain(self, runs: Iterable[Run]) -> list[Run]:
        """
        Give runs as they will be read.
        """
        return [
            run
            if run.result is None
            else run._replace(result=read_result(self._encode_result(run.result)))
            for run in runs
        ]

    def add_runs(self, runs: Sequence[Run]) -> Deferred[None]:
        async def add(state: ShelfState) -> tuple[None, Changes]:
            await state.add_runs(self._plain(runs))
            return None, state.changes()

        return self._change(add)

    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        async def claim(state: ShelfState) -> tuple[list[RunLease], Changes]:
            leases = await state.claim_runs(owner, now, until, limit, executors)
            return state.sound_leases(leases), state.changes()

        return self._change(claim)

    def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Deferred[Renewal]:
        async def renew(state: ShelfState) -> tuple[Renewal, Changes]:
            renewal = await state.renew(leases, until)
            return renewal, state.changes()

        return self._change(renew)

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        async def finish(state: ShelfState) -> tuple[list[str], Changes]:
            idle = state.idle_soon(one.run.job_id for one in aftermaths)
            plain = [one._replace(run=self._plain([one.run])[0]) for one in aftermaths]
            lost = await state.finish(plain)
            return lost, state.changes(idle)

        return self._change(finish)

    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        async def cancel(state: ShelfState) -> tuple[list[Run], Changes]:
            idle = state.idle_soon(run.job_id for run in state.runs_of(run_ids))
            runs = await state.cancel_runs(run_ids, reason, now)
            state.touch(run_ids)
            return runs, state.changes(idle)

        return self._change(cancel)

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._ask(lambda state: state.get_run(run_id))

    def find_runs(self, query: RunQuery) -> Deferred[Page[Run]]:
        return self._ask(lambda state: state.find_runs(query))

    def prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> Deferred[int]:
        async def prune(state: ShelfState) -> tuple[int, Changes]:
            removed = await state.prune(before, keep, limit)
            return removed, state.changes()

        return self._change(prune)

    # Quarantine

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        async def find(state: ShelfState) -> tuple[list[Quarantined], Changes]:
            found, mended = state.quarantined()
            return found, state.changes(mended)

        return self._change(find)

    def repair_job(self, job: Job) -> Deferred[Job]:
        async def repair(state: ShelfState) -> tuple[Job, Changes]:
            (stored,), definitions = self._stored([job])
            state.offer(definitions)
            repaired = await state.repair_job(stored)
            return repaired, state.changes()

        return self._change(repair)

    # Nodes

    def beat(self, node: Node) -> Deferred[datetime | None]:
        async def beat(state: ShelfState) -> tuple[datetime | None, Changes]:
            clock = await state.beat(node)
            return clock, state.node_changes(node.id)

        return self._change(beat)

    def find_nodes(self) -> Deferred[list[Node]]:
        return self._ask(ShelfState.find_nodes)

    def leave(self, node_id: str, now: datetime) -> Deferred[int]:
        async def leave(state: ShelfState) -> tuple[int, Changes]:
            held = state.leased_to(node_id)
            ended = await state.leave(node_id, now)
            return ended, state.changes(held) + state.node_changes(node_id)

        return self._change(leave)

    def examine(self, now: datetime) -> Deferred[StoreReport]:
        async def examine(state: ShelfState) -> StoreReport:
            return evolve(
                await state.examine(now),
                kind=f"shelve ({self._shelf.kind})",
                schema=VERSION,
                newest_schema=VERSION,
                quarantined=len(state.broken),
            )

        return self._ask(examine)
