"""
A service whose database is not there yet.
"""

from __future__ import annotations

import signal

from txsched.testing.servers import PostgreSQL, Server

from .living import LivingTestCase


class WaitingTests(LivingTestCase):
    """
    The server of the database is started later.
    """

    def setUp(self) -> None:
        super().setUp()
        self.server = Server(PostgreSQL())
        self.addCleanup(self.server.close)
        self.server.start()
        self.server.stop()

    def test_it_comes(self) -> None:
        """
        The service says that it waits, and why, and serves once the server is there.
        """
        service = self.twistd("--database", self.server.url)
        service.wait_for("cannot start yet, trying again for ")
        self.assertNotIn("listens on", service.text)
        self.server.start()
        service.wait_for("listens on")
        self.assertEqual("running", self.json("status")["state"])

    def test_it_does_not_come(self) -> None:
        """
        A service that waits can be stopped.
        """
        service = self.twistd("--database", self.server.url)
        service.wait_for("cannot start yet, trying again for ")
        service.end(signal.SIGTERM)
        self.assertIn("the scheduler cannot start: ", service.text)
        self.assertNotIn("Traceback", service.text)

    def test_no_patience(self) -> None:
        """
        Where the configuration says so it does not wait.
        """
        (self.folder / "a.ini").write_text("[service]\ndatabase_wait = 0s\n")
        service = self.twistd("--config", "a.ini", "--database", self.server.url)
        self.assertNotEqual(0, service.end())
        self.assertIn("the scheduler cannot start: ", service.text)
        self.assertNotIn("trying again", service.text)
