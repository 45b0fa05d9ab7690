"""
The memory store against the contract of all stores.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore
from txsched.jobstores import MemoryJobStore
from txsched.testing.contracts.job_store import JobStoreContract


class MemoryJobStoreTests(JobStoreContract, TestCase):
    """
    :class:`MemoryJobStore` keeps the contract.
    """

    async def make_store(self) -> IJobStore:
        store = MemoryJobStore()
        await store.open()
        self.addCleanup(store.close)
        return store
