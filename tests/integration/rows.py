"""
One wrong input, and what has to be said about it.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

__all__ = ["Row"]


@frozen
class Row:
    """
    A wrong input.

    :ivar sent: what is sent; each table says of what kind.
    :ivar field: what the error must name.
    :ivar reason: words of the reason.
    :ivar code: of the error, or the exit code.
    :ivar process: whether the programs are real processes.
    """

    sent: Any
    field: str
    reason: str
    code: Any = None
    process: bool = False
