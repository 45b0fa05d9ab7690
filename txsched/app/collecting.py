"""
Python's collector of cyclic garbage, in a process that holds many values for long.
"""

from __future__ import annotations

import gc

__all__ = ["relax_collector"]


def relax_collector() -> None:
    """
    Let the collector look less often at what stays.

    With the settings that Python begins with, all values of a process are looked
    through whenever a quarter more of them has come: with a million jobs in memory
    that stops everything for as long as it takes, again and again, and finds nothing,
    since values are no part of cycles.  What is there now is no longer looked at, and
    the rest once a million containers have come.

    It is for the program that owns the process to decide, so a service that is embedded
    does not do it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
