"""
The job store on Redis and its kin.
"""

from .store import RedisJobStore

__all__ = ["RedisJobStore"]
