"""
The job store on an SQL database.

**Terms.** Each claim takes a new number from a counter, in its own transaction, and
writes it into the rows that it hands out.  Every later write of the claimer says
``WHERE id = ? AND term = ?``: when another claim came between, or a user's change,
which takes a number too, the write meets no row, and the job or run is told to be
lost.  A lease that merely ended is no obstacle as long as nobody else has claimed.

**Transactions.** One thread owns the only connection that writes.  What is asked
while it works shares the next transaction, see :mod:`.worker`; each call is all or
nothing by its savepoint.  Another thread with a connection of its own answers
questions, from the state that was committed last.

**Tables.** A job's definition lies in ``jobs``; what moves at each fire lies in the
narrow ``schedule``, so that a fire never rewrites a definition.  A run is one row of
``runs`` from its planning to the end of its retention; small indexes over the active
ones alone find what is to be done.  Instants are whole microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Engine
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from zope.interface import implementer

from ...codec import CBORSerializer, StoredForms
from ...errors import (
    BadValue,
    NoSuchJob,
    StoreUnavailable,
)
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
from .dialect import dialect_of, open_engine
from .jobs import Jobs
from .migrate import migrate
from .nodes import Nodes
from .opened import OpenedFile
from .pages import find_jobs, find_runs
from .runs import Runs
from .statements import Statements
from .worker import Worker

__all__ = ["SQLAlchemyJobStore"]

T = TypeVar("T")

_WATCH_SECONDS = 1.0


@implementer(IJobStore)
class SQLAlchemyJobStore:
    """
    Keeps jobs in a database that SQLAlchemy can reach; so far, SQLite in a file.

    Several processes on one machine may share the file: each change of another one is
    noticed within a second.  When the file is removed or replaced below the store, each
    call fails with :class:`~txsched.errors.StoreUnavailable` until it is opened anew.

    :param url: of the database, as ``sqlite:///jobs.db``.
    :param engine: instead of *url*: an engine of your own, whose connections have the
        isolation level ``AUTOCOMMIT`` and belong to one thread each.
    :param reactor: the reactor, or another loop.
    :param prefix: what the names of the tables begin with.
    :param durability: what committed work survives: ``power loss``, or only a
        ``crash`` of this process or its SIGKILL, which saves SQLite a wait for the
        disk at each commit.
    :param result_limit: the most bytes of a task's result that the ledger keeps.
    :param serializer: writes the definitions of jobs and the results of tasks.
    :raises BadValue: naming the argument that cannot be used.
    """

    _log = Logger()

    def __init__(
        self,
        url: str | URL | None = None,
        engine: Engine | None = None,
        *,
        reactor: ILoop,
        prefix: str = "txsched_",
        durability: str = "power loss",
        result_limit: int = 65536,
        serializer: ISerializer = CBORSerializer(),
    ) -> None:
        if (url is None) is (engine is None):
            raise BadValue("url", "give either a url or an engine")
        if not (prefix == "" or prefix.isidentifier()):
            raise BadValue("prefix", f"{prefix!r} cannot begin the name of a table")
        if engine is None:
            assert url is not None
            engine = open_engine(url, durability)
        self._engine = engine
        self._loop = reactor
        self._prefix = prefix
        self._dialect = dialect_of(engine)
        sql = Statements(self._dialect, prefix)
        self._loader = JobLoader(StoredForms(serializer))
        encode_result = partial(serializer.encode_result, limit=result_limit)
        self._runs = Runs(sql, encode_result)
        self._jobs = Jobs(sql, self._loader, self._runs)
        self._nodes = Nodes(self._dialect, prefix)
        self._writer: Worker | None = None
        self._reader: Worker | None = None

    # The whole

    def open(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._open())

    async def _open(self) -> None:
        dialect, prefix = self._dialect, self._prefix
        file = OpenedFile(
            lambda trouble: self._loop.callFromThread(self._tell, trouble)
        )

        def prepare(connection: Any) -> None:
            migrate(connection, dialect, prefix)
            file.remember(connection)

        writer = Worker(
            self._loop,
            self._engine,
            "txsched writer",
            dialect.begin,
            prepare,
            self._loader.forget,
            file.check,
        )
        try:
            await writer.start()
        except BaseException as error:
            await writer.stop()
            if isinstance(error, StoreUnavailable):
                url = self._engine.url.render_as_string()
                raise StoreUnavailable(f"{url}: {error.reason}") from error
            raise
        reader = Worker(
            self._loop,
            self._engine,
            "txsched reader",
            dialect.begin_reading,
            check=file.check,
        )
        await reader.start()
        self._writer, self._reader = writer, reader

    def _tell(self, trouble: str) -> None:
        self._log.error("the job store cannot be used any more: {why}", why=trouble)

    def close(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        writer, reader = self._writer, self._reader
        self._writer = self._reader = None
        if writer is not None:
            await writer.stop()
        if reader is not None:
            await reader.stop()
        self._engine.dispose()

    def _write(self, work: Callable[[Any], T]) -> Deferred[T]:
        return self._do(self._writer, work)

    def _read(self, work: Callable[[Any], T]) -> Deferred[T]:
        return self._do(self._reader, work)

    def _do(self, worker: Worker | None, work: Callable[[Any], T]) -> Deferred[T]:
        async def ask() -> T:
            if worker is None:
                raise StoreUnavailable("it is not open")
            result = await worker.do(work)
            if self._loader.broken:
                await self._write_quarantine()
            return result

        return Deferred.fromCoroutine(ask())

    async def _write_quarantine(self) -> None:
        """
        Put jobs that could not be loaded aside.
        """
        writer = self._writer
        if writer is None:
            return
        broken = dict(self._loader.broken)
        self._loader.broken.clear()
        now = to_micros(from_seconds(self._loop.seconds()))

        await writer.do(lambda db: self._jobs.quarantine(db, broken, now))
        for (job_id, _, _), error in broken.items():
            self._log.warn(
                "job {job_id!r} cannot be loaded and was put into quarantine: {error}",
                job_id=job_id,
                error=error,
            )

    def status(self) -> Deferred[StoreStatus]:
        statement = self._jobs.sql.status

        def work(db: Any) -> StoreStatus:
            return StoreStatus(*db.exec_driver_sql(statement).fetchone())

        return self._read(work)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        seen: list[Any] = []

        async def look() -> None:
            if self._reader is None:
                return
            try:
                answer = await self._reader.do(self._changes)
            except StoreUnavailable:
                return  # whoever works with the store meets the same, and tells
            if seen and seen[-1] != answer:
                callback()
            seen[:] = [answer]

        loop = LoopingCall(lambda: Deferred.fromCoroutine(look()))
        loop.clock = self._loop  # type: ignore[assignment]
        loop.start(_WATCH_SECONDS)
        return lambda: loop.stop() if loop.running else None

    def _changes(self, db: Any) -> Any:
        return db.exec_driver_sql(self._dialect.changes).scalar()

    # Jobs

    def add_jobs(
        self, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> Deferred[list[Job]]:
        return self._write(lambda db: self._jobs.add(db, jobs, on_conflict))

    def get_job(self, job_id: str) -> Deferred[Job]:
        def work(db: Any) -> Job:
            job = self._jobs.load(db, (job_id,)).get(job_id)
            if job is None:
                raise NoSuchJob(job_id)
            return job

        return self._read(work)

    def find_jobs(self, query: JobQuery) -> Deferred[Page[Job]]:
        select = self._jobs.sql.find_jobs
        return self._read(lambda db: find_jobs(db, select, self._loader, query))

    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        return self._write(lambda db: self._jobs.change(db, job, before, runs))

    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        return self._write(lambda db: self._jobs.remove(db, job_ids, to_micros(now)))

    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        start, end = to_micros(now), to_micros(until)
        return self._write(lambda db: self._jobs.claim(db, owner, start, end, limit))

    def commit(
        self, plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        return self._write(lambda db: self._jobs.commit(db, plans, until))

    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> Deferred[datetime | None]:
        sql = self._jobs.sql

        def work(db: Any) -> datetime | None:
            run = db.exec_driver_sql
            for (executor,) in run(sql.waiting_executors).fetchall():
                if executors is None or executor in executors:
                    return now
            questions = (sql.next_due, sql.next_job_lease, sql.next_run_lease)
            answers = [run(question).scalar() for question in questions]
            found = [micros for micros in answers if micros is not None]
            return from_micros(min(found)) if found else None

        return self._read(work)

    # Runs

    def add_runs(self, runs: Sequence[Run]) -> Deferred[None]:
        def work(db: Any) -> None:
            ids = _job_ids(runs)
            there = self._jobs.load(db, ids)
            for job_id in ids:
                if job_id not in there:
                    raise NoSuchJob(job_id)
            self._runs.insert(db, [(run, 0, None) for run in runs])

        return self._write(work)

    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        start, end = to_micros(now), to_micros(until)
        return self._write(
            lambda db: self._jobs.claim_runs(db, owner, start, end, limit, executors)
        )

    def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Deferred[Renewal]:
        return self._write(lambda db: self._runs.renew(db, leases, to_micros(until)))

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        def work(db: Any) -> list[str]:
            lost = self._runs.finish(db, aftermaths)
            gone = set(lost)
            written = [one.run for one in aftermaths if one.run.id not in gone]
            self._jobs.decide(db, _job_ids(written), written)
            return lost

        return self._write(work)

    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        def work(db: Any) -> list[Run]:
            runs = self._runs.cancel(db, run_ids, reason, to_micros(now))
            self._jobs.decide(db, _job_ids(runs), runs)
            return runs

        return self._write(work)

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._read(lambda db: self._runs.get(db, (run_id,))[0])

    def find_runs(self, query: RunQuery) -> Deferred[Page[Run]]:
        select = self._jobs.sql.find_runs
        return self._read(lambda db: find_runs(db, select, query))

    def prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> Deferred[int]:
        return Deferred.fromCoroutine(self._prune(before, keep, limit))

    async def _prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> int:
        oldest = None if before is None else to_micros(before)
        removed = await self._write(
            lambda db: self._runs.prune(db, oldest, keep, limit)
        )
        behind: str | None = ""
        while behind is not None and removed < limit:
            start, room = behind, limit - removed
            behind, more = await self._write(partial(self._prune_jobs, start, room))
            removed += more
        return removed

    def _prune_jobs(self, behind: str, limit: int, db: Any) -> tuple[str | None, int]:
        return self._runs.prune_jobs(db, behind, limit)

    # Quarantine

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        return self._write(self._jobs.reload_quarantined)

    def repair_job(self, job: Job) -> Deferred[Job]:
        return self._write(lambda db: self._jobs.repair(db, job))

    # Nodes

    def beat(self, node: Node) -> Deferred[datetime | None]:
        return self._write(lambda db: self._nodes.beat(db, node))

    def find_nodes(self) -> Deferred[list[Node]]:
        return self._read(self._nodes.find)

    def leave(self, node_id: str, now: datetime) -> Deferred[int]:
        return self._write(lambda db: self._nodes.leave(db, node_id, to_micros(now)))

    def examine(self, now: datetime) -> Deferred[StoreReport]:
        return self._read(lambda db: self._nodes.examine(db, to_micros(now)))


def _job_ids(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(run.job_id for run in runs))
