"""
Stores in databases of a test's own on MongoDB, and a look into them from outside.
"""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from twisted.internet import reactor
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from txsched.jobstores import MongoDBJobStore
from txsched.testing.servers import MongoDB, shared_server


class MongoDBTestCase(TestCase):
    """
    Opens stores, and closes them after the test.

    :ivar url: of the database that was made last.
    """

    url: str

    def make_database(self) -> str:
        """
        Make an empty database, and give its URL.
        """
        self.url = shared_server(MongoDB()).create_database().url
        self.addCleanup(self.drop)
        return self.url

    async def drop(self) -> None:
        """
        Remove the database that was made last.
        """
        await self.outside(lambda database: database.client.drop_database(database))

    def make_closed(self, url: str, **options: Any) -> MongoDBJobStore:
        """
        Make a store that is not open yet.
        """
        return MongoDBJobStore(url, reactor=reactor, **{"clock": "caller", **options})

    async def open_store(self, url: str, **options: Any) -> MongoDBJobStore:
        """
        Open a store on a database.
        """
        store = self.make_closed(url, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    async def outside(self, work: Any) -> Any:
        """
        Do something to the database from outside.

        :param work: is given the database, in a thread.
        """

        def perform() -> Any:
            with MongoClient[dict[str, Any]](self.url) as client:
                database: Database[dict[str, Any]] = client.get_default_database()
                return work(database)

        return await deferToThread(perform)
