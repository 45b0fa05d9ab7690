"""
``txsched doctor`` on a database without a service.
"""

from __future__ import annotations

import os
import signal
import time

from .living import LivingTestCase

_PATIENCE_SECONDS = 60.0


class DoctorTests(LivingTestCase):
    """
    A service was killed, and its database is looked into.
    """

    def test_a_dead_service(self) -> None:
        """
        Its node is found to be silent, and forgotten when asked for.
        """
        service = self.service("--node", "dead")
        self.out("add", "--every", "1h", "--id", "a", "--", "echo", "hello")
        service.end(signal.SIGKILL)
        look = ("doctor", "--database", "sqlite:///txsched.db", "--lease-duration")
        self.assertIn("1 node, nothing is wrong", self.out(*look, "1h"))
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (found := self.txsched(*look, "1s")).returncode == 0:
            self.assertLess(time.monotonic(), deadline, found.stdout)
        self.assertIn("is silent for", found.stdout)
        fixed = self.txsched(*look, "1s", "--fix")
        self.assertEqual(1, fixed.returncode)
        self.assertIn("repaired: node dead-", fixed.stdout)
        self.assertIn("0 nodes, nothing is wrong", self.out(*look, "1s"))

    def test_no_database(self) -> None:
        """
        What is no database that is there is refused, and none is made.
        """
        for url, words in (
            ("nothing", "--database: expected the URL of a job store"),
            ("memory:", "--database: memory: is in the memory of one process"),
            ("sqlite:///a.db", "--database: there is no file a.db"),
        ):
            done = self.txsched("doctor", "--database", url)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn(words, done.stderr)
        self.assertEqual([], os.listdir(self.folder))
