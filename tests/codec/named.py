"""
Tasks that have a name, and some that have none.
"""

from __future__ import annotations

from collections.abc import Callable


def task() -> None:
    """
    A task as it should be.
    """


class Shop:
    """
    Has methods.
    """

    def method(self) -> None:
        """
        Only an object has it bound.
        """

    @staticmethod
    def static() -> None:
        """
        Found by the name of the class.
        """

    def __call__(self) -> None:
        """
        Objects can be called, and have no name.
        """


def local() -> Callable[[], None]:
    """
    Make a function that nobody finds by name.
    """

    def inner() -> None:
        pass

    return inner


def other() -> None:
    """
    Its name leads to something else.
    """


replaced, other = other, task  # type: ignore[assignment]
