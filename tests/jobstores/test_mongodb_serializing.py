"""
The store on MongoDB with each serializer.
"""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from txsched.interfaces import IJobStore, ISerializer
from txsched.testing.contracts.job_store import SerializerContract

from .mongodb import MongoDBTestCase


class MongoDBSerializerTests(MongoDBTestCase, SerializerContract, TestCase):
    """
    ``MongoDBJobStore`` keeps the contract of the serializers.
    """

    async def make_with(self, serializer: ISerializer) -> IJobStore:
        return await self.open_store(self.make_database(), serializer=serializer)

    async def reopen_with(self, store: IJobStore, serializer: ISerializer) -> IJobStore:
        await store.close()
        return await self.open_store(self.url, serializer=serializer)
