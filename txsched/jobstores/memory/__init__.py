"""
The reference store: everything in the memory of one process.
"""

from .store import MemoryJobStore

__all__ = ["MemoryJobStore"]
