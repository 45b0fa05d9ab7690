"""
From the name of a task to what can be called.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from txsched.errors import BadValue
from txsched.executors import TaskRegistry
from txsched.model import Call

from . import tasks

HERE = "tests.executors.tasks"


class TaskRegistryTests(SynchronousTestCase):
    """
    Tasks by their names.
    """

    def assert_refused(self, name: str, reason: str) -> None:
        """
        See that a name is refused, and why.
        """
        with self.assertRaises(BadValue) as caught:
            TaskRegistry().resolve(name)
        self.assertEqual(caught.exception.field, "task")
        self.assertEqual(caught.exception.reason, reason)

    def make_module(self, name: str, text: str) -> None:
        """
        Put a module on the path.
        """
        folder = Path(self.mktemp())
        folder.mkdir()
        (folder / f"{name}.py").write_text(text)
        self.patch(sys, "path", [str(folder), *sys.path])
        self.addCleanup(sys.modules.pop, name, None)

    def test_found(self) -> None:
        """
        A name gives the function, also one inside a class, again and again.
        """
        registry = TaskRegistry()
        for _ in range(2):
            self.assertIs(registry.resolve(f"{HERE}:add"), tasks.add)
            inner = registry.resolve(f"{HERE}:Holder.inner")
            self.assertIs(inner, tasks.Holder.inner)

    def test_imported_on_first_use_and_once(self) -> None:
        """
        A module is imported when a name in it is first used, and only then.
        """
        self.make_module(
            "counted", "import sys\nsys.imports.append(1)\ndef f(): pass\n"
        )
        sys.imports = []  # type: ignore[attr-defined]
        self.addCleanup(delattr, sys, "imports")
        registry = TaskRegistry()
        found = {registry.resolve("counted:f") for _ in range(3)}
        self.assertEqual(len(found), 1)
        self.assertEqual(sys.imports, [1])  # type: ignore[attr-defined]

    def test_live_callable(self) -> None:
        """
        A call that holds its callable is not looked up.
        """
        self.assertIs(TaskRegistry().resolve_call(Call(tasks.add)), tasks.add)

    def test_not_a_name(self) -> None:
        """
        What has not the form of a name is refused.
        """
        for name in (
            "add",
            "command",
            f"{HERE}:",
            f"{HERE}:f.<locals>.g",
            f"{HERE}:a-b",
        ):
            self.assert_refused(name, f"expected module:function, not {name!r}")

    def test_no_module(self) -> None:
        """
        The missing module is named, whichever part of the path it is.
        """
        self.assert_refused("nowhere:f", "there is no module 'nowhere'")
        self.assert_refused("nowhere.at.all:f", "there is no module 'nowhere'")
        self.assert_refused(
            "tests.executors.gone:f", "there is no module 'tests.executors.gone'"
        )

    def test_module_that_cannot_be_imported(self) -> None:
        """
        An error inside a module is told as what it is.
        """
        cases = {
            "wants": ("import needed", "ModuleNotFoundError: No module named 'needed'"),
            "breaks": ("1 / 0", "ZeroDivisionError: division by zero"),
            "leaves": ("raise SystemExit(4)", "SystemExit: 4"),
        }
        for name, (text, error) in cases.items():
            self.make_module(name, text)
            self.assert_refused(
                f"{name}:f", f"module {name!r} cannot be imported: {error}"
            )

    def test_no_attribute(self) -> None:
        """
        The missing attribute is named, with where it was looked for.
        """
        self.assert_refused(f"{HERE}:gone", f"module {HERE!r} has no attribute 'gone'")
        self.assert_refused(
            f"{HERE}:Holder.gone",
            f"'Holder' in module {HERE!r} has no attribute 'gone'",
        )

    def test_not_callable(self) -> None:
        """
        What cannot be called is refused with its type.
        """
        self.assert_refused(
            f"{HERE}:not_callable",
            f"'{HERE}:not_callable' is of type int and cannot be called",
        )

    def test_never_through_another_module(self) -> None:
        """
        A module that is allowed does not open the modules that it imports.
        """
        self.assert_refused(
            f"{HERE}:os.system",
            f"'{HERE}:os.system' leads through another module; name its function as"
            " os:function",
        )

    def test_never_through_another_object(self) -> None:
        """
        An object that an allowed module has does not lend its methods.
        """
        for path, owner in (
            ("gate.set", "gate"),
            ("Holder.inner.anything", "Holder.inner"),
        ):
            name = f"{HERE}:{path}"
            self.assert_refused(
                name,
                f"{name!r} leads through {owner!r}, which is no class; name a function"
                " of the module, or of a class in it",
            )

    def test_never_through_special_attributes(self) -> None:
        """
        Special attributes of a function or class do not name tasks.
        """
        for path in ("add.__call__", "Holder.__subclasses__", "__getattr__"):
            name = f"{HERE}:{path}"
            self.assert_refused(name, f"{name!r} leads through a special attribute")

    def test_arguments(self) -> None:
        """
        Arguments that the task does not take are refused, with the reason.
        """
        registry = TaskRegistry()
        for args, kwargs, reason in (
            ((), {}, "missing a required argument: 'first'"),
            ((1, 2, 3), {}, "too many positional arguments"),
            ((1,), {"third": 3}, "got an unexpected keyword argument 'third'"),
        ):
            for task in (f"{HERE}:add", tasks.add, functools.partial(tasks.add)):
                with self.assertRaises(BadValue) as caught:
                    registry.check(Call(task, args, kwargs))
                self.assertEqual(caught.exception.field, "args")
                self.assertIn(reason, caught.exception.reason)

    def test_arguments_of_what_has_no_signature(self) -> None:
        """
        A built-in that does not say what it takes is accepted.
        """
        self.assertIs(TaskRegistry().check(Call("builtins:max", (1, 2))), max)

    def test_coroutine_functions_are_not_plain(self) -> None:
        """
        Coroutine functions, and callables that are like them, need the reactor.
        """
        registry = TaskRegistry()
        for name in ("last", "asynchronous"):
            call = Call(f"{HERE}:{name}")
            registry.check(call)
            with self.assertRaises(BadValue) as caught:
                registry.check_plain(call)
            self.assertEqual(caught.exception.field, "task")
            self.assertIn("is a coroutine function", caught.exception.reason)
