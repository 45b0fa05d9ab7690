"""
The store in a shelf against the contract of all stores.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore, ISerializer
from txsched.jobstores import ShelveJobStore
from txsched.testing.contracts.job_store import (
    DurableJobStoreContract,
    SerializerContract,
)

from .shelve import ShelveTestCase


class ShelveJobStoreTests(ShelveTestCase, DurableJobStoreContract, TestCase):
    """
    ``ShelveJobStore`` keeps the contract.
    """

    async def make_store(self) -> IJobStore:
        return await self.open_store(self.make_path())

    async def reopen(self, store: IJobStore) -> IJobStore:
        await store.close()
        return await self.open_store(self.path)

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        await store.close()
        self.define(job_id, b"\xff")
        return await self.open_store(self.path)

    async def mend(self, store: IJobStore, job_id: str) -> None:
        # The open store reads its shelf no more: what comes back to a job is what its
        # definition needs.
        assert isinstance(store, ShelveJobStore)
        assert store._state is not None
        definitions = store._state.definitions
        definitions[job_id] = definitions[job_id][1:]


class ShelveSerializerTests(ShelveTestCase, SerializerContract, TestCase):
    """
    ``ShelveJobStore`` keeps the contract of the serializers.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        return await self.open_store(self.make_path(), serializer=serializer)

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        await store.close()
        return await self.open_store(self.path, serializer=serializer)
