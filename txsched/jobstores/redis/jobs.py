"""
Jobs and the claims on those that are due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from ...errors import NoSuchJob, StaleRevision
from ...model import Job, JobLease, Plan, Run, from_micros
from ..loading import JobLoader
from .adding import Adding
from .packing import count, encode, instant, instant_from, unpack
from .requests import Requests
from .rows import (
    job_fields,
    progress_fields,
    read_job_row,
    read_runs,
    run_fields,
    wait_fields,
)

__all__ = ["Jobs"]

#: How many items one script takes, so that the server is never blocked for long.
_AT_ONCE = 500


class Jobs:
    """
    The part of the store that :class:`~txsched.interfaces.IJobKeeping` describes.
    """

    def __init__(
        self,
        requests: Requests,
        loader: JobLoader,
        encode_result: Callable[[Any], bytes],
    ) -> None:
        self._requests = requests
        self._loader = loader
        self._encode_result = encode_result
        self.adding = Adding(requests, loader)

    async def get(self, job_id: str) -> Job:
        """
        See ``IJobKeeping.get_job``.
        """
        answer = await self._requests.run("read_jobs", [b"1", encode(job_id)])
        fields = unpack(answer)
        if int(next(fields)):
            job = self._loader.job(read_job_row(fields))
            if job is not None:
                return job
        raise NoSuchJob(job_id)

    async def change(self, job: Job, before: Job, runs: Sequence[Run]) -> Job:
        """
        See ``IJobKeeping.change_job``.
        """
        new = evolve(job, revision=before.revision + 1)
        definition = self._loader.serializer.encode_definition(new)
        request = [
            encode(job.id),
            count(before.revision),
            encode(before.generation),
            instant(before.next_run_time),
            count(before.run_count),
            *job_fields(new, definition),
            *progress_fields(new),
            count(len(runs)),
        ]
        for run in runs:
            request += run_fields(run, self._encode_result)
        state, *rest = unpack(await self._requests.run("change", request))
        if state == b"missing":
            raise NoSuchJob(job.id)
        if state == b"stale":
            raise StaleRevision(job.id, before.revision, int(rest[0]))
        return evolve(new, next_run_time=instant_from(rest[0]))

    async def remove(self, job_ids: Sequence[str], now: datetime) -> list[str]:
        """
        See ``IJobKeeping.remove_jobs``.
        """
        removed: list[str] = []
        for first in range(0, len(job_ids), _AT_ONCE):
            ids = [encode(one) for one in job_ids[first : first + _AT_ONCE]]
            request = [b"the job was removed", instant(now), count(len(ids)), *ids]
            answer = unpack(await self._requests.run("remove", request))
            removed += (one.decode("utf-8", "surrogatepass") for one in answer)
        return removed

    async def claim(
        self, owner: str, now: datetime, until: datetime, limit: int
    ) -> list[JobLease]:
        """
        See ``IJobKeeping.claim_jobs``.
        """
        _, ends = self._requests.lease(until, now)
        request = [encode(owner), instant(now), ends, count(limit)]
        answer = await self._requests.run("claim_jobs", request)
        if not answer:
            return []
        fields = unpack(answer)
        term = int(next(fields))
        leases: list[JobLease] = []
        for _ in range(int(next(fields))):
            row = read_job_row(fields)
            runs = tuple(read_runs(fields))
            job = self._loader.definition(row)
            if job is not None:
                planned = from_micros(row[6])
                leases.append(JobLease(job, runs, term, planned, row[7]))
        return leases

    async def commit(self, plans: Sequence[Plan], until: datetime) -> list[str]:
        """
        See ``IJobKeeping.commit``.
        """
        lost: list[str] = []
        for first in range(0, len(plans), _AT_ONCE):
            some = plans[first : first + _AT_ONCE]
            request = [*self._requests.lease(until), count(len(some))]
            for job_id, term, runs, next_run, due, run_count, waiting in some:
                request += (encode(job_id), count(term), instant(next_run))
                request += (instant(due), count(run_count), *wait_fields(waiting))
                request.append(count(len(runs)))
                for run in runs:
                    request += run_fields(run, self._encode_result)
            answer = unpack(await self._requests.run("commit", request))
            lost += (one.decode("utf-8", "surrogatepass") for one in answer)
        return lost

    async def next_due(
        self, now: datetime, executors: Sequence[str] | None
    ) -> datetime | None:
        """
        See ``IJobKeeping.next_due``.
        """
        request = [instant(now), b"1"]
        if executors is not None:
            request = [instant(now), b"", count(len(executors))]
            request += map(encode, executors)
        return instant_from(await self._requests.run("next_due", request))
