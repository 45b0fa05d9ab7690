"""
What tasks return, as stores keep it: whatever it is, and within a limit.
"""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import decode_result, dumps, encode_result
from txsched.errors import BadBox
from txsched.model import UTC, Call, Page
from txsched.testing import strategies

from ..strange import Unshowable
from .test_round_trips import often

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Surrogate:
    """
    Its text form cannot be encoded.
    """

    def __repr__(self) -> str:
        return "caf\udce9"


class Nowhere(tzinfo):
    """
    A time zone that does not know its offset, or fails.
    """

    def __init__(self, fails: bool) -> None:
        self.fails = fails

    def utcoffset(self, instant: Any) -> None:
        """
        Nobody knows.
        """
        if self.fails:
            raise RuntimeError("no")

    def __repr__(self) -> str:
        return "Nowhere"


class ResultTests(SynchronousTestCase):
    """
    Tests for what tasks return.
    """

    @often
    @given(strategies.plain_data())
    def test_plain_data_is_kept(self, value: Any) -> None:
        """
        A result of plain data comes back equal.
        """
        self.assertEqual(value, decode_result(encode_result(value, 100_000)))

    def test_what_cannot_be_encoded_becomes_its_text(self) -> None:
        """
        Anything else becomes a mapping with its text form, and is never an error.
        """
        cyclic: list[Any] = []
        cyclic.append(Call("a:b", (cyclic,)))
        for value, text in (
            (object(), "<object object at 0x"),
            ([1, object()], "[1, <object object at 0x"),
            (Unshowable(), "<Unshowable, whose repr failed: RuntimeError>"),
            (Surrogate(), "caf?"),
            ("caf\udce9", "'caf\\udce9'"),
            (cyclic, "[Call(task='a:b', args=([...],)"),
            ([float], "[<class 'float'>]"),
            (Page(5), "Page(items=5,"),  # type: ignore[arg-type]
            ([NOW.replace(tzinfo=Nowhere(False))], "[datetime.datetime(2026, 1, 1"),
            ([NOW.replace(tzinfo=Nowhere(True))], "[datetime.datetime(2026, 1, 1"),
        ):
            found = decode_result(encode_result(value, 1000))
            self.assertEqual(["repr"], list(found))
            self.assertTrue(found["repr"].startswith(text), found)

    def test_what_is_too_large_becomes_its_beginning(self) -> None:
        """
        Of what takes more than the limit the beginning of the text is kept.
        """
        for value in ("x" * 5000, ["x" * 5000], b"x" * 5000):
            found = decode_result(encode_result(value, 4000))
            self.assertEqual({"repr": repr(value)[:1000]}, found)
        self.assertEqual({"repr": "'xx"}, decode_result(encode_result("x" * 9, 3)))
        self.assertEqual({"repr": ""}, decode_result(encode_result("x" * 9, 0)))

    def test_the_limit_counts_bytes(self) -> None:
        """
        Of text whose characters take several bytes no more bytes are kept, and no
        character is cut in two.
        """
        value = "\u20ac" * 5000
        for limit, kept in ((1000, 333), (4, 1), (3, 0), (1, 0), (0, 0)):
            found = decode_result(encode_result(value, limit))["repr"]
            self.assertEqual("'" * (limit > 0) + "\u20ac" * kept, found)
            self.assertLessEqual(len(encode_result(value, limit)), limit + 10)
        found = decode_result(encode_result(value, 10_000))["repr"]
        self.assertEqual("'" + "\u20ac" * 999, found)

    def test_the_limit_itself_is_allowed(self) -> None:
        """
        A result of exactly the limit is kept, and one byte more is not.
        """
        data = dumps("x" * 50)
        self.assertEqual(data, encode_result("x" * 50, len(data)))
        short = encode_result("x" * 50, len(data) - 1)
        self.assertEqual(
            {"repr": repr("x" * 50)[: len(data) - 1]}, decode_result(short)
        )

    def test_broken_results_are_told(self) -> None:
        """
        What is no result is an error of ours.
        """
        self.assertRaises(BadBox, decode_result, b"")
