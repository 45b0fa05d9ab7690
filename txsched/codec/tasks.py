"""
Names of tasks.
"""

from __future__ import annotations

import sys
from typing import Any

from ..errors import NotSerializable
from ..model import Call

__all__ = ["task_name"]


def task_name(task: Any) -> str:
    """
    Give the text by which *task* is found again.

    :raises NotSerializable: for ``task``: a callable that its module does not have
        under its name, as a lambda, a method of an object or a function in a function.
    """
    if isinstance(task, str):
        return task
    name = Call(task).task_name
    module, _, path = name.partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    if found is not task:
        raise NotSerializable(
            "task", f"{task!r} cannot be found as {name}: give a function of a module"
        )
    return name
