"""
A store as strangers write it, and what is none.
"""

from __future__ import annotations

from datetime import timedelta

from txsched.errors import BadValue
from txsched.interfaces import ILoop
from txsched.jobstores import MemoryJobStore


class Keeping(MemoryJobStore):
    """
    A memory store that takes options of every kind.
    """

    def __init__(
        self,
        name: str,
        reactor: ILoop,
        size: int = 1,
        slow: bool = False,
        ratio: float = 0.5,
        wait: timedelta | None = None,
    ) -> None:
        super().__init__()
        if size > 100:
            raise BadValue("size", "is too large")
        self.told = (name, reactor, size, slow, ratio, wait)


class Nothing:
    """
    Not a job store.
    """
