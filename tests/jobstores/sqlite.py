"""
Stores in files of a test's own, and a look into them from outside.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.jobstores.sql import SQLAlchemyJobStore


class SQLiteTestCase(TestCase):
    """
    Opens stores, and closes them after the test.

    :ivar path: the file that was named last.
    """

    path: str

    def make_path(self) -> str:
        """
        Name a new file.
        """
        self.path = self.mktemp()
        return self.path

    def make_closed(self, path: str, **options: Any) -> SQLAlchemyJobStore:
        """
        Make a store that is not open yet.
        """
        return SQLAlchemyJobStore(f"sqlite:///{path}", reactor=reactor, **options)

    async def open_store(self, path: str, **options: Any) -> SQLAlchemyJobStore:
        """
        Open a store on a file.
        """
        store = self.make_closed(path, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    def execute(self, statement: str, *parameters: Any) -> list[Any]:
        """
        Do something to the file from outside, and give the rows.
        """
        connection = sqlite3.connect(self.path, timeout=10)
        try:
            with connection:
                return connection.execute(statement, parameters).fetchall()
        finally:
            connection.close()
