"""
The store on Redis against the contract of all stores.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore, ISerializer
from txsched.testing.contracts.job_store import (
    DurableJobStoreContract,
    SerializerContract,
)

from .valkey import ValkeyTestCase


class _Harness(ValkeyTestCase):
    async def make_store(self) -> IJobStore:
        return await self.open_store(self.make_url(), clock="caller")

    async def reopen(self, store: IJobStore) -> IJobStore:
        await store.close()
        return await self.open_store(self.url, clock="caller")

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        await store.close()
        await self.edit_definition(job_id, lambda data: b"\xff" + data)
        return await self.open_store(self.url, clock="caller")

    async def mend(self, store: IJobStore, job_id: str) -> None:
        await self.edit_definition(job_id, lambda data: data[1:])


class RedisJobStoreTests(_Harness, DurableJobStoreContract, TestCase):
    """
    ``RedisJobStore`` on Valkey keeps the contract.
    """


class RedisSerializerTests(_Harness, SerializerContract, TestCase):
    """
    ``RedisJobStore`` writes as it is told to.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        return await self.open_store(
            self.make_url(), clock="caller", serializer=serializer
        )

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        await store.close()
        return await self.open_store(self.url, clock="caller", serializer=serializer)
