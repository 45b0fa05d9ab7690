"""
Names of tasks.
"""

from __future__ import annotations

from typing import Any

from ..errors import NotSerializable
from ..model import Call
from ..model.call import importable_name

__all__ = ["task_name"]


def task_name(task: Any) -> str:
    """
    Give the text by which *task* is found again.

    :raises NotSerializable: for ``task``: a callable that its module does not have
        under its name, as a lambda, a method of an object or a function in a function.
    """
    if isinstance(task, str):
        return task
    name = importable_name(task)
    if name is None:
        named = Call(task).task_name
        raise NotSerializable(
            "task", f"{task!r} cannot be found as {named}: give a function of a module"
        )
    return name
