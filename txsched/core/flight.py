"""
What a node carries out.
"""

from __future__ import annotations

from typing import NamedTuple

from ..context import RunContext
from ..model import Job, Run

__all__ = ["Flight"]


class Flight(NamedTuple):
    """
    A run that this node carries out.
    """

    job: Job
    run: Run
    term: int
    context: RunContext
