"""
Adding jobs: those of callers at the same time go together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve, frozen
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ...errors import JobExists, StoreUnavailable
from ...model import Job, OnConflict
from ..loading import JobLoader
from .packing import count, encode, unpack
from .requests import Requests
from .rows import job_fields, progress_fields, read_job_row

__all__ = ["Adding"]

#: The most bytes of several groups in one request.
_TOGETHER = 2**19
_TRIES = 20


@frozen
class _Found:
    """
    A job that is there.

    :ivar job: ``None`` when it cannot be loaded.
    """

    job: Job | None
    revision: int
    generation: str


@frozen(eq=False)
class _Group:
    """
    Jobs that are to be added, all or none.
    """

    fields: list[bytes]
    answered: Deferred[tuple[bytes, Any]]


class Adding:
    """
    Writes new jobs.

    While a request is under way, what is to be added waits and goes with the next one:
    the busier the server, the more callers one request serves.
    """

    def __init__(self, requests: Requests, loader: JobLoader) -> None:
        self._requests = requests
        self._loader = loader
        self._waiting: list[_Group] = []
        self._busy = False

    async def add(self, jobs: Sequence[Job], on_conflict: OnConflict) -> list[Job]:
        """
        See ``IJobKeeping.add_jobs``.
        """
        if not jobs:
            return []
        encode_definition = self._loader.serializer.encode_definition
        definitions = [encode_definition(job) for job in jobs]
        found: dict[str, _Found] = {}
        for _ in range(_TRIES):
            result = list(jobs)
            fields = [count(len(jobs))]
            for place, job in enumerate(jobs):
                old = found.get(job.id)
                if old is None:
                    fields += (encode(job.id), b"", b"", b"")
                else:
                    kept = _settle(old, job, on_conflict)
                    fields += (encode(job.id), count(old.revision))
                    fields += (encode(old.generation), b"1" if kept else b"")
                    result[place] = job = kept or evolve(
                        job,
                        revision=old.revision + 1,
                        paused=None if old.job is None else old.job.paused,
                    )
                fields += job_fields(job, definitions[place])
                fields += progress_fields(job)
            state, answer = await self._submit(fields)
            if state == b"done":
                return [answer.get(job.id, job) for job in result]
            found = answer
        raise StoreUnavailable("others change these jobs all the time")

    def _submit(self, fields: list[bytes]) -> Deferred[tuple[bytes, Any]]:
        group = _Group(fields, Deferred())
        self._waiting.append(group)
        if not self._busy:
            self._busy = True
            Deferred.fromCoroutine(self._send_all())
        return group.answered

    async def _send_all(self) -> None:
        while self._waiting:
            groups = self._next_groups()
            request = [count(len(groups))]
            for group in groups:
                request += group.fields
            try:
                answer = unpack(await self._requests.run("add", request))
                answers = [self._read(answer) for _ in groups]
            except Exception:
                failure = Failure()
                for group in groups:
                    group.answered.errback(failure)
            else:
                for group, one in zip(groups, answers, strict=True):
                    group.answered.callback(one)
        self._busy = False

    def _next_groups(self) -> list[_Group]:
        size = taken = 0
        for group in self._waiting:
            size += sum(map(len, group.fields))
            if taken and size > _TOGETHER:
                break
            taken += 1
        groups, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return groups

    def _read(self, fields: Iterator[bytes]) -> tuple[bytes, Any]:
        """
        Read the answer to one group: the jobs that were kept, or all that are there.
        """
        state, number = next(fields), int(next(fields))
        if state == b"done":
            rows = [read_job_row(fields) for _ in range(number)]
            return state, {
                row[0]: job for row in rows if (job := self._loader.job(row))
            }
        found = {}
        for _ in range(number):
            row = read_job_row(fields)
            quarantined = next(fields)
            job = None if quarantined else self._loader.job(row)
            found[row[0]] = _Found(job, row[1], row[2])
        return state, found


def _settle(old: _Found, job: Job, on_conflict: OnConflict) -> Job | None:
    """
    Settle a conflict.

    :returns: the stored job when it stays as it is.
    """
    stored = old.job
    if on_conflict is OnConflict.ERROR or (
        stored is None and on_conflict is OnConflict.KEEP
    ):
        raise JobExists(job.id)
    if stored is not None and (
        on_conflict is OnConflict.KEEP or stored.same_definition(job)
    ):
        return stored
    return None
