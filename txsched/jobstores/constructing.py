"""
What can be told to the constructor of a store, as its signature says it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, get_args

from ..codec import choose_serializer
from ..interfaces import IJobStore, ILoop

__all__ = ["construct", "options_of"]

#: The types of options that text can be turned into, by the names in annotations.
_KINDS: Mapping[str, type] = {
    kind.__name__: kind for kind in (str, int, float, bool, timedelta)
}

_SERIALIZER = "serializer"
_OF_SERIALIZER: Mapping[str, type] = {
    _SERIALIZER: str,
    "allow_pickle": bool,
    "key_file": str,
}


def options_of(constructor: Callable[..., Any]) -> dict[str, type]:
    """
    Give the parameters of *constructor* that plain values can be given for, each with
    its type: those that are annotated with a type of
    :attr:`~txsched.interfaces.IJobStoreFactory.options`, alone or beside others.

    One that takes a ``serializer`` has three for it, those of
    :func:`~txsched.codec.choose_serializer`.
    """
    parameters = inspect.signature(constructor).parameters
    kinds = {name: _kind(one.annotation) for name, one in parameters.items()}
    found = {name: kind for name, kind in kinds.items() if kind is not None}
    return {**found, **_OF_SERIALIZER} if _SERIALIZER in parameters else found


def _kind(annotation: Any) -> type | None:
    if isinstance(annotation, str):
        names = [name.strip() for name in annotation.split("|")]
    else:
        names = [one.__name__ for one in get_args(annotation) or (annotation,)]
    return next((_KINDS[name] for name in names if name in _KINDS), None)


def construct(
    constructor: Callable[..., IJobStore],
    reactor: ILoop,
    *arguments: Any,
    **options: Any,
) -> IJobStore:
    """
    Call *constructor*, with the reactor too if it has a parameter of that name, and
    with the serializer that is chosen.

    :raises BadValue: for ``serializer`` or ``key_file``.
    """
    parameters = inspect.signature(constructor).parameters
    if "reactor" in parameters:
        options["reactor"] = reactor
    if _SERIALIZER in parameters and not _OF_SERIALIZER.keys().isdisjoint(options):
        chosen = {name: options.pop(name, None) for name in _OF_SERIALIZER}
        options[_SERIALIZER] = choose_serializer(
            chosen[_SERIALIZER] or "cbor",
            allow_pickle=bool(chosen["allow_pickle"]),
            key_file=chosen["key_file"],
        )
    return constructor(*arguments, **options)
