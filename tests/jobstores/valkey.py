"""
Stores on databases of a test's own on one server, and a look into them from outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.jobstores import RedisJobStore
from txsched.jobstores.redis.address import address_of
from txsched.jobstores.redis.connection import Connection
from txsched.jobstores.redis.packing import pack, unpack
from txsched.testing.servers import Valkey, shared_server

BASE = b"{txsched}:"


class ValkeyTestCase(TestCase):
    """
    Opens stores, and closes them after the test.

    :ivar url: of the database that was made last.
    """

    url: str

    def make_url(self) -> str:
        """
        Make a new database.
        """
        database = shared_server(Valkey()).create_database()
        self.addCleanup(database.drop)
        self.url = database.url
        return self.url

    def make_closed(self, url: str, **options: Any) -> RedisJobStore:
        """
        Make a store that is not open yet.
        """
        return RedisJobStore(url, reactor=reactor, **options)

    async def open_store(self, url: str, **options: Any) -> RedisJobStore:
        """
        Open a store on a database.
        """
        store = self.make_closed(url, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    async def execute(self, *words: Any, url: str | None = None) -> Any:
        """
        Give the server a command from outside.
        """
        connection = Connection(address_of(url or self.url), reactor, 60)
        connection.open()
        try:
            return await connection.call(*words)
        finally:
            await connection.close()

    async def edit_definition(
        self, job_id: str, edit: Callable[[bytes], bytes]
    ) -> None:
        """
        Change the stored definition of a job.
        """
        name = job_id.encode()
        row = list(unpack(await self.execute("HGET", BASE + b"jobs", name)))
        row[4] = edit(row[4])
        await self.execute("HSET", BASE + b"jobs", name, pack(row))
