"""
The job store on Redis and its kin, by scripts in Lua.

**Scripts.** A script runs alone from its first to its last command: each call of the
contract is one script, and so one round trip and all or nothing.  It is named by its
hash; where the server does not know that, its text is sent once.

**Terms.** As in the SQL store: each claim takes a new number, and a write under another
one changes nothing and is told to be lost.

**Instants** are texts of 18 digits, whole microseconds, in order; the scripts calculate
with seconds and microseconds apart, because their numbers are doubles.

**Indexes** are sorted sets of one score, ordered by their entries: an instant and an
id, behind the length and the name of a job or an executor where that comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
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
from ..loading import JobLoader
from .address import address_of
from .jobs import Jobs
from .listening import Announcements
from .nodes import Nodes
from .pages import find_jobs, find_runs
from .quarantine import Quarantine
from .requests import Requests
from .runs import Runs
from .schema import migrate
from .server import warnings_of

__all__ = ["RedisJobStore"]

T = TypeVar("T")

_CLOCKS = ("store", "caller")
_LONGEST_SECONDS = 86_400


@implementer(IJobStore)
class RedisJobStore:
    """
    Keeps jobs in Redis, Valkey or what speaks as they do, version 7.0 or later.

    Any number of nodes may share it.

    :param url: ``redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]``, ``rediss://…`` for
        TLS, where the server's certificate is checked, or
        ``redis+unix:///SOCKET?db=DATABASE``.
    :param reactor: the reactor.
    :param prefix: what the names of all keys begin with, in braces.
    :param result_limit: the most bytes of a task's result that the ledger keeps.
    :param timeout: in seconds, for each connection and each answer; at most a day.
    :param clock: whose clock judges leases: that of the ``store``, or that of the
        ``caller``.
    :param tls_ca: a file with the certificates, as PEM, of those who are trusted to
        sign the server's; else it is whom the machine trusts.
    :param tls_certificate: a file with the certificate that is shown to the server.
    :param tls_key: a file with the key of that, where it is another file.
    :param serializer: writes the definitions of jobs and the results of tasks.
    :raises BadValue: naming the argument that cannot be used.
    """

    _log = Logger()

    def __init__(
        self,
        url: str,
        *,
        reactor: ILoop,
        prefix: str = "txsched",
        result_limit: int = 65536,
        timeout: float = 10.0,
        clock: str = "store",
        tls_ca: str | None = None,
        tls_certificate: str | None = None,
        tls_key: str | None = None,
        serializer: ISerializer = CBORSerializer(),
    ) -> None:
        # Not before somebody has chosen a reactor, which the driver imports.
        from . import client  # noqa: F401

        if not prefix or any(one in prefix for one in "{}") or not prefix.isprintable():
            raise BadValue("prefix", f"{prefix!r} cannot begin the name of a key")
        if type(timeout) not in (int, float) or not 0 < timeout <= _LONGEST_SECONDS:
            raise BadValue(
                "timeout",
                f"expected seconds, more than 0 and at most {_LONGEST_SECONDS}, not"
                f" {timeout!r}",
            )
        if clock not in _CLOCKS:
            known = " or ".join(map(repr, _CLOCKS))
            raise BadValue("clock", f"expected {known}, not {clock!r}")
        address = address_of(url, tls_ca, tls_certificate, tls_key)
        self._loop = reactor
        self._loader = JobLoader(StoredForms(serializer))
        base = b"{%b}:" % prefix.encode()
        self._requests = requests = Requests(
            address, reactor, timeout, base, clock, self._timed_out
        )
        self._announcements = Announcements(
            address, reactor, timeout, requests.channel, requests.client
        )
        encode_result = partial(serializer.encode_result, limit=result_limit)
        self._jobs = Jobs(requests, self._loader, encode_result)
        self._runs = Runs(requests, self._loader, encode_result)
        self._quarantine = Quarantine(requests, self._loader)
        self._nodes = Nodes(requests)
        self._open = False

    def _timed_out(self) -> None:
        self._announcements.renew()

    # The whole

    def open(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._begin())

    async def _begin(self) -> None:
        requests = self._requests
        requests.connection.open()
        try:
            await migrate(requests)
            await self._announcements.open()
            for warning in await warnings_of(requests.connection):
                self._log.warn(
                    "{url}: {threat}",
                    url=requests.connection.address.text,
                    threat=warning,
                )
        except BaseException:
            await self._end()
            raise
        self._open = True

    def close(self) -> Deferred[None]:
        return Deferred.fromCoroutine(self._end())

    async def _end(self) -> None:
        self._open = False
        await self._announcements.close()
        await self._requests.connection.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> Deferred[T]:
        async def ask() -> T:
            if not self._open:
                work.close()
                raise StoreUnavailable("it is not open")
            try:
                return await work
            finally:
                if self._loader.broken:
                    now = from_seconds(self._loop.seconds())
                    await self._quarantine.write(now)

        return Deferred.fromCoroutine(ask())

    def status(self) -> Deferred[StoreStatus]:
        return self._do(self._nodes.status())

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._announcements.add(callback)

    # Jobs

    def add_jobs(
        self, jobs: Sequence[Job], on_conflict: OnConflict
    ) -> Deferred[list[Job]]:
        return self._do(self._jobs.adding.add(jobs, on_conflict))

    def get_job(self, job_id: str) -> Deferred[Job]:
        return self._do(self._jobs.get(job_id))

    def find_jobs(self, query: JobQuery) -> Deferred[Page[Job]]:
        return self._do(find_jobs(self._requests, self._loader, query))

    def change_job(self, job: Job, before: Job, runs: Sequence[Run]) -> Deferred[Job]:
        return self._do(self._jobs.change(job, before, runs))

    def remove_jobs(self, job_ids: Sequence[str], now: datetime) -> Deferred[list[str]]:
        return self._do(self._jobs.remove(job_ids, now))

    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        return self._do(self._jobs.claim(owner, now, until, limit))

    def commit(
        self, plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        return self._do(self._jobs.commit(plans, until))

    def next_due(
        self, now: datetime, executors: Sequence[str] | None = None
    ) -> Deferred[datetime | None]:
        return self._do(self._jobs.next_due(now, executors))

    # Runs

    def add_runs(self, runs: Sequence[Run]) -> Deferred[None]:
        return self._do(self._runs.add(runs))

    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        return self._do(self._runs.claim(owner, now, until, limit, executors))

    def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Deferred[Renewal]:
        return self._do(self._runs.renew(leases, until))

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        return self._do(self._runs.finish(aftermaths))

    def cancel_runs(
        self, run_ids: Sequence[str], reason: str, now: datetime
    ) -> Deferred[list[Run]]:
        return self._do(self._runs.cancel(run_ids, reason, now))

    def get_run(self, run_id: str) -> Deferred[Run]:
        return self._do(self._runs.get(run_id))

    def find_runs(self, query: RunQuery) -> Deferred[Page[Run]]:
        return self._do(find_runs(self._requests, query))

    def prune(
        self, before: datetime | None, keep: int | None, limit: int
    ) -> Deferred[int]:
        return self._do(self._runs.prune(before, keep, limit))

    # Quarantine

    def find_quarantined(self) -> Deferred[list[Quarantined]]:
        return self._do(self._quarantine.find())

    def repair_job(self, job: Job) -> Deferred[Job]:
        return self._do(self._quarantine.repair(job))

    # Nodes

    def beat(self, node: Node) -> Deferred[datetime | None]:
        return self._do(self._nodes.beat(node))

    def find_nodes(self) -> Deferred[list[Node]]:
        return self._do(self._nodes.find())

    def leave(self, node_id: str, now: datetime) -> Deferred[int]:
        return self._do(self._nodes.leave(node_id, now))

    def examine(self, now: datetime) -> Deferred[StoreReport]:
        return self._do(self._nodes.examine(now))
