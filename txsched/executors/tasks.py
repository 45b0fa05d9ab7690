"""
Names of tasks and the callables that they name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from inspect import iscoroutinefunction
from typing import Any

from attrs import define, field

from ..errors import BadValue
from ..model import COMMAND, Call

__all__ = ["TaskRegistry"]

Task = Callable[..., Any]


@define(eq=False)
class TaskRegistry:
    """
    Finds the callable that ``module:qualname`` names, and remembers it.

    The module is imported at the first use.  Which names somebody may use is not
    decided here: whoever can add a job can have any module imported.
    """

    _found: dict[str, Task] = field(factory=dict, init=False)

    def resolve(self, call: Call) -> Task:
        """
        Give the callable of *call*.

        :raises BadValue: for ``task``: no such module or attribute, an error while
            importing it, or it cannot be called.
        """
        task = call.task
        if not isinstance(task, str):
            return task
        found = self._found.get(task)
        if found is None:
            found = self._found[task] = self._find(task)
        return found

    def _find(self, name: str) -> Task:
        if name == COMMAND:
            raise BadValue("task", "a command needs an executor that starts programs")
        module_name, _, path = name.partition(":")
        try:
            found: Any = sys.modules.get(module_name) or import_module(module_name)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise BadValue("task", f"cannot import {module_name!r}: {reason}") from None
        for part in path.split("."):
            try:
                found = getattr(found, part)
            except AttributeError:
                place = f"{module_name!r} has no {path!r}"
                raise BadValue("task", place) from None
        if not callable(found):
            raise BadValue("task", f"{name!r} cannot be called")
        return found  # type: ignore[no-any-return]

    def check_plain(self, call: Call) -> None:
        """
        Refuse what only a reactor can run: a coroutine function.

        :raises BadValue: for ``task``.
        """
        if iscoroutinefunction(self.resolve(call)):
            raise BadValue(
                "task",
                f"{call.task_name} is a coroutine function, which runs in the"
                " reactor: give the job executor='reactor'",
            )
