"""
Job stores: where jobs and the ledger are kept.
"""

from .memory import MemoryJobStore
from .sql import SQLAlchemyJobStore

__all__ = ["MemoryJobStore", "SQLAlchemyJobStore"]
