"""
Data that nobody of ours wrote is refused, quickly and in few words.
"""

from __future__ import annotations

import itertools
import tracemalloc
from time import process_time
from typing import Any

import cbor2
from cbor2 import CBORTag
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, loads
from txsched.codec.tables import table
from txsched.errors import BadBox, BadValue
from txsched.testing import strategies

from .test_round_trips import often

#: More than what is wrong, with a part of what was found, ever needs.
LONGEST = 600
FIRST = 64_000
TUPLE, SET, FROZENSET, DATETIME, DATE, TIMEDELTA, DECIMAL, UUID, PAIRS = range(
    FIRST, FIRST + 9
)
#: What Python's whole numbers are hashed by.
MODULUS = 2**61 - 1
HUGE = 2**40
#: The beginnings of an array, a map, bytes and text.
ARRAY, MAP, BYTES, TEXT = 0x9B, 0xBB, 0x5B, 0x7B


def tables() -> st.SearchStrategy[Any]:
    """
    Draw tables of all kinds.
    """
    kinds = st.sampled_from([strategies.jobs, strategies.runs, strategies.specs])
    rows = kinds.flatmap(lambda kind: st.lists(kind(), min_size=1, max_size=3))
    return rows.map(table)


def encoded() -> st.SearchStrategy[bytes]:
    """
    Draw what is valid, of every kind.
    """
    return (strategies.values() | tables()).map(dumps)


def anything() -> st.SearchStrategy[Any]:
    """
    Draw what CBOR has, with tags of ours around.
    """
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.integers(),
        st.floats(),
        st.text(max_size=3),
        st.binary(max_size=16),
    )
    tags = st.one_of(
        st.integers(FIRST, FIRST + 19),
        st.integers(FIRST + 32, FIRST + 66),
        st.integers(FIRST + 96, FIRST + 98),
    )
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=6),
            st.lists(inner, max_size=5).map(lambda parts: [1, *parts]),
            st.dictionaries(st.text(max_size=3), inner, max_size=3),
            st.builds(CBORTag, tags, inner),
        ),
        max_leaves=20,
    )


class Reading(SynchronousTestCase):
    """
    Reads what is broken.
    """

    def read(self, data: bytes) -> None:
        """
        Read *data*, whatever it is.
        """
        try:
            loads(data)
        except (BadBox, BadValue) as error:
            self.assertLess(len(str(error)), LONGEST)
            self.assertIn(": ", str(error))

    def refused(self, data: bytes, reason: str) -> None:
        """
        Check that *data* is refused.
        """
        with self.assertRaises(BadBox) as caught:
            loads(data)
        self.assertIn(reason, caught.exception.reason)
        self.assertLess(len(str(caught.exception)), LONGEST)


class FuzzTests(Reading):
    """
    Tests for data that is broken in any way.
    """

    @often
    @given(st.binary(max_size=200))
    def test_any_bytes(self, data: bytes) -> None:
        """
        Any bytes are a value or refused.
        """
        self.read(data)

    @often
    @given(anything())
    def test_any_shape(self, value: Any) -> None:
        """
        Any data under any of our tags is a value or refused.
        """
        self.read(cbor2.dumps(value))

    @often
    @given(encoded(), st.data())
    def test_truncated(self, data: bytes, draw: Any) -> None:
        """
        A part of valid data is refused, wherever it was cut.
        """
        for length in draw.draw(st.sets(st.integers(0, len(data) - 1), max_size=40)):
            self.refused(data[:length], "it is not data of ours")

    @often
    @given(encoded(), st.binary(min_size=1, max_size=3))
    def test_prolonged(self, data: bytes, more: bytes) -> None:
        """
        Valid data with something behind its end is refused.
        """
        self.refused(data + more, "there is more after its end")

    @often
    @given(encoded(), st.data())
    def test_one_byte_changed(self, data: bytes, draw: Any) -> None:
        """
        Valid data with any one byte changed is a value or refused.
        """
        places = st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255))
        for place, byte in draw.draw(st.sets(places, max_size=40)):
            self.read(data[:place] + bytes([byte]) + data[place + 1 :])

    def test_every_byte_of_every_kind(self) -> None:
        """
        Every tag, with every first byte of content, is a value or refused.
        """
        tags = itertools.chain(range(300), range(FIRST, FIRST + 100))
        for tag, first in itertools.product(tags, range(0, 256, 5)):
            head = b"\xda" + tag.to_bytes(4, "big") + bytes([first])
            self.read(head + b"\x01\x01\x81\x01")


