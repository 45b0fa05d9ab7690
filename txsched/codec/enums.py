"""
Members of enumerations: the name of their class and their own.

What is read becomes the member itself where its module is there already, and
otherwise an :class:`~txsched.model.EnumMember`, which the executor makes the member
of: nothing is imported here.
"""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

from cbor2 import CBORTag

from ..errors import BadBox, NotSerializable
from ..model import EnumMember
from ..model.showing import shown
from .plain import DECODERS, ENCODERS, ENUM

__all__: list[str] = []


def _encode_member(value: Enum, place: str, depth: int) -> CBORTag:
    named = EnumMember.of(value)
    if _find(named) is not value:
        raise NotSerializable(
            place,
            f"{value!r} cannot be found as the member {named.name!r} of {named.enum}:"
            " give one of a class of a module, and no combination",
        )
    return _encode_named(named, place, depth)


def _encode_named(value: EnumMember, place: str, depth: int) -> CBORTag:
    return CBORTag(ENUM, [value.enum, value.name])


def _find(named: EnumMember) -> Enum | None:
    """
    Find a member without running anything: neither imports nor attributes that are
    computed.
    """
    module, _, path = named.enum.partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, "__dict__", {}).get(part)
    if isinstance(found, type) and issubclass(found, Enum):
        return found.__members__.get(named.name)
    return None


def _decode_member(content: Any, immutable: bool) -> Enum | EnumMember:
    if not isinstance(content, (list, tuple)) or len(content) != 2:
        raise BadBox(f"expected a class and a name, not {shown(content)}")
    if not all(type(one) is str for one in content):
        raise BadBox(
            f"expected the names of a class and a member, not {shown(content)}"
        )
    named = EnumMember(*content)
    module, colon, path = named.enum.partition(":")
    parts = [*module.split("."), *path.split(".")]
    if not colon or not all(part.isidentifier() for part in parts):
        raise BadBox(f"expected module:class, not {shown(named.enum)}")
    member = _find(named)
    return named if member is None else member


ENCODERS.update({Enum: _encode_member, EnumMember: _encode_named})
DECODERS[ENUM] = _decode_member
