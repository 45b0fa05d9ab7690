"""
What the command says of a scheduler whose store does not answer.
"""

from __future__ import annotations

import json
from typing import Any

from tests.core.doubles import AwayStore
from txsched.jobstores import MemoryJobStore

from .driving import CommandTestCase


class LostStoreTests(CommandTestCase):
    """
    ``txsched status`` and ``watch`` during an outage.
    """

    def make_store(self) -> Any:
        return AwayStore(MemoryJobStore())

    def test_status(self) -> None:
        """
        The reason is told, and since when; counts are left out.
        """
        self.out("add", "--every", "2s", "--id", "a", "--", "echo", "a")
        self.store.away = AwayStore.ALL
        self.clock.advance(3)
        self.clock.advance(60)
        text = self.out("status")
        self.assertIn("the job store is unavailable: it is away", text)
        self.assertRegex(text, r"store lost +\S+ \S+ \(1m ago\)")
        self.assertNotIn("in the ledger", text)
        status = self.json("status")
        self.assertIsNone(status["store"])
        self.assertEqual("2030-01-01T12:00:03+00:00", status["store_lost_at"])
        self.store.away = frozenset()
        self.clock.advance(20)
        self.assertIn("1 (0 paused)", self.out("status"))
        self.assertNotIn("store", self.out("status"))

    def test_watch(self) -> None:
        """
        The beginning and the end of an outage are told.
        """

        def meanwhile() -> None:
            here = self.store.away == frozenset()
            self.store.away = AwayStore.ALL if here else frozenset()

        self.session.meanwhile = meanwhile
        for as_json in ((), ("--json",)):
            self.store.away = frozenset()
            text = self.invoke("watch", "-n", "2", *as_json).stdout
            if as_json:
                events = [json.loads(line) for line in text.splitlines()]
                kinds = [event["event"] for event in events]
                self.assertEqual(["store_lost", "store_found"], kinds)
                continue
            lost, found = [line[20:] for line in text.splitlines()]
            self.assertEqual("the job store is unavailable: it is away", lost)
            self.assertEqual("the job store is back", found)
