"""
Members of enumerations in the arguments of a task: those whose class was not imported
when the job was read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from ..errors import BadValue
from ..model import Call, EnumMember

__all__ = ["with_members"]

Resolve = Callable[[str], Any]

_PLAIN = frozenset((type(None), bool, int, float, str, bytes))
_SEQUENCES = (list, tuple, set, frozenset)


def with_members(
    call: Call, resolve: Resolve
) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """
    Give the arguments of *call* with the members that they name.

    What has none within stays the same object.

    :param resolve: finds a class by its name, and imports its module.
    :raises BadValue: naming the argument whose member was not found.
    """
    args: Sequence[Any] = call.args
    kwargs: Mapping[str, Any] = call.kwargs
    if not all(type(one) in _PLAIN for one in args):
        args = [
            _resolved(one, f"args[{number}]", resolve)
            for number, one in enumerate(args)
        ]
    if not all(type(one) in _PLAIN for one in kwargs.values()):
        kwargs = {
            name: _resolved(one, f"kwargs[{name!r}]", resolve)
            for name, one in kwargs.items()
        }
    return args, kwargs


def _resolved(value: Any, place: str, resolve: Resolve) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is EnumMember:
        return _member(value, place, resolve)
    if kind in _SEQUENCES:
        parts = [_resolved(one, place, resolve) for one in value]
        same = all(one is old for one, old in zip(parts, value, strict=True))
        return value if same else kind(parts)
    if kind is dict:
        pairs = [
            (_resolved(key, place, resolve), _resolved(one, place, resolve))
            for key, one in value.items()
        ]
        same = all(
            key is old_key and one is value[old_key]
            for (key, one), old_key in zip(pairs, value, strict=True)
        )
        return value if same else dict(pairs)
    return value


def _member(named: EnumMember, place: str, resolve: Resolve) -> Enum:
    try:
        found = resolve(named.enum)
    except BadValue as error:
        raise BadValue(place, error.reason) from None
    if not (isinstance(found, type) and issubclass(found, Enum)):
        raise BadValue(place, f"{named.enum} is no enumeration")
    member = found.__members__.get(named.name)
    if member is None:
        raise BadValue(place, f"{named.enum} has no member {named.name!r}")
    return member
