"""
A job store that keeps a journal: who was added, changed and removed, one line each.

All the work is done by another store, which can be any one.
"""

import json

from twisted.internet.defer import Deferred
from twisted.python.components import proxyForInterface

from txsched.interfaces import IJobStore
from txsched.model import OnConflict


class JournalStore(proxyForInterface(IJobStore)):
    """
    :param original: the store that keeps the jobs.
    :param path: the file of the journal; lines are added at its end.
    """

    def __init__(self, original, path):
        super().__init__(original)
        self.path = path

    def add_jobs(self, jobs, on_conflict=OnConflict.ERROR):
        return Deferred.fromCoroutine(self._add_jobs(jobs, on_conflict))

    async def _add_jobs(self, jobs, on_conflict):
        stored = await self.original.add_jobs(jobs, on_conflict)
        self._write("added", [job.id for job in stored])
        return stored

    def change_job(self, job, before, runs):
        return Deferred.fromCoroutine(self._change_job(job, before, runs))

    async def _change_job(self, job, before, runs):
        stored = await self.original.change_job(job, before, runs)
        self._write("changed", [stored.id])
        return stored

    def remove_jobs(self, job_ids, now):
        return Deferred.fromCoroutine(self._remove_jobs(job_ids, now))

    async def _remove_jobs(self, job_ids, now):
        removed = await self.original.remove_jobs(job_ids, now)
        self._write("removed", removed)
        return removed

    def _write(self, what, job_ids):
        with open(self.path, "a", encoding="utf-8") as journal:
            journal.writelines(f"{json.dumps([what, one])}\n" for one in job_ids)
