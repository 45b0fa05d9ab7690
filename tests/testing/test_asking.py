"""
Questions without a driver, and who listens.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path
from threading import Thread

from twisted.trial.unittest import SynchronousTestCase

from txsched.testing.servers import MongoDB, Place, Programs, ServerFailed, asking
from txsched.testing.servers.asking import free_port, is_served_by, reply_of

from .users import private_folder


class AskingTests(SynchronousTestCase):
    """
    One question, and what comes back.
    """

    def serve(self, *pieces: bytes) -> int:
        """
        Answer one question with bytes that come one after the other, and disconnect.
        """
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                for piece in pieces:
                    connection.recv(1000)
                    connection.sendall(piece)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        return int(server.getsockname()[1])

    def test_first(self) -> None:
        """
        Without an end, what comes first is the reply.
        """
        self.assertEqual(b"one", reply_of(self.serve(b"one"), b"?"))

    def test_an_end_that_does_not_come(self) -> None:
        """
        What came until the other one left is given, whether or not it was the end.
        """
        self.assertEqual(b"one", reply_of(self.serve(b"one"), b"?", b"end"))
        self.assertEqual(b"the end", reply_of(self.serve(b"the end"), b"?", b"end"))

    def test_nobody(self) -> None:
        """
        Where nobody is, or nobody answers in time, the reply is empty.
        """
        self.patch(asking, "_PATIENCE_SECONDS", 0.05)
        self.assertEqual(b"", reply_of(free_port(), b"?"))
        self.assertEqual(b"", reply_of(Path("/nowhere"), b"?"))
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.assertEqual(b"", reply_of(silent.getsockname()[1], b"?"))

    def test_who_listens(self) -> None:
        """
        A port is served by the process that listens on it, and by no other.
        """
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            self.assertTrue(is_served_by(port, os.getpid()))
            self.assertFalse(is_served_by(port, os.getppid()))
            self.assertFalse(is_served_by(port, 0))
            with socket.create_connection(server.getsockname()) as client:
                self.assertFalse(is_served_by(client.getsockname()[1], os.getpid()))
        self.assertFalse(is_served_by(port, os.getpid()))

    def test_a_database_that_is_not_dropped(self) -> None:
        """
        It is an error when MongoDB does not say that it dropped a database.
        """
        folder = private_folder(self)
        place = Place(folder, Programs(folder), free_port())
        with self.assertRaisesRegex(ServerFailed, "did not drop test7: b''"):
            MongoDB().drop_database(place, 7)
