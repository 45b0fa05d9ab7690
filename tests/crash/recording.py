"""
A store that writes down what the real one grants and refuses.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure
from zope.interface import implementer

from txsched.interfaces import IJobStore
from txsched.model import (
    Aftermath,
    Disposition,
    JobLease,
    Plan,
    Renewal,
    RunLease,
    to_seconds,
)

from .records import FOLDER, note
from .tasks import in_the_middle

T = TypeVar("T")

#: A file of this name, with the number of a process, asks that process to stop itself.
STOP = "stop"
#: The loop is looked at so often, and is late when it is late by so much.
_BEAT_SECONDS = 0.05
_LATE_SECONDS = 0.05
#: A shorter answer of the store than this is not worth a line.
_SHORT_SECONDS = 0.01


@implementer(IJobStore)
class RecordedStore:
    """
    Hands every call on to *store*.

    It writes down which leases were granted, renewed and lost, which ends of runs were
    accepted, and when this process had to wait: its loop came late, or the store had
    not answered yet.

    Asked to, it stops the process by SIGSTOP at the worst moment: jobs are claimed and
    not yet planned, and a run is in the middle of its work.  No other question is
    under way then: a process that is stopped within a transaction on
    SQLite keeps the lock of the file, so that all others wait and nobody can take
    anything over.
    """

    def __init__(self, store: Any) -> None:
        self._store = store
        self._flag = Path(os.environ[FOLDER]) / STOP
        self._waiting_since: float | None = None
        self._beaten = 0.0
        self._under_way = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open(self) -> Deferred[None]:
        self._beaten = time.time()
        LoopingCall(self._beat).start(_BEAT_SECONDS, now=False)
        return self._ask(self._store.open, lambda _, asked: note("open"))

    def _beat(self) -> None:
        now = time.time()
        if now - self._beaten > _BEAT_SECONDS + _LATE_SECONDS:
            note("kept waiting", since=self._beaten, by="the loop")
        self._beaten = now

    def _ask(
        self, call: Callable[..., Deferred[T]], told: Callable[[T, float], None]
    ) -> Deferred[T]:
        asked = time.time()
        self._under_way += 1

        def answered(result: T | Failure) -> T | Failure:
            self._under_way -= 1
            since = self._waiting_since or asked
            if isinstance(result, Failure):
                self._waiting_since = since
                return result
            self._waiting_since = None
            if time.time() - since > _SHORT_SECONDS:
                note("kept waiting", since=since, by="the store")
            told(result, asked)
            return result

        return call().addBoth(answered)

    def claim_jobs(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> Deferred[list[JobLease]]:
        def told(leases: list[JobLease], asked: float) -> None:
            if leases and self._is_asked_to_stop():
                note("stopping", jobs=[lease.job.id for lease in leases])
                os.kill(os.getpid(), signal.SIGSTOP)

        return self._ask(lambda: self._store.claim_jobs(owner, now, until, limit), told)

    def _is_asked_to_stop(self) -> bool:
        if not in_the_middle() or not self._flag.exists():
            return False
        if self._under_way or self._flag.read_text() != str(os.getpid()):
            return False
        self._flag.unlink()
        return True

    def commit(
        self, plans: Sequence[Plan], owner: str, until: datetime
    ) -> Deferred[list[str]]:
        def told(lost: list[str], asked: float) -> None:
            self._lost("commit", lost)
            planned = [plan.job_id for plan in plans if plan.job_id not in lost]
            note("planned", jobs=planned)
            held = [
                (run.id, plan.term)
                for plan in plans
                if plan.job_id not in lost
                for run in plan.runs
                if run.disposition is Disposition.RUNNING
            ]
            self._held(owner, held, asked, until)

        return self._ask(lambda: self._store.commit(plans, owner, until), told)

    def claim_runs(
        self,
        owner: str,
        now: datetime,
        until: datetime,
        limit: int,
        executors: Sequence[str],
    ) -> Deferred[list[RunLease]]:
        def told(leases: list[RunLease], asked: float) -> None:
            held = [(lease.run.id, lease.term) for lease in leases]
            self._held(owner, held, asked, until)

        return self._ask(
            lambda: self._store.claim_runs(owner, now, until, limit, executors), told
        )

    def renew(
        self, leases: Sequence[tuple[str, int]], until: datetime
    ) -> Deferred[Renewal]:
        def told(renewal: Renewal, asked: float) -> None:
            self._lost("renew", renewal.lost)
            kept = [lease for lease in leases if lease[0] not in renewal.lost]
            if kept:
                note("renewed", until=to_seconds(until), leases=kept)

        return self._ask(lambda: self._store.renew(leases, until), told)

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        def told(lost: list[str], asked: float) -> None:
            self._lost("finish", lost)
            ends = [
                (one.run.id, one.term) for one in aftermaths if one.run.id not in lost
            ]
            if ends:
                note("finished", ends=ends)

        return self._ask(lambda: self._store.finish(aftermaths), told)

    def _held(
        self,
        owner: str,
        leases: Sequence[tuple[str, int]],
        asked: float,
        until: datetime,
    ) -> None:
        if leases:
            note(
                "held",
                owner=owner,
                asked=asked,
                until=to_seconds(until),
                leases=leases,
            )

    def _lost(self, by: str, ids: Sequence[str]) -> None:
        if ids:
            note("lost", by=by, ids=list(ids))
