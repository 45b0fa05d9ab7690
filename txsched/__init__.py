"""
txsched, the scheduler service for Twisted.
"""

from ._version import __version__
from .context import RunContext, current_run
from .model import JobQuery, JobSpec, RunQuery

__all__ = [
    "JobQuery",
    "JobSpec",
    "RunContext",
    "RunQuery",
    "__version__",
    "current_run",
]
