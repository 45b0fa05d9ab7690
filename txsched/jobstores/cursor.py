"""
Cursors of pages: the sort key of the last item, as text that a client can keep.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from ..errors import BadValue

__all__ = ["decode_cursor", "encode_cursor"]


def encode_cursor(order: str, key: tuple[Any, ...]) -> str:
    """
    Turn a sort key into a cursor.

    :param order: the order of the page, so that a cursor is not used for another.
    :param key: numbers, text and ``None``.
    """
    data = json.dumps([order, *key], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode("ascii")


def decode_cursor(order: str, cursor: str, kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """
    Turn a cursor back into the sort key.

    :param kinds: the type, or tuple of types, of each part of the key.
    :raises BadValue: for ``cursor``, when no page of this order gave it.
    """
    try:
        name, *key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError):
        name, key = None, []
    if (
        name != order
        or len(key) != len(kinds)
        or not all(map(isinstance, key, kinds))
        or any(isinstance(part, bool) for part in key)
    ):
        raise BadValue("cursor", f"{cursor!r} is not from a page of this order")
    return tuple(key)