class CostTests(Reading):
    """
    Tests for data that wants more time or memory than it has bytes.
    """

    def test_lengths_that_are_not_there(self) -> None:
        """
        A length without its content takes no memory.
        """
        for kind in (ARRAY, MAP, BYTES, TEXT):
            for length in (HUGE, 2**31 - 1, 2**63 - 1, 2**64 - 1):
                data = bytes([kind]) + length.to_bytes(8, "big")
                for head in (b"", b"\x81" * 20, cbor2.dumps(CBORTag(SET, 0))[:-1]):
                    tracemalloc.start()
                    try:
                        self.refused(head + data + b"\0" * 9, "it is not data of ours")
                        used = tracemalloc.get_traced_memory()[1]
                    finally:
                        tracemalloc.stop()
                    self.assertLess(used, 1_000_000)

    def test_what_has_no_end(self) -> None:
        """
        Containers and strings whose length is not told are refused.
        """
        for data in (b"\x9f\x01\xff", b"\xbf\xff", b"\x5f\x41a\xff", b"\x7f\x61a\xff"):
            self.refused(data, "it is not data of ours")

    def test_nested_too_deep(self) -> None:
        """
        However deep it is nested, no stack overflows.
        """
        tuples = cbor2.dumps(CBORTag(TUPLE, 0))[:-1] + b"\x81"
        pairs = cbor2.dumps(CBORTag(PAIRS, 0))[:-1] + b"\x81\x82\x01"
        for part in (b"\x81", b"\xa1\x61a", tuples, pairs, tuples[:-1]):
            self.refused(part * 100_000 + b"\x80", "it is not data of ours")

    def test_members_of_one_hash(self) -> None:
        """
        Sets and maps whose keys were chosen to collide are refused before they are
        built, which would take minutes.
        """
        numbers = [(number + 100) * MODULUS for number in range(50_000)]
        tuples = [CBORTag(TUPLE, [number]) for number in numbers]
        began = process_time()
        for members in (numbers, tuples):
            for tag in (SET, FROZENSET):
                self.refused(cbor2.dumps(CBORTag(tag, members)), "have one hash")
            pairs = CBORTag(PAIRS, [[member, 0] for member in members])
            self.refused(cbor2.dumps(pairs), "have one hash")
        self.assertLess(process_time() - began, 5)

    def test_some_members_of_one_hash(self) -> None:
        """
        Some keys of one hash, and many of different ones, are nobody's fault.
        """
        some = {(number + 100) * MODULUS for number in range(65)}
        for value in (some, frozenset(some), dict.fromkeys(some), {-1, -2}):
            self.assertEqual(value, loads(dumps(value)))
        many = set(range(10_000))
        self.assertEqual(many, loads(dumps(many)))

    def test_keys_are_text_or_bytes(self) -> None:
        """
        Other keys are read from pairs only, where they are looked at first.
        """
        for key in (1, -(2**70), 0.5, None, True, (1,), CBORTag(TUPLE, (1,))):
            self.refused(
                cbor2.dumps({key: 1}), "map key must be a text string or byte string"
            )
        self.assertEqual({"a": 1, b"a": 2}, loads(cbor2.dumps({"a": 1, b"a": 2})))

    def test_errors_quote_little(self) -> None:
        """
        An error quotes the beginning of what was found, however much that is.
        """
        much: Any = ["x" * 100_000] * 3
        for tag in (*range(FIRST, FIRST + 9), *range(FIRST + 16, FIRST + 20)):
            for content in (much, "x" * 100_000, {"x": much}, b"x" * 100_000):
                self.read(cbor2.dumps(CBORTag(tag, content)))
        for tag in (*range(FIRST + 32, FIRST + 66), *range(FIRST + 96, FIRST + 99)):
            for content in (much, [1, *much], [much], {"x": much}, [1] * 100_000):
                self.read(cbor2.dumps(CBORTag(tag, content)))
