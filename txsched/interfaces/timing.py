"""
Time, as the core needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IDelayedCall
from zope.interface import Interface

__all__ = ["IClock", "ILoop"]


class IClock(Interface):
    """
    What the core asks of a loop: a reactor and ``task.Clock`` have both methods.
    """

    def seconds() -> float:
        """
        Give the seconds since 1970.
        """

    def callLater(
        delay: float, callable: Callable[..., Any], *args: object, **kwargs: object
    ) -> IDelayedCall:
        """
        Call *callable* after *delay* seconds, 0 or more.
        """


class ILoop(IClock):
    """
    A clock that other threads may hand calls to.
    """

    def callFromThread(
        callable: Callable[..., Any], *args: object, **kwargs: object
    ) -> None:
        """
        Call *callable* soon, in the thread of the loop; may be used in any thread.
        """
