"""
Stores in shelves of a test's own, and a look into them from outside.
"""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from txsched.jobstores import ShelveJobStore
from txsched.jobstores.shelve.files import Shelf
from txsched.jobstores.shelve.records import DEFINITION, key_of


class ShelveTestCase(TestCase):
    """
    Opens stores, and closes them after the test.

    :ivar path: of the shelf that was named last.
    """

    path: str

    def make_path(self) -> str:
        """
        Name a new shelf.
        """
        self.path = self.mktemp()
        return self.path

    def make_closed(self, path: str, **options: Any) -> ShelveJobStore:
        """
        Make a store that is not open yet.
        """
        return ShelveJobStore(path, reactor=reactor, **options)

    async def open_store(self, path: str, **options: Any) -> ShelveJobStore:
        """
        Open a store on a shelf.
        """
        store = self.make_closed(path, **options)
        self.addCleanup(store.close)
        await store.open()
        return store

    def define(self, job_id: str, start: bytes) -> None:
        """
        Put something before the definition of a job, in the shelf of a closed store.
        """
        shelf = Shelf(self.path)
        shelf.open()
        key = key_of(DEFINITION, job_id)
        shelf.append([(key, start + shelf.records[key])])
        shelf.close()
