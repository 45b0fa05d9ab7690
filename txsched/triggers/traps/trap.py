"""
One thing that a trigger does and that its author may not expect.
"""

from __future__ import annotations

from attrs import frozen

__all__ = ["Trap"]


@frozen
class Trap:
    """
    A trap that a trigger has.

    :ivar code: which one, for programs; see :mod:`txsched.triggers.traps`.
    :ivar text: a sentence for people, in one line.
    """

    code: str
    text: str
