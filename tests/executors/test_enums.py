"""
Members of enumerations that were read as names are there when a task is called.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadValue
from txsched.executors import ReactorExecutor, TaskRegistry
from txsched.executors.carrying import carry_out, run_elsewhere
from txsched.model import Call, Disposition, EnumMember

from . import tasks
from .harness import make_context

MODULE = "tests.codec.colours"
RED = EnumMember(f"{MODULE}:Colour", "RED")
LARGE = EnumMember(f"{MODULE}:Shop.Size", "LARGE")
NOTE = f"{tasks.__name__}:note"

#: Names that lead nowhere, and what is said of them.
NOWHERE = [
    (EnumMember("no.such:Colour", "RED"), "there is no module 'no'"),
    (EnumMember(f"{MODULE}:Gone", "RED"), "has no attribute 'Gone'"),
    (EnumMember(f"{MODULE}:Shop", "RED"), f"{MODULE}:Shop is no enumeration"),
    (EnumMember(f"{MODULE}:Colour", "GREEN"), "Colour has no member 'GREEN'"),
]


class EnumTests(SynchronousTestCase):
    """
    Tests for the ways that lead to a task.
    """

    def setUp(self) -> None:
        """
        Let the module of the classes be one that was not imported.
        """
        known = sys.modules.pop(MODULE, None)
        if known is not None:
            self.addCleanup(sys.modules.__setitem__, MODULE, known)
        self.addCleanup(tasks.seen.clear)
        self.registry = TaskRegistry()

    def test_arguments(self) -> None:
        """
        Names become members, at any depth, and the module is imported.
        """
        value: Any = [1, (RED, {LARGE: {RED}}), frozenset((LARGE,))]
        args, kwargs = self.registry.arguments(Call(NOTE, (value,), {"k": RED}))
        colours = sys.modules[MODULE]
        red, large = colours.Colour.RED, colours.Shop.Size.LARGE
        expected = [1, (red, {large: {red}}), frozenset((large,))]
        self.assertEqual(repr(expected), repr(args[0]))
        self.assertIs(red, kwargs["k"])

    def test_others_stay(self) -> None:
        """
        What has no names within is the same object, and not a copy.
        """
        values: Any = ([1], (2,), {3: [4]}, {5}, object(), 6)
        args, kwargs = self.registry.arguments(Call(NOTE, values, {"k": values[2]}))
        for one, found in zip(values, args, strict=True):
            self.assertIs(one, found)
        self.assertIs(values[2], kwargs["k"])

    def test_nowhere(self) -> None:
        """
        A name that leads nowhere is refused by the argument, when a job is added too.
        """
        for member, reason in NOWHERE:
            for call, place in (
                (Call(NOTE, (member,)), "args[0]"),
                (Call(NOTE, (), {"value": [member]}), "kwargs['value']"),
            ):
                with self.assertRaises(BadValue) as caught:
                    self.registry.check(call)
                self.assertEqual(place, caught.exception.field)
                self.assertIn(reason, caught.exception.reason)

    def test_in_threads(self) -> None:
        """
        A worker hands over the member, or fails the run.
        """
        context = make_context(1)
        outcome = carry_out(self.registry, Call(NOTE, (RED,)), context, time.time())
        self.assertEqual(Disposition.SUCCEEDED, outcome.disposition)
        self.assertEqual("<Colour.RED: 1>", repr(tasks.seen.pop()))
        call = Call(NOTE, (NOWHERE[0][0],))
        outcome = carry_out(self.registry, call, context, time.time())
        self.assertEqual(Disposition.FAILED, outcome.disposition)
        self.assertEqual("args[0]: there is no module 'no'", outcome.error)

    def test_in_pools(self) -> None:
        """
        So does a pool that may be another process.
        """
        run_elsewhere(Call(NOTE, (RED,)), make_context(1))
        self.assertEqual("<Colour.RED: 1>", repr(tasks.seen.pop()))

    def test_in_the_reactor(self) -> None:
        """
        So does the reactor.
        """
        executor = ReactorExecutor()
        self.successResultOf(executor.execute(Call(NOTE, (RED,)), make_context(1)))
        self.assertEqual("<Colour.RED: 1>", repr(tasks.seen.pop()))
