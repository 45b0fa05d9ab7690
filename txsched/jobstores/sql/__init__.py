"""
The job store on SQL databases.
"""

from .store import SQLAlchemyJobStore

__all__ = ["SQLAlchemyJobStore"]
