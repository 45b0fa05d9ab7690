"""
Tests for sockets that a process left behind.
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from txsched.app.sockets import SocketTaken, clear_stale_socket


class ClearStaleSocketTests(SynchronousTestCase):
    """
    Tests for :func:`clear_stale_socket`.
    """

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = str(Path(folder.name) / "a.sock")

    def bound(self) -> socket.socket:
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.addCleanup(bound.close)
        bound.bind(self.path)
        return bound

    def test_nothing_is_nothing(self) -> None:
        """
        Where there is no file nothing happens.
        """
        self.assertFalse(clear_stale_socket(self.path))

    def test_what_nobody_serves_is_removed_with_its_lock(self) -> None:
        """
        The lock goes too, even when it names a process that lives: this one.
        """
        self.bound().close()
        os.symlink(str(os.getpid()), f"{self.path}.lock")
        self.assertTrue(clear_stale_socket(self.path))
        self.assertFalse(os.path.lexists(self.path))
        self.assertFalse(os.path.lexists(f"{self.path}.lock"))

    def test_what_somebody_serves_is_left_alone(self) -> None:
        """
        The error names the socket and what to do.
        """
        self.bound().listen()
        with self.assertRaises(SocketTaken) as caught:
            clear_stale_socket(self.path)
        self.assertTrue(os.path.exists(self.path))
        self.assertIn(f"{self.path}: another process serves it", str(caught.exception))
        self.assertIn("--listen unix:PATH", str(caught.exception))

    def test_a_file_that_is_no_socket_is_left_alone(self) -> None:
        """
        Nobody's data is removed for having the name of a socket.
        """
        Path(self.path).write_text("precious")
        with self.assertRaises(SocketTaken) as caught:
            clear_stale_socket(self.path)
        self.assertEqual("precious", Path(self.path).read_text())
        self.assertIn("that is no socket", str(caught.exception))

    def test_a_path_that_cannot_be_looked_at_is_an_error(self) -> None:
        """
        The reason of the system is in the error.
        """
        Path(self.path).write_text("")
        with self.assertRaises(SocketTaken) as caught:
            clear_stale_socket(f"{self.path}/b.sock")
        self.assertIn("Not a directory", str(caught.exception))
