"""
From the name of a task to what can be called, and whether it can be called so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from inspect import Signature, iscoroutinefunction, signature
from types import FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from attrs import define, field, frozen

from ..errors import BadValue
from ..model import COMMAND, Call
from .enums import with_members

__all__ = ["TaskRegistry"]


@define(eq=False)
class TaskRegistry:
    """
    Finds tasks by their names, ``module:qualname``, and remembers them.

    Modules are imported when a name in them is first used.  Which names somebody
    may use is not decided here; but a name never leads through another module
    that its module happens to import (``mine:os.system``), nor through any other
    object than a class (``mine:reactor.stop``), nor through special attributes, so
    that a list of allowed modules means what it says.

    Safe to use in any thread.
    """

    _found: dict[str, Callable[..., Any]] = field(factory=dict, init=False)
    _shapes: WeakKeyDictionary[FunctionType, _Shape] = field(
        factory=WeakKeyDictionary, init=False
    )

    def resolve(self, name: str) -> Callable[..., Any]:
        """
        Give the task of this name.

        :raises BadValue: for ``task``, saying what was not found.
        """
        task = self._found.get(name)
        if task is None:
            task = self._found[name] = _find(name)
        return task

    def resolve_call(self, call: Call) -> Callable[..., Any]:
        """
        Give what *call* names, or holds.

        :raises BadValue: for ``task``, saying what was not found.
        """
        task = call.task
        return self.resolve(task) if isinstance(task, str) else task

    def arguments(self, call: Call) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """
        Give the arguments of *call*, with the members of enumerations that they name.

        :raises BadValue: naming the argument, and saying what was not found.
        """
        return with_members(call, self.resolve)

    def check(self, call: Call) -> Callable[..., Any]:
        """
        Find the task of *call*, and see that it takes the arguments.

        :raises BadValue: for ``task`` or ``args``.
        """
        return self._checked(call)[0]

    def check_plain(self, call: Call) -> None:
        """
        As :meth:`check`, and refuse a coroutine function, which needs a reactor.

        :raises BadValue: for ``task`` or ``args``.
        """
        if self._checked(call)[1].awaitable:
            raise BadValue(
                "task",
                f"{call.task_name} is a coroutine function, which cannot run in a"
                " thread or process: use a reactor executor",
            )

    def _checked(self, call: Call) -> tuple[Callable[..., Any], _Shape]:
        if call.task == COMMAND:
            raise BadValue("task", "a command can only run in a command executor")
        task = self.resolve_call(call)
        if not callable(task):
            raise BadValue("task", f"{task!r} cannot be called")
        shape = self._shape(task)
        if call.args or call.kwargs or not shape.takes_nothing:
            args, kwargs = self.arguments(call)
            try:
                shape.bind(args, kwargs)
            except TypeError as error:
                raise BadValue("args", f"{call.task_name}: {error}") from None
        return task, shape

    def _shape(self, task: Callable[..., Any]) -> _Shape:
        if not isinstance(task, FunctionType):
            return _Shape.of(task)
        found = self._shapes.get(task)
        if found is None:
            found = self._shapes[task] = _Shape.of(task)
        return found


@frozen
class _Shape:
    """
    How a task can be called; looking it up costs more than a fire.

    :ivar signature: ``None`` when Python cannot tell.
    :ivar takes_nothing: whether it can be called without arguments.
    :ivar awaitable: whether it is a coroutine function.
    """

    signature: Signature | None
    takes_nothing: bool
    awaitable: bool

    @classmethod
    def of(cls, task: Callable[..., Any]) -> _Shape:
        """
        Look at *task*.
        """
        awaitable = iscoroutinefunction(task) or iscoroutinefunction(
            getattr(task, "__call__", None)  # noqa: B004
        )
        try:
            found = signature(task)
        except (TypeError, ValueError):
            return cls(None, True, awaitable)
        try:
            found.bind()
        except TypeError:
            return cls(found, False, awaitable)
        return cls(found, True, awaitable)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """
        See whether it can be called with these arguments.

        :raises TypeError: it cannot; says why.
        """
        if self.signature is not None:
            self.signature.bind(*args, **kwargs)


def _find(name: str) -> Callable[..., Any]:
    module_name, colon, path = name.partition(":")
    parts = path.split(".")
    if not colon or not all(part.isidentifier() for part in parts):
        raise BadValue("task", f"expected module:function, not {name!r}")
    found: Any = _import(module_name)
    for depth, part in enumerate(parts):
        if part.startswith("__") and part.endswith("__"):
            raise BadValue("task", f"{name!r} leads through a special attribute")
        if depth and not isinstance(found, type):
            owner = ".".join(parts[:depth])
            raise BadValue(
                "task",
                f"{name!r} leads through {owner!r}, which is no class; name a function"
                " of the module, or of a class in it",
            )
        try:
            found = getattr(found, part)
        except AttributeError:
            owner = ".".join(parts[:depth])
            where = f"{owner!r} in module" if owner else "module"
            raise BadValue(
                "task", f"{where} {module_name!r} has no attribute {part!r}"
            ) from None
        if isinstance(found, ModuleType):
            raise BadValue(
                "task",
                f"{name!r} leads through another module; name its function as"
                f" {found.__name__}:function",
            )
    if not callable(found):
        kind = type(found).__name__
        raise BadValue("task", f"{name!r} is of type {kind} and cannot be called")
    task: Callable[..., Any] = found
    return task


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise BadValue("task", f"there is no module {error.name!r}") from None
        raise _not_imported(name, error) from error
    except (Exception, SystemExit) as error:
        raise _not_imported(name, error) from error


def _not_imported(name: str, error: BaseException) -> BadValue:
    return BadValue(
        "task",
        f"module {name!r} cannot be imported: {type(error).__name__}: {error}",
    )
