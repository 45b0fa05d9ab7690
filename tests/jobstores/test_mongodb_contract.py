"""
The store on MongoDB against the contract of all stores.
"""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore
from txsched.testing.contracts.job_store import DurableJobStoreContract

from .mongodb import MongoDBTestCase


class MongoDBJobStoreTests(MongoDBTestCase, DurableJobStoreContract, TestCase):
    """
    ``MongoDBJobStore`` keeps the contract.
    """

    async def make_store(self) -> IJobStore:
        return await self.open_store(self.make_database())

    async def reopen(self, store: IJobStore) -> IJobStore:
        await store.close()
        return await self.open_store(self.url)

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        await store.close()
        await self.prefix_with(job_id, b"\xff", 0)
        return await self.open_store(self.url)

    async def mend(self, store: IJobStore, job_id: str) -> None:
        await self.prefix_with(job_id, b"", 1)

    async def prefix_with(self, job_id: str, start: bytes, leave_out: int) -> None:
        """
        Put something in the place of the first bytes of a definition.
        """

        def work(database: Any) -> None:
            definitions = database["txsched_definitions"]
            data = definitions.find_one({"_id": job_id})["data"]
            data = start + data[leave_out:]
            definitions.update_one({"_id": job_id}, {"$set": {"data": data}})

        await self.outside(work)
