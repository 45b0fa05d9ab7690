"""
The store on SQLite against the contract of all stores.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore
from txsched.testing.contracts.job_store import DurableJobStoreContract

from .sqlite import SQLiteTestCase


class SQLAlchemyJobStoreTests(SQLiteTestCase, DurableJobStoreContract, TestCase):
    """
    ``SQLAlchemyJobStore`` on a file keeps the contract.
    """

    async def make_store(self) -> IJobStore:
        return await self.open_store(self.make_path())

    async def reopen(self, store: IJobStore) -> IJobStore:
        await store.close()
        return await self.open_store(self.path)

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        await store.close()
        self.execute(
            "UPDATE txsched_jobs SET definition = CAST(x'ff' || definition AS BLOB)"
            " WHERE id = ?",
            job_id,
        )
        return await self.open_store(self.path)

    async def mend(self, store: IJobStore, job_id: str) -> None:
        self.execute(
            "UPDATE txsched_jobs SET definition = substr(definition, 2) WHERE id = ?",
            job_id,
        )
