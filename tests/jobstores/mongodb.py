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

_PATIENCE_MILLISECONDS = 90_000
_free: list[str] = []


class MongoDBTestCase(TestCase):
    """
    Opens stores, and closes them after the test.

    :ivar url: of the database that was made last.
    """

    url: str

    def make_database(self) -> str:
        """
        Give the URL of a database that is empty, but for indexes.

        Tests use the same ones after each other, since SecantusDB may stand still for
        ever when many databases are dropped.
        """
        server = shared_server(MongoDB())
        self.url = _free.pop() if _free else server.create_database().url
        self.addCleanup(self.clear, self.url)
        return self.url

    async def clear(self, url: str) -> None:
        """
        Remove all documents, and let others have the database.
        """

        def work(database: Any) -> None:
            for name in database.list_collection_names():
                database[name].delete_many({})

        self.url = url
        await self.outside(work)
        _free.append(url)

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
            with MongoClient[dict[str, Any]](
                self.url, socketTimeoutMS=_PATIENCE_MILLISECONDS
            ) as client:
                database: Database[dict[str, Any]] = client.get_default_database()
                return work(database)

        return await deferToThread(perform)
