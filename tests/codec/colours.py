"""
Enumerations that a task may take, in a module of their own.
"""

from __future__ import annotations

from enum import Enum, IntEnum


class Colour(Enum):
    """
    Has another name for one of its members.
    """

    RED = 1
    CRIMSON = 1  # noqa: PIE796
    BLUE = 2


class Level(IntEnum):
    """
    Its members are numbers.
    """

    LOW = 1
    HIGH = 2


class Shop:
    """
    Has an enumeration within.
    """

    class Size(str, Enum):
        """
        Its members are texts.
        """

        SMALL = "s"
        LARGE = "l"
