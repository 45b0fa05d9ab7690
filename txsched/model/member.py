"""
Members of enumerations, by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from attrs import frozen

__all__ = ["EnumMember", "enum_members"]

_SEQUENCES = (list, tuple, set, frozenset)


@frozen(eq=False, repr=False)
class EnumMember:
    """
    A member of an enumeration whose class is not imported here.

    Reading data imports nothing that the data names, so this stands in the arguments
    of a job until its task is called; whoever calls it imports the class.  It is equal
    to the member that it names.

    :ivar enum: the class, as ``module:qualname``.
    :ivar name: the name of the member.
    """

    enum: str
    name: str

    @classmethod
    def of(cls, member: Enum) -> EnumMember:
        """
        Give the names of *member*.
        """
        kind = type(member)
        return cls(f"{kind.__module__}:{kind.__qualname__}", member.name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Enum):
            other = EnumMember.of(other)
        if not isinstance(other, EnumMember):
            return NotImplemented
        return (self.enum, self.name) == (other.enum, other.name)

    def __hash__(self) -> int:
        return hash(self.name)  # as a member's own

    def __repr__(self) -> str:
        return f"{self.enum}.{self.name}"


def enum_members(value: Any) -> Iterator[EnumMember]:
    """
    Give the members of enumerations that are within plain data.
    """
    if isinstance(value, EnumMember):
        yield value
    elif isinstance(value, Enum):
        yield EnumMember.of(value)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from enum_members(key)
            yield from enum_members(one)
    elif isinstance(value, _SEQUENCES):
        for one in value:
            yield from enum_members(one)
