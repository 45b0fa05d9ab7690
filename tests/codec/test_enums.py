"""
Members of enumerations travel by name, and nothing is imported to read them.
"""

from __future__ import annotations

import sys
from typing import Any

import cbor2
from cbor2 import CBORTag
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, loads
from txsched.codec.readable import json_bytes, json_loads, json_value, to_json
from txsched.errors import BadBox
from txsched.model import EnumMember, enum_members

from .colours import Colour, Level, Shop

MODULE = "tests.codec.colours"
MEMBERS = [Colour.RED, Colour.CRIMSON, Level.HIGH, Shop.Size.LARGE]


def through_json(value: Any) -> Any:
    """
    Write a value as JSON, and read it.
    """
    return json_value(json_loads(json_bytes(to_json(value, "value"))))


class EnumTests(SynchronousTestCase):
    """
    Tests for both forms.
    """

    def forget(self) -> None:
        """
        Let the module of the classes be one that was not imported.
        """
        self.addCleanup(sys.modules.__setitem__, MODULE, sys.modules.pop(MODULE))

    def test_members(self) -> None:
        """
        A member comes back as itself, also as key of a mapping and within a set.
        """
        for member in MEMBERS:
            for value in (member, [member], {member: 1}, {member}, (1, {"k": member})):
                self.assertEqual(value, loads(dumps(value)))
                self.assertEqual(value, through_json(value))
            self.assertIs(member, loads(dumps(member)))

    def test_by_name(self) -> None:
        """
        The names of the class and of the member are what is written.
        """
        self.assertEqual(
            {"$enum": [f"{MODULE}:Shop.Size", "LARGE"]},
            to_json(Shop.Size.LARGE, "value"),
        )

    def test_nothing_is_imported(self) -> None:
        """
        A member whose module is not there is read as its names, and equal to it.
        """
        data = dumps(MEMBERS)
        text = to_json(MEMBERS, "value")
        self.forget()
        for found in (loads(data), json_value(text)):
            self.assertEqual([EnumMember] * len(MEMBERS), [type(one) for one in found])
            self.assertEqual(MEMBERS, found)
        self.assertNotIn(MODULE, sys.modules)

    def test_names_travel_on(self) -> None:
        """
        What was read as names is written as a member is.
        """
        data = dumps(Colour.BLUE)
        self.forget()
        self.assertEqual(data, dumps(loads(data)))

    def test_what_is_gone(self) -> None:
        """
        A class or member that its module does not have any more is read as its names;
        so is what is no class, or no enumeration.
        """
        for enum, name in (
            (f"{MODULE}:Colour", "GREEN"),
            (f"{MODULE}:Gone", "RED"),
            (f"{MODULE}:Shop", "SMALL"),
            (f"{MODULE}:Shop.Gone.Size", "SMALL"),
            (f"{MODULE}:annotations", "RED"),
            ("no.such.module:Colour", "RED"),
        ):
            named = EnumMember(enum, name)
            self.assertEqual(named, loads(dumps(named)))

    def test_broken(self) -> None:
        """
        What names no member is refused.
        """
        for content in (
            "a:B",
            [],
            ["a:B"],
            ["a:B", "C", "D"],
            ["a:B", 1],
            [b"a:B", "C"],
            ["B", "C"],
            ["a:", "C"],
            [":B", "C"],
            ["a:B()", "C"],
        ):
            with self.assertRaises(BadBox):
                loads(cbor2.dumps(CBORTag(64_009, content)))
            with self.assertRaises(BadBox):
                json_value({"$enum": content if type(content) is str else 5})

    def test_found_within(self) -> None:
        """
        All members within plain data are told.
        """
        named = EnumMember("a:B", "C")
        data = [{Level.LOW: (1, {named})}, frozenset((Colour.RED,)), "x"]
        self.assertEqual([Level.LOW, named, Colour.RED], list(enum_members(data)))

    def test_equality(self) -> None:
        """
        Names are equal to the same names and to the member alone.
        """
        named = EnumMember.of(Colour.RED)
        self.assertEqual(named, Colour.RED)
        self.assertEqual(hash(named), hash(Colour.RED))
        self.assertNotEqual(named, Colour.BLUE)
        self.assertNotEqual(named, EnumMember("other:Colour", "RED"))
        self.assertNotEqual(named, "RED")
        self.assertEqual(f"{MODULE}:Colour.RED", repr(named))
