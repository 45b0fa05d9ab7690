"""
Fields that stand one beside the other, taken apart and put together as texts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from .syntax import FieldSyntax

__all__ = ["is_only", "split_placed", "write_placed"]

_WORD = re.compile(r"\S+")


def split_placed(expression: str, fields: Sequence[FieldSyntax]) -> dict[str, str]:
    """
    Give the text of each field of an expression.

    :param fields: in their order; those at the end need not be there.
    """
    words = _WORD.findall(expression)
    return {syntax.name: word for syntax, word in zip(fields, words, strict=False)}


def write_placed(texts: Mapping[str, str], fields: Sequence[FieldSyntax]) -> str | None:
    """
    Write the texts of fields one beside the other.

    :param texts: what is not there is ``*``, and the second 0.
    :returns: ``None`` where one is given that is not among *fields*.
    """
    names = [syntax.name for syntax in fields]
    if not is_only(texts, names):
        return None
    words = [texts.get(name, _least(name)) for name in names]
    if names[-1] == "year" and words[-1] == "*":
        words.pop()
    return " ".join(words)


def is_only(texts: Mapping[str, str], names: Collection[str]) -> bool:
    """
    Say whether all fields but those of *names* say nothing.
    """
    return all(
        text == _least(name) for name, text in texts.items() if name not in names
    )


def _least(name: str) -> str:
    return "0" if name == "second" else "*"
