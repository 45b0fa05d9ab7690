"""
What cannot be encoded is refused with the place and the reason.
"""

from __future__ import annotations

import pickle
import socket
from datetime import datetime, time
from enum import Enum, Flag
from functools import partial
from typing import Any

from attrs import frozen
from twisted.trial.unittest import SynchronousTestCase

from txsched.codec import dumps, encode_definition, loads, task_name
from txsched.errors import NotSerializable
from txsched.model import UTC, Call, Disposition, Job, JobSpec, Page, Run
from txsched.triggers import IntervalTrigger

from ..strange import nested
from . import named

EVERY = IntervalTrigger(seconds=10)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SURROGATE = "caf\udce9"


class Mode(Flag):
    """
    An enumeration whose members can be put together.
    """

    READ = 1
    WRITE = 2


def nameless() -> Enum:
    """
    Give a member of a class that nobody finds by name.
    """

    class Colour(Enum):
        RED = 1

    return Colour.RED


@frozen
class Key:
    """
    Can be hashed, and is not known.
    """


class Text(str):
    """
    Looks like text, and may be more.
    """


class ForeignTrigger:
    """
    A trigger that only its own program knows.
    """

    def get_next_fire_time(self, previous: Any, now: Any) -> Any:
        """
        It never fires.
        """


def cyclic() -> Any:
    """
    Make a list that holds itself.
    """
    value: list[Any] = []
    value.append(value)
    return value


def cyclic_call() -> Call:
    """
    Make a call that is within its own arguments.
    """
    inner: list[Any] = []
    call = Call("shop:open", (inner,))
    inner.append(call)
    return call


#: What is encoded as ``args``; the place that is named; a part of the reason.
PLACES: list[tuple[Any, str, str]] = [
    (object(), "args", "a builtins.object cannot be stored or sent; use plain data"),
    ([0, object()], "args[1]", "builtins.object"),
    ([{"k": object()}], "args[0]['k']", "builtins.object"),
    ([{"a": [1, {"b": (2, object())}]}], "args[0]['a'][1]['b'][1]", "object"),
    ([{3: {None: nameless()}}], "args[0][3][None]", "<Colour.RED: 1> cannot be found"),
    ([Mode.READ | Mode.WRITE], "args[0]", "and no combination"),
    ({(1, 2): object()}, "args[(1, 2)]", "builtins.object"),
    ({2: 1, Key(): 1}, "args[Key()]", "Key cannot be"),
    ({10**5000: object()}, "args[<int, whose repr failed: ValueError>]", "object"),
    ((1, {named.task}), "args[1][0]", "a builtins.function cannot be"),
    (frozenset((Text,)), "args[0]", "a builtins.type cannot be"),
    ([lambda: None], "args[0]", "builtins.function"),
    ([Text("a")], "args[0]", "test_refusals.Text cannot be"),
    ([time(1)], "args[0]", "a datetime.time cannot be"),
    ([datetime(2026, 1, 1)], "args[0]", "has no time zone"),  # noqa: DTZ001
    ([1 + 2j], "args[0]", "builtins.complex"),
    ([range(3)], "args[0]", "builtins.range"),
    ([bytearray(b"a")], "args[0]", "builtins.bytearray"),
    ([iter(())], "args[0]", "iterator cannot be"),
    ([socket], "args[0]", "builtins.module"),
    ([ForeignTrigger()], "args[0]", "ForeignTrigger cannot be"),
    (nested(65), "args" + "[0]" * 65, "is nested more than 64 deep"),
    (cyclic(), "args" + "[0]" * 65, "is nested more than 64 deep"),
    (cyclic_call(), "args", "contains itself, or is nested too deep"),
    (SURROGATE, "args", "'caf\\udce9' has characters that UTF-8 does not have"),
    ([1, {"a": (2, SURROGATE)}], "args[1]['a'][1]", "use bytes"),
    ([{SURROGATE: 1}], "args[0]", "'caf\\udce9' has characters"),
    ([JobSpec("a:b", EVERY, ([SURROGATE],))], "args[0][0]", "use bytes"),
    ([JobSpec("a:b", EVERY, kwargs={"k": object()})], "kwargs['k']", "object"),
    ([Run("r", "j", NOW, Disposition.FAILED, error=SURROGATE)], "error", "UTF-8"),
    (Page((1, {"k": object()})), "items[1]['k']", "builtins.object"),
    (Page((1,), SURROGATE), "next_cursor", "UTF-8"),
]

