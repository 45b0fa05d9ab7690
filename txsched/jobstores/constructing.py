"""
What can be told to the constructor of a store, as its signature says it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, get_args

from ..interfaces import IJobStore, ILoop

__all__ = ["construct", "options_of", "takes"]

#: The types of options that text can be turned into, by the names in annotations.
_KINDS: Mapping[str, type] = {
    kind.__name__: kind for kind in (str, int, float, bool, timedelta)
}


def options_of(constructor: Callable[..., Any]) -> dict[str, type]:
    """
    Give the parameters of *constructor* that plain values can be given for, each with
    its type: those that are annotated with a type of
    :attr:`~txsched.interfaces.IJobStoreFactory.options`, alone or beside others.
    """
    kinds = {
        name: _kind(parameter.annotation)
        for name, parameter in inspect.signature(constructor).parameters.items()
    }
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _kind(annotation: Any) -> type | None:
    if isinstance(annotation, str):
        names = [name.strip() for name in annotation.split("|")]
    else:
        names = [one.__name__ for one in get_args(annotation) or (annotation,)]
    return next((_KINDS[name] for name in names if name in _KINDS), None)


def takes(constructor: Callable[..., Any], name: str) -> bool:
    """
    Say whether *constructor* has a parameter of this name.
    """
    return name in inspect.signature(constructor).parameters


def construct(
    constructor: Callable[..., IJobStore],
    reactor: ILoop,
    *arguments: Any,
    **options: Any,
) -> IJobStore:
    """
    Call *constructor*, with the reactor too if it has a parameter of that name.
    """
    if takes(constructor, "reactor"):
        options["reactor"] = reactor
    return constructor(*arguments, **options)
