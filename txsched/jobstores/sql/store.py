"""
The job store on SQL databases.

**Terms.** Each claim takes a new number and writes it into the rows that it hands out.
Every later write of the claimer says ``WHERE id = ? AND term = ?``: when another claim
came between, or a user's change, which takes a number too, the write meets no row, and
the job or run is told to be lost.  A lease that merely ended is no obstacle as long as
nobody else has claimed.

**Transactions.** One thread owns the only connection that writes.  What is asked while
it works shares the next transaction, see :mod:`.worker`.  Another thread with a
connection of its own answers questions, from the state that was committed last.  Where
other nodes write at the same time, rows are locked, in an order that
``docs/explanation/architecture.rst`` gives the reasons for.

**Tables.** A job's definition lies in ``jobs``; what moves at each fire lies in the
narrow ``schedule``, so that a fire never rewrites a definition.  A run is one row of
``runs`` from its planning to the end of its retention; small indexes over the active
ones alone find what is to be done.  Instants are whole microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from secrets import token_hex
from typing import TypeVar

from sqlalchemy import URL, Engine
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from ...codec import CBORSerializer, StoredForms
from ...errors import (
    BadValue,
    NoSuchJob,
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
from .clock import StoreClock
from .connecting import make_connector
from .jobs import Jobs
from .migrate import migrate
from .nodes import Nodes
from .pages import find_jobs, find_runs
from .runs import Runs
from .session import Session
from .statements import Statements
from .watching import Listener, Poll
from .workers import Workers

__all__ = ["SQLAlchemyJobStore"]

T = TypeVar("T")

_CLOCKS = ("store", "caller")
#: Room for what follows it in the names of tables and indexes.
_LONGEST_PREFIX = 40


@implementer(IJobStore)
class SQLAlchemyJobStore:
    """
    Keeps jobs in an SQL database: SQLite in a file, PostgreSQL, or MariaDB.

    Several processes may share it, on SQLite those of one machine.  What people change
    through another one is noticed at once on PostgreSQL, and else within a second.
    When a file is removed or replaced below the store, each call fails with
    :class:`~txsched.errors.StoreUnavailable` until it is opened anew.

    :param url: of the database, as ``sqlite:///jobs.db``,
        ``postgresql://user:password@host/database``, or ``mysql://...`` with the same
        parts; a driver that it names must be psycopg or pymysql.
    :param engine: instead of *url*: an engine of your own, whose connections belong to
        one thread each.
    :param reactor: the reactor, or another loop.
    :param prefix: what the names of the tables begin with; at most 40 bytes.
    :param durability: what committed work survives: ``power loss``, or only a
        ``crash`` of this process or its SIGKILL, which saves SQLite a wait for the
        disk at each commit; PostgreSQL then may lose the last moments when it crashes
        itself.  MariaDB does what its own settings say.
    :param result_limit: the most bytes of a task's result that the ledger keeps.
    :param serializer: writes the definitions of jobs and the results of tasks.
    :param clock: which clock judges leases: that of the ``store``, where it is a
        server, or that of each ``caller``.
    :param timeout: after how many seconds without an answer the database is given up.
    :raises BadValue: naming the argument that cannot be used, also when a driver is
        missing.
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
        clock: str = "store",
        timeout: float = 10.0,
    ) -> None:
        _check_prefix(prefix)
        if clock not in _CLOCKS:
            known = " or ".join(map(repr, _CLOCKS))
            raise BadValue("clock", f"expected {known}, not {clock!r}")
        if not timeout > 0:
            raise BadValue("timeout", f"expected seconds, not {timeout!r}")
        self._connector = make_connector(url, engine, durability, timeout)
        self._loop = reactor
        dialect = self._connector.dialect
        prefix = prefix.lower() if dialect.folds_names else prefix
        self._prefix = prefix
        self._sql = Statements(dialect, prefix)
        self._clock = StoreClock(clock == "store" and bool(dialect.clock))
        self._loader = JobLoader(StoredForms(serializer))
        encode_result = partial(serializer.encode_result, limit=result_limit)
        self._runs = Runs(self._sql, encode_result)
        self._jobs = Jobs(self._sql, self._loader, self._runs, self._clock)
        self._nodes = Nodes(prefix, self._sql, self._clock)
        self._adders = {one: partial(self._add, one) for one in OnConflict}
        #: What others hear this store announce.
        self._me = token_hex(8)
        self._workers = Workers(
            reactor,
            self._connector,
            timeout,
            self._announcement,
            self._loader.forget,
        )

    # The whole

    def open(self) -> Deferred[None]:
        def prepare(db: Session) -> None:
            migrate(db, self._prefix)
            self._nodes.read_clock(db, self._now())

        return Deferred.fromCoroutine(self._workers.open(prepare))

    def close(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._workers.close())

    @property
    def _announcement(self) -> tuple[str, tuple[str, ...]]:
        statement = self._sql.announce
        return statement, (self._channel, self._me)[: statement.count("?")]

    @property
    def _channel(self) -> str:
        return f"{self._prefix}changes"

    def _now(self) -> int:
        return to_micros(from_seconds(self._loop.seconds()))

    def _write(self, work: Callable[[Session], T]) -> Deferred[T]:
        return self._ask(lambda: self._workers.writer.do(work))

    def _change(self, work: Callable[[Session], T]) -> Deferred[T]:
        """
        Write for a person, and let other nodes know.
        """

        def announced(db: Session) -> T:
            result = work(db)
            db.announced = True
            return result

        return self._write(announced)

    def _read(self, work: Callable[[Session], T]) -> Deferred[T]:
        return self._ask(lambda: self._workers.reader.do(work))

    def _ask(self, question: Callable[[], Deferred[T]]) -> Deferred[T]:
        async def ask() -> T:
            result = await question()
            if self._loader.broken and self._workers.are_open:
                await self._write_quarantine()
            return result

        return Deferred.fromCoroutine(ask())

    async def _write_quarantine(self) -> None:
        """
        Put jobs that could not be loaded aside.
        """
        broken = dict(self._loader.broken)
        self._loader.broken.clear()
        now = self._now()
        await self._workers.writer.do(lambda db: self._jobs.quarantine(db, broken, now))
        for (job_id, _, _), error in broken.items():
            self._log.warn(
                "job {job_id!r} cannot be loaded and was put into quarantine: {error}",
                job_id=job_id,
                error=error,
            )

    def status(self) -> Deferred[StoreStatus]:
        return self._read(lambda db: StoreStatus(*db.run(self._sql.status).fetchone()))

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        reader, connector = self._workers.reader, self._connector
        if self._sql.changes is not None:
            return Poll(self._loop, reader, self._sql.changes, callback).stop
        listener = Listener(
            self._loop, reader, connector.connect, self._channel, self._me, callback
        )
        listener.start()
        return listener.stop

    # Jobs

    def add_jobs(
        self, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> Deferred[list[Job]]:
        adder = self._adders[on_conflict]
        return self._ask(lambda: self._workers.writer.share(adder, jobs))

    def _add(
        self, on_conflict: OnConflict, db: Session, calls: Sequence[Sequence[Job]]
    ) -> list[list[Job]]:
        """
        Add the jobs of several calls at once.
        """
        stored = self._jobs.add(
            db, [job for jobs in calls for job in jobs], on_conflict
        )
        db.announced = True
        rest = iter(stored)
        return [list(islice(rest, len(jobs))) for jobs in calls]

    def get_job(self, job_id: str) -> Deferred[Job]:
        return self._read(lambda db: self._jobs.get(db, job_id))

    def find_jobs(self, query: JobQuery) -> Deferred[Page[Job]]:
        select = self._sql.find_jobs
        return self._read(lambda db: find_jobs(db, select, self._loader, query))

    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        return self._change(lambda db: self._jobs.change(db, job, before, runs))

    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        return self._change(lambda db: self._jobs.remove(db, job_ids, to_micros(now)))

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
        sql, clock = self._sql, self._clock

        def work(db: Session) -> datetime | None:
            for (executor,) in db.run(sql.waiting_executors).fetchall():
                if executors is None or executor in executors:
                    return now
            due = db.run(sql.next_due).scalar()
            ends = [
                clock.from_store(end)
                for end in db.run(sql.next_leases).fetchone()
                if end is not None
            ]
            found = ends if due is None else [due, *ends]
            return from_micros(min(found)) if found else None

        return self._read(work)

    # Runs

    def add_runs(self, runs: Sequence[Run]) -> Deferred[None]:
        def work(db: Session) -> None:
            ids = _job_ids(runs)
            db.lock(self._sql.lock_schedules, ids)
            there = self._jobs.load(db, ids)
            for job_id in ids:
                if job_id not in there:
                    raise NoSuchJob(job_id)
            self._runs.insert(db, [(run, 0, None) for run in runs])

        return self._change(work)

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
        end = to_micros(until)
        return self._write(
            lambda db: self._runs.renew(db, leases, self._clock.to_store(end))
        )

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        def work(db: Session) -> list[str]:
            lost = self._runs.finish(db, aftermaths)
            gone = set(lost)
            written = [one.run for one in aftermaths if one.run.id not in gone]
            self._jobs.decide(db, _job_ids(written), written)
            return lost

        return self._write(work)

    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        def work(db: Session) -> list[Run]:
            runs = self._runs.cancel(db, run_ids, reason, to_micros(now))
            self._jobs.decide(db, _job_ids(runs), runs)
            return runs

        return self._change(work)

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._read(lambda db: self._runs.get(db, (run_id,))[0])

    def find_runs(self, query: RunQuery) -> Deferred[Page[Run]]:
        select = self._sql.find_runs
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

    def _prune_jobs(
        self, behind: str, limit: int, db: Session
    ) -> tuple[str | None, int]:
        return self._runs.prune_jobs(db, behind, limit)

    # Quarantine

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        return self._write(self._jobs.reload_quarantined)

    def repair_job(self, job: Job) -> Deferred[Job]:
        return self._change(lambda db: self._jobs.repair(db, job))

    # Nodes

    def beat(self, node: Node) -> Deferred[datetime | None]:
        return self._write(lambda db: self._nodes.beat(db, node))

    def find_nodes(self) -> Deferred[list[Node]]:
        return self._read(self._nodes.find)

    def leave(self, node_id: str, now: datetime) -> Deferred[int]:
        return self._write(lambda db: self._nodes.leave(db, node_id, to_micros(now)))

    def examine(self, now: datetime) -> Deferred[StoreReport]:
        return self._read(lambda db: self._nodes.examine(db, to_micros(now)))


def _check_prefix(prefix: str) -> None:
    if not (prefix == "" or prefix.isidentifier()):
        raise BadValue("prefix", f"{prefix!r} cannot begin the name of a table")
    if len(prefix.encode()) > _LONGEST_PREFIX:
        raise BadValue("prefix", f"has more than {_LONGEST_PREFIX} bytes")


def _job_ids(runs: Sequence[Run]) -> list[str]:
    return list(dict.fromkeys(run.job_id for run in runs))
