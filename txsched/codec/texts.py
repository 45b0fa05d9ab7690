"""
Texts that are none: where they are.
"""

from __future__ import annotations

from typing import Any

from attrs import fields, has

from ..errors import NotSerializable
from ..model.showing import shown

__all__ = ["not_text"]


def not_text(error: UnicodeEncodeError, value: Any, place: str) -> NotSerializable:
    """
    Make the error for a text that cannot be encoded, as the name of a file may be.

    :param error: what came when *value* was encoded.
    :param value: what has the text somewhere within.
    :param place: what *value* is called.
    """
    return NotSerializable(
        _find(error.object, value, place) or place,
        f"{error.object!r:.100} has characters that UTF-8 does not have; use bytes",
    )


def _find(text: str, value: Any, place: str) -> str | None:
    inner: list[tuple[Any, str]] = []
    if isinstance(value, str):
        return place if value == text else None
    if isinstance(value, dict):
        for key, one in value.items():
            inner += [(key, place), (one, f"{place}[{shown(key)}]")]
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        inner = [(one, name) for one, name in zip(value, value._fields, strict=True)]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = [(one, f"{place}[{number}]") for number, one in enumerate(value)]
    elif has(type(value)):
        names = (one.name for one in fields(type(value)))
        inner = [(getattr(value, name), name) for name in names]
    for one, where in inner:
        found = _find(text, one, where)
        if found is not None:
            return found
    return None
