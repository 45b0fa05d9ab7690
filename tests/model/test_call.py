"""
Tasks and their arguments.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadTrigger
from txsched.model import COMMAND, Call, JobSpec
from txsched.model.call import NO_KWARGS
from txsched.model.options import check_arguments, check_task
from txsched.triggers import IntervalTrigger

from .refusing import Refusing

EVERY = IntervalTrigger(seconds=10)

#: What cannot be a task, and what the reason says.
TASKS: list[tuple[Any, str]] = [
    (None, "expected module:function text, not None"),
    (5, "expected module:function text, not 5"),
    (b"a:b", "expected module:function text, not b'a:b'"),
    ("", "expected module:function, not ''"),
    ("shop", "expected module:function, not 'shop'"),
    ("shop.open", "expected module:function"),
    ("shop:", "expected module:function, not 'shop:'"),
    (":open", "expected module:function, not ':open'"),
    (":", "expected module:function"),
    ("shop:open:now", "expected module:function"),
    ("shop..door:open", "expected module:function"),
    ("shop:door.", "expected module:function"),
    ("shop:open()", "expected module:function, not 'shop:open()'"),
    ("shop-1:open", "expected module:function"),
    ("shop: open", "expected module:function"),
    ("1shop:open", "expected module:function"),
    ("shop:<lambda>", "expected module:function"),
    ("Command", "expected module:function"),
    ("x" * 1000, "expected module:function, not 'xxx"),
]

#: Arguments that cannot be; which is named; what the reason says.
ARGUMENTS: list[tuple[Any, Any, str, str]] = [
    ("ab", None, "args", "expected a list of arguments, not 'ab'"),
    (b"ab", None, "args", "expected a list of arguments, not b'ab'"),
    ({"a": 1}, None, "args", "expected a list of arguments, not {'a': 1}"),
    (5, None, "args", "expected a list of arguments, not 5"),
    (None, None, "args", "expected a list of arguments, not None"),
    ((), [1], "kwargs", "expected a mapping of arguments, not [1]"),
    ((), "a", "kwargs", "expected a mapping of arguments, not 'a'"),
    ((), [], "kwargs", "expected a mapping of arguments, not []"),
    ((), 0, "kwargs", "expected a mapping of arguments, not 0"),
    ((), {1: 2}, "kwargs", "the key 1 is not text"),
    ((), {"a": 1, None: 2}, "kwargs", "the key None is not text"),
]


class Door:
    """
    Has a method that may be called.
    """

    def open(self) -> None:
        """
        Open it.
        """

    def __call__(self) -> None:
        """
        It can be called itself.
        """


class CallTests(Refusing):
    """
    Tests for calls.
    """

    def test_bad_tasks(self) -> None:
        """
        What cannot be a task is refused as ``task``, also in a spec.
        """
        for task, reason in TASKS:
            self.refused("task", reason, check_task, task)
            self.refused("task", reason, JobSpec, task, EVERY)

    def test_good_tasks(self) -> None:
        """
        Names of functions in modules, callables and commands are tasks.
        """
        for task in (
            *("a:b", "a.b.c:d.e", "_a1:_b2", "Ümlaut:öffne", COMMAND),
            *(len, lambda: None, Door, Door(), Door().open, partial(len)),
        ):
            check_task(task)
            self.assertIs(task, JobSpec(task, EVERY).task)

    def test_bad_arguments(self) -> None:
        """
        Arguments that cannot be are refused as ``args`` or ``kwargs``, also in a spec.
        """
        for args, kwargs, field, reason in ARGUMENTS:
            self.refused(field, reason, check_arguments, args, kwargs)
            self.refused(field, reason, JobSpec, "a:b", EVERY, args, kwargs)

    def test_good_arguments(self) -> None:
        """
        Arguments become a tuple and a mapping that nobody else can change.
        """
        given = {"a": 1}
        args, kwargs = check_arguments((one for one in "ab"), given)
        self.assertEqual((("a", "b"), {"a": 1}), (args, kwargs))
        given["b"] = 2
        self.assertEqual({"a": 1}, kwargs)
        for nothing in (None, {}):
            args, kwargs = check_arguments([], nothing)
            self.assertEqual((), args)
            self.assertIs(NO_KWARGS, kwargs)

    def test_bad_triggers(self) -> None:
        """
        What has no ``get_next_fire_time`` is refused as ``trigger``.
        """
        for trigger in (None, "every 10s", 5, IntervalTrigger, object()):
            wrong: Any = trigger
            with self.assertRaises(BadTrigger) as caught:
                JobSpec("a:b", wrong)
            self.assertEqual("trigger", caught.exception.field)
            self.assertIn("is not a trigger", caught.exception.reason)

    def test_names_of_tasks(self) -> None:
        """
        Every task has a name for people, also one that nobody finds by it.
        """
        here = "tests.model.test_call"
        for task, name in (
            ("shop:open", "shop:open"),
            (COMMAND, "command"),
            (Door, f"{here}:Door"),
            (Door.open, f"{here}:Door.open"),
            (Door().open, f"{here}:Door.open"),
            (Door(), f"{here}:Door"),
            (len, "builtins:len"),
            (partial(len), "functools:partial"),
        ):
            self.assertEqual(name, Call(task).task_name)

    def test_calls_are_equal_by_value(self) -> None:
        """
        Equal calls have one hash, whatever their arguments are.
        """
        first = Call("a:b", ([1],), {"x": {}})
        second = Call("a:b", ([1],), {"x": {}})
        self.assertEqual(first, second)
        self.assertEqual({first}, {second})
        for other in (
            Call("a:c", ([1],), {"x": {}}),
            Call("a:b", ([2],), {"x": {}}),
            Call("a:b", ([1],), {"x": {"y": 1}}),
        ):
            self.assertNotEqual(first, other)


class EqualityTests(SynchronousTestCase):
    """
    Tests for which calls are equal.
    """

    def test_a_function_and_its_name(self) -> None:
        """
        They are the same task, also as keys.
        """
        name = f"{__name__}:named_task"
        self.assertEqual(Call(name, (1,)), Call(named_task, (1,)))
        self.assertEqual(hash(Call(name)), hash(Call(named_task)))
        self.assertNotEqual(Call(name, (1,)), Call(named_task, (2,)))
        self.assertNotEqual(Call(f"{__name__}:other"), Call(named_task))

    def test_what_has_no_name_of_its_own(self) -> None:
        """
        Two lambdas of one function are two tasks.
        """
        tasks = [lambda: 1, lambda: 2]
        self.assertNotEqual(Call(tasks[0]), Call(tasks[1]))
        self.assertEqual(Call(tasks[0]), Call(tasks[0]))


def named_task() -> None:
    """
    A function of a module.
    """
