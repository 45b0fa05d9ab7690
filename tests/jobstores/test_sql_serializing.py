"""
The store on SQLite with each serializer.
"""

from __future__ import annotations

import json

from twisted.trial.unittest import TestCase

from txsched.codec import JSONSerializer
from txsched.interfaces import IJobStore, ISerializer
from txsched.testing.contracts.job_store import SerializerContract
from txsched.testing.contracts.job_store.samples import make_job

from .databases import OnSQLite


class SQLAlchemySerializerTests(OnSQLite, SerializerContract, TestCase):
    """
    ``SQLAlchemyJobStore`` on a file keeps the contract of the serializers.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        return await self.open_store(self.make_database(), serializer=serializer)

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        await store.close()
        return await self.open_store(self.url, serializer=serializer)

    async def test_readable_rows(self) -> None:
        """
        With JSON, other programs read the definitions.
        """
        store = await self.make_with(JSONSerializer())
        await self.add(store, make_job())
        ((text,),) = self.execute("SELECT CAST(definition AS TEXT) FROM txsched_jobs")
        self.assertEqual("job", json.loads(text)["id"])
