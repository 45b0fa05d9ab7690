"""
The job store in a shelf: a file of Python's own, for one process.
"""

from .store import ShelveJobStore

__all__ = ["ShelveJobStore"]
