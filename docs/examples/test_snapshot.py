"""
The store of ``snapshot.py`` keeps the contract:
``python -m twisted.trial test_snapshot``.
"""

from pathlib import Path

from snapshot import SnapshotJobStore
from snapshot_plugin import snapshot
from twisted.internet import reactor
from twisted.trial.unittest import TestCase
from zope.interface.verify import verifyObject

from txsched.errors import StoreUnavailable
from txsched.interfaces import IJobStoreFactory
from txsched.model import Call, Job, OnConflict
from txsched.testing.contracts.job_store import JobStoreContract
from txsched.triggers import IntervalTrigger

JOB = Job("a", Call("operator:add"), IntervalTrigger(hours=1), "a")


class SnapshotContractTests(JobStoreContract, TestCase):
    async def make_store(self):
        store = SnapshotJobStore(self.mktemp(), sync=False)
        await store.open()
        self.addCleanup(store.close)
        return store


class SnapshotTests(TestCase):
    async def test_what_was_answered_is_there_again(self):
        """
        Another store on the same file has what the first one was told.
        """
        path = self.mktemp()
        store = SnapshotJobStore(path)
        await store.open()
        await store.add_jobs([JOB], OnConflict.ERROR)
        # It is not closed, as after a crash.
        again = SnapshotJobStore(path)
        await again.open()
        self.assertEqual(JOB, await again.get_job("a"))

    async def test_what_cannot_be_read_stays(self):
        """
        A file that is something else is not written over.
        """
        path = self.mktemp()
        Path(path).write_text("a letter", encoding="utf-8")
        store = SnapshotJobStore(path)
        with self.assertRaises(StoreUnavailable):
            await store.open()
        self.assertEqual("a letter", Path(path).read_text(encoding="utf-8"))

    async def test_what_cannot_be_written_is_told(self):
        """
        Who changes something is told that it may not last.
        """
        store = SnapshotJobStore("no/such/folder")
        await store.open()
        with self.assertRaises(StoreUnavailable):
            await store.add_jobs([JOB], OnConflict.ERROR)

    def test_factory(self):
        """
        The plugin makes such stores.
        """
        verifyObject(IJobStoreFactory, snapshot)
        store = snapshot.make("snapshot:///jobs.snapshot", reactor, {"sync": False})
        self.assertEqual(("jobs.snapshot", False), (store.path, store.sync))
