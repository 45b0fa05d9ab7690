"""
The store on SQLite with each serializer.
"""

from __future__ import annotations

import json

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.codec import JSONSerializer
from txsched.interfaces import IJobStore, ISerializer
from txsched.jobstores import store_from_url
from txsched.model import OnConflict
from txsched.testing.contracts.job_store import SerializerContract
from txsched.testing.contracts.job_store.samples import make_job

from .sqlite import SQLiteTestCase


class SQLAlchemySerializerTests(SQLiteTestCase, SerializerContract, TestCase):
    """
    ``SQLAlchemyJobStore`` on a file keeps the contract of the serializers.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        return await self.open_store(self.make_path(), serializer=serializer)

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        await store.close()
        return await self.open_store(self.path, serializer=serializer)

    async def test_readable_rows(self) -> None:
        """
        With JSON, other programs read the definitions.
        """
        store = await self.make_with(JSONSerializer())
        await self.add(store, make_job())
        ((text,),) = self.execute("SELECT CAST(definition AS TEXT) FROM txsched_jobs")
        self.assertEqual("job", json.loads(text)["id"])

    async def test_beside_a_url(self) -> None:
        """
        Beside a URL the serializer is an option, and CBOR without it.
        """
        url = f"sqlite:///{self.make_path()}"
        for options in ({"serializer": JSONSerializer()}, {}):
            store = store_from_url(url, reactor=reactor, **options)
            await store.open()
            await store.add_jobs([make_job()], OnConflict.KEEP)
            await store.close()
        ((data,),) = self.execute("SELECT definition FROM txsched_jobs")
        self.assertEqual(b"{", data[:1])
