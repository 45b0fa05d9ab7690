"""
The store of ``journal.py`` keeps the contract:
``python -m twisted.trial test_journal``.
"""

from datetime import datetime, timezone
from pathlib import Path

from journal import JournalStore
from twisted.trial.unittest import TestCase

from txsched.jobstores import MemoryJobStore
from txsched.model import Call, Job
from txsched.testing.contracts.job_store import JobStoreContract
from txsched.triggers import IntervalTrigger


class JournalContractTests(JobStoreContract, TestCase):
    async def make_store(self):
        store = JournalStore(MemoryJobStore(), self.mktemp())
        await store.open()
        self.addCleanup(store.close)
        return store


class JournalTests(TestCase):
    async def test_what_people_do_is_written(self):
        """
        Each addition and removal is a line.
        """
        path = self.mktemp()
        store = JournalStore(MemoryJobStore(), path)
        await store.open()
        job = Job("a", Call("tasks:work"), IntervalTrigger(hours=1), "a")
        await store.add_jobs([job])
        await store.remove_jobs(["a", "b"], datetime.now(timezone.utc))
        journal = Path(path).read_text(encoding="utf-8")
        self.assertEqual('["added", "a"]\n["removed", "a"]\n', journal)
