"""
What a job calls.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

__all__ = ["COMMAND", "NO_KWARGS", "Call", "ShownValue", "importable_name"]

#: The task name of a job that starts a program; see :class:`Call`.
COMMAND = "command"

NO_KWARGS: Mapping[str, Any] = {}


class ShownValue(str):
    """
    The text of an argument that only the program that made it can use.

    Whoever reads a job from afar gets this in place of an argument that cannot be
    sent, such as one that a store keeps as a pickle.  No job can be added with it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def importable_name(task: Callable[..., Any]) -> str | None:
    """
    Give the name, ``module:qualname``, by which *task* can be found again.

    :returns: ``None`` for what its module does not have under its name, as a lambda, a
        method of an object or a function in a function.
    """
    name = Call(task).task_name
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    return name if found is task else None


def _name_or_object(task: str | Callable[..., Any]) -> Any:
    return task if isinstance(task, str) else importable_name(task) or task


@frozen
class Call:
    """
    A task and its arguments.

    A function of a module and its name are the same task.

    :ivar task: ``"package.module:function"``, or a callable where the store
        keeps live objects (the memory store), or :data:`COMMAND`: then *args*
        are the program and its arguments, and *kwargs* may hold ``env`` (a
        mapping that is added to the environment), ``cwd``, ``input`` (text or
        bytes for its standard input) and ``output_limit`` (bytes kept).
    :ivar args: positional arguments.
    :ivar kwargs: keyword arguments.
    """

    task: str | Callable[..., Any] = field(eq=_name_or_object)
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = NO_KWARGS

    def __hash__(self) -> int:
        return hash(_name_or_object(self.task))

    @property
    def task_name(self) -> str:
        """
        The task as ``module:qualname`` text, also for a live callable.
        """
        if isinstance(self.task, str):
            return self.task
        task = self.task
        module = getattr(task, "__module__", type(task).__module__)
        name = getattr(task, "__qualname__", type(task).__qualname__)
        return f"{module}:{name}"
