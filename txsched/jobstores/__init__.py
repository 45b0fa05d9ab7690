"""
Job stores: where jobs and the ledger are kept.
"""

from .memory import MemoryJobStore

__all__ = ["MemoryJobStore"]
