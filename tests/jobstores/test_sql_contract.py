"""
The store on each SQL database against the contract of all stores.
"""

from __future__ import annotations

from txsched.interfaces import IJobStore
from txsched.testing.contracts.job_store import DurableJobStoreContract

from .databases import OnMariaDB, OnPostgreSQL, OnSQLite


class _Contract(DurableJobStoreContract):
    """
    How a store is made, opened again and broken.
    """

    #: Expressions that break and mend a definition.
    broken = ""
    mended = "substr(definition, 2)"

    async def make_store(self) -> IJobStore:
        return await self.open_store(self.make_database())

    async def reopen(self, store: IJobStore) -> IJobStore:
        await store.close()
        return await self.open_store(self.url)

    async def corrupt(self, store: IJobStore, job_id: str) -> IJobStore:
        await store.close()
        self.set_definition(job_id, self.broken)
        return await self.open_store(self.url)

    async def mend(self, store: IJobStore, job_id: str) -> None:
        self.set_definition(job_id, self.mended)

    def set_definition(self, job_id: str, expression: str) -> None:
        self.execute(
            f"UPDATE txsched_jobs SET definition = {expression} WHERE id = ?", job_id
        )


class SQLiteTests(_Contract, OnSQLite):
    """
    ``SQLAlchemyJobStore`` on a file keeps the contract.
    """

    broken = "CAST(x'ff' || definition AS BLOB)"


class PostgreSQLTests(_Contract, OnPostgreSQL):
    """
    ``SQLAlchemyJobStore`` on PostgreSQL keeps the contract.
    """

    broken = "'\\xff'::bytea || definition"


class MariaDBTests(_Contract, OnMariaDB):
    """
    ``SQLAlchemyJobStore`` on MariaDB keeps the contract.
    """

    broken = "concat(x'ff', definition)"
