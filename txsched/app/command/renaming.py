"""
Names of modules and functions that are others now.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from attrs import evolve, frozen

from ...model import EnumMember

__all__ = ["Renaming", "read_renaming"]

_SEQUENCES = (list, tuple, set, frozenset)


@frozen
class Renaming:
    """
    What is called otherwise now.

    :ivar pairs: old and new names of modules, or of what is in them; the first that
        fits is taken.
    """

    pairs: tuple[tuple[str, str], ...]

    def name(self, name: str) -> str:
        """
        Give the new name of ``module:qualname``.
        """
        for old, new in self.pairs:
            rest = name.removeprefix(old)
            if rest == "" or (rest != name and rest[0] in ".:"):
                return new + rest
        return name

    def data(self, data: Any) -> Any:
        """
        Rename the classes of members of enumerations in arguments as JSON.
        """
        if isinstance(data, list):
            return [self.data(one) for one in data]
        if not isinstance(data, dict):
            return data
        enum = data.get("$enum")
        if isinstance(enum, list) and len(enum) == 2 and isinstance(enum[0], str):
            return {"$enum": [self.name(enum[0]), enum[1]]}
        return {key: self.data(one) for key, one in data.items()}

    def value(self, value: Any) -> Any:
        """
        Rename the classes of members of enumerations in arguments; those that have
        none stay the same objects.
        """
        if isinstance(value, EnumMember):
            name = self.name(value.enum)
            return value if name == value.enum else evolve(value, enum=name)
        kind = type(value)
        if kind is dict:
            pairs = [(self.value(key), self.value(one)) for key, one in value.items()]
            flat = [one for pair in pairs for one in pair]
            before = [one for pair in value.items() for one in pair]
            return value if _same(flat, before) else dict(pairs)
        if kind in _SEQUENCES:
            parts = [self.value(one) for one in value]
            return value if _same(parts, list(value)) else kind(parts)
        return value


def _same(new: list[Any], old: list[Any]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))


def read_renaming(texts: Sequence[str]) -> Renaming:
    """
    Read what was given for ``--map``.

    :raises click.UsageError: one of them is not OLD=NEW.
    """
    pairs = []
    for text in texts:
        old, sign, new = text.partition("=")
        if not (sign and _is_name(old) and _is_name(new)):
            raise click.UsageError(
                f"--map: expected OLD=NEW, the names of modules or of module:function,"
                f" not {text!r}"
            )
        if (":" in old) != (":" in new):
            raise click.UsageError(
                f"--map: {text!r} has a module on one side and a function on the other"
            )
        pairs.append((old, new))
    return Renaming(tuple(pairs))


def _is_name(text: str) -> bool:
    module, colon, path = text.partition(":")
    parts = [*module.split("."), *(path.split(".") if colon else ())]
    return all(part.isidentifier() for part in parts)