#: Tasks that no other process finds by their name.
NAMELESS = [
    lambda: None,
    named.local(),
    named.Shop().method,
    named.Shop(),
    named.replaced,
    partial(named.task),
    [].append,
]


class PlaceTests(SynchronousTestCase):
    """
    Tests for data.
    """

    def test_the_place_and_the_reason_are_named(self) -> None:
        """
        The error has the path through the data to what cannot be encoded.
        """
        for value, place, reason in PLACES:
            with self.assertRaises(NotSerializable) as caught:
                dumps(value, "args")
            self.assertEqual(place, caught.exception.field, reason)
            self.assertIn(reason, caught.exception.reason)

    def test_as_deep_as_allowed(self) -> None:
        """
        Data that is 64 deep is encoded and read again.
        """
        for value in (nested(64), Page((nested(62),)), Call("a:b", (nested(63),))):
            self.assertEqual(value, loads(dumps(value)))
        deep: Any = 1
        for _ in range(21):
            deep = {(1, deep): deep} if isinstance(deep, int) else {(1,): deep}
        self.assertEqual(deep, loads(dumps(deep)))

    def test_a_definition_names_the_argument(self) -> None:
        """
        The place within ``args`` and ``kwargs`` of a job is named, and its trigger.
        """
        for call, trigger, place in (
            (Call("a:b", (1, {"x": object()})), EVERY, "args[1]['x']"),
            (Call("a:b", (), {"x": [object()]}), EVERY, "kwargs['x'][0]"),
            (Call("a:b", ((SURROGATE,),)), EVERY, "args[0][0]"),
            (Call("a:b", (), {"x": SURROGATE}), EVERY, "kwargs['x']"),
            (Call("a:b"), ForeignTrigger(), "trigger"),
            (Call(lambda: None), EVERY, "task"),
        ):
            with self.assertRaises(NotSerializable) as caught:
                encode_definition(Job("a", call, trigger, "a"))  # type: ignore[arg-type]
            self.assertEqual(place, caught.exception.field)


class TaskTests(SynchronousTestCase):
    """
    Tests for the names of tasks.
    """

    def test_tasks_that_can_be_found(self) -> None:
        """
        Functions, classes and their static methods have names; text stays as it is.
        """
        here = "tests.codec.named"
        self.assertEqual(f"{here}:task", task_name(named.task))
        self.assertEqual(f"{here}:Shop", task_name(named.Shop))
        self.assertEqual(f"{here}:Shop.static", task_name(named.Shop.static))
        self.assertEqual("builtins:print", task_name(print))
        self.assertEqual("not:there", task_name("not:there"))

    def test_tasks_that_cannot_be_found(self) -> None:
        """
        Lambdas, local functions, bound methods and objects are refused with advice.
        """
        for task in NAMELESS:
            for encode in (task_name, lambda one: dumps(Call(one))):
                with self.assertRaises(NotSerializable) as caught:
                    encode(task)
                self.assertEqual("task", caught.exception.field)
                self.assertIn("give a function of a module", caught.exception.reason)

    def test_a_spec_names_its_task(self) -> None:
        """
        A callable in a spec is encoded by its name, or refused as ``task``.
        """
        back = loads(dumps(JobSpec(named.task, EVERY)))
        self.assertEqual("tests.codec.named:task", back.task)
        with self.assertRaises(NotSerializable) as caught:
            dumps([JobSpec(lambda: None, EVERY)])
        self.assertEqual("task", caught.exception.field)


class PickleTests(SynchronousTestCase):
    """
    Tests for values as processes of one machine exchange them.
    """

    def test_an_error_survives_a_copy(self) -> None:
        """
        The error can be pickled, as pools of processes do.
        """
        error = NotSerializable("args[0]", "no")
        self.assertEqual(str(error), str(pickle.loads(pickle.dumps(error))))
