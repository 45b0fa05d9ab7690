"""
The store on each database with each serializer.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from txsched.codec import JSONSerializer
from txsched.interfaces import IJobStore, ISerializer
from txsched.testing.contracts.job_store import SerializerContract
from txsched.testing.contracts.job_store.samples import make_job

from .databases import SQLTestCase, on_each_database

if TYPE_CHECKING:

    class Base(SQLTestCase, SerializerContract):
        """
        What it is when it is run.
        """
else:
    Base = SerializerContract


class Serializers(Base):
    """
    ``SQLAlchemyJobStore`` keeps the contract of the serializers.
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
        ((data,),) = self.execute("SELECT definition FROM txsched_jobs")
        self.assertEqual("job", json.loads(bytes(data))["id"])


globals().update(on_each_database(Serializers))
