"""
The jobs that could not be loaded.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve
from twisted.logger import Logger

from ...errors import NoSuchJob
from ...model import Job, Quarantined
from ..loading import JobLoader
from .packing import count, encode, instant, micros_from, unpack
from .requests import Requests
from .rows import job_fields, progress_fields, read_job_row

__all__ = ["Quarantine"]

_AT_ONCE = 100


class Quarantine:
    """
    The part of the store that :class:`~txsched.interfaces.IQuarantine` describes.
    """

    _log = Logger()

    def __init__(self, requests: Requests, loader: JobLoader) -> None:
        self._requests = requests
        self._loader = loader

    async def write(self, now: datetime) -> None:
        """
        Put jobs that could not be loaded aside.
        """
        broken = dict(self._loader.broken)
        self._loader.broken.clear()
        request = [instant(now), count(len(broken))]
        for (job_id, revision, generation), error in broken.items():
            request += (encode(job_id), count(revision))
            request += (encode(generation), encode(error))
        await self._requests.run("quarantine", request)
        for (job_id, _, _), error in broken.items():
            self._log.warn(
                "job {job_id!r} cannot be loaded and was put into quarantine: {error}",
                job_id=job_id,
                error=error,
            )

    async def find(self) -> list[Quarantined]:
        """
        See ``IQuarantine.find_quarantined``.
        """
        broken: list[Quarantined] = []
        behind = b""
        while True:
            fields = unpack(await self._requests.run("quarantined", [behind]))
            number = int(next(fields))
            sound: list[Job] = []
            for _ in range(number):
                row = read_job_row(fields)
                why = next(fields).decode("utf-8", "surrogatepass")
                found = self._loader.quarantined((*row, why, micros_from(next(fields))))
                if isinstance(found, Quarantined):
                    broken.append(found)
                else:
                    sound.append(found)
                behind = encode(row[0])
            if sound:
                await self._release(sound)
            if number < _AT_ONCE:
                return broken

    async def _release(self, jobs: list[Job]) -> None:
        request = [count(len(jobs))]
        for job in jobs:
            request += (encode(job.id), count(job.revision))
            request += (encode(job.generation), instant(job.due))
        await self._requests.run("release", request)

    async def repair(self, job: Job) -> Job:
        """
        See ``IQuarantine.repair_job``.
        """
        definition = self._loader.serializer.encode_definition(job)
        request = [encode(job.id), *job_fields(job, definition), *progress_fields(job)]
        state, *rest = unpack(await self._requests.run("repair", request))
        if state == b"missing":
            raise NoSuchJob(job.id)
        return evolve(job, revision=int(rest[0]))
