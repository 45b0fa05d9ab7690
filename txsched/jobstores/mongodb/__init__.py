"""
The job store on MongoDB.
"""

from .store import MongoDBJobStore

__all__ = ["MongoDBJobStore"]
