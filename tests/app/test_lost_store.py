"""
What the command says of a scheduler whose store does not answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from twisted.internet.defer import Deferred

from tests.core.doubles import AwayStore
from txsched.jobstores import MemoryJobStore
from txsched.model import Aftermath

from .driving import NOW, CommandTestCase


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


class TakenStore(MemoryJobStore):
    """
    Has another node that takes each run over before it can end.
    """

    def finish(self, aftermaths: Sequence[Aftermath]) -> Deferred[list[str]]:
        late = NOW + timedelta(days=1)
        self.claim_runs("other", late, late + timedelta(days=1), 100, ("command",))
        return super().finish(aftermaths)


class RefusedTests(CommandTestCase):
    """
    ``txsched status`` of a node that others took over from.
    """

    def make_store(self) -> Any:
        return TakenStore()

    def test_status(self) -> None:
        """
        Refused writes are counted, and only told of when there are any.
        """
        self.assertNotIn("refused", self.out("status"))
        self.out("add", "--every", "2s", "--id", "a", "--", "echo", "a")
        self.clock.advance(2)
        self.assertRegex(
            self.out("status"), r"refused +1 of its writes: others had taken over"
        )
        self.assertEqual(1, self.json("status")["stores"][0]["refused"])
