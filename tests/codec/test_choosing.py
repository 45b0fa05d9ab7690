"""
Serializers by their names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import (
    CBORSerializer,
    JSONSerializer,
    PickleSerializer,
    choose_serializer,
)
from txsched.errors import BadValue


class ChoosingTests(SynchronousTestCase):
    """
    Tests for :func:`choose_serializer`.
    """

    def key_file(self, content: bytes) -> str:
        """
        Write a file.
        """
        path = Path(self.mktemp())
        path.write_bytes(content)
        return str(path)

    def test_each(self) -> None:
        """
        Each has its name; CBOR is what nobody asked for.
        """
        self.assertEqual(CBORSerializer(), choose_serializer())
        self.assertEqual(JSONSerializer(), choose_serializer("json", allow_pickle=True))
        found = choose_serializer("pickle", allow_pickle=True)
        self.assertEqual(PickleSerializer(), found)

    def test_key(self) -> None:
        """
        A key is read from its file, without the end of its line.
        """
        path = self.key_file(b"0123456789abcdef\n")
        found = choose_serializer("pickle", allow_pickle=True, key_file=path)
        self.assertEqual(PickleSerializer(b"0123456789abcdef"), found)

    def test_refused(self) -> None:
        """
        What cannot be chosen is refused by its name.
        """
        short = self.key_file(b"short\n")
        cases: list[tuple[dict[str, Any], str, str]] = [
            ({"name": "yaml"}, "serializer", "expected cbor, json, pickle, not 'yaml'"),
            ({"name": "pickle"}, "serializer", "pickle is not allowed here"),
            ({"name": "json", "key_file": short}, "key_file", "the serializer is json"),
            ({"name": "pickle", "key_file": short}, "key_file", "has 5 bytes"),
            (
                {"name": "pickle", "key_file": "/none"},
                "key_file",
                "/none: No such",
            ),
        ]
        for options, field, reason in cases:
            if "key_file" in options:
                options["allow_pickle"] = True
            with self.assertRaises(BadValue) as caught:
                choose_serializer(**options)
            self.assertEqual(field, caught.exception.field)
            self.assertIn(reason, caught.exception.reason)
