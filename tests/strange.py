"""
Values that are hard to deal with.
"""

from __future__ import annotations

from typing import Any


class Unshowable:
    """
    Even its text form fails.
    """

    def __repr__(self) -> str:
        raise RuntimeError("no")


def nested(depth: int) -> Any:
    """
    Make a list in a list in a list.
    """
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value
