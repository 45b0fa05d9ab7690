"""
Which keys of a dictionary change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

__all__ = ["Recording"]

V = TypeVar("V")


class Recording(dict[str, V]):
    """
    A dictionary that adds the keys that are set or removed to *touched*.
    """

    def __init__(self, touched: set[str], content: Mapping[str, V]) -> None:
        super().__init__(content)
        self._touched = touched

    def __setitem__(self, key: str, value: V) -> None:
        self._touched.add(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._touched.add(key)
        super().__delitem__(key)

    def pop(self, key: str, *default: Any) -> Any:
        """
        See :meth:`dict.pop`.
        """
        self._touched.add(key)
        return super().pop(key, *default)
