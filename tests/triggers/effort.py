"""
How much work an answer takes, whatever else the machine has to do meanwhile.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: The most calls of functions in one answer.  A call takes a fifth of a microsecond
#: on the machine of the benchmarks, which measure the time: so many take about 8 ms.
MOST_CALLS = 40_000


@contextmanager
def bounded_work(*what: object) -> Iterator[None]:
    """
    See to it that what is done within makes no more than :data:`MOST_CALLS` calls.

    Calls of functions in C count too, and each time that a generator goes on.

    :param what: is asked; for the message.
    """
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        if event in ("call", "c_call"):
            calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
        if calls > MOST_CALLS:
            raise AssertionError(f"{calls} calls for {what}")
