"""
Tests for the endpoints of the service.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from txsched.app.listening import Listener


class ListenerTests(SynchronousTestCase):
    """
    Tests for :class:`Listener`.
    """

    def test_a_unix_socket_is_private_unless_it_says_otherwise(self) -> None:
        """
        Without a mode the socket gets 600; with one it gets that.
        """
        table = [
            ("unix:a.sock", "a.sock", 0o600, True, "unix:a.sock:mode=600"),
            ("unix:address=a", "a", 0o600, True, "unix:address=a:mode=600"),
            ("unix:a:mode=600", "a", 0o600, True, "unix:a:mode=600"),
            ("unix:a:mode=660", "a", 0o660, False, "unix:a:mode=660"),
            ("unix:a:mode=666", "a", 0o666, False, "unix:a:mode=666"),
            (r"unix:a\:b:mode=602", "a:b", 0o602, False, r"unix:a\:b:mode=602"),
            ("unix:mode=620:address=a", "a", 0o620, False, "unix:mode=620:address=a"),
        ]
        for text, path, mode, private, description in table:
            listener = Listener.parse(text)
            self.assertEqual(
                (path, mode, private, description),
                (
                    listener.path,
                    listener.mode,
                    listener.private,
                    listener.description,
                ),
            )

    def test_what_others_reach_is_never_private(self) -> None:
        """
        TCP is not private; nor is a socket of systemd, whose mode is not known.
        """
        for text in ("insecure tcp:1", "systemd:domain=UNIX:index=0"):
            listener = Listener.parse(text)
            self.assertFalse(listener.private)
            self.assertIsNone(listener.path)
            self.assertEqual(listener.endpoint, listener.description)

    def test_a_port_has_sixteen_bits(self) -> None:
        """
        A number that no port has is refused, wherever it stands in the endpoint.
        """
        for text in ("tcp:70000", "tcp:interface=127.0.0.1:port=70000"):
            with self.assertRaises(ValueError) as caught:
                Listener.parse(f"insecure {text}")
            self.assertEqual(
                f"port 70000 of {text!r} is not within 0 to 65535",
                str(caught.exception),
            )
        self.assertEqual(
            "tcp:port=65535", Listener.parse("insecure tcp:port=65535").endpoint
        )

    def test_insecure_is_kept(self) -> None:
        """
        The word is taken off the endpoint, whatever blanks follow it.
        """
        self.assertEqual(
            Listener("tcp:1:interface=::1".replace("::", r"\:\:"), insecure=True),
            Listener.parse(r"  insecure   tcp:1:interface=\:\:1 "),
        )
