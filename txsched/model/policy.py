"""
The small choices that a job or its adder makes.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["OnConflict", "OnCrash", "OnExcluded"]


class OnCrash(str, Enum):
    """
    What happens to a run whose node died in the middle of it.
    """

    RERUN = "rerun"  #: at least once: another attempt
    ABANDON = "abandon"  #: at most once: recorded as ``abandoned``


class OnConflict(str, Enum):
    """
    What to do when a job is added under an id that exists.
    """

    ERROR = "error"  #: refuse with ``JobExists``; nothing is added
    REPLACE = (
        "replace"  #: take the new definition; an unchanged one keeps its next time
    )
    KEEP = "keep"  #: leave the existing job as it is


class OnExcluded(str, Enum):
    """
    What becomes of a planned time that a calendar excludes.
    """

    SKIP = "skip"  #: it does not run, and is recorded as ``excluded``
    NEXT = "next"  #: it is put off to the next time that is allowed
    PREVIOUS = "previous"  #: it is brought forward to the last time that is allowed
