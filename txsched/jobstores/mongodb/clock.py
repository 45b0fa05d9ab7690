"""
The clock that leases are judged by.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import define, field

from .documents import Document

__all__ = ["LeaseClock"]


@define(eq=False)
class LeaseClock:
    """
    The server's clock, or the caller's.

    :param hello: asks the server for its clock.
    :param own: whether to judge by the server's.
    :ivar difference: by how many microseconds it is ahead of the caller's, as measured
        last.
    """

    hello: Callable[[], tuple[int, Document]]
    own: bool
    difference: int = field(default=0, init=False)

    def measure(self, now: int, asked: float) -> int:
        """
        Compare both clocks, and give the one for leases.

        :param now: the caller's clock, in microseconds since 1970.
        :param asked: what ``time.monotonic()`` said at that moment.
        """
        if not self.own:
            return now
        begun = time.monotonic()
        server, _ = self.hello()
        ended = time.monotonic()
        passed = (begun + ended) / 2 - asked
        self.difference = server - now - int(passed * 1e6)
        return server
